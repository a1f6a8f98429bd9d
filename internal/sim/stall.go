package sim

import (
	"cmp"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// In a stall the servers of a service stand still: who is being worked on, or is
// taken out of the line meanwhile, has no progress until it is over. When work is
// done so follows from when it began, how long it takes by itself, and the stalls
// between. Stalls of the scenario are known beforehand; one that begins or ends by
// hand moves the end of the work that is under way.

// shift is the work of a server on one call.
type shift struct {
	from event.Time // when it began
	took event.Time // how long it takes if the server never stands still
	done event.Time // when it is done, as far as is known; forever: somebody must end a stall
}

// stalls are the stalls that hold up work on the call, in order of their begin.
func (w *World) stalls(s *service, id callID) []*armed {
	var list []*armed
	for _, a := range s.armed {
		m := meeting{w: w, s: s, id: id}
		if a.Terms[0].Kind == fault.Stall && a.reaches(&m) {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b *armed) int { return cmp.Compare(a.from, b.from) })
	return list
}

// through is when work is done that begins at the instant and takes so long
// without the time in which its server stands still.
func (w *World) through(s *service, id callID, at, took event.Time) event.Time {
	for _, a := range w.stalls(s, id) {
		switch {
		case a.to <= at:
			continue
		case a.from-at >= took:
			return at + took
		case a.to == forever:
			return forever
		}
		took -= max(0, a.from-at)
		at = a.to
	}
	return at + took
}

// stalled moves the end of the work under way at a service, if the fault that has
// just begun or ended is a stall. What was scheduled for the old end comes to
// nothing, see [World.finished].
func (w *World) stalled(s *service, a *armed) {
	if a.Terms[0].Kind != fault.Stall || s.Servers == 0 {
		return
	}
	for lane := range w.lanes {
		q := w.station(int8(lane), s.index)
		for i := range q.working {
			j := &q.working[i]
			if done := w.through(s, j.id, j.from, j.took); done != j.done {
				j.done = done
				w.finishAt(j, j.until > 0 && done > j.until)
			}
		}
	}
}

// finished tells whether the work is done with the end of which the occurrence
// was scheduled.
func (w *World) finished(o *occurrence) bool {
	q := w.station(o.lane, w.steps[o.step].Service)
	id := callID{o.lane, o.task, o.step, o.attempt}
	return slices.ContainsFunc(q.working, func(j job) bool { return j.id == id && j.done == o.at })
}

// workAgain goes on with the work that began with the event, if it is not over at
// the horizon. The event tells its end as far as it was known then; where there
// are stalls it is found anew.
func (w *World) workAgain(q *station, j job, e *event.Event) {
	s := w.services[e.Service]
	j.from, j.took, j.done = e.At, e.Due-e.At, e.Due
	late := e.Class == event.ClassLate
	if len(w.stalls(s, j.id)) > 0 {
		j.took = s.slowed(s.workTime(w.steps[j.id.step].where, int(j.id.task), int(j.id.attempt)), e.At)
		j.done = w.through(s, j.id, j.from, j.took)
		late = j.until > 0 && j.done > j.until
	}
	if j.done > w.horizon {
		q.working = append(q.working, j)
		w.finishAt(&j, late)
	}
}
