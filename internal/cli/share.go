package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/share"
	"tasker-sim/internal/sim"
)

// shared is the share string of a run with the journal that it has by now.
func shared(env *Env, run *event.Run, journal []string) string {
	r := share.Run{Scenario: run.Scenario, Seed: run.Seed, Sets: run.Sets, Strategies: otherStrategies(run), Journal: journal}
	if _, text, err := find(env, run.Scenario); err == nil && string(text) == run.Source {
		r.Sum = share.Sum(run.Source)
	} else {
		r.Source = run.Source
	}
	return share.Encode(r)
}

// otherStrategies are the strategies of a run if they are not those that its
// scenario compares.
func otherStrategies(run *event.Run) []string {
	all, problems := scenario.Parse(run.Scenario+".yaml", []byte(run.Source), run.Sets)
	if len(problems) > 0 {
		return nil
	}
	var has, chosen []string
	for i := range all.Strategies {
		has = append(has, all.Strategies[i].Name)
	}
	for i := range run.Strategies {
		chosen = append(chosen, run.Strategies[i].Name)
	}
	if slices.Equal(has, chosen) {
		return nil
	}
	return chosen
}

// receive takes over what a share string says, but for what flags say otherwise,
// and returns the name of the scenario: for one that is not shipped, the string.
func (o *runOptions) receive(cmd *cobra.Command, env *Env) (name string, err error) {
	r, err := share.Decode(o.from)
	if err != nil {
		return "", usage("`tasker-sim report RUN --share` makes one", "--from: %w", err)
	}
	f := cmd.Flags()
	if !f.Changed("seed") {
		o.seed = r.Seed
	}
	if len(r.Strategies) > 0 && !f.Changed("strategies") && !f.Changed("mode") {
		o.strategies = strings.Join(r.Strategies, ",")
	}
	o.sets, o.inject = slices.Concat(r.Sets, o.sets), slices.Concat(r.Journal, o.inject)
	if r.Source != "" {
		return o.from, nil
	}
	if _, text, err := find(env, r.Scenario); err == nil && share.Sum(string(text)) != r.Sum {
		fmt.Fprintf(env.Stderr, "note: the scenario %s is another than the one that was shared: figures may differ\n", r.Scenario)
	}
	return r.Scenario, nil
}

// sharedOf is the share string of a kept run or a tape. What was done by hand to
// a run is on the journal that it keeps; a tape has it only if it was given
// beforehand.
func sharedOf(env *Env, tape *opened) (string, error) {
	run := tape.Run()
	if tape.kept {
		return shared(env, run, tape.journal), nil
	}
	evs, err := tape.Advance(math.MaxInt64)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if byHand(run, evs) {
		return "", usage("share the run itself: its directory keeps its journal", "%s: something was done by hand to this run, and a tape does not have the words for it", tape.name)
	}
	return shared(env, run, run.Journal), nil
}

// byHand tells whether more was done to a run than its journal was given.
func byHand(run *event.Run, evs []event.Event) bool {
	given, redriven := 0, false
	for _, line := range run.Journal {
		if a, err := sim.ParseAction(run, line); err == nil {
			given, redriven = given+len(a.Services), redriven || a.Kind == sim.ActionRedrive
		}
	}
	for i := range evs {
		switch e := &evs[i]; {
		case e.Kind == event.FaultInjected:
			given--
		case e.Kind == event.TaskRedriven && e.Class == event.ClassOperator && !redriven:
			return true
		}
	}
	return given < 0
}

func printShared(env *Env, tape *opened) error {
	s, err := sharedOf(env, tape)
	if err == nil {
		_, err = fmt.Fprintln(env.Stdout, s)
	}
	return err
}
