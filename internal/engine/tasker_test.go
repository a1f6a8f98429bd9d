package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// vector is one answer of Tasker core about a task.
type vector struct {
	Name  string
	Steps []struct {
		Name      string
		Deps      []string
		State     string
		Attempts  int
		Limit     *int
		Retryable bool
		Backoff   Time `json:"backoff_request_seconds"`
		Ago       Time `json:"last_attempted_ago_s"`
		InProcess bool `json:"in_process"`
		Processed bool
	}
	Expect struct {
		Status string `json:"execution_status"`
		Ready  []string
	}
}

// differences lists the vectors that this engine answers otherwise or cannot
// have, and why.
func differences() map[string]string {
	return map[string]string{
		"no_steps":                              "a template without steps is refused when it is registered",
		"limit_zero_first_attempt":              "a limit of 0 is refused when it is registered",
		"error_exhausted_with_parallel_ready":   "what can run still runs before the task is parked",
		"error_exhausted_with_parallel_running": "what runs may end before the task is parked",
		"pending_with_in_process_flag":          "the state is the only truth; there is no flag to contradict it",
		"pending_with_processed_flag":           "the same",
	}
}

// TestReadinessVectors holds readiness against what Tasker's own SQL says.
func TestReadinessVectors(t *testing.T) {
	in, err := os.ReadFile("testdata/readiness-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(in, &file); err != nil {
		t.Fatal(err)
	}
	differ := differences()
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			got, want := answer(&v), fmt.Sprintf("%s, ready %v", v.Expect.Status, v.Expect.Ready)
			why, differs := differ[v.Name]
			if (got != want) != differs {
				t.Errorf("%s; Tasker says %s; listed as a difference: %v %s", got, want, differs, why)
			}
		})
		delete(differ, v.Name)
	}
	if len(differ) > 0 || len(file.Vectors) != 31 {
		t.Errorf("%d vectors; differences from none of them: %v", len(file.Vectors), differ)
	}
}

// answer is what this engine says of a vector.
func answer(v *vector) string {
	const now = Time(1000_000_000)
	tk, err := fromVector(v, now)
	if err != nil {
		return err.Error()
	}
	ready := []string{}
	for i := range tk.steps {
		if tk.startable(int16(i), now) {
			ready = append(ready, tk.plan.Steps[i].Name)
		}
	}
	return fmt.Sprintf("%s, ready %v", status(tk, len(ready)), ready)
}

// fromVector puts a task into the state that a vector describes. A missing limit
// is 3; a step that is not retryable has a limit of 1. What Tasker has queued or
// handed over is in progress here.
func fromVector(v *vector, now Time) (*task, error) {
	const second = 1000_000
	tpl := Template{Ref: Ref{Name: "t"}}
	for _, s := range v.Steps {
		limit := 3
		if s.Limit != nil {
			limit = *s.Limit
		}
		if !s.Retryable {
			limit = 1
		}
		tpl.Steps = append(tpl.Steps, Step{Name: s.Name, DependsOn: s.Deps, Retry: Retry{Limit: limit}})
	}
	p, err := compile(tpl, 0, nil)
	if err != nil {
		return nil, err
	}
	tk := new(task)
	tk.reset(1, p)
	tk.state = TaskInProgress
	states := map[string]StepState{
		"": StepPending, "pending": StepPending, "in_progress": StepInProgress, "waiting_for_retry": StepWaiting,
		"complete": StepComplete, "resolved_manually": StepResolved, "error": StepError,
		"cancelled": StepCancelled, "enqueued": StepInProgress, "enqueued_for_orchestration": StepInProgress,
	}
	for i, s := range v.Steps {
		state, known := states[s.State]
		if !known {
			return nil, fmt.Errorf("step %s: unknown state %q", s.Name, s.State)
		}
		st := &tk.steps[i]
		st.attempts, st.round = int32(s.Attempts), int32(s.Attempts)
		st.ready = now + (s.Backoff-s.Ago)*second*min(s.Backoff, 1)
		tk.move(int16(i), state)
		if state == StepComplete || state == StepResolved {
			tk.release(int16(i), now)
		}
	}
	return tk, nil
}

// status is Tasker's word for what can be done about a task.
func status(t *task, ready int) string {
	switch {
	case t.settled():
		return "all_complete"
	case ready > 0:
		return "has_ready_steps"
	case t.counts[StepInProgress] > 0:
		return "processing"
	case t.idle() && t.counts[StepError] > 0:
		return "blocked_by_failures"
	}
	return "waiting_for_dependencies"
}
