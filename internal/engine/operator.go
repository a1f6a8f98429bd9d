package engine

import "errors"

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

// do is ask for calls of the core that may be refused.
func (e *Engine) do(call func(now Time) error) (err error) {
	failed := e.ask(func(now Time) { err = call(now) })
	return errors.Join(failed, err)
}
