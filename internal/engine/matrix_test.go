package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// moments are the states that the matrix is drawn for: a task of one step, and
// how it gets there.
func moments() []struct {
	name string
	path []Kind
} {
	return []struct {
		name string
		path []Kind
	}{
		{"pending", []Kind{Submitted}},
		{"pending, deferred", []Kind{Submitted, Deferred}},
		{"in progress", []Kind{Submitted, Started}},
		{"in progress, last of the round", []Kind{Submitted, Started, Retrying, Started}},
		{"waiting, not due", []Kind{Submitted, Started, Retrying}},
		{"parked", []Kind{Submitted, Started, Retrying, Started, Exhausted, Parked}},
		{"redriven", []Kind{Submitted, Started, Retrying, Started, Exhausted, Parked, Redriven}},
		{"complete", []Kind{Submitted, Started, Succeeded, Completed}},
		{"error", []Kind{Submitted, Started, Failed, Errored}},
		{"cancelled", []Kind{Submitted, Cancelled}},
		{"resolved by hand", []Kind{Submitted, Resolved, Completed}},
		{"completed by hand", []Kind{Submitted, Started, Retrying, Started, Exhausted, Parked, Supplied, Completed}},
	}
}

// commands are the decisions about a task, each at time 100.
func commands() []struct {
	name   string
	decide func(*task, *Record) error
} {
	return []struct {
		name   string
		decide func(*task, *Record) error
	}{
		{"start", func(t *task, r *Record) error { return decideStart(t, 0, 100, r) }},
		{"defer", func(t *task, r *Record) error { return decideDefer(t, 0, 100, 200, r) }},
		{"succeed", func(t *task, r *Record) error {
			return decideSucceed(t, 0, t.steps[0].attempts, 100, nil, r)
		}},
		{"succeed an earlier attempt", func(t *task, r *Record) error {
			return decideSucceed(t, 0, t.steps[0].attempts-1, 100, nil, r)
		}},
		{"fail", func(t *task, r *Record) error {
			return decideFail(t, 0, t.steps[0].attempts, 100, &Failure{Class: "503"}, 0.5, true, r)
		}},
		{"fail permanently", func(t *task, r *Record) error {
			return decideFail(t, 0, t.steps[0].attempts, 100, &Failure{Class: "decline", Permanent: true}, 0.5, true, r)
		}},
		{"choose", func(t *task, r *Record) error {
			return decideChoose(t, 0, t.steps[0].attempts, 100, nil, r)
		}},
		{"checkpoint", func(t *task, r *Record) error {
			return decideCheckpoint(t, 0, t.steps[0].attempts, 100, Checkpoint{Done: 1}, r)
		}},
		{"redrive", func(t *task, r *Record) error { return decideRedrive(t, 100, "ops", "why", r) }},
		{"cancel", func(t *task, r *Record) error { return decideCancel(t, 100, "ops", "why", r) }},
		{"reset attempts", func(t *task, r *Record) error { return decideOperate(t, 0, 100, Reset, r) }},
		{"resolve", func(t *task, r *Record) error { return decideOperate(t, 0, 100, Resolved, r) }},
		{"complete by hand", func(t *task, r *Record) error { return decideOperate(t, 0, 100, Supplied, r) }},
	}
}

// at makes a task that has gone a path. Its retry is due at 500.
func at(t *testing.T, path []Kind) *task {
	t.Helper()
	p, err := compile(Template{Ref: Ref{Name: "t"}, Steps: []Step{{Name: "a", Retry: Retry{Limit: 2, Base: 50}}}}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	tk := new(task)
	tk.reset(1, p)
	for i, k := range path {
		r := Record{Kind: k, Task: 1, Seq: uint32(i + 1), Step: None, Attempt: tk.steps[0].attempts}
		switch k {
		case Started:
			r.Attempt++
			r.Step = 0
		case Retrying:
			r.Due, r.Step = 500, 0
		case Submitted, Completed, Cancelled:
		default:
			r.Step = 0
		}
		if err := apply(tk, &r); err != nil {
			t.Fatal(err)
		}
	}
	return tk
}

// TestMatrix draws what every command does in every state.
func TestMatrix(t *testing.T) {
	var out strings.Builder
	for _, m := range moments() {
		tk := at(t, m.path)
		fmt.Fprintf(&out, "%s: task %v, step %v\n", m.name, tk.shown(), tk.steps[0].state)
		for _, cmd := range commands() {
			fmt.Fprintf(&out, "    %-28s %s\n", cmd.name, outcome(t, at(t, m.path), cmd.decide))
		}
	}
	golden(t, "testdata/matrix.txt", out.String())
}

func outcome(t *testing.T, tk *task, decide func(*task, *Record) error) string {
	t.Helper()
	before := *tk
	r := Record{Seq: tk.seq + 1}
	if err := decide(tk, &r); err != nil {
		for _, known := range []error{ErrStale, ErrNotParked, ErrOver, ErrNotReady, ErrStepRuns, ErrStepOver, ErrNotFailed, ErrChoice, ErrUndoing} {
			if errors.Is(err, known) {
				return "- " + known.Error()
			}
		}
		t.Fatalf("refused with an unknown error: %v", err)
	}
	if before.state != tk.state || before.seq != tk.seq {
		t.Fatalf("%v: the decision itself changed the task", r.Kind)
	}
	if err := apply(tk, &r); err != nil {
		t.Fatalf("decided %v, but: %v", r.Kind, err)
	}
	kinds := r.Kind.String()
	next := Record{Seq: tk.seq + 1}
	if conclude(tk, 100, &next) {
		if err := apply(tk, &next); err != nil {
			t.Fatalf("concluded %v, but: %v", next.Kind, err)
		}
		kinds += ", " + next.Kind.String()
	}
	return fmt.Sprintf("%s: task %v, step %v", kinds, tk.shown(), tk.steps[0].state)
}

// TestApplyRefuses shows that a history that cannot be is noticed.
func TestApplyRefuses(t *testing.T) {
	tests := []struct {
		name string
		path []Kind
		next Record
		want string
	}{
		{"unknown kind", nil, Record{Kind: kindEnd, Seq: 1}, "task 1: record 1: unknown " + kindEnd.String()},
		{"no submission", nil, Record{Kind: Started, Seq: 1}, "task 1: record 1: started while the task is none"},
		{"submitted twice", []Kind{Submitted}, Record{Kind: Submitted, Seq: 2}, "task 1: record 2: submitted while the task is pending"},
		{"gap", []Kind{Submitted}, Record{Kind: Started, Seq: 3, Attempt: 1}, "task 1: record 3 follows record 1"},
		{"no such step", []Kind{Submitted}, Record{Kind: Started, Seq: 2, Step: 9, Attempt: 1}, "task 1: record 2: step 9 of 1"},
		{"other attempt", []Kind{Submitted, Started}, Record{Kind: Succeeded, Seq: 3, Attempt: 2}, "task 1: record 3: attempt 2 while attempt 1 runs"},
		{"after the end", []Kind{Submitted, Started, Succeeded, Completed}, Record{Kind: Started, Seq: 5, Attempt: 2}, "task 1: record 5: started while the task is complete"},
		{"complete too early", []Kind{Submitted, Started}, Record{Kind: Completed, Seq: 3}, "task 1: record 3: completed does not follow"},
		{"of a service", []Kind{Submitted}, Record{Kind: BreakerOpened, Seq: 2}, "task 1: record 2: breaker_opened while the task is pending"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := apply(at(t, tt.path), &tt.next); err == nil || err.Error() != tt.want {
				t.Errorf("apply: %v\nwant   %s", err, tt.want)
			}
		})
	}
}
