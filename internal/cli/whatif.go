package cli

import (
	"context"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/sweep"
	"tasker-sim/internal/tui"
	"tasker-sim/internal/wall"
)

// whatIf lives a run again with other parameters, for the dashboard. A run and a
// tape alike carry all that is needed.
type whatIf struct {
	ctx context.Context
	run *event.Run
}

// newWhatIf is nil if the run's own scenario cannot be read any more.
func newWhatIf(ctx context.Context, run *event.Run) tui.WhatIf {
	w := &whatIf{ctx, run}
	if _, err := w.scenario(nil); err != nil {
		return nil
	}
	return w
}

func (w *whatIf) scenario(sets []string) (*scenario.Scenario, error) {
	sc, problems := scenario.Parse(w.run.Scenario+".yaml", []byte(w.run.Source), append(append([]string{}, w.run.Sets...), sets...))
	if len(problems) > 0 {
		return nil, problems
	}
	var names []string
	for i := range w.run.Strategies {
		names = append(names, w.run.Strategies[i].Name)
	}
	return sc, sc.Choose(names)
}

// Dials implements [tui.WhatIf].
func (w *whatIf) Dials() []tui.Dial {
	sc, err := w.scenario(nil)
	if err != nil {
		return nil
	}
	var dials []tui.Dial
	for _, p := range sc.Params() {
		dials = append(dials, tui.Dial{Path: p.Path, Value: p.Value, Kind: p.Kind, Doc: p.Doc})
	}
	return dials
}

// Try implements [tui.WhatIf].
func (w *whatIf) Try(sets []string) (*metrics.State, time.Duration, error) {
	clock := wall.Start()
	sc, err := w.scenario(sets)
	if err != nil {
		return nil, 0, err
	}
	state, err := sweep.Live(w.ctx, sc, sim.Options{Seed: w.run.Seed, Journal: w.run.Journal})
	return state, clock.Elapsed(), err
}
