package engine

import (
	"context"
	"errors"
)

// This file has what operators ask of an [Engine]: each call returns when its
// effect is durable.

// Redrive begins a fresh round of a parked task.
func (e *Engine) Redrive(id TaskID, by, why string) error {
	return e.do(func(now Time) error { return e.core.Redrive(now, id, by, why) })
}

// Cancel gives a task up and ends the contexts of its handlers.
func (e *Engine) Cancel(id TaskID, by, why string) error {
	return e.do(func(now Time) error { return e.core.Cancel(now, id, by, why) })
}

// ResetAttempts gives a step that failed or waits a fresh round, to begin at once.
func (e *Engine) ResetAttempts(a StepAction) error {
	return e.do(func(now Time) error { return e.core.ResetAttempts(now, a) })
}

// ResolveStep settles a step without an output.
func (e *Engine) ResolveStep(a StepAction) error {
	return e.do(func(now Time) error { return e.core.ResolveStep(now, a) })
}

// CompleteStep settles a step with an output for its children, and with the choice
// of children if it decides.
func (e *Engine) CompleteStep(a StepAction, output []byte, choose ...string) error {
	return e.do(func(now Time) error { return e.core.CompleteStep(now, a, output, choose...) })
}

// DeadLetters lists the open tasks that do not get on by themselves.
func (e *Engine) DeadLetters(f DeadLetterFilter) (list []DeadLetter, err error) {
	err = e.do(func(Time) error {
		list = e.core.DeadLetters(f)
		return nil
	})
	return list, err
}

// Query lists tasks, open or over, by number.
func (e *Engine) Query(q Query) (rows []Row, err error) {
	err = e.do(func(Time) (err error) {
		rows, err = e.core.Query(q)
		return err
	})
	return rows, err
}

// Errored lists tasks that ended in error in the form of dead letters.
func (e *Engine) Errored(q Query) (list []DeadLetter, err error) {
	err = e.do(func(Time) (err error) {
		list, err = e.core.Errored(q)
		return err
	})
	return list, err
}

// Retain drops the tasks that ended before a time, with their history and keys,
// and says how many. Other work goes on in between. The file does not shrink by
// itself; its space is used again.
func (e *Engine) Retain(before Time) (dropped int, err error) {
	for r := (Retention{Before: before, Limit: retainAtOnce}); ; {
		var n int
		err := e.do(func(Time) (err error) {
			n, r.From, err = e.core.store.Retain(r)
			return err
		})
		if dropped += n; err != nil || r.From == 0 {
			return dropped, err
		}
	}
}

// Pause lets no attempt begin until [Engine.Resume]. What runs goes on, tasks are
// accepted, time passes. It is not remembered by the store.
func (e *Engine) Pause() error {
	return e.ask(func(Time) { e.core.Pause() })
}

// Resume ends a pause.
func (e *Engine) Resume() error {
	return e.ask(func(Time) { e.core.Resume() })
}

// Drain pauses and waits until no attempt is in progress any more, so that Close
// cuts nothing off.
func (e *Engine) Drain(ctx context.Context) error {
	drained := make(chan struct{})
	err := e.ask(func(Time) {
		e.core.Pause()
		e.drains = append(e.drains, drained)
	})
	if err != nil {
		return err
	}
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-e.stopped:
		return e.reason()
	}
}

// do is ask for calls of the core that may be refused.
func (e *Engine) do(call func(now Time) error) (err error) {
	failed := e.ask(func(now Time) { err = call(now) })
	return errors.Join(failed, err)
}
