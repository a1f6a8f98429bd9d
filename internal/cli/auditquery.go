package cli

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/evidence"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/sim"
)

// queryOptions are the flags of a query.
type queryOptions struct {
	audit.Query
	task     int
	from, to time.Duration
	limit    int
	output   string
}

func newAuditQuery(env *Env) *cobra.Command {
	var o queryOptions
	cmd := &cobra.Command{
		Use:   "query [RUN]",
		Short: "find records by who, what, when and outcome",
		Example: `  tasker-sim audit query --actor agent.11
  tasker-sim audit query --outcome 403 --action task
  tasker-sim audit query --task 17 --output ndjson`,
		Args: want(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := outputs(o.output, "text", "ndjson"); err != nil {
				return err
			}
			t, _, err := trailOf(args)
			if err != nil {
				return err
			}
			o.Task, o.From, o.To = int32(o.task), int64(event.FromDuration(o.from)), int64(event.FromDuration(o.to))
			return query(env, t, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Chain, "strategy", "", "whose records (default: all)")
	f.StringVar(&o.Actor, "actor", "", "who did it")
	f.StringVar(&o.Action, "action", "", "what: task.submitted, or task for all about tasks")
	f.StringVar(&o.Outcome, "outcome", "", "with which outcome: ok, 403, timeout, …")
	f.StringVar(&o.Subject, "subject", "", "about whose data")
	f.IntVar(&o.task, "task", 0, "about which task")
	f.DurationVar(&o.from, "from", 0, "not before this virtual time")
	f.DurationVar(&o.to, "to", 0, "not after this virtual time")
	f.IntVar(&o.limit, "limit", 50, "print at most so many; 0: all")
	f.StringVar(&o.output, "output", "text", "text or ndjson")
	return cmd
}

// query prints the records that are found, and how many there were.
func query(env *Env, t *rundir.Trail, o *queryOptions) error {
	tw := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	found := 0
	for i, row := range t.Rows {
		r, err := audit.Parse(row)
		if err != nil {
			return trouble(fmt.Errorf("row %d of the trail: %w", i+1, err), "`tasker-sim audit verify` says what is wrong with it")
		}
		if !o.Matches(&r) {
			continue
		}
		if found++; o.limit > 0 && found > o.limit {
			continue
		}
		if o.output == "ndjson" {
			fmt.Fprintf(env.Stdout, "%s\n", row)
			continue
		}
		what := r.Workflow
		if r.Step != "" {
			what = r.Step
		}
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s %d\t%s\t%s\n", r.Seq, atClock(t.Run, r.At), r.Chain, r.Actor, r.Action, t.Run.Noun.One, r.Task, what, r.Outcome)
	}
	if err := tw.Flush(); err != nil {
		return trouble(err, "")
	}
	fmt.Fprintf(env.Stderr, "%s found of %s", report.Count(found), report.Count(len(t.Rows)))
	if o.limit > 0 && found > o.limit {
		fmt.Fprintf(env.Stderr, ", the first %d shown (--limit 0: all)", o.limit)
	}
	fmt.Fprintln(env.Stderr)
	return nil
}

func newAuditEvidence(env *Env) *cobra.Command {
	output, strategy := "markdown", ""
	cmd := &cobra.Command{
		Use:   "evidence [RUN]",
		Short: "a pack for an auditor: what was checked, exceptions, samples",
		Long: `SOC 2-style evidence: what was checked, how many there were and how many
exceptions, with samples of single actions. It is no report of an examination, and
does not say that something passed.`,
		Args: want(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := outputs(output, "markdown", "json"); err != nil {
				return err
			}
			t, dir, err := trailOf(args)
			if err != nil {
				return err
			}
			return writeEvidence(env, t, dir, strategy, output)
		},
	}
	cmd.Flags().StringVar(&output, "output", "markdown", "markdown or json")
	cmd.Flags().StringVar(&strategy, "strategy", "", "of which strategy (default: the last)")
	return cmd
}

func writeEvidence(env *Env, t *rundir.Trail, dir, strategy, output string) error {
	k := len(t.Run.Strategies) - 1
	if strategy != "" {
		if k = strategyOf(t.Run, strategy); k < 0 {
			return usage("", "no strategy %q in this run: there are %s", strategy, strategyNames(t.Run))
		}
	}
	stored, err := rundir.Contexts(dir, t.Past)
	if err != nil {
		return explain(err, dir)
	}
	src := evidence.Source{State: folded(t), Rows: t.Rows, Report: t.Verify()}
	for _, s := range stored {
		src.Stored = append(src.Stored, evidence.Stored{Strategy: s.Strategy, Contexts: s.Contexts, Sealed: s.Sealed})
	}
	pack := evidence.Collect(src, k)
	if output == "json" {
		err = asJSON(env.Stdout, pack)
	} else {
		err = pack.Markdown(env.Stdout)
	}
	if err != nil {
		return trouble(err, "")
	}
	return nil
}

func strategyOf(run *event.Run, name string) int {
	for k := range run.Strategies {
		if run.Strategies[k].Name == name {
			return k
		}
	}
	return -1
}

func strategyNames(run *event.Run) string {
	s := ""
	for k := range run.Strategies {
		if k > 0 {
			s += ", "
		}
		s += run.Strategies[k].Name
	}
	return s
}

func newAuditOpen(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "open RUN TASK",
		Short: "what the database holds about a task, opened with the keys that are left",
		Args:  want(2, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			var task int32
			if _, err := fmt.Sscan(args[1], &task); err != nil {
				return usage("", "TASK %q: want a number", args[1])
			}
			t, dir, err := trailOf(args[:1])
			if err != nil {
				return err
			}
			secrets, err := secretsOf(t)
			if err != nil {
				return err
			}
			if n := arrived(t); task < 1 || int(task) > n {
				return usage("", "no %s %d in this run: there are 1 to %d", t.Run.Noun.One, task, n)
			}
			subject, _, err := secrets.Of(task)
			if err != nil {
				return usage("", "%w", err)
			}
			list, err := rundir.Open(dir, t.Past, subject, task)
			if err != nil {
				return explain(err, dir)
			}
			return writeStored(env.Stdout, subject, list)
		},
	}
}

func writeStored(w io.Writer, subject string, list []rundir.Stored) error {
	fmt.Fprintf(w, "data of %s\n", subject)
	for _, s := range list {
		how := fmt.Sprintf("in clear, %d bytes: %s", len(s.Data), s.Plain)
		switch {
		case s.Err != nil:
			how = fmt.Sprintf("sealed, %d bytes: %v", len(s.Data), s.Err)
		case len(s.Plain) != len(s.Data):
			how = fmt.Sprintf("sealed, %d bytes, opened: %s", len(s.Data), s.Plain)
		}
		if _, err := fmt.Fprintf(w, "%s  %s\n", s.Place, how); err != nil {
			return trouble(err, "")
		}
	}
	return nil
}

// secretsOf is what the tasks of the run carry.
func secretsOf(t *rundir.Trail) (*sim.Secrets, error) {
	sc, err := rundir.Scenario(t.Run)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	s := sim.NewSecrets(sc, t.Run.Seed)
	if s == nil {
		return nil, usage("", "%s says nothing of what its %s carry (privacy)", t.Run.Scenario, t.Run.Noun.Many)
	}
	return s, nil
}

// arrived is how many tasks the run has.
func arrived(t *rundir.Trail) (n int) {
	for i := range t.Events {
		n = max(n, int(t.Events[i].Task))
	}
	return n
}
