package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/share"
)

// conclude prints what came of a run and finds the exit code. state is the fold
// as far as it came; cause is why it came no further.
func conclude(env *Env, s *stage, o *watchOptions, state *metrics.State, took time.Duration, cause error) error {
	dir := ""
	if s.run != nil {
		dir = s.run.Dir
	}
	if state == nil || (cause != nil && !errors.Is(cause, context.Canceled)) {
		return broken(s, dir, cause)
	}
	res := result(s, state, took)
	if err := o.print(env, s, &res, s.place(env, state.Run)); err != nil {
		return trouble(err, "")
	}
	if s.run != nil && o.headless {
		printCrashes(env.Stderr, state, &res)
	}
	if cause != nil || (!state.Ended && o.headless) {
		return interrupted(state, dir)
	}
	if s.run != nil && o.headless {
		fmt.Fprintf(env.Stderr, "kept in %s\n", dir)
	}
	return o.verdict(&res)
}

// place says where the run is kept and how it is repeated, with what people did
// to it so far.
func (s *stage) place(env *Env, run *event.Run) report.Place {
	at := report.Place{Command: repeatCommand(run, s.name)}
	if s.run == nil {
		return at
	}
	at.Dir, at.Share = s.run.Dir, "tasker-sim run --from "+shared(env, run, s.run.Journal())
	if share.Is(s.name) {
		at.Command = at.Share
	}
	return at
}

// broken is the end of a run that could not go on. What was on the disk is safe.
func broken(s *stage, dir string, cause error) error {
	err := explain(cause, dir)
	var f *failure
	if errors.As(err, &f) && f.hint == "" && s.run != nil {
		f.hint = "what is in the run's directory is safe; go on with it: tasker-sim resume " + dir
	}
	return err
}

// repeatCommand is the command that makes the run again: [report.Repeat], with
// the strategies if they are not those of the scenario.
func repeatCommand(run *event.Run, name string) string {
	command := report.Repeat(run, name)
	if others := otherStrategies(run); others != nil {
		command += " --strategies " + strings.Join(others, ",")
	}
	return command
}

// result is the run's result with what only the run directory knows.
func result(s *stage, state *metrics.State, took time.Duration) report.Result {
	res := report.New(state, took)
	if res.Invariants.Violations > 0 {
		res.Invariants.Repeat = repeatCommand(state.Run, s.name)
	}
	switch {
	case s.run != nil:
		res.Crashes = crashes(s.run.Survived())
	case s.crashes != nil:
		res.Crashes = crashes(s.crashes)
	}
	return res
}

func crashes(cs []event.Survival) []report.Crash {
	list := []report.Crash{}
	for _, c := range cs {
		list = append(list, report.Crash{
			AtMS: c.At.Millis(), InFlight: c.InFlight, RepeatedCalls: c.Repeated, EffectsAlreadyThere: c.Met, RecoveryMS: c.RecoveryMillis,
		})
	}
	return list
}

// print writes the result in the form that was asked for.
func (o *watchOptions) print(env *Env, s *stage, res *report.Result, at report.Place) error {
	switch {
	case !o.headless:
		return res.Summary(env.Stdout, at)
	case o.output == "json":
		return res.JSON(env.Stdout)
	case o.output == "markdown":
		return res.Markdown(env.Stdout, at)
	case o.output == "ndjson":
		return nil // the tape went there already
	}
	return res.Text(env.Stdout)
}

// printCrashes says what the kills came to.
func printCrashes(w io.Writer, state *metrics.State, res *report.Result) {
	for _, c := range res.Crashes {
		fmt.Fprintf(w, "killed at %s: %d in flight, %d calls repeated, %d effects already in the ledger, %d doubled; back after %.0f ms\n",
			state.Run.Clock(event.Time(c.AtMS*1000)), c.InFlight, c.RepeatedCalls, c.EffectsAlreadyThere, doubled(state), c.RecoveryMS)
	}
}

// doubled counts the effects that keyed strategies made twice, over all promises.
func doubled(state *metrics.State) int {
	n := 0
	for i := range state.Strategies {
		if !state.Run.Strategies[i].Keyed {
			continue
		}
		for _, p := range state.Strategies[i].Promises {
			n += p.Twice
		}
	}
	return n
}

// interrupted is the end of a run that somebody stopped.
func interrupted(state *metrics.State, dir string) error {
	f := &failure{code: exitSignals + 2, err: fmt.Errorf("stopped at %s of the run", state.Run.Clock(state.Now))}
	if dir != "" {
		f.hint = "go on with it: tasker-sim resume " + dir
	}
	return f
}

// verdict is the exit code of a run that came to its end: a broken invariant is
// always a failure, a claim that does not hold only with --check.
func (o *watchOptions) verdict(res *report.Result) error {
	if v := res.Invariants; v.Violations > 0 {
		return &failure{ExitFailed, fmt.Errorf("%d of %d invariants violated, first: %s", v.Violations, v.Checked, v.First), "please report it with the command that repeats the run: " + v.Repeat}
	}
	if !o.check {
		return nil
	}
	failed := 0
	for i := range res.Claims {
		if h := res.Claims[i].Holds; h != nil && !*h {
			failed++
		}
	}
	if failed > 0 {
		return &failure{ExitFailed, fmt.Errorf("%d of %d claims do not hold", failed, len(res.Claims)), ""}
	}
	return nil
}
