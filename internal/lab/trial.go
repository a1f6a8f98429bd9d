package lab

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
)

// trial is one case at one seed: it lets worlds live and collects the evidence.
type trial struct {
	seed   uint64 // of the case: no two cases share their dice
	tune   func(*sim.Options)
	found  []finding
	checks metrics.Checks
}

// finding is the evidence for one figure.
type finding struct {
	figure string
	unit   string
	evidence
}

// find adds the evidence for a figure. A case adds the same figures in the same
// order at every seed.
func (t *trial) find(figure, unit string, e evidence) {
	t.found = append(t.found, finding{figure, unit, e})
}

// caseSeed makes a seed of its own for every case, so that a long run of luck of
// one does not repeat in another.
func caseSeed(seed uint64, oracle, text string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s", seed, oracle, text)
	return h.Sum64()
}

// system is a scenario to be run: its file and which strategies take part.
type system struct {
	text       string
	strategies []string
	journal    []string
}

// live lets the system live to its end and folds its events; watch, if it is not
// nil, sees each of them.
func (t *trial) live(s system, watch func(*event.Event)) (*metrics.State, error) {
	sc, problems := scenario.Parse("oracle.yaml", []byte(s.text), nil)
	if len(problems) > 0 {
		return nil, problems
	}
	if err := sc.Choose(s.strategies); err != nil {
		return nil, err
	}
	opts := sim.Options{Seed: t.seed, Window: event.Hour, Journal: s.journal}
	if t.tune != nil {
		t.tune(&opts)
	}
	w, err := sim.New(sc, opts)
	if err != nil {
		return nil, err
	}
	state := metrics.New(w.Run())
	for {
		// Longer and longer slices, for runs whose end is far away.
		evs, err := w.Advance(w.Horizon() + max(event.Minute, sc.Load.Duration/200, w.Horizon()/20))
		for i := range evs {
			state.Apply(&evs[i])
			if watch != nil {
				watch(&evs[i])
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	t.note(&state.Checks)
	return state, nil
}

// note adds the invariants of a world to those of the trial.
func (t *trial) note(c *metrics.Checks) {
	t.checks.Checked += c.Checked
	t.checks.Violations += c.Violations
	if t.checks.First == "" {
		t.checks.First = c.First
	}
}
