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

// TestEngineUndo gives a task up after two steps: each is taken back by the
// handler that its Undo names, with its own output and key.
func TestEngineUndo(t *testing.T) {
	defer goleak.VerifyNone(t)
	tpl := engine.Template{Ref: engine.Ref{Name: "order"}, UndoOnError: true, Steps: []engine.Step{
		{Name: "stock", Undo: "restock", Retry: engine.Retry{Limit: 1}},
		{Name: "pay", Undo: "refund", DependsOn: []string{"stock"}, Retry: engine.Retry{Limit: 2}},
		{Name: "order", DependsOn: []string{"pay"}, Retry: engine.Retry{Limit: 1}},
	}}
	var log []string
	undo := func(_ context.Context, c engine.Call) ([]byte, error) {
		log = append(log, fmt.Sprintf("%s %s of %s", c.Undo, c.Outputs[c.Name], c.Key()))
		if len(log) == 1 {
			return nil, engine.Failure{Class: "503"}
		}
		return nil, nil
	}
	does := func(_ context.Context, c engine.Call) ([]byte, error) { return []byte("what " + c.Name + " did"), nil }
	e := start(t, new(engine.Memory), tpl, map[string]engine.Handler{
		"stock": does, "pay": does, "restock": undo, "refund": undo,
		"order": func(context.Context, engine.Call) ([]byte, error) {
			return nil, engine.Failure{Class: "invalid", Permanent: true}
		},
	})
	defer e.Close()
	id, err := e.Submit(tpl.Ref, engine.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := e.Wait(context.Background(), id); state != engine.TaskError || err != nil {
		t.Errorf("%v, %v, want %v", state, err, engine.TaskError)
	}
	want := []string{"refund what pay did of t1/pay/undo", "refund what pay did of t1/pay/undo", "restock what stock did of t1/stock/undo"}
	if !slices.Equal(log, want) {
		t.Errorf("%q\nwant %q", log, want)
	}
	v, err := e.Task(id)
	if as := v.Attempts(); len(as) != 6 || !as[5].Undo || as[5].Outcome != engine.Undone || err != nil {
		t.Errorf("attempts %+v, %v", as, err)
	}
}
