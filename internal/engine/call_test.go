package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"tasker-sim/internal/engine"
)

// TestEngineChoose shows what handlers of deciding steps may say.
func TestEngineChoose(t *testing.T) {
	defer goleak.VerifyNone(t)
	tpl := engine.Template{Ref: engine.Ref{Name: "refund"}, Steps: []engine.Step{
		{Name: "check", Decides: true, Retry: engine.Retry{Limit: 3}},
		{Name: "pay", DependsOn: []string{"check"}, Retry: engine.Retry{Limit: 1}},
		{Name: "ask", DependsOn: []string{"check"}, Retry: engine.Retry{Limit: 1}},
		{Name: "mail", DependsOn: []string{"pay", "ask"}, Retry: engine.Retry{Limit: 1}},
	}}
	tests := []struct {
		name   string
		choose func(engine.Call)
		want   engine.TaskState
		ran    []string
		class  string
	}{
		{"one", func(c engine.Call) { c.Choose("pay") }, engine.TaskComplete, []string{"pay", "mail"}, ""},
		{"none", func(c engine.Call) { c.Choose() }, engine.TaskComplete, nil, ""},
		{"no child", func(c engine.Call) { c.Choose("mail") }, engine.TaskError, nil, engine.ClassChoice},
		{"nothing said", func(engine.Call) {}, engine.TaskError, nil, engine.ClassChoice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			var ran []string
			other := func(_ context.Context, c engine.Call) ([]byte, error) {
				mu.Lock()
				defer mu.Unlock()
				ran = append(ran, c.Name)
				return nil, nil
			}
			e := start(t, new(engine.Memory), tpl, map[string]engine.Handler{"pay": other, "ask": other, "mail": other,
				"check": func(_ context.Context, c engine.Call) ([]byte, error) {
					tt.choose(c)
					return nil, nil
				}})
			defer e.Close()
			id, err := e.Submit(tpl.Ref, engine.Submission{})
			if err != nil {
				t.Fatal(err)
			}
			state, err := e.Wait(context.Background(), id)
			v, err2 := e.Task(id)
			mu.Lock()
			defer mu.Unlock()
			if state != tt.want || v.Class != tt.class || !slices.Equal(ran, tt.ran) || errors.Join(err, err2) != nil {
				t.Errorf("%v %q after %v, %v; want %v %q after %v", state, v.Class, ran, errors.Join(err, err2), tt.want, tt.class, tt.ran)
			}
		})
	}
}

// TestEngineSave cuts a long handler off in the middle: the next process's goes
// on at the last checkpoint.
func TestEngineSave(t *testing.T) {
	defer goleak.VerifyNone(t)
	store, half := new(engine.Memory), make(chan struct{})
	var log []string
	handler := func(ctx context.Context, c engine.Call) ([]byte, error) {
		for row := c.Saved.Done; row < 4; row++ {
			log = append(log, fmt.Sprintf("attempt %d: row %d", c.N, row))
			if err := c.Save(engine.Checkpoint{Done: row + 1, Total: 4}); err != nil {
				return nil, err
			}
			if row == 1 {
				close(half)
				<-ctx.Done()
				return nil, ctx.Err()
			}
		}
		return nil, nil
	}
	e := start(t, store, one(2, 0), map[string]engine.Handler{"a": handler})
	id, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	<-half
	if v, err := e.Task(id); v.Steps[0].Saved.Done != 2 || err != nil {
		t.Errorf("%d of %d done, %v, want 2", v.Steps[0].Saved.Done, v.Steps[0].Saved.Total, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = start(t, store, one(2, 0), map[string]engine.Handler{"a": handler})
	defer e.Close()
	if state, err := e.Wait(context.Background(), id); state != engine.TaskComplete || err != nil {
		t.Errorf("%v, %v", state, err)
	}
	want := []string{"attempt 1: row 0", "attempt 1: row 1", "attempt 1: row 2", "attempt 1: row 3"}
	if !slices.Equal(log, want) {
		t.Errorf("%q\nwant %q", log, want)
	}
	if err := (engine.Call{}).Save(engine.Checkpoint{}); err != nil {
		t.Errorf("a call made by hand: %v", err)
	}
}
