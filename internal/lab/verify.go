package lab

import (
	"context"
	"fmt"
	"strings"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/sim"
)

// Bound is the chance that any of all tests of a call fails although the
// simulator is right.
const Bound = 1e-3

// Options say what is verified.
type Options struct {
	Seed  uint64   // the first seed
	Seeds int      // how many seeds, at least 1: Seed, Seed+1, …
	Only  []string // ids of oracles; none: all
	Sets  []string // "o1.p=0.2": poses a case of one's own instead of the law's
	// Workers is how many worlds live beside each other; they share nothing.
	Workers int
	// Progress, if it is not nil, hears how many worlds' cases of all are done. It
	// is called by one goroutine at a time.
	Progress func(done, all int)
	// Tune, if it is not nil, changes how each world is made: for tests that plant
	// a mistake.
	Tune func(*sim.Options)
}

// Verify poses the oracles' cases and judges what comes of them. The error is
// for what cannot be asked, or a world that cannot be made; that a law is broken
// is in the result.
func Verify(ctx context.Context, o Options) (*Result, error) {
	if o.Seeds < 1 {
		return nil, fmt.Errorf("--seeds %d: want at least 1", o.Seeds)
	}
	oracles, err := chosen(o.Only)
	if err != nil {
		return nil, err
	}
	asked, err := questions(oracles, o.Sets)
	if err != nil {
		return nil, err
	}
	r := &Result{Schema: 1, Seed: o.Seed, Seeds: o.Seeds, Bound: Bound, Cells: []Cell{}, Unposed: []Unposed{}}
	for i := range oracles {
		if oracles[i].Unposed != "" {
			r.Unposed = append(r.Unposed, Unposed{oracles[i].ID, oracles[i].Law, oracles[i].Unposed})
		}
	}
	return r, r.ask(ctx, o, asked)
}

// ask poses the questions at every seed and judges the answers.
func (r *Result) ask(ctx context.Context, o Options, asked []question) error {
	trials := make([]trial, len(asked)*o.Seeds)
	err := spread(ctx, o.Workers, len(trials), func(i int) error {
		q, seed := &asked[i/o.Seeds], o.Seed+uint64(i%o.Seeds)
		trials[i] = trial{seed: caseSeed(seed, q.oracle.ID, q.values.text), tune: o.Tune}
		if err := q.oracle.pose(q.values, &trials[i]); err != nil {
			return fmt.Errorf("%s %s, seed %d: %w", q.oracle.ID, q.values.text, seed, err)
		}
		return nil
	}, o.Progress)
	if err != nil {
		return err
	}
	for i := range asked {
		r.gather(&asked[i], trials[i*o.Seeds:(i+1)*o.Seeds], o.Seed)
	}
	r.judge()
	return nil
}

// gather adds the cells of one case over its seeds.
func (r *Result) gather(q *question, trials []trial, seed uint64) {
	for i := range trials {
		r.Invariants.Checked += trials[i].checks.Checked
		r.broken(q, trials[i].checks, seed+uint64(i))
	}
	for f := range trials[0].found {
		first := trials[0].found[f]
		c := Cell{Oracle: q.oracle.ID, Law: q.oracle.Law, Case: q.values.text, Figure: first.figure, Unit: first.unit, pooled: first.evidence, question: q}
		for i := range trials {
			e := trials[i].found[f].evidence
			c.Seeds = append(c.Seeds, AtSeed{Seed: seed + uint64(i), Measured: e.measured(), N: e.size(), P: e.p()})
			if i > 0 {
				c.pooled = c.pooled.with(e)
			}
		}
		c.Predicted, c.Measured, c.N, c.Test = c.pooled.predicted(), c.pooled.measured(), c.pooled.size(), c.pooled.test()
		c.Pooled = c.pooled.p()
		if id, ok := c.pooled.(identity); ok {
			c.First = id.first
		}
		r.Cells = append(r.Cells, c)
	}
}

// broken counts the invariants that a world broke.
func (r *Result) broken(q *question, c metrics.Checks, seed uint64) {
	r.Invariants.Violations += c.Violations
	if c.Violations > 0 && r.Invariants.First == "" {
		r.Invariants.First = fmt.Sprintf("%s %s: %s", q.oracle.ID, q.values.text, c.First)
		r.Invariants.Repeat = repeat(q, seed)
	}
}

// repeat is the command that poses the case again.
func repeat(q *question, seed uint64) string {
	id := strings.ToLower(q.oracle.ID)
	s := fmt.Sprintf("tasker-sim verify --only %s --seed %d", id, seed)
	for _, word := range strings.Fields(q.values.text) {
		s += fmt.Sprintf(" --set %s.%s", id, word)
	}
	return s
}
