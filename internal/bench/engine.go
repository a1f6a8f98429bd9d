package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// EngineOptions says what [Engine] measures.
type EngineOptions struct {
	Clients   []int         // workflows in flight, a row each
	Workflows int           // per measurement; 0: as many as Duration allows
	Duration  time.Duration // of a measurement, if Workflows is 0
	Rounds    int           // how often everything is measured; figures are medians
	Dir       string        // where the files are made and removed again
	// Progress is told what is being measured; nil: nobody is.
	Progress func(what string)
}

// EngineResult is what [Engine] found.
type EngineResult struct {
	Steps   int         `json:"steps"`   // per workflow
	Payload int         `json:"payload"` // bytes of context and outputs per workflow
	Rounds  int         `json:"rounds"`
	Rows    []EngineRow `json:"rows"`
}

// EngineRow compares the subjects with the same number of clients.
type EngineRow struct {
	Clients int     `json:"clients"`
	Engine  Figures `json:"engine"`
	Floor   Figures `json:"floor"`
	Update  Figures `json:"update"`
	// Ratios, each the median over rounds: a round's subjects are measured next
	// to each other.
	OfFloor     float64 `json:"of_floor"`      // throughput: engine / floor
	OfUpdate    float64 `json:"of_update"`     // throughput: engine / update
	P50OfUpdate float64 `json:"p50_of_update"` // median duration: engine / update
}

// Figures are what one subject reached, medians over rounds. "Per workflow"
// counts are over the whole measurement.
type Figures struct {
	Workflows int     `json:"workflows"` // in the measurement
	PerSecond float64 `json:"workflows_per_s"`
	StepsPerS float64 `json:"steps_per_s"`
	P50       float64 `json:"p50_ms"` // from submission to durably done
	P99       float64 `json:"p99_ms"`
	Commits   float64 `json:"commits_per_workflow"`
	Syncs     float64 `json:"fsyncs_per_workflow"`
	Written   float64 `json:"written_per_workflow"` // bytes that went to the system; 0: not known
	Stored    float64 `json:"stored_per_workflow"`  // bytes in the tree at the end, payload included
	CPU       float64 `json:"cpu_us_per_workflow"`  // of all threads, clients included; 0: not known
	Memory    Memory  `json:"memory"`               // at the end of the measurement
}

// Engine measures the engine, the floor and one transaction per transition. It
// stops between measurements when ctx ends.
func Engine(ctx context.Context, o EngineOptions) (EngineResult, error) {
	all := make([][][]Figures, len(o.Clients)) // by row, subject, round
	for round := range o.Rounds {
		for i, clients := range o.Clients {
			l := load{clients: clients, workflows: o.Workflows, duration: o.Duration}
			for s, sub := range subjects() {
				if err := ctx.Err(); err != nil {
					return EngineResult{}, err
				}
				if o.Progress != nil {
					o.Progress(fmt.Sprintf("round %d of %d: %s, %d in flight", round+1, o.Rounds, sub.name, clients))
				}
				f, err := measure(o.Dir, sub, l)
				if err != nil {
					return EngineResult{}, fmt.Errorf("%s with %d clients: %w", sub.name, clients, err)
				}
				all[i] = append(all[i], make([][]Figures, len(subjects())-len(all[i]))...)
				all[i][s] = append(all[i][s], f)
			}
		}
	}
	r := EngineResult{Steps: steps, Payload: payload, Rounds: o.Rounds}
	for i, clients := range o.Clients {
		r.Rows = append(r.Rows, row(clients, all[i][0], all[i][1], all[i][2]))
	}
	return r, nil
}

// measure does one measurement on a file of its own.
func measure(dir string, s subject, l load) (f Figures, err error) {
	dir, err = os.MkdirTemp(dir, "bench-")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, s.name+".db")
	settle()
	c := &commits{path: path}
	one, end, err := s.open(path, l.clients, c)
	if err != nil {
		return f, err
	}
	f, err = c.measure(l, one)
	if err := errors.Join(err, end()); err != nil {
		return f, err
	}
	stored, err := inUse(path)
	f.Stored = float64(stored) / float64(max(f.Workflows, 1))
	return f, err
}

// measure drives the load and sums up.
func (c *commits) measure(l load, one func(int) error) (Figures, error) {
	wrote, worked := written(), busy()
	took, all, err := l.drive(one)
	worked = busy() - worked
	wrote = written() - wrote
	c.mu.Lock()
	defer c.mu.Unlock()
	n := float64(max(len(took), 1))
	return Figures{
		Workflows: len(took), PerSecond: n / all.Seconds(), StepsPerS: steps * n / all.Seconds(),
		P50: milliseconds(quantile(took, 0.5)), P99: milliseconds(quantile(took, 0.99)),
		Commits: float64(c.count) / n, Syncs: float64(c.syncs) / n,
		Written: float64(wrote) / n, CPU: float64(worked.Microseconds()) / n, Memory: memory(),
	}, err
}

// quantile of sorted durations: the smallest that at least the share q does not
// exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(q * float64(len(sorted)))
	return sorted[min(i, len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// inUse is how many bytes keys, values and their page headers take in the file.
func inUse(path string) (bytes int, err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			s := b.Stats()
			bytes += s.LeafInuse + s.BranchInuse
			return nil
		})
	})
	return bytes, errors.Join(err, db.Close())
}

func row(clients int, engine, floor, update []Figures) EngineRow {
	ratio := func(a, b []Figures, of func(Figures) float64) float64 {
		list := make([]float64, len(a))
		for i := range a {
			list[i] = of(a[i]) / of(b[i])
		}
		return median(list)
	}
	rate := func(f Figures) float64 { return f.PerSecond }
	return EngineRow{
		Clients: clients, Engine: medians(engine), Floor: medians(floor), Update: medians(update),
		OfFloor: ratio(engine, floor, rate), OfUpdate: ratio(engine, update, rate),
		P50OfUpdate: ratio(engine, update, func(f Figures) float64 { return f.P50 }),
	}
}

// medians takes each figure's own median.
func medians(rounds []Figures) Figures {
	of := func(get func(Figures) float64) float64 {
		list := make([]float64, len(rounds))
		for i := range rounds {
			list[i] = get(rounds[i])
		}
		return median(list)
	}
	bytes := func(get func(Memory) uint64) uint64 {
		return uint64(of(func(f Figures) float64 { return float64(get(f.Memory)) }))
	}
	return Figures{
		Workflows: int(of(func(f Figures) float64 { return float64(f.Workflows) })),
		PerSecond: of(func(f Figures) float64 { return f.PerSecond }),
		StepsPerS: of(func(f Figures) float64 { return f.StepsPerS }),
		P50:       of(func(f Figures) float64 { return f.P50 }),
		P99:       of(func(f Figures) float64 { return f.P99 }),
		Commits:   of(func(f Figures) float64 { return f.Commits }),
		Syncs:     of(func(f Figures) float64 { return f.Syncs }),
		Written:   of(func(f Figures) float64 { return f.Written }),
		Stored:    of(func(f Figures) float64 { return f.Stored }),
		CPU:       of(func(f Figures) float64 { return f.CPU }),
		Memory: Memory{
			Heap:      bytes(func(m Memory) uint64 { return m.Heap }),
			Resident:  bytes(func(m Memory) uint64 { return m.Resident }),
			Anonymous: bytes(func(m Memory) uint64 { return m.Anonymous }),
		},
	}
}

// median of a list that is not empty; of an even number the mean of two.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}
