package engine

// This file has what happens to a task that is given up and whose complete steps
// are to be undone.

// undoable counts the complete steps that can be undone.
func (t *task) undoable() (n int64) {
	for i := range t.steps {
		if t.steps[i].state == StepComplete && t.plan.Steps[i].Undo != "" {
			n++
		}
	}
	return n
}

// giveUp begins to undo a task.
func (t *task) giveUp(r *Record) {
	t.ending, t.parked = Errored, 0
	if r.Step == None {
		t.cancel()
		t.ending, t.cause, t.class, t.text = Cancelled, None, r.Class, r.Text
	}
	t.undoNext(r.At)
}

// undoNext makes the step ready to be undone that was completed last, if any is
// left.
func (t *task) undoNext(at Time) {
	t.undo = None
	for i := range t.steps {
		s := &t.steps[i]
		if s.state == StepComplete && t.plan.Steps[i].Undo != "" && (t.undo == None || s.done > t.steps[t.undo].done) {
			t.undo = int16(i)
		}
	}
	if t.undo == None {
		return
	}
	s := &t.steps[t.undo]
	s.missing, s.round, s.ready, s.deferred, s.saved = 0, 0, at, false, Checkpoint{}
	t.move(t.undo, StepPending)
}

// undoConclusion is how a task goes on that is given up: ended when nothing is
// left to undo, parked if a step cannot be.
func (t *task) undoConclusion() Kind {
	switch {
	case t.state != TaskCompensating || !t.idle():
		return 0
	case t.undo == None:
		return t.ending
	}
	return Parked
}

// concludes tells whether a record must be what follows by itself.
func (t *task) concludes(r *Record) bool {
	switch r.Kind {
	case Parked, Completed, Errored:
		return true
	case Cancelled:
		return t.ending != 0
	case Compensating:
		return r.Step != None
	}
	return false
}

// goesTo corrects the table of moves: what would set a parked task going lets one
// that is given up go on being undone.
func (t *task) goesTo(k Kind, to TaskState) TaskState {
	switch k {
	case Redriven, Reset, Resolved:
		if t.ending != 0 {
			return TaskCompensating
		}
	}
	return to
}

// stopper is the step that stopped a parked task.
func (t *task) stopper() int16 {
	if t.undo != None {
		return t.undo
	}
	return t.cause
}

// hopeless tells whether only an operator can help: a step is poison, or its undo
// failed permanently.
func (t *task) hopeless() bool {
	if t.undo != None && t.steps[t.undo].permanent {
		return true
	}
	for i := range t.steps {
		if t.steps[i].state == StepError && t.steps[i].class == ClassPoison {
			return true
		}
	}
	return false
}

// failure is what stopped the task, if anything did: the undo that failed, else
// the cause.
func (t *task) failure() (i int16, class, text string) {
	if t.undo != None && t.steps[t.undo].state == StepError {
		s := &t.steps[t.undo]
		return t.undo, s.class, s.text
	}
	return t.cause, t.class, t.text
}
