package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/sim"
)

func newInspect(env *Env) *cobra.Command {
	var differ bool
	var most int
	cmd := &cobra.Command{
		Use:   "inspect [RUN [TASK]]",
		Short: "look into a finished or crashed run, or one of its tasks",
		Long:  "Look into a kept run, finished or crashed: how far it came and what is open; with TASK, that task's life in every strategy; with --differ, the tasks that failed in one strategy only, and why. Without RUN, the latest.",
		Args:  want(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := findRun(args[:min(1, len(args))])
			if err != nil {
				return err
			}
			kept, err := rundir.Read(dir)
			if err != nil {
				return explain(err, dir)
			}
			if differ {
				return inspectDiffer(env.Stdout, kept, most)
			}
			if len(args) < 2 {
				return inspectRun(env.Stdout, dir, kept)
			}
			task, err := strconv.Atoi(args[1])
			if err != nil || task < 1 {
				return usage("", "task %q: want its number, 1 to %d", args[1], kept.Run.Tasks)
			}
			return inspectTask(env.Stdout, kept, int32(task))
		},
	}
	cmd.Flags().BoolVar(&differ, "differ", false, "list the tasks that failed in the first or the last strategy only, with a sentence of why")
	cmd.Flags().IntVar(&most, "most", 20, "how many of each kind to list; 0: all")
	return cmd
}

func inspectRun(w io.Writer, dir string, kept *rundir.Kept) error {
	state := metrics.New(kept.Run)
	for i := range kept.Events {
		state.Apply(&kept.Events[i])
	}
	status := "stopped; go on with: tasker-sim resume " + dir
	if kept.Ended() {
		status = "finished"
	}
	fmt.Fprintf(w, "%s\n%s, seed %d, at %s: %s\n", filepath.Base(dir), kept.Run.Title, kept.Run.Seed, kept.Run.Clock(kept.Until), status)
	fmt.Fprintf(w, "%s, %s in the ledger, %s survived\n\n", report.Plural(len(kept.Events), event.Noun{One: "event", Many: "events"}), report.Plural(len(kept.Rows), event.Noun{One: "effect", Many: "effects"}), report.Plural(len(kept.Crashes), event.Noun{One: "kill", Many: "kills"}))
	for i := range state.Strategies {
		t := &state.Strategies[i].Tasks
		_, err := fmt.Fprintf(w, "%-14s %5d submitted %5d succeeded %5d failed %4d declined %4d parked %4d running\n",
			kept.Run.Strategies[i].Name, t.Submitted, t.Succeeded, t.Failed, t.Declined, t.Parked, t.Running)
		if err != nil {
			return err
		}
	}
	return nil
}

func inspectTask(w io.Writer, kept *rundir.Kept, task int32) error {
	run := kept.Run
	lives := make([][]event.Event, len(run.Strategies))
	found := false
	for i := range kept.Events {
		if e := &kept.Events[i]; e.Task == task && e.Strategy >= 0 {
			lives[e.Strategy] = append(lives[e.Strategy], *e)
			found = true
		}
	}
	if !found {
		return usage("", "%s %d has not arrived: the run stands at %s", run.Noun.One, task, kept.Run.Clock(kept.Until))
	}
	var details *sim.Details
	if sc, err := rundir.Scenario(run); err == nil {
		details = sim.NewDetails(sc, run.Seed)
		fmt.Fprintf(w, "%s %d: %s\n", run.Noun.One, task, details.Context(task))
	}
	for s := range run.Strategies {
		inspectLife(w, run, s, lives[s], details)
	}
	return nil
}

// inspectLife writes what happened to a task in one strategy.
func inspectLife(w io.Writer, run *event.Run, strategy int, life []event.Event, details *sim.Details) {
	fmt.Fprintf(w, "\n%s: %s\n", run.Strategies[strategy].Name, report.Explain(run, life))
	for i := range life {
		e := &life[i]
		step := ""
		if e.Step >= 0 {
			step = run.Steps[e.Step].Name
		}
		if e.Attempt > 0 {
			step += fmt.Sprintf(" attempt %d", e.Attempt)
		}
		line := fmt.Sprintf("  %12s  %-16s %s", e.At.Duration(), e.Kind, step)
		switch e.Kind {
		case event.StepSucceeded:
			line += fmt.Sprintf("  %s", report.Span(e.Dur))
			if details != nil {
				line += "  -> " + details.Detail(strategy, e.Task, int(e.Step)).Output
			}
		case event.StepRetrying, event.UndoRetrying:
			line += fmt.Sprintf("  %s after %s: %s; again at %s", e.Class, report.Span(e.Dur), e.Text, e.Due.Duration())
		case event.StepFailed, event.UndoFailed, event.TaskGivenUp, event.TaskFailed, event.TaskParked, event.TaskDeclined, event.TaskRejected:
			line += fmt.Sprintf("  %s: %s", e.Class, e.Text)
		case event.EffectMade, event.EffectRepeated, event.EffectUndone:
			line += "  " + report.Amount(run, int(e.Effect), e.Amount)
		}
		fmt.Fprintln(w, line)
	}
}
