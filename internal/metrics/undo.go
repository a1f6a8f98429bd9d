package metrics

import "tasker-sim/internal/event"

// Undo counts what was done to take back what given-up tasks had done.
type Undo struct {
	Tasks    int // given up with something to take back
	Attempts int
	Failures int // of those, failed
	Steps    int // taken back
}

func (s *State) applyUndo(e *event.Event) {
	u := &s.Strategies[e.Strategy].Undo
	switch e.Kind {
	case event.TaskGivenUp:
		u.Tasks++
	case event.UndoStarted:
		u.Attempts++
	case event.UndoRetrying, event.UndoFailed:
		u.Failures++
	case event.StepUndone:
		u.Steps++
	case event.EffectUndone:
		s.undoEffect(e)
	}
}

// undoEffect takes an effect off what its task has left in the world. It stays
// among those made.
func (s *State) undoEffect(e *event.Event) {
	k := int(e.Strategy)
	count := &s.Strategies[k].Effects[e.Effect]
	s.tally(k, e.Task, -1)
	before := s.lives[k].remove(e.Task, e.Effect)
	s.tally(k, e.Task, +1)
	count.Undone++
	count.Returned += e.Amount
	for i, p := range s.Run.Promises {
		if p.Effect != int(e.Effect) {
			continue
		}
		q := &s.Strategies[k].Promises[i]
		if q.Undone++; before > 1 {
			q.Twice--
		}
	}
}

// AnyUndone tells whether any strategy had an effect taken back.
func (s *State) AnyUndone(effect int) bool {
	for k := range s.Strategies {
		if s.Strategies[k].Effects[effect].Undone > 0 {
			return true
		}
	}
	return false
}

// undo: only a task that runs is given up, once, where the strategy compensates;
// only steps that are done are undone, one after the other, within the limit; only
// what was made is taken back, and once. It is false if the fold must not follow.
func (c *checker) undo(b *book, e *event.Event) bool {
	t, bit := &b.tasks[e.Task-1], c.shapes[e.Step].bit
	if e.Kind == event.EffectUndone {
		ok := c.hold(t.made&bit != 0 && t.undone&bit == 0, e, "something was taken back that is not there")
		t.undone |= bit
		return ok
	}
	if !c.hold(t.open >= 0 && t.status == Running, e, "a task is undone that does not run") {
		return false
	}
	w := &b.open[t.open]
	switch e.Kind {
	case event.TaskGivenUp:
		ok := c.hold(c.run.Strategies[e.Strategy].Compensates && !w.given && w.running == 0, e, "a task was given up that should not be")
		w.given = true
		clear(w.spent)
		return ok
	case event.UndoStarted:
		return c.undoStarted(b, w, e)
	case event.UndoDeferred:
		return c.hold(w.given && w.running == 0 && w.done&bit != 0, e, "an undo was deferred that runs or is not due")
	}
	ok := c.hold(w.given && w.running == bit && w.last[e.Step] == e.Attempt, e, "an undo ended that does not run")
	if ok {
		c.length(w.began[e.Step], e)
		b.calls.leave(e.At, e.Dur)
	}
	w.running &^= bit
	if e.Kind == event.StepUndone {
		w.done &^= bit
	}
	return ok
}

func (c *checker) undoStarted(b *book, w *watch, e *event.Event) bool {
	bit := c.shapes[e.Step].bit
	w.began[e.Step] = e.At
	b.calls.come(e.At)
	ok := c.hold(w.given && w.running == 0 && w.done&bit != 0, e, "an undo of a step that is not done")
	c.hold(e.Attempt == w.last[e.Step]+1, e, "attempts are not numbered one by one")
	w.spent[e.Step]++
	limit := 1
	if c.run.Strategies[e.Strategy].Retries {
		limit = c.run.Steps[e.Step].Limit
	}
	c.hold(int(w.spent[e.Step]) <= limit, e, "more attempts in one round than the limit")
	w.last[e.Step] = e.Attempt
	w.running |= bit
	return ok
}
