package engine

import "fmt"

// apply moves task t on by one record. It is the only code that changes a task,
// live and in recovery alike, and looks at nothing but its arguments. An error
// means that the record does not follow from the state: of a live engine that
// is a defect, of a stored history it is corruption.
func apply(t *task, r *Record) error {
	if r.Kind == 0 || r.Kind >= kindEnd {
		return fmt.Errorf("task %d: record %d: unknown %v", t.id, r.Seq, r.Kind)
	}
	to := taskMoves[r.Kind][t.state]
	if to == 0 {
		return fmt.Errorf("task %d: record %d: %v while the task is %v", t.id, r.Seq, r.Kind, t.state)
	}
	if r.Seq != t.seq+1 {
		return fmt.Errorf("task %d: record %d follows record %d", t.id, r.Seq, t.seq)
	}
	to = t.goesTo(r.Kind, to)
	if err := applyStep(t, r); err != nil {
		return err
	}
	if t.concludes(r) && r.Kind != t.conclusion() {
		return fmt.Errorf("task %d: record %d: %v does not follow", t.id, r.Seq, r.Kind)
	}
	switch r.Kind {
	case Submitted:
		t.submit(r)
	case Parked:
		t.parked = r.At
	case Redriven:
		t.redrive(r.At)
	case Cancelled:
		t.cancel()
	case Compensating:
		t.giveUp(r)
	case Reset, Resolved, Supplied:
		t.parked = 0
		t.blame()
	}
	if r.Kind == Stalled {
		t.stalled = r.At
	} else {
		t.touched, t.stalled = r.At, 0
	}
	t.state, t.seq = to, r.Seq
	return nil
}

// applyStep moves the step that a record is about, if it is about one.
func applyStep(t *task, r *Record) error {
	moves := &stepMoves[r.Kind]
	if *moves == ([stepStates]StepState{}) {
		return nil
	}
	if r.Step < 0 || int(r.Step) >= len(t.steps) {
		return fmt.Errorf("task %d: record %d: step %d of %d", t.id, r.Seq, r.Step, len(t.steps))
	}
	s := &t.steps[r.Step]
	to := moves[s.state]
	if t.ending != 0 {
		if r.Step != t.undo {
			return fmt.Errorf("task %d: record %d: %v of step %d while step %d is being undone", t.id, r.Seq, r.Kind, r.Step, t.undo)
		}
		if r.Kind == Resolved && to != 0 {
			to = StepUndone
		}
	}
	early := s.missing > 0 && r.Kind != Resolved && r.Kind != Supplied && r.Kind != Passed
	if to == 0 || early {
		return fmt.Errorf("task %d: record %d: %v while step %d is %v and lacks %d parents",
			t.id, r.Seq, r.Kind, r.Step, s.state, s.missing)
	}
	if s.state == StepInProgress && r.Attempt != s.attempts {
		return fmt.Errorf("task %d: record %d: attempt %d while attempt %d runs", t.id, r.Seq, r.Attempt, s.attempts)
	}
	t.move(r.Step, to)
	t.note(s, r)
	return nil
}

// note keeps what the record tells of the step beside its state.
func (t *task) note(s *step, r *Record) {
	switch r.Kind {
	case Passed:
		s.passed, t.passes = true, true
		t.pass(r.Step, r.At)
	case Started:
		s.attempts, s.start, s.deadline, s.deferred = r.Attempt, r.At, r.Due, false
		s.crashes, s.left = 0, false
		s.round++
	case Deferred:
		s.deferred = true
	case Succeeded, Supplied:
		s.output, s.saved.Data, s.done = r.Data, nil, r.Seq
		s.forgive()
		if t.plan.Steps[r.Step].Decides {
			t.choose(r.Step, r.Count, r.At)
			return
		}
		t.release(r.Step, r.At)
	case Resolved, Undone:
		s.forgive()
		if t.ending != 0 {
			t.undoNext(r.At)
			return
		}
		t.release(r.Step, r.At)
	case Checkpointed:
		s.saved = Checkpoint{Data: r.Data, Done: r.Count, Total: r.Extra}
		s.deadline = r.Due
	case Retrying:
		s.ready, s.waited = r.Due, r.Due-r.At
		s.fail(r)
	case Exhausted, Failed:
		s.fail(r)
		t.blame()
	case Interrupted:
		s.crashes, s.left = int32(r.Count), false
	case Left:
		s.left = true
	case Reset:
		s.round, s.ready = 0, r.At
		s.forgive()
	}
}

