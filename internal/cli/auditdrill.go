package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/needle"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
)

// drill is one way to change a trail after the fact.
type drill struct {
	name   string
	change func(rows [][]byte) [][]byte
}

// drills are those of a trail: each touches it in the middle, but for the last.
func drills() []drill {
	return []drill{
		{"a record edited", func(rows [][]byte) [][]byte {
			i := len(rows) / 2
			rows[i] = bytes.Replace(rows[i], []byte(`"actor":"`), []byte(`"actor":"x`), 1)
			return rows
		}},
		{"… and its hash with it", func(rows [][]byte) [][]byte {
			i := len(rows) / 2
			r, err := audit.Parse(rows[i])
			if err != nil {
				return rows
			}
			c := audit.Chain{Seq: r.Seq - 1, Hash: r.Prev}
			r.Actor += "x"
			rows[i] = c.Append(&r)
			return rows
		}},
		{"a record deleted", func(rows [][]byte) [][]byte { return slices.Delete(rows, len(rows)/2, len(rows)/2+1) }},
		{"two records swapped", func(rows [][]byte) [][]byte {
			i, j := len(rows)/2, len(rows)/2+1
			for j < len(rows)-1 && chainOf(rows[i]) != chainOf(rows[j]) {
				j++
			}
			rows[i], rows[j] = rows[j], rows[i]
			return rows
		}},
		{"the last tenth cut off", func(rows [][]byte) [][]byte { return rows[:len(rows)*9/10] }},
	}
}

func chainOf(row []byte) string {
	r, _ := audit.Parse(row) // what cannot be read belongs to no chain
	return r.Chain
}

func newAuditDrill(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "drill [RUN]",
		Short: "tamper with a copy of the trail in every way, and see whether it is found",
		Long: `Copies the database, edits, deletes, reorders and cuts records in the copy, and
verifies it: by the chain alone, and with the heads that were written down beside
the run. Exit code 1: something was not found even with the heads.`,
		Args: want(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			t, dir, err := trailOf(args)
			if err != nil {
				return err
			}
			if len(t.Rows) < 10 {
				return usage("", "%s has %d records: too few to tamper with", dir, len(t.Rows))
			}
			return runDrills(env, t, dir)
		},
	}
}

func runDrills(env *Env, t *rundir.Trail, dir string) error {
	tmp, err := os.MkdirTemp("", "tasker-sim-drill")
	if err != nil {
		return trouble(err, "")
	}
	defer os.RemoveAll(tmp)
	tw := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what was done\tthe chain says\twith the heads")
	missed := false
	for _, d := range drills() {
		rows, err := rundir.Tampered(dir, filepath.Join(tmp, rundir.Database), d.change)
		if err != nil {
			return explain(err, dir)
		}
		alone, both := audit.Verify(rows, nil), audit.Verify(rows, t.Heads)
		missed = missed || both.Whole()
		fmt.Fprintf(tw, "%s\t%s\t%s\n", d.name, firstProblem(&alone), firstProblem(&both))
	}
	if err := tw.Flush(); err != nil {
		return trouble(err, "")
	}
	if missed {
		return &failure{code: ExitFailed, err: errors.New("a change was not found")}
	}
	return nil
}

func firstProblem(r *audit.Report) string {
	if r.Whole() {
		return "nothing"
	}
	return r.Problems[0].Kind + ": " + r.Problems[0].Text
}

func newAuditScan(env *Env) *cobra.Command {
	output := "text"
	cmd := &cobra.Command{
		Use:   "scan [RUN]",
		Short: "look for personal data in every file that the run has left",
		Long: `Works out once more what each task of the run carries, and looks for it in the
bytes of all files: database, tape, ledger, log, heads and keys, and in the reports.`,
		Args: want(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := outputs(output, "text", "json"); err != nil {
				return err
			}
			t, dir, err := trailOf(args)
			if err != nil {
				return err
			}
			return scan(env, t, dir, output)
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

// found is what a scan finds in one place.
type found struct {
	Place string `json:"place"`
	Bytes int    `json:"bytes"`
	Found int    `json:"found"` // different needles
	Tasks int    `json:"tasks"` // whose they are
}

func scan(env *Env, t *rundir.Trail, dir, output string) error {
	secrets, err := secretsOf(t)
	if err != nil {
		return err
	}
	index, total := needle.New(), 0
	for task := int32(1); int(task) <= arrived(t); task++ {
		_, list, err := secrets.Of(task)
		if err != nil {
			return usage("", "%w", err)
		}
		for _, n := range list {
			if index.Add(int(task), n) {
				total++
			}
		}
	}
	places, err := search(t, dir, index)
	if err != nil {
		return explain(err, dir)
	}
	if output == "json" {
		err = asJSON(env.Stdout, struct {
			Needles int     `json:"needles"`
			Places  []found `json:"places"`
		}{total, places})
	} else {
		tw := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(tw, "%s needles of %s\n", report.Count(total), report.Plural(arrived(t), t.Run.Noun))
		for _, p := range places {
			fmt.Fprintf(tw, "%s\t%s bytes\t%s found\tof %s\n", p.Place, report.Count(p.Bytes), report.Count(p.Found), report.Plural(p.Tasks, t.Run.Noun))
		}
		err = tw.Flush()
	}
	if err != nil {
		return trouble(err, "")
	}
	return nil
}

// search looks into every file of the run, and into its reports.
func search(t *rundir.Trail, dir string, index *needle.Index) (places []found, err error) {
	byPlace := map[string]*needle.Hits{}
	look := func(place string, text []byte) {
		h := byPlace[place]
		if h == nil {
			h = index.Hits()
			byPlace[place] = h
			places = append(places, found{Place: place})
		}
		h.In(text)
	}
	if err := rundir.Texts(dir, look); err != nil {
		return nil, err
	}
	var js, md bytes.Buffer
	res := report.New(folded(t), 0)
	if err := res.JSON(&js); err != nil {
		return nil, err
	}
	if err := res.Markdown(&md, report.Place{}); err != nil {
		return nil, err
	}
	look("report, JSON", js.Bytes())
	look("report, Markdown", md.Bytes())
	for i := range places {
		h := byPlace[places[i].Place]
		places[i].Bytes, places[i].Found, places[i].Tasks = h.Bytes, h.Needles(), h.Owners()
	}
	return places, nil
}

func newAuditErase(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "erase RUN SUBJECT",
		Short: "forget the key of a person: what is sealed with it cannot be opened any more",
		Long: `Forgets the key of a person. Everything that is sealed with it stays where it is,
in every copy, and cannot be opened any more; the audit trail, which holds none of
the data, stays valid. What a strategy keeps in clear is not touched: nobody can
take that back.`,
		Args: want(2, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			t, dir, err := trailOf(args[:1])
			if err != nil {
				return err
			}
			had, err := rundir.Erase(dir, args[1])
			if err != nil {
				return explain(err, dir)
			}
			if !had {
				return usage("`tasker-sim audit query --action task.submitted --output ndjson` shows subjects", "no key of %q", args[1])
			}
			n := 0
			for _, row := range t.Rows {
				if r, err := audit.Parse(row); err == nil && r.Subject == args[1] {
					n++
				}
			}
			_, err = fmt.Fprintf(env.Stdout, "the key of %s is forgotten; %s of the trail name it and stay\n", args[1], report.Plural(n, event.Noun{One: "record", Many: "records"}))
			return err
		},
	}
}
