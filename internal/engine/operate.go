package engine

import (
	"fmt"
	"slices"
)

// StepAction is what an operator does to a step: which one, who and why. Both
// are kept in the record.
type StepAction struct {
	Task    TaskID
	Step    string // its name
	By, Why string
}

// ResetAttempts gives a step that failed or waits a fresh round, to begin at
// once. A parked task goes on.
func (c *Core) ResetAttempts(now Time, a StepAction) error {
	return c.operate(now, a, Reset, nil)
}

// ResolveStep settles a step by hand that is not over and does not run: it has no
// output, and its children may run, all of them. Of a task that is given up it
// settles the undoing of the step. A parked task goes on.
func (c *Core) ResolveStep(now Time, a StepAction) error {
	return c.operate(now, a, Resolved, nil)
}

// CompleteStep is ResolveStep with an output for the children, and with the
// choice of children if the step decides.
func (c *Core) CompleteStep(now Time, a StepAction, output []byte, choose ...string) error {
	return c.operate(now, a, Supplied, output, choose...)
}

// operate does what an operator wants, and looks at once what becomes of the task.
func (c *Core) operate(now Time, a StepAction, kind Kind, output []byte, choose ...string) error {
	t, err := c.lookUp(a.Task)
	if err != nil {
		return err
	}
	i := int16(slices.IndexFunc(t.plan.Steps, func(s Step) bool { return s.Name == a.Step }))
	if i == None {
		return fmt.Errorf("task %d: step %q: %w", t.id, a.Step, ErrNoStep)
	}
	now = c.advance(now)
	r := c.slot(t.seq)
	if err := decideOperate(t, i, now, kind, r); err != nil {
		c.drop()
		return err
	}
	if r.Count, err = t.choice(i, choose); err != nil {
		c.drop()
		return err
	}
	r.Class, r.Text, r.Data = a.By, a.Why, output
	c.commit(t, r)
	c.schedule(t, i)
	c.scheduleNext(t, i)
	c.conclude(t, now)
	return nil
}

// decideOperate allows what the tables of moves do.
func decideOperate(t *task, i int16, now Time, kind Kind, r *Record) error {
	s := &t.steps[i]
	if t.ending != 0 && (i != t.undo || kind == Supplied) {
		return fmt.Errorf("task %d is %v: step %q is %v: %w", t.id, t.shown(), t.plan.Steps[i].Name, s.state, ErrUndoing)
	}
	if stepMoves[kind][s.state] == 0 || taskMoves[kind][t.state] == 0 {
		return fmt.Errorf("task %d is %v: step %q is %v: %w", t.id, t.shown(), t.plan.Steps[i].Name, s.state, refusal(s.state))
	}
	t.about(r, kind, i, now)
	r.Start = t.parked
	return nil
}

// refusal is why an operator may not touch a step in that state.
func refusal(s StepState) error {
	switch s {
	case StepInProgress:
		return ErrStepRuns
	case StepPending:
		return ErrNotFailed
	}
	return ErrStepOver
}
