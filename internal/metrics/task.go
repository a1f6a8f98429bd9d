package metrics

import (
	"math/bits"

	"tasker-sim/internal/event"
)

var statusOf = [...]Status{
	event.TaskSucceeded: Succeeded,
	event.TaskFailed:    Failed,
	event.TaskDeclined:  Declined,
	event.TaskRejected:  Rejected,
	event.TaskParked:    Parked,
	event.TaskRedriven:  Running,
}

// applyTask moves a task. All figures that depend on where it stands are taken
// back before the move and counted again after it, see tally.
func (s *State) applyTask(e *event.Event) {
	k := int(e.Strategy)
	g := &s.lives[k]
	if e.Kind == event.TaskSubmitted {
		s.submit(e)
		return
	}
	l := &g.lives[e.Task-1]
	s.tallyPair(e.Task, -1)
	s.tally(k, e.Task, -1)
	from := l.status
	l.status = statusOf[e.Kind]
	s.settle(k, l, e)
	s.firstFailure(k, e, from)
	l.everParked = l.everParked || l.status == Parked
	s.tally(k, e.Task, +1)
	s.tallyPair(e.Task, +1)
	g.release(l)
}

func (s *State) submit(e *event.Event) {
	k := int(e.Strategy)
	if int(e.Task) > len(s.orders) {
		s.orders = append(s.orders, order{worth: e.Amount, bad: e.Class == event.ClassDecline})
	}
	s.lives[k].begin()
	s.Strategies[k].Tasks.Submitted++
	s.Strategies[k].Senders += int64(e.Attempt)
	s.Strategies[k].minute(e.At).Submitted++
	s.settledIn(k, e.At, false)
	s.tally(k, e.Task, +1)
}

// firstFailure counts in the series a task that fails or is parked for the first time.
func (s *State) firstFailure(k int, e *event.Event, from Status) {
	l := &s.lives[k].lives[e.Task-1]
	st := &s.Strategies[k]
	switch {
	case l.status == Succeeded:
		st.minute(e.At).Done++
		s.settledIn(k, e.At-e.Dur, true)
	case s.orders[e.Task-1].bad || l.everParked || from != Running:
	case l.status == Failed || l.status == Parked:
		st.minute(e.At).Failed++
	}
}

// settle keeps the figures of steps and of waiting when a task has moved.
func (s *State) settle(k int, l *life, e *event.Event) {
	st := &s.Strategies[k]
	f := s.lives[k].of(e.Task)
	if f == nil {
		return
	}
	if f.stopped != event.None {
		st.Steps[f.stopped].Stopped--
		f.stopped = event.None
	}
	if l.status != Running && l.status != Succeeded && e.Step != event.None {
		f.stopped = e.Step
		st.Steps[e.Step].Stopped++
	}
	switch {
	case l.status == Parked:
		st.park(f, l, e)
		st.wait(l, true)
	case l.status.Terminal():
		st.abandon(f, e.Class == event.ClassDied)
		st.wait(l, e.Dur > s.Run.Patient())
		st.Outcome.Record(e.Dur)
		st.Backlog.drain(e)
		st.conclude(f, l, e, s.Run.Deadline)
	case e.Class == event.ClassRestart:
		st.restart(f)
	}
}

// park notes since when a task has stood still, and whether a person was called.
func (st *Strategy) park(f *flight, l *life, e *event.Event) {
	if !l.everParked {
		f.parkedAt = e.At
	}
	if e.Due > 0 {
		st.Calls++
	}
	if e.Class == event.ClassDied {
		st.abandon(f, true)
	}
}

// conclude counts what only the end of a task tells: whether it was in time, how
// long it took to recover, and what work was for nothing.
func (st *Strategy) conclude(f *flight, l *life, e *event.Event, deadline event.Time) {
	switch l.status {
	case Failed:
		st.Wasted += f.worked
	case Succeeded:
		if e.Dur <= deadline {
			st.OnTime++
		}
		if l.everParked {
			st.Recovery.Record(e.At - f.parkedAt)
		}
	}
}

// restart throws away what the task had done.
func (st *Strategy) restart(f *flight) {
	for m := f.done &^ f.skipped; m != 0; m &= m - 1 {
		st.Steps[int(f.first)+bits.TrailingZeros64(m)].Done--
	}
	st.Wasted += f.worked
	f.done, f.worked = f.skipped, 0
	st.Restarts++
}

// wait counts or uncounts a customer who waited long: one whose task is parked
// has waited, unless it ends quickly after all.
func (st *Strategy) wait(l *life, long bool) {
	switch {
	case long && !l.long:
		st.WaitedLong++
	case !long && l.long:
		st.WaitedLong--
	}
	l.long = long
}

// tally counts (sign +1) or takes back (−1) everything that follows from where
// a task stands in strategy k and what it has left in the world.
func (s *State) tally(k int, task int32, sign int) {
	l, st, o := &s.lives[k].lives[task-1], &s.Strategies[k], s.orders[task-1]
	st.Tasks.count(l.status, sign)
	if l.everParked || l.status == Parked {
		st.Tasks.EverParked += sign
		if l.status == Succeeded {
			st.Tasks.Recovered += sign
		}
	}
	if l.status == Running && !l.everParked {
		st.Tasks.Undecided += sign
	}
	if l.firstPassFailed() && !o.bad {
		st.Tasks.FirstPassFailed += sign
	}
	switch l.status {
	case Failed, Parked:
		st.LostCents += int64(sign) * o.worth
	case Succeeded:
		st.DoneCents += int64(sign) * o.worth
	}
	s.tallyPromises(k, task, sign)
	if o.tags != 0 {
		s.tallyTags(k, task, sign)
	}
}

func (l *life) firstPassFailed() bool {
	return l.everParked || l.status == Parked || l.status == Failed
}

func (t *Tasks) count(s Status, sign int) {
	switch s {
	case Running:
		t.Running += sign
	case Parked:
		t.Parked += sign
	case Succeeded:
		t.Succeeded += sign
	case Failed:
		t.Failed += sign
	case Declined:
		t.Declined += sign
	case Rejected:
		t.Rejected += sign
	}
}