// fail keeps the failure that a record tells of.
func (s *step) fail(r *Record) {
	s.failed, s.permanent, s.class, s.text = r.Seq, r.Kind == Failed, r.Class, r.Text
}

// forgive forgets the last failure.
func (s *step) forgive() { s.failed, s.permanent, s.class, s.text = 0, false, "", "" }

// release tells the children of a settled step that they lack one parent less.
func (t *task) release(i int16, at Time) {
	for _, ch := range t.plan.steps[i].children {
		t.free(ch, at)
	}
}

// free takes one parent off what step i lacks. A step all of whose parents are
// skipped is skipped too.
func (t *task) free(i int16, at Time) {
	s := &t.steps[i]
	s.missing--
	if s.missing > 0 || s.state != StepPending {
		return
	}
	s.ready = at
	t.ready++
	if n := len(t.plan.steps[i].parents); n > 0 && int(s.skipped) == n {
		t.skip(i, at)
		return
	}
	t.pass(i, at)
}

// pass leaves out step i if nothing is to be done for it and its turn has come;
// its children go on.
func (t *task) pass(i int16, at Time) {
	if s := &t.steps[i]; s.passed && s.missing == 0 && s.state == StepPending {
		t.move(i, StepSkipped)
		t.release(i, at)
	}
}

// skip leaves step i out.
func (t *task) skip(i int16, at Time) {
	t.move(i, StepSkipped)
	for _, ch := range t.plan.steps[i].children {
		t.steps[ch].skipped++
		t.free(ch, at)
	}
}

// choose lets the chosen children of step i run and skips the others, whatever
// other parents they have.
func (t *task) choose(i int16, chosen int64, at Time) {
	t.steps[i].chosen = chosen
	for k, ch := range t.plan.steps[i].children {
		if chosen&(1<<k) == 0 {
			t.steps[ch].passed = false // what follows it is not to go on
		}
		t.free(ch, at)
		if s := &t.steps[ch]; chosen&(1<<k) == 0 && s.state == StepPending {
			t.skip(ch, at)
		}
	}
}

// blame finds the failure that decides what becomes of the task: the first
// permanent one, else the first. Of a task that is given up nothing else decides.
func (t *task) blame() {
	if t.ending != 0 {
		return
	}
	t.cause, t.class, t.text = None, "", ""
	var worst *step
	for i := range t.steps {
		s := &t.steps[i]
		if s.state != StepError || worst != nil && !s.worse(worst) {
			continue
		}
		worst, t.cause, t.class, t.text = s, int16(i), s.class, s.text
	}
}

// worse tells whether the failure of s takes precedence over that of other.
func (s *step) worse(other *step) bool {
	if s.permanent != other.permanent {
		return s.permanent
	}
	return s.failed < other.failed
}

// submit takes the facts of the first record.
func (t *task) submit(r *Record) {
	t.submitted, t.context, t.key, t.priority, t.deadline = r.At, r.Data, r.Text, int32(r.Extra), r.Due
	for i := range t.steps {
		t.steps[i].ready = r.At
	}
}

// redrive begins a fresh round: what failed is pending again.
func (t *task) redrive(at Time) {
	for i := range t.steps {
		s := &t.steps[i]
		s.round = 0
		if s.state == StepError && (t.ending == 0 || t.undo == int16(i)) {
			t.move(int16(i), StepPending)
			s.ready = at
			s.forgive()
		}
	}
	t.redrives++
	t.parked = 0
	t.blame()
}

// cancel cascades to all steps that are not over.
func (t *task) cancel() {
	for i := range t.steps {
		switch t.steps[i].state {
		case StepComplete, StepResolved, StepSkipped, StepUndone:
		default:
			t.move(int16(i), StepCancelled)
		}
	}
}
