package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/wall"
)

// StoreOptions says what [Store] measures.
type StoreOptions struct {
	Finished  int    // tasks that are over
	Running   int    // tasks in flight besides, each with one step in progress
	Workflows int    // per point of the curve
	Rounds    int    // how often a process is started on the store and killed
	Dir       string // where the file is made and removed again
	// Drive is the command that runs [Drive] in a process of its own.
	Drive func(path string, running int) *exec.Cmd
	// Progress is told what is being done; nil: nobody is.
	Progress func(what string)
}

// StoreResult is what [Store] found.
type StoreResult struct {
	Finished int          `json:"finished"`
	Running  int          `json:"running"`
	Size     int64        `json:"file_bytes"`
	Curve    []StorePoint `json:"curve"`
	Lookup   Lookup       `json:"lookup"` // with everything stored
	Restarts []Restart    `json:"restarts"`
}

// StorePoint is what a workflow costs with so many finished tasks in the store.
type StorePoint struct {
	Finished int     `json:"finished"`
	Figures  Figures `json:"figures"`         // 64 in flight
	Cost     float64 `json:"us_per_workflow"` // of wall-clock time
	Lookup   Lookup  `json:"lookup"`
}

// Lookup is how long it takes to find a task, chosen at random, with its whole
// history, in milliseconds.
type Lookup struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// Restart is a process that goes on after a kill. Times count from the moment
// when its parent began to start it.
type Restart struct {
	Open   float64 `json:"open_ms"`       // of that, opening the store and the engine
	First  float64 `json:"first_step_ms"` // until the first old step was driven again
	All    float64 `json:"all_steps_ms"`  // until all of them were
	Memory Memory  `json:"memory"`        // with all of them running
}

const (
	curveClients = 64
	lookups      = 2000
	buildBatch   = 1000 // tasks
)

// builder fills a store and measures on the way.
type builder struct {
	StoreOptions
	path   string
	result StoreResult
}

// Store fills a store and measures it at each power of ten from 1,000 up, with
// everything in it, and after a kill.
func Store(ctx context.Context, o StoreOptions) (r StoreResult, err error) {
	dir, err := os.MkdirTemp(o.Dir, "bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &builder{StoreOptions: o, path: filepath.Join(dir, "store.db"), result: StoreResult{Running: o.Running}}
	for _, mark := range marks(o.Finished) {
		if err := b.fill(ctx, mark); err != nil {
			return b.result, err
		}
		if err := b.point(); err != nil {
			return b.result, err
		}
	}
	if err := b.start(); err != nil {
		return b.result, err
	}
	return b.result, b.restarts(ctx)
}

// marks are the powers of ten from 1,000 up to n, and n.
func marks(n int) (list []int) {
	for m := 1000; m < n; m *= 10 {
		list = append(list, m)
	}
	return append(list, n)
}

func (b *builder) say(format string, args ...any) {
	if b.Progress != nil {
		b.Progress(fmt.Sprintf(format, args...))
	}
}

// fill adds finished tasks until there are so many. Nothing is synced before the
// end; a task's records are spread over as many batches as in real life.
func (b *builder) fill(ctx context.Context, finished int) error {
	b.say("filling the store up to %d finished tasks", finished)
	return b.core(func(c *engine.Core) error {
		for b.result.Finished < finished {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := min(buildBatch, finished-b.result.Finished)
			if err := live(c, n); err != nil {
				return err
			}
			b.result.Finished += n
		}
		return nil
	})
}

// start leaves the running tasks in the store.
func (b *builder) start() error {
	b.say("starting %d tasks", b.Running)
	now := engine.Time(wall.Micros())
	return b.core(func(c *engine.Core) error {
		for range b.Running {
			if _, err := c.SubmitTo(now, 0, engine.Submission{Context: make([]byte, contextSize)}); err != nil {
				return err
			}
		}
		c.Claim(now, nil)
		return c.Flush(nil)
	})
}

// core works on the store without waiting for the disk, but at the end.
func (b *builder) core(work func(*engine.Core) error) error {
	store, err := bolt.Open(b.path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	c, err := engine.New(engine.Config{Store: store, Templates: []engine.Template{checkout()}})
	if err == nil {
		err = work(c)
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	f, err := os.OpenFile(b.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// live leads n tasks through their lives.
func live(c *engine.Core, n int) error {
	now := engine.Time(wall.Micros())
	for range n {
		if _, err := c.SubmitTo(now, 0, engine.Submission{Context: make([]byte, contextSize)}); err != nil {
			return err
		}
	}
	output := make([]byte, outputSize)
	for {
		attempts := c.Claim(now, nil)
		if err := c.Flush(nil); err != nil || len(attempts) == 0 {
			return err
		}
		now += 300
		for _, a := range attempts {
			if err := c.Succeed(now, a, output); err != nil {
				return err
			}
		}
	}
}

// point measures workflows and look-ups on the store as it is.
func (b *builder) point() (err error) {
	b.say("measuring with %d finished tasks", b.result.Finished)
	settle()
	c := &commits{path: b.path}
	store, err := bolt.Open(b.path, bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	e, err := engine.Open(options(counted{store, c}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	p := StorePoint{Finished: b.result.Finished}
	if p.Lookup, err = look(e, b.result.Finished); err != nil {
		return err
	}
	ref, s := checkout().Ref, engine.Submission{Context: make([]byte, contextSize)}
	one := func(int) error { return submitAndWait(e, ref, s) }
	if _, _, err := (load{clients: curveClients, workflows: b.Workflows / 10}).drive(one); err != nil {
		return err
	}
	c.reset()
	if p.Figures, err = c.measure(load{clients: curveClients, workflows: b.Workflows}, one); err != nil {
		return err
	}
	p.Cost = 1e6 / p.Figures.PerSecond
	b.result.Finished += b.Workflows + b.Workflows/10
	b.result.Curve = append(b.result.Curve, p)
	return nil
}

// reset forgets the commits so far.
func (c *commits) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count, c.syncs = 0, 0
}

// look finds tasks between 1 and last, by a generator that always draws the same.
func look(e *engine.Engine, last int) (Lookup, error) {
	draw := rand.New(rand.NewPCG(1, 2))
	took := make([]time.Duration, lookups)
	for i := range took {
		id := engine.TaskID(1 + draw.IntN(last))
		watch := wall.Start()
		v, err := e.Task(id)
		took[i] = watch.Elapsed()
		if err != nil {
			return Lookup{}, err
		}
		if v.ID != id || v.State != engine.TaskComplete && v.State != engine.TaskInProgress {
			return Lookup{}, fmt.Errorf("task %d: found %d, %v", id, v.ID, v.State)
		}
	}
	slices.Sort(took)
	return Lookup{
		P50: milliseconds(quantile(took, 0.5)), P99: milliseconds(quantile(took, 0.99)), Max: milliseconds(took[lookups-1]),
	}, nil
}
