package metrics

import "tasker-sim/internal/event"

// Backlog is what an outage or a brownout has piled up in a strategy: the tasks
// that had arrived and had not ended at its end. Of several, the latest is kept.
type Backlog struct {
	Ended  event.Time // when the fault was over; 0: none is over yet
	Queued int        // tasks that had not ended then, parked ones included
	Left   int        // of them, those that have not ended yet
	Done   int        // … and those that succeeded
	// Drained is how long after the end of the fault the last of those that
	// ended did so; with Left 0 the backlog was gone by then.
	Drained event.Time
	Longest event.Time // the longest time from submission to outcome among them

	mark int32 // the last task that had arrived
}

// pile starts the count when a fault is over that keeps tasks waiting.
func (s *State) pile(e *event.Event) {
	if e.Class != "outage" && e.Class != "brownout" {
		return
	}
	for k := range s.Strategies {
		t := &s.Strategies[k].Tasks
		n := t.Running + t.Parked
		s.Strategies[k].Backlog = Backlog{Ended: e.At, Queued: n, Left: n, mark: int32(t.Submitted)}
	}
}

// drain takes a task that has ended out of the backlog. One that had arrived
// before the end of the fault and ends only now belongs to it.
func (b *Backlog) drain(e *event.Event) {
	if b.Ended == 0 || e.Task > b.mark {
		return
	}
	b.Left--
	if e.Kind == event.TaskSucceeded {
		b.Done++
	}
	b.Drained, b.Longest = e.At-b.Ended, max(b.Longest, e.Dur)
}
