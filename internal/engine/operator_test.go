package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// TestEngineOperator parks a task, looks it up on the dead-letter list, and does
// by hand what it takes to end it.
func TestEngineOperator(t *testing.T) {
	defer goleak.VerifyNone(t)
	tpl := engine.Template{Ref: engine.Ref{Name: "order"}, Steps: []engine.Step{
		{Name: "pay", Retry: engine.Retry{Limit: 1}},
		{Name: "ship", DependsOn: []string{"pay"}, Retry: engine.Retry{Limit: 1}},
		{Name: "mail", DependsOn: []string{"ship"}, Retry: engine.Retry{Limit: 1}},
	}}
	fails := func(context.Context, engine.Call) ([]byte, error) { return nil, engine.Failure{Class: "503"} }
	receipt := ""
	e := start(t, new(engine.Memory), tpl, map[string]engine.Handler{
		"pay": fails, "mail": fails,
		"ship": func(_ context.Context, c engine.Call) ([]byte, error) {
			receipt = string(c.Outputs["pay"])
			return nil, nil
		},
	})
	defer e.Close()
	id, err := e.Submit(tpl.Ref, engine.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	wait := func(want engine.TaskState) {
		t.Helper()
		if state, err := e.Wait(context.Background(), id); state != want || err != nil {
			t.Fatalf("%v, %v, want %v", state, err, want)
		}
	}
	wait(engine.TaskParked)
	dead, err := e.DeadLetters(engine.DeadLetterFilter{Class: "503"})
	if err != nil || len(dead) != 1 || dead[0].Task != id || dead[0].Step != "pay" || dead[0].Reason != engine.ReasonExhausted {
		t.Errorf("dead letters %+v, %v", dead, err)
	}
	pay := engine.StepAction{Task: id, Step: "pay", By: "ana", Why: "paid in cash"}
	if err := e.ResetAttempts(pay); err != nil {
		t.Fatal(err)
	}
	wait(engine.TaskParked)
	if err := e.CompleteStep(pay, []byte("receipt 7")); err != nil {
		t.Fatal(err)
	}
	wait(engine.TaskParked)
	if receipt != "receipt 7" {
		t.Errorf("ship was given %q", receipt)
	}
	if err := e.ResolveStep(engine.StepAction{Task: id, Step: "mail", By: "ana", Why: "told in person"}); err != nil {
		t.Fatal(err)
	}
	wait(engine.TaskComplete)
	if err := e.ResolveStep(pay); !errors.Is(err, engine.ErrOver) {
		t.Errorf("resolved after the end: %v", err)
	}
	if dead, err := e.DeadLetters(engine.DeadLetterFilter{}); len(dead) > 0 || err != nil {
		t.Errorf("still on the list: %+v, %v", dead, err)
	}
}

// TestEnginePoison opens an engine again and again on a task whose handler never
// lives to return. The fourth process parks it and serves the other task, and
// that one is not harmed by having been in flight each time.
func TestEnginePoison(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "engine.db")
	died := make(chan struct{}, 1)
	handler := func(ctx context.Context, c engine.Call) ([]byte, error) {
		if c.Task == 2 {
			died <- struct{}{}
		}
		if c.Task == 2 || c.Crashes < 2 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return nil, nil
	}
	for life := 1; ; life++ {
		store, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		e, err := engine.Open(engine.Options{
			Config: engine.Config{Store: store, Templates: []engine.Template{one(5, 0)}}, Clock: leaps(),
			Handlers: map[string]engine.Handler{"a": handler},
		})
		if err != nil {
			t.Fatal(err)
		}
		if life == 1 {
			for range 2 {
				if _, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if life < 4 {
			<-died
			store.Close() // nothing is written from here on
			e.Close()
			continue
		}
		for id, want := range map[engine.TaskID]engine.TaskState{1: engine.TaskComplete, 2: engine.TaskParked} {
			if state, err := e.Wait(context.Background(), id); state != want || err != nil {
				t.Errorf("task %d: %v, %v, want %v", id, state, err, want)
			}
		}
		dead, err := e.DeadLetters(engine.DeadLetterFilter{Reason: engine.ReasonPoison})
		if len(dead) != 1 || err != nil {
			t.Errorf("dead letters %+v, %v", dead, err)
		}
		e.Close()
		store.Close()
		return
	}
}

// TestEngineDrain pauses an engine with one handler running and one task waiting:
// the first ends, the second begins only after Resume.
func TestEngineDrain(t *testing.T) {
	defer goleak.VerifyNone(t)
	began, end := make(chan engine.TaskID, 2), make(chan struct{})
	e := start(t, new(engine.Memory), one(1, 0), map[string]engine.Handler{
		"a": func(_ context.Context, c engine.Call) ([]byte, error) {
			began <- c.Task
			<-end
			return nil, nil
		},
	})
	defer e.Close()
	submit := func() engine.TaskID {
		id, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	submit()
	<-began
	if err := e.Pause(); err != nil {
		t.Fatal(err)
	}
	second := submit()
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Drain(canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("drained although a handler runs: %v", err)
	}
	close(end)
	if err := e.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	if v, err := e.Task(second); v.State != engine.TaskPending || err != nil {
		t.Errorf("the second task is %v, %v", v.State, err)
	}
	if err := e.Resume(); err != nil {
		t.Fatal(err)
	}
	if state, err := e.Wait(context.Background(), second); state != engine.TaskComplete || err != nil {
		t.Errorf("%v, %v", state, err)
	}
}
