package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
)

func newAudit(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "look into the audit trail of a kept run",
		Long: `Look into the audit trail of a kept run: whether it is whole, who did what, what
an auditor would be shown. RUN is a run's directory, or the name of a kept one;
without it, the latest. See docs/security.md.`,
		Args: want(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerify(env), newAuditQuery(env), newAuditEvidence(env), newAuditDrill(env),
		newAuditScan(env), newAuditOpen(env), newAuditErase(env))
	return cmd
}

// trailOf reads the trail of the run that is named; a run without one is refused.
func trailOf(args []string) (*rundir.Trail, string, error) {
	dir, err := findRun(args)
	if err != nil {
		return nil, "", err
	}
	t, err := rundir.ReadTrail(dir)
	if err != nil {
		return nil, dir, explain(err, dir)
	}
	if t.Run.Audit == nil {
		return nil, dir, usage("`tasker-sim security` makes a run that has one", "%s is a run of %s, which keeps no audit trail", dir, t.Run.Scenario)
	}
	return t, dir, nil
}

// folded is the state of the run's events.
func folded(t *rundir.Trail) *metrics.State {
	s := metrics.New(t.Run)
	for i := range t.Events {
		s.Apply(&t.Events[i])
	}
	return s
}

func asJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// outputs checks the value of --output.
func outputs(output string, known ...string) error {
	for _, k := range known {
		if output == k {
			return nil
		}
	}
	return usage("", "--output %q: want %s", output, strings.Join(known, " or "))
}

// covered is what a recount finds of a strategy: transitions of the tape by their
// kind and instant against the records of its trail.
type covered struct {
	Strategy    string `json:"strategy"`
	Transitions int64  `json:"transitions"`
	Records     int64  `json:"records"`
	Unmatched   int    `json:"unmatched"` // transitions and records that have no counterpart
}

// recount compares tape and trail one by one.
func recount(t *rundir.Trail) []covered {
	type key struct {
		at     int64
		task   int32
		action string
	}
	list := make([]covered, len(t.Run.Strategies))
	open := make([]map[key]int, len(list))
	byName := map[string]int{}
	for k := range list {
		list[k].Strategy, open[k] = t.Run.Strategies[k].Name, map[key]int{}
		byName[list[k].Strategy] = k
	}
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind.Transition() {
			list[e.Strategy].Transitions++
			open[e.Strategy][key{int64(e.At), e.Task, e.Kind.String()}]++
		}
	}
	for _, row := range t.Rows {
		r, err := audit.Parse(row)
		k, known := byName[r.Chain]
		if err != nil || !known {
			continue
		}
		list[k].Records++
		open[k][key{r.At, r.Task, r.Action}]--
	}
	for k := range list {
		for _, n := range open[k] {
			list[k].Unmatched += max(n, -n)
		}
	}
	return list
}

func newAuditVerify(env *Env) *cobra.Command {
	output := "text"
	cmd := &cobra.Command{
		Use:   "verify [RUN]",
		Short: "whether the trail is whole, and has a record of each transition",
		Long: `Computes every hash of the trail anew, follows the chain, holds it against the heads
that were written down beside the run, and compares records with the transitions
on the tape one by one. Exit code 1: something is not as it was written.`,
		Args: want(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := outputs(output, "text", "json"); err != nil {
				return err
			}
			t, _, err := trailOf(args)
			if err != nil {
				return err
			}
			return verifyTrail(env, t, output)
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

// verifyTrail prints what a verification finds. A strategy that keeps no records
// has no transition with one, which is its nature and no failure.
func verifyTrail(env *Env, t *rundir.Trail, output string) error {
	r, cover := t.Verify(), recount(t)
	ok := r.Whole()
	for _, c := range cover {
		ok = ok && (c.Records == 0 || c.Unmatched == 0)
	}
	var err error
	if output == "json" {
		err = asJSON(env.Stdout, struct {
			OK       bool      `json:"ok"`
			Coverage []covered `json:"coverage"`
			audit.Report
		}{ok, cover, r})
	} else {
		err = writeVerified(env.Stdout, &r, cover)
	}
	switch {
	case err != nil:
		return trouble(err, "")
	case !ok:
		return &failure{code: ExitFailed, err: errors.New("the trail is not as it was written")}
	}
	return nil
}

func writeVerified(w io.Writer, r *audit.Report, cover []covered) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s records, %s heads written down elsewhere\n", report.Count(r.Records), report.Count(r.Heads))
	for _, name := range r.Names() {
		h := r.Chains[name]
		fmt.Fprintf(&b, "%s ends at record %s: %s\n", name, report.Count(int(h.Seq)), h.Hash)
	}
	for _, c := range cover {
		fmt.Fprintf(&b, "%s: %s of %s transitions have a record", c.Strategy, report.Count(int(c.Records)), report.Count(int(c.Transitions)))
		if c.Records > 0 {
			fmt.Fprintf(&b, ", %s without a counterpart", report.Count(c.Unmatched))
		}
		b.WriteByte('\n')
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s: %s\n", p.Kind, p.Text)
	}
	if r.Whole() {
		b.WriteString("the trail is as it was written\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// atClock is an instant of a record, as people of the run read it.
func atClock(run *event.Run, at int64) string { return run.Clock(event.Time(at)) }
