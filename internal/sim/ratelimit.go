package sim

import "tasker-sim/internal/event"

// buckets are the rate limits of the services: how full each bucket is for each
// strategy. Unlike the weather of a service this follows from the calls that a
// strategy makes, so that two strategies may be refused different calls.
//
// Nothing of it is stored: a call begins with a StepStarted event, and the calls
// in their order make the buckets again (see [World.recall]).
type buckets struct {
	services int
	// full[lane·services + service] is when the bucket is full again: one token
	// is there for every Every before that (the generic cell rate algorithm in
	// its form of virtual scheduling, ITU-T I.371).
	full []event.Time
	// refused are the calls of the past that found no token, until they are made
	// again after a crash.
	refused map[callID]bool
	again   bool // calls of the past are being made again
}

func newBuckets(lanes, services int) buckets {
	return buckets{services: services, full: make([]event.Time, lanes*services), refused: map[callID]bool{}}
}

// take takes a token for a call that begins at the instant; false: there is none.
func (b *buckets) take(lane int8, s *service, at event.Time) bool {
	full := &b.full[int(lane)*b.services+s.index]
	l := s.Rate
	if *full-at > event.Time(l.Burst-1)*l.Every {
		return false
	}
	*full = max(*full, at) + l.Every
	return true
}

// limited tells whether the service refuses the call because there were too
// many. The token of a call that is made again was taken, or refused, when the
// call began.
func (w *World) limited(id callID, s *service, at event.Time) bool {
	switch {
	case s.Rate == nil:
		return false
	case w.buckets.again:
		return w.buckets.refused[id]
	}
	return !w.buckets.take(id.lane, s, at)
}

// recount takes the tokens of a call of the past.
func (w *World) recount(e *event.Event) {
	s := w.steps[e.Step].service
	if s.Rate != nil {
		w.buckets.refused[callID{e.Strategy, e.Task, e.Step, e.Attempt}] = !w.buckets.take(e.Strategy, s, e.At)
	}
}
