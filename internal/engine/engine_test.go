package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// leaps is a clock that stands still until the engine waits for a time, and then
// is there at once.
func leaps() engine.Clock {
	var now atomic.Int64
	return engine.Clock{
		Now: func() engine.Time { return engine.Time(now.Load()) },
		Wait: func(until engine.Time) <-chan time.Time {
			now.Store(max(now.Load(), int64(until)))
			ch := make(chan time.Time, 1)
			ch <- time.Time{}
			return ch
		},
	}
}

func start(t *testing.T, store engine.Store, tpl engine.Template, handlers map[string]engine.Handler) *engine.Engine {
	t.Helper()
	e, err := engine.Open(engine.Options{
		Config: engine.Config{Store: store, Templates: []engine.Template{tpl}, Poison: -1}, Clock: leaps(), Handlers: handlers, Workers: 4,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// one is a template of one step "a" with a limit and a timeout.
func one(limit int, timeout engine.Time) engine.Template {
	return engine.Template{Ref: engine.Ref{Name: "one"}, Steps: []engine.Step{
		{Name: "a", Timeout: timeout, Retry: engine.Retry{Limit: limit, Base: 1000}},
	}}
}

// TestEngineOutcomes shows what becomes of a task for each way a handler ends.
func TestEngineOutcomes(t *testing.T) {
	defer goleak.VerifyNone(t)
	tests := []struct {
		name    string
		handler engine.Handler
		want    engine.TaskState
		class   string
		tries   int
	}{
		{"success", func(context.Context, engine.Call) ([]byte, error) { return []byte("x"), nil }, engine.TaskComplete, "", 1},
		{"plain error", func(context.Context, engine.Call) ([]byte, error) { return nil, errors.New("no") }, engine.TaskParked, "error", 3},
		{"failure", func(context.Context, engine.Call) ([]byte, error) { return nil, engine.Failure{Class: "503"} }, engine.TaskParked, "503", 3},
		{"permanent failure", func(context.Context, engine.Call) ([]byte, error) {
			return nil, fmt.Errorf("wrapped: %w", engine.Failure{Class: "decline", Permanent: true})
		}, engine.TaskError, "decline", 1},
		{"panic", func(context.Context, engine.Call) ([]byte, error) { panic("oops") }, engine.TaskError, "panic", 1},
		{"no answer", func(ctx context.Context, _ engine.Call) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, engine.TaskParked, engine.ClassTimeout, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			timeout := engine.Time(0)
			if tt.class == engine.ClassTimeout {
				timeout = 5000
			}
			e := start(t, new(engine.Memory), one(3, timeout), map[string]engine.Handler{"a": tt.handler})
			defer e.Close()
			id, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{})
			if err != nil {
				t.Fatal(err)
			}
			state, err := e.Wait(context.Background(), id)
			if state != tt.want || err != nil {
				t.Errorf("ended %v, %v, want %v", state, err, tt.want)
			}
			v, err := e.Task(id)
			if v.Class != tt.class || len(v.Attempts()) != tt.tries || err != nil {
				t.Errorf("class %q after %d attempts, %v, want %q after %d", v.Class, len(v.Attempts()), err, tt.class, tt.tries)
			}
		})
	}
}

// TestEngineRestart kills an engine again and again while it works on 60 tasks.
// Every task completes; no step runs again once its success was recorded, and
// nothing beyond what was in flight runs twice.
//
//tidy:long one story, from the first kill to the last
func TestEngineRestart(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "engine.db")
	var mu sync.Mutex
	calls, left := map[string]int{}, 0
	var killed chan struct{}
	handler := func(ctx context.Context, c engine.Call) ([]byte, error) {
		mu.Lock()
		calls[c.Key()]++
		left--
		if left == 0 {
			close(killed)
		}
		die := left <= 0 && left > -1000
		mu.Unlock()
		if die {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return []byte(c.Key()), nil
	}
	handlers := map[string]engine.Handler{"charge": handler, "ship": handler}
	run := func(calls int, f func(e *engine.Engine)) {
		store, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		left, killed = calls, make(chan struct{})
		mu.Unlock()
		e := start(t, store, order, handlers)
		f(e)
		store.Close()
		e.Close()
	}
	kills := 0
	run(7, func(e *engine.Engine) {
		for range 60 {
			if _, err := e.Submit(order.Ref, engine.Submission{}); err != nil {
				t.Fatal(err)
			}
		}
		<-killed
		kills++
	})
	for range 5 {
		run(11, func(*engine.Engine) { <-killed; kills++ })
	}
	run(-1000, func(e *engine.Engine) {
		for id := engine.TaskID(1); id <= 60; id++ {
			if state, err := e.Wait(context.Background(), id); state != engine.TaskComplete || err != nil {
				t.Errorf("task %d: %v, %v", id, state, err)
			}
		}
	})
	if len(calls) != 120 {
		t.Errorf("%d steps were called, want 120", len(calls))
	}
	total := 0
	for _, n := range calls {
		total += n
	}
	if again := total - 120; again < kills || again > kills*4 {
		t.Errorf("%d calls were repeated by %d kills with at most 4 in flight", again, kills)
	}
}

// TestEngineCloseKeeps shows what Close does to the handler that finishes and to
// the one that is cut off.
func TestEngineCloseKeeps(t *testing.T) {
	defer goleak.VerifyNone(t)
	store := new(engine.Memory)
	began := make(chan struct{}, 2)
	e := start(t, store, one(1, 0), map[string]engine.Handler{"a": func(ctx context.Context, c engine.Call) ([]byte, error) {
		began <- struct{}{}
		<-ctx.Done()
		if c.Task == 1 {
			return []byte("done"), nil
		}
		return nil, ctx.Err()
	}})
	for range 2 {
		if _, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{}); err != nil {
			t.Fatal(err)
		}
	}
	<-began
	<-began
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{}); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("Submit after Close: %v", err)
	}
	c, err := engine.New(engine.Config{Store: store, Templates: []engine.Template{one(1, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Task(1)
	if v.State != engine.TaskComplete || string(v.Steps[0].Output) != "done" || err != nil {
		t.Errorf("task 1: %v with %q, %v", v.State, v.Steps[0].Output, err)
	}
	if in := c.InFlight(); len(in) != 1 || in[0].Task != 2 || in[0].N != 1 {
		t.Errorf("in flight: %+v, want attempt 1 of task 2", in)
	}
}

// full is a store whose disk is full.
type full struct{ engine.Discard }

var errFull = errors.New("no space left on device")

func (full) Append(*engine.Batch) error { return errFull }

// TestEngineDiskFull shows that nothing is acknowledged that is not durable.
func TestEngineDiskFull(t *testing.T) {
	defer goleak.VerifyNone(t)
	called := false
	e := start(t, full{}, one(1, 0), map[string]engine.Handler{"a": func(context.Context, engine.Call) ([]byte, error) {
		called = true
		return nil, nil
	}})
	if _, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{}); !errors.Is(err, errFull) {
		t.Errorf("Submit: %v, want the disk's error", err)
	}
	if _, err := e.Task(1); !errors.Is(err, errFull) {
		t.Errorf("Task: %v, want what stopped the engine", err)
	}
	if err := e.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close: %v, want what stopped the engine", err)
	}
	if called {
		t.Error("a handler began although its start is not durable")
	}
}

// TestEngineCancel shows that the handler of a cancelled task is told.
func TestEngineCancel(t *testing.T) {
	defer goleak.VerifyNone(t)
	began, told := make(chan struct{}), make(chan struct{})
	e := start(t, new(engine.Memory), one(1, 0), map[string]engine.Handler{"a": func(ctx context.Context, _ engine.Call) ([]byte, error) {
		close(began)
		<-ctx.Done()
		close(told)
		return []byte("too late"), nil
	}})
	defer e.Close()
	id, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	<-began
	if err := e.Cancel(id, "ops", "wrong order"); err != nil {
		t.Fatal(err)
	}
	<-told
	if state, err := e.Wait(context.Background(), id); state != engine.TaskCancelled || err != nil {
		t.Errorf("ended %v, %v", state, err)
	}
	if err := e.Redrive(id, "ops", "please"); !errors.Is(err, engine.ErrOver) {
		t.Errorf("Redrive: %v, want refused", err)
	}
}

// TestEngineDownTime: an attempt in flight gets its whole timeout again, however
// long the process was away: a crash spends no attempt.
func TestEngineDownTime(t *testing.T) {
	defer goleak.VerifyNone(t)
	store := new(engine.Memory)
	c, err := engine.New(engine.Config{Store: store, Templates: []engine.Template{one(1, 5000)}})
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.Submit(0, engine.Ref{Name: "one"}, engine.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	c.Claim(0, nil)
	if err := c.Flush(nil); err != nil {
		t.Fatal(err)
	}
	var deadline engine.Time
	e, err := engine.Open(engine.Options{
		Config: engine.Config{Store: store, Templates: []engine.Template{one(1, 5000)}},
		Clock: engine.Clock{
			Now:  func() engine.Time { return 3_600_000_000 },
			Wait: func(engine.Time) <-chan time.Time { return nil },
		},
		Handlers: map[string]engine.Handler{"a": func(_ context.Context, c engine.Call) ([]byte, error) {
			deadline = c.Deadline
			return nil, nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	state, err := e.Wait(context.Background(), id)
	if state != engine.TaskComplete || err != nil || deadline != 3_600_005_000 {
		t.Errorf("ended %v, %v, with a deadline at %d", state, err, deadline)
	}
}
