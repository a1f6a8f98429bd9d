package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
)

// Plan is what is to be run. It is made by its owner and does not change.
type Plan struct {
	File       string   `json:"file"` // name of the scenario's file, for problems
	Text       []byte   `json:"-"`    // what stands in it
	Digest     string   `json:"digest"`
	Sets       []string `json:"sets,omitempty"`
	Strategies []string `json:"strategies,omitempty"` // none: those of the scenario
	Axes       []Axis   `json:"axes"`                 // one or two
	Seed       uint64   `json:"seed"`                 // the first one
	Seeds      int      `json:"seeds"`
	Measure    string   `json:"measure"` // path below strategies.<name> of a run's result
}

// Sample is what one run came to.
type Sample struct {
	Point  int        `json:"point"` // its number in the grid, the last axis fastest
	Seed   uint64     `json:"seed"`
	Values []*float64 `json:"values"` // by strategy; nil: the run has no such figure
	Tasks  int        `json:"tasks"`  // per strategy
}

// Points is the number of points of the grid.
func (p *Plan) Points() int {
	n := 1
	for _, a := range p.Axes {
		n *= len(a.Values)
	}
	return n
}

// Cells is the number of runs.
func (p *Plan) Cells() int { return p.Points() * p.Seeds }

// At are the indices of a point on each axis.
func (p *Plan) At(point int) []int {
	at := make([]int, len(p.Axes))
	for i := len(p.Axes) - 1; i >= 0; i-- {
		n := len(p.Axes[i].Values)
		at[i] = point % n
		point /= n
	}
	return at
}

// sets are the --set arguments of a point.
func (p *Plan) sets(point int) []string {
	sets := slices.Clone(p.Sets)
	for i, k := range p.At(point) {
		sets = append(sets, p.Axes[i].Path+"="+p.Axes[i].Values[k])
	}
	return sets
}

// Scenario is the scenario as it is at a point. The error holds all its problems.
func (p *Plan) Scenario(point int) (*scenario.Scenario, error) {
	sc, problems := scenario.Parse(p.File, p.Text, p.sets(point))
	if len(problems) > 0 {
		return nil, problems
	}
	if len(p.Strategies) > 0 {
		if err := sc.Choose(p.Strategies); err != nil {
			return nil, err
		}
	}
	return sc, nil
}

// Names are the strategies that are compared.
func (p *Plan) Names() ([]string, error) {
	sc, err := p.Scenario(0)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range sc.Strategies {
		names = append(names, sc.Strategies[i].Name)
	}
	return names, nil
}

// ErrMeasure is returned if no run has the figure that was asked for.
var ErrMeasure = errors.New("no such figure")

// Run runs the cells that are not in have, so many at a time, and returns the
// samples of all, in the order of the grid and of the seeds. done is called for
// each new one as it comes, by one goroutine at a time. Every point is read before
// the first run starts, so that a value that cannot be is found at once.
func (p *Plan) Run(ctx context.Context, workers int, have []Sample, done func(Sample) error) ([]Sample, error) {
	points := make([]*scenario.Scenario, p.Points())
	for i := range points {
		sc, err := p.Scenario(i)
		if err != nil {
			return nil, err
		}
		points[i] = sc
	}
	all := make([]*Sample, p.Cells())
	for i := range have {
		if s := &have[i]; s.Point < len(points) && s.Seed-p.Seed < uint64(p.Seeds) {
			all[p.cell(s)] = s
		}
	}
	if err := p.fill(ctx, points, all, workers, done); err != nil {
		return nil, err
	}
	out := make([]Sample, len(all))
	for i, s := range all {
		out[i] = *s
	}
	return out, nil
}

// cell is the place of a sample among all.
func (p *Plan) cell(s *Sample) int { return s.Point*p.Seeds + int(s.Seed-p.Seed) }

// fill runs the cells that have no sample yet.
func (p *Plan) fill(ctx context.Context, points []*scenario.Scenario, all []*Sample, workers int, done func(Sample) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range max(1, workers) {
		wg.Go(func() {
			for i := range todo {
				s, err := p.live(ctx, points[i/p.Seeds], i)
				mu.Lock()
				if err == nil {
					all[i] = s
					err = done(*s)
				}
				mu.Unlock()
				if err != nil {
					stop(err)
				}
			}
		})
	}
	for i := range all {
		if all[i] == nil && ctx.Err() == nil {
			todo <- i
		}
	}
	close(todo)
	wg.Wait()
	return context.Cause(ctx)
}

// live runs one cell to its end.
func (p *Plan) live(ctx context.Context, sc *scenario.Scenario, cell int) (*Sample, error) {
	s := &Sample{Point: cell / p.Seeds, Seed: p.Seed + uint64(cell%p.Seeds), Tasks: sc.Load.Tasks}
	state, err := Live(ctx, sc, sim.Options{Seed: s.Seed})
	if err != nil {
		return nil, fmt.Errorf("%v with seed %d: %w", p.sets(s.Point), s.Seed, err)
	}
	for k := range state.Strategies {
		s.Values = append(s.Values, report.Figure(state, k, p.Measure))
	}
	if v := state.Checks; v.Violations > 0 {
		return nil, fmt.Errorf("%v with seed %d: %d invariants violated, first: %s", p.sets(s.Point), s.Seed, v.Violations, v.First)
	}
	return s, nil
}

// Live runs a scenario to its end without disk and folds it.
func Live(ctx context.Context, sc *scenario.Scenario, opts sim.Options) (*metrics.State, error) {
	opts.Window = sc.Load.Duration
	w, err := sim.New(sc, opts)
	if err != nil {
		return nil, err
	}
	state := metrics.New(w.Run())
	slice := max(event.Second, sc.Load.Duration/64)
	for ctx.Err() == nil {
		evs, err := w.Advance(w.Horizon() + slice)
		for i := range evs {
			state.Apply(&evs[i])
		}
		if errors.Is(err, io.EOF) {
			return state, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, context.Cause(ctx)
}
