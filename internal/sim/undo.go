package sim

import "tasker-sim/internal/event"

// undos are the tasks that were given up, and what of them was taken back. All of
// it follows from events, so that nothing need be stored.
type undos struct {
	given map[taskID]bool
	first map[stepOf]int16 // number of the first attempt that takes the step back
	done  map[stepOf]bool  // the service has taken the step's effect back
}

func newUndos() undos {
	return undos{given: map[taskID]bool{}, first: map[stepOf]int16{}, done: map[stepOf]bool{}}
}

// note folds an event.
func (u *undos) note(e *event.Event) {
	k := stepOf{e.Strategy, e.Task, e.Step}
	switch e.Kind {
	case event.TaskGivenUp:
		u.given[taskID{e.Strategy, e.Task}] = true
	case event.UndoStarted:
		if _, again := u.first[k]; !again {
			u.first[k] = e.Attempt
		}
	case event.EffectUndone:
		u.done[k] = true
	}
}

// is tells whether the call is one that takes its step back. Earlier calls of the
// step that nobody waits for any more may still be out.
func (u *undos) is(id callID) bool {
	if len(u.first) == 0 {
		return false
	}
	first, ok := u.first[stepOf{id.lane, id.task, id.step}]
	return ok && id.attempt >= first
}

// tell makes the event of a step of a task that was given up one of its undo:
// nothing else happens to such a task.
func (u *undos) tell(e *event.Event) {
	if len(u.given) == 0 || !u.given[taskID{e.Strategy, e.Task}] {
		return
	}
	switch e.Kind {
	case event.StepStarted:
		e.Kind, e.Class = event.UndoStarted, ""
	case event.StepRetrying:
		e.Kind = event.UndoRetrying
	case event.StepFailed:
		e.Kind = event.UndoFailed
	case event.StepDeferred:
		e.Kind = event.UndoDeferred
	}
}

// dealt is the key of the draws of a call: an undo has draws of its own, and its
// attempts are numbered from 1, so that they are the same however often the step
// itself was tried.
func (w *World) dealt(id *callID) uint64 {
	st := &w.steps[id.step]
	if !w.book.undos.is(*id) {
		return st.where
	}
	id.attempt -= w.book.undos.first[stepOf{id.lane, id.task, id.step}] - 1
	return word(st.Name + "/undo")
}

// decided is what a call comes to once the service has heard of it. What it did
// before it takes back without a question.
func (w *World) decided(id callID, at event.Time, out outcome) outcome {
	if w.book.undos.is(id) {
		return out
	}
	return w.astray(id, at, w.business(id, w.figures.of(id.task).figure, out))
}

// takeBack lets the service of the call take back what it did for the step. Asked
// again under the same key it has nothing to do. The key of the effect itself stays
// known: a call of the step that comes late does not make it anew.
func (w *World) takeBack(o *occurrence) {
	st := &w.steps[o.step]
	if st.Effect == nil || !w.book.has(o.lane, o.task, o.step) || w.book.undos.done[stepOf{o.lane, o.task, o.step}] {
		return
	}
	w.giveBack(o.lane, o.task, o.step)
	ev := event.Event{
		At: w.now, Kind: event.EffectUndone, Strategy: o.lane, Task: o.task, Step: o.step, Service: int16(st.Service),
		Attempt: o.attempt, Effect: int16(st.Effect.Effect), Amount: w.figures.of(o.task).amounts[o.step],
	}
	w.emit(ev)
	w.writeDown(ev)
}

// giveBack puts back what the task's step had taken.
func (w *World) giveBack(lane int8, task int32, step int16) {
	d := w.steps[step].Takes
	if d == nil {
		return
	}
	for _, x := range wanted(w.figures.of(task).takes, step) {
		w.shelves.taken[lane][d.Resource][x.Key] -= x.Units
	}
}

// recallUndo folds an event of the past. It returns the call that the event tells of
// if its caller stopped waiting for it.
func (w *World) recallUndo(e *event.Event) (late []attempt) {
	w.book.undos.note(e)
	switch e.Kind {
	case event.UndoStarted:
		w.recount(e)
	case event.UndoRetrying, event.UndoFailed:
		if e.Class == event.ClassTimeout {
			late = append(late, attempt{e.Strategy, e.Task, e.Step, e.Attempt, e.At - e.Dur, false})
		}
	case event.EffectUndone:
		w.giveBack(e.Strategy, e.Task, e.Step)
	}
	return late
}
