package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"tasker-sim/internal/engine"
)

// batchSizes is a store that notes how many records each batch had.
type batchSizes struct {
	*engine.Memory
	sizes *[]int
}

func (s batchSizes) Append(b *engine.Batch) error {
	*s.sizes = append(*s.sizes, len(b.Records))
	return s.Memory.Append(b)
}

// TestEngineRedrivesManyEarly shows that after a crash with very many attempts in
// flight the first are driven when little has been written; yet each is driven
// once, and only when its interruption is durable.
func TestEngineRedrivesManyEarly(t *testing.T) {
	defer goleak.VerifyNone(t)
	const tasks = 300
	store := new(engine.Memory)
	c, err := engine.New(engine.Config{Store: store, Templates: []engine.Template{one(3, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	for range tasks {
		if _, err := c.SubmitTo(0, 0, engine.Submission{}); err != nil {
			t.Fatal(err)
		}
	}
	c.Claim(0, nil)
	if err := c.Flush(nil); err != nil {
		t.Fatal(err)
	}
	driven := make(chan engine.TaskID, tasks)
	var sizes []int
	e, err := engine.Open(engine.Options{
		Config: engine.Config{Store: batchSizes{store, &sizes}, Templates: []engine.Template{one(3, 0)}}, Clock: leaps(),
		Handlers: map[string]engine.Handler{"a": func(_ context.Context, call engine.Call) ([]byte, error) {
			history, err := store.Task(call.Task)
			if err != nil || history[len(history)-1].Kind != engine.Interrupted || call.Crashes != 1 {
				return nil, engine.Failure{Permanent: true, Message: fmt.Sprintf("driven after %v, %d crashes, %v", history, call.Crashes, err)}
			}
			driven <- call.Task
			return nil, nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range engine.TaskID(tasks) {
		if state, err := e.Wait(t.Context(), id+1); err != nil || state != engine.TaskComplete {
			v, _ := e.Task(id + 1)
			t.Fatalf("task %d: %v, %v: %s", id+1, state, err, v.Message)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(driven) != tasks {
		t.Errorf("%d attempts were driven, want %d", len(driven), tasks)
	}
	if len(sizes) < 3 || sizes[0] != 64 || sizes[1] != tasks-64 {
		t.Errorf("batches of %v records, want 64, then the other %d interruptions", slices.Clip(sizes), tasks-64)
	}
}
