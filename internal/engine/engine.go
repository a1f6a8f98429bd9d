package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Handler does the work of a step. It may be called more than once for the same
// [Attempt.Key], after a crash even for the same attempt. A [Failure] among the
// wrapped errors says how it failed; any other error is a retryable failure of
// class "error", a panic a permanent one of class "panic". ctx ends at the
// deadline, when the task is cancelled and when the engine stops.
type Handler func(ctx context.Context, call Call) (output []byte, err error)

// Clock is how an engine knows the time: the package reads no clock itself.
type Clock struct {
	Now  func() Time                       // microseconds since an epoch that stays the same for a store
	Wait func(until Time) <-chan time.Time // receives once at or after that time
}

// Options of an engine. The fields of Config mean what they mean to a core, but
// Observe is called on the engine's own goroutine (before Open returns, on the
// caller's), and Poison is 3 if it is 0;
// less turns it off.
type Options struct {
	Config
	Clock    Clock
	Handlers map[string]Handler // by name; one for each step of each template, and for each Undo
	Workers  int                // handlers running at once; 0: no bound
}

// defaultPoison is Options.Poison unless it is set.
const defaultPoison = 3

// ErrClosed is the answer to calls to an engine that has stopped.
var ErrClosed = errors.New("the engine is closed")

// Engine runs tasks in real time. It is safe for concurrent use. One goroutine
// owns the core: it drains all that was asked for and all results that came in,
// flushes them in one batch, and only then answers, starts handlers and goes on.
// While it waits for the disk the next batch gathers; there is no timer window.
type Engine struct {
	core     *Core
	clock    Clock
	handlers map[string]Handler
	workers  int

	mu     sync.Mutex // guards asked, closed, err
	asked  []request
	closed bool
	err    error         // why it stopped, if that was not Close
	wake   chan struct{} // capacity 1: something is in asked, or closed changed

	ctx     context.Context // of all handlers
	cancel  context.CancelFunc
	work    sync.WaitGroup // handlers
	stopped chan struct{}  // closed when the loop has ended

	// The rest belongs to the loop.
	running map[run]context.CancelFunc
	waiting map[TaskID][]chan TaskState
	drains  []chan struct{}
	settled []settled // tasks that were over or parked in this batch
	claimed []Attempt
}

// request is something to do with the core; answer is called when it is durable,
// or with the error that stopped the engine.
type request struct {
	do     func(now Time)
	answer func(error)
}

type run struct {
	task    TaskID
	step, n int
}

type settled struct {
	task  TaskID
	state TaskState
}

// Open recovers what is open in the store and starts to work on it. The store
// stays the caller's, to be closed after the engine.
func Open(o Options) (*Engine, error) {
	if o.Clock.Now == nil || o.Clock.Wait == nil {
		return nil, errors.New("options: the clock is not complete")
	}
	for _, t := range o.Templates {
		for _, s := range t.Steps {
			if o.Handlers[s.Name] == nil {
				return nil, fmt.Errorf("options: template %s: step %q has no handler", t.Ref, s.Name)
			}
			if s.Undo != "" && o.Handlers[s.Undo] == nil {
				return nil, fmt.Errorf("options: template %s: step %q: its undo %q has no handler", t.Ref, s.Name, s.Undo)
			}
		}
	}
	e := &Engine{
		clock: o.Clock, handlers: maps.Clone(o.Handlers), workers: o.Workers,
		wake: make(chan struct{}, 1), stopped: make(chan struct{}),
		running: map[run]context.CancelFunc{}, waiting: map[TaskID][]chan TaskState{},
	}
	observe := o.Observe
	o.Observe = func(r *Record) {
		e.note(r)
		if observe != nil {
			observe(r)
		}
	}
	switch {
	case o.Poison == 0:
		o.Poison = defaultPoison
	case o.Poison < 0:
		o.Poison = 0
	}
	var err error
	if e.core, err = New(o.Config); err != nil {
		return nil, err
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	now := o.Clock.Now()
	e.claimed = mutateInFlight(e.core, e.core.Retake(now, nil))
	mutateWaits(e.core, now)
	if err := e.resume(); err != nil {
		e.cancel()
		return nil, err
	}
	go e.loop()
	return e, nil
}

// Submit accepts a task. When it returns without an error the task is durable.
func (e *Engine) Submit(ref Ref, s Submission) (id TaskID, err error) {
	failed := e.ask(func(now Time) { id, err = e.core.Submit(now, ref, s) })
	return id, errors.Join(failed, err)
}

// Task looks a task up, open or over.
func (e *Engine) Task(id TaskID) (v View, err error) {
	failed := e.ask(func(Time) { v, err = e.core.Task(id) })
	return v, errors.Join(failed, err)
}

// Wait waits until a task is over or parked, and says which.
func (e *Engine) Wait(ctx context.Context, id TaskID) (TaskState, error) {
	settles := make(chan TaskState, 1)
	var err error
	failed := e.ask(func(Time) {
		var state TaskState
		if state, err = e.core.State(id); err != nil {
			return
		}
		if state.Terminal() || state == TaskParked {
			settles <- state
			return
		}
		e.waiting[id] = append(e.waiting[id], settles)
	})
	if err := errors.Join(failed, err); err != nil {
		return 0, err
	}
	select {
	case state := <-settles:
		return state, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-e.stopped:
	}
	select {
	case state := <-settles: // the last thing it did
		return state, nil
	default:
		return 0, e.reason()
	}
}

// Close stops: nothing new begins, the contexts of running handlers end, and
// what they still achieve is kept. An attempt that is cut off stays in progress
// and is driven again by the next engine. Close returns what stopped the engine
// before, if anything did.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.cancel()
	e.nudge()
	<-e.stopped
	e.work.Wait()
	if err := e.reason(); !errors.Is(err, ErrClosed) {
		return err
	}
	return nil
}

// reason is why the engine takes no more requests.
func (e *Engine) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return e.err
	}
	return ErrClosed
}

// ask runs do on the loop and returns when its effect is durable.
func (e *Engine) ask(do func(now Time)) error {
	answer := make(chan error, 1)
	if err := e.post(request{do, func(err error) { answer <- err }}); err != nil {
		return err
	}
	return <-answer
}

// post hands a request to the loop.
func (e *Engine) post(r request) error {
	e.mu.Lock()
	stopped := e.closed || e.err != nil
	if !stopped {
		e.asked = append(e.asked, r)
	}
	e.mu.Unlock()
	if stopped {
		return e.reason()
	}
	e.nudge()
	return nil
}

func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// note sees each record on the loop: it ends handlers whose attempt is over and
// remembers which tasks are settled.
func (e *Engine) note(r *Record) {
	switch r.Kind {
	case Succeeded, Undone, Retrying, Exhausted, Failed:
		e.end(run{r.Task, int(r.Step), int(r.Attempt)})
	case Parked, Completed, Errored:
		e.settled = append(e.settled, settled{r.Task, r.Kind.leads()})
	case Cancelled, Compensating:
		if r.Kind == Cancelled {
			e.settled = append(e.settled, settled{r.Task, TaskCancelled})
		}
		for _, k := range slices.Collect(maps.Keys(e.running)) {
			if k.task == r.Task {
				e.end(k)
			}
		}
	}
}

// end ends the context of a handler whose result is not waited for any more.
func (e *Engine) end(k run) {
	if stop, ok := e.running[k]; ok {
		stop()
		delete(e.running, k)
	}
}
