package engine

import (
	"errors"
	"fmt"
)

// Refusals. A refused command has changed nothing.
var (
	ErrStale     = errors.New("the attempt is over")
	ErrNotParked = errors.New("the task is not parked")
	ErrOver      = errors.New("the task is over")
	ErrNotReady  = errors.New("the step may not start")
	ErrUnknown   = errors.New("no such task")
	ErrRefused   = errors.New("the context is refused")
	ErrPass      = errors.New("cannot pass over its steps")
	ErrNoStep    = errors.New("no such step")
	ErrStepRuns  = errors.New("an attempt of the step runs")
	ErrStepOver  = errors.New("the step is over")
	ErrNotFailed = errors.New("the step has not failed")
	ErrUndoing   = errors.New("the task is given up and being undone")
	ErrChoice    = errors.New("the choice does not fit the step")
)

// Failure is the bad end of an attempt. It is an error, so that a [Handler] can
// return one.
type Failure struct {
	Class      string // a short word; the same ones should come again and again
	Message    string
	Permanent  bool // trying again cannot help
	RetryAfter Time // the service's own wish for the wait; 0: none
}

// Error is "class: message".
func (f Failure) Error() string { return f.Class + ": " + f.Message }

// The decide functions are pure: they look at the state and say, in r, which
// transition the command leads to, or refuse. r is zero but for its Seq when
// they get it.

// decideStart begins the next attempt of step i.
func decideStart(t *task, i int16, now Time, r *Record) error {
	if !t.startable(i, now) {
		return fmt.Errorf("task %d: step %q: %w", t.id, t.plan.Steps[i].Name, ErrNotReady)
	}
	t.about(r, Started, i, now)
	r.Attempt, r.Start = t.steps[i].attempts+1, now
	if t.undo == i {
		r.Class = ClassUndo
	}
	r.Due = t.patience(i, now, now)
	return nil
}

// patience is the deadline of an attempt of step i that began at start and gave a
// sign of life now; 0: none.
func (t *task) patience(i int16, start, now Time) (until Time) {
	if limit := t.plan.Steps[i].Timeout; limit > 0 {
		until = now + limit
	}
	if start < t.deadline && (until == 0 || until > t.deadline) {
		until = t.deadline
	}
	return until
}

// decideDefer notes that a breaker holds step i back until the given time.
func decideDefer(t *task, i int16, now, until Time, r *Record) error {
	if !t.startable(i, now) {
		return fmt.Errorf("task %d: step %q: %w", t.id, t.plan.Steps[i].Name, ErrNotReady)
	}
	t.about(r, Deferred, i, now)
	r.Due = until
	return nil
}

// decideSucceed takes the output of attempt n of step i.
func decideSucceed(t *task, i int16, n int32, now Time, output []byte, r *Record) error {
	if err := t.running(i, n); err != nil {
		return err
	}
	kind := Succeeded
	if t.undo == i {
		kind = Undone
	} else if t.plan.Steps[i].Decides {
		return fmt.Errorf("task %d: step %q: %w: it has to choose", t.id, t.plan.Steps[i].Name, ErrChoice)
	}
	t.about(r, kind, i, now)
	r.Attempt, r.Start, r.Data = n, t.steps[i].start, output
	return nil
}

// decideFail takes the failure of attempt n of step i: another attempt after a
// wait that draw helps to choose, if its service's budget allows one, or error.
func decideFail(t *task, i int16, n int32, now Time, f *Failure, draw float64, allowed bool, r *Record) error {
	if err := t.running(i, n); err != nil {
		return err
	}
	s, retry := &t.steps[i], &t.plan.Steps[i].Retry
	switch {
	case f.Permanent:
		t.about(r, Failed, i, now)
	case int(s.round) >= retry.Limit || !allowed:
		t.about(r, Exhausted, i, now)
	default:
		t.about(r, Retrying, i, now)
		r.Due = now + max(retry.After(int(s.round), s.waited, draw), min(f.RetryAfter, longest))
		if t.deadline > 0 && now <= t.deadline && r.Due >= t.deadline {
			t.about(r, Exhausted, i, now)
			r.Due = 0
		}
	}
	r.Attempt, r.Start, r.Class, r.Text = n, s.start, f.Class, f.Message
	return nil
}

// decideRedrive begins a fresh round of a parked task.
func decideRedrive(t *task, now Time, by, why string, r *Record) error {
	if t.state != TaskParked {
		return fmt.Errorf("task %d is %v: %w", t.id, t.shown(), ErrNotParked)
	}
	t.about(r, Redriven, t.stopper(), now)
	r.Start, r.Count, r.Class, r.Text = t.parked, int64(t.redrives)+1, by, why
	return nil
}

// decideCancel gives a task up.
func decideCancel(t *task, now Time, by, why string, r *Record) error {
	if t.state.Terminal() {
		return fmt.Errorf("task %d is %v: %w", t.id, t.state, ErrOver)
	}
	if t.ending != 0 {
		return fmt.Errorf("task %d is %v: %w", t.id, t.state, ErrUndoing)
	}
	kind := Cancelled
	if n := t.undoable(); n > 0 && t.plan.UndoOnCancel {
		kind, r.Count = Compensating, n
	}
	t.about(r, kind, None, now)
	r.Start, r.Class, r.Text = t.submitted, by, why
	return nil
}

// conclude says what becomes of a task after a record, if anything.
func conclude(t *task, now Time, r *Record) bool {
	kind := t.conclusion()
	if kind == 0 {
		return false
	}
	i, class, text := t.failure()
	t.about(r, kind, i, now)
	r.Start, r.Class, r.Text = t.submitted, class, text
	if kind == Compensating {
		r.Count = t.undoable()
	}
	return true
}

// conclusion is complete when every step is settled; while something runs or can run,
// nothing (0); else error after a permanent failure, parked after exhausted ones.
// A task that is given up ends when all is undone.
func (t *task) conclusion() Kind {
	if t.ending != 0 {
		return t.undoConclusion()
	}
	switch {
	case t.state != TaskInProgress || !t.idle():
		return 0
	case t.settled():
		return Completed
	case t.cause != None && t.steps[t.cause].permanent:
		if t.plan.UndoOnError && t.undoable() > 0 {
			return Compensating
		}
		return Errored
	}
	return Parked
}

// startable is Tasker's readiness: pending or waiting for a retry that is due,
// every parent settled, attempts left in this round.
func (t *task) startable(i int16, now Time) bool {
	s := &t.steps[i]
	if t.state != TaskPending && t.state != TaskInProgress && (t.state != TaskCompensating || t.undo != i) {
		return false
	}
	if s.state != StepPending && s.state != StepWaiting {
		return false
	}
	return s.missing == 0 && s.ready <= now && int(s.round) < t.plan.Steps[i].Retry.Limit
}

// running refuses results of attempts that are over.
func (t *task) running(i int16, n int32) error {
	s := &t.steps[i]
	if t.state != TaskInProgress && t.state != TaskCompensating || s.state != StepInProgress || s.attempts != n {
		return fmt.Errorf("task %d: step %q: attempt %d: %w", t.id, t.plan.Steps[i].Name, n, ErrStale)
	}
	return nil
}

// about fills in what every record says. i may be None.
func (t *task) about(r *Record, k Kind, i int16, now Time) {
	r.At, r.Kind, r.Task, r.Template = now, k, t.id, int16(t.plan.index)
	r.Step, r.Service = i, None
	if i != None {
		r.Service = t.plan.steps[i].service
	}
}
