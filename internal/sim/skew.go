package sim

import (
	"slices"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// skew is how far the clock that the engine reads is ahead of the world's. Services,
// their answers and strategies without the engine do not read it.
type skew struct {
	by event.Time // ahead by this
	// set: it was ever set by hand. From then on the engine's own account of how
	// long things took cannot be trusted, and the world keeps one of what began
	// since. What began before began when the engine says.
	set   bool
	began map[callID]event.Time    // attempts in progress
	since map[taskID]event.Time    // when the parked were parked
	shut  map[breakerID]event.Time // when breakers ceased to be closed
}

// breakerID is the breaker of a service in a strategy.
type breakerID struct {
	lane    int8
	service int16
}

// engineNow is what the engine's clock says.
func (w *World) engineNow() engine.Time { return engine.Time(w.now + w.skew.by) }

// worldTime is when the engine's clock will say t, as it goes now.
func (w *World) worldTime(t engine.Time) event.Time { return event.Time(t) - w.skew.by }

// setClock sets the engine's clock.
func (w *World) setClock(by event.Time) {
	w.skew.by += by
	ev := event.Event{Kind: event.ClockSet, Dur: by, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None}
	w.skew.note(&ev, w.now)
	w.emit(ev)
}

// note takes the begin of something into the world's account, from the event that
// tells of it.
func (s *skew) note(ev *event.Event, at event.Time) {
	switch ev.Kind {
	case event.ClockSet:
		if !s.set {
			s.began, s.since, s.shut = map[callID]event.Time{}, map[taskID]event.Time{}, map[breakerID]event.Time{}
		}
		s.set = true
	case event.StepStarted:
		s.began[callID{ev.Strategy, ev.Task, ev.Step, ev.Attempt}] = at
	case event.TaskParked:
		s.since[taskID{ev.Strategy, ev.Task}] = at
	case event.BreakerOpened:
		if id := (breakerID{ev.Strategy, ev.Service}); s.shut[id] == 0 {
			s.shut[id] = at
		}
	}
}

// recall takes up the account of a past.
func (s *skew) recall(events []event.Event) {
	for i := range events {
		if e := &events[i]; s.set || e.Kind == event.ClockSet {
			s.note(e, e.At)
			if e.Kind == event.BreakerClosed {
				delete(s.shut, breakerID{e.Strategy, e.Service})
			}
		}
	}
}

// correct puts how long things really took, and when they really will be, into an
// event of the engine's. start is when the engine says that it began.
func (w *World) correct(ev *event.Event, start event.Time) {
	s := &w.skew
	if ev.Due > 0 && ev.Kind != event.TaskParked { // whoever is called then has a clock that is right
		ev.Due = max(w.now, ev.Due-s.by)
	}
	begin, known := w.now, true
	switch ev.Kind {
	case event.StepSucceeded, event.StepRetrying, event.StepFailed:
		begin, known = take(s.began, callID{ev.Strategy, ev.Task, ev.Step, ev.Attempt})
	case event.TaskRedriven:
		begin, known = take(s.since, taskID{ev.Strategy, ev.Task})
	case event.BreakerClosed:
		begin, known = take(s.shut, breakerID{ev.Strategy, ev.Service})
	case event.TaskParked, event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		begin = w.arrivals[ev.Task-1]
	}
	if !known {
		begin = start
	}
	ev.Dur = w.now - begin
	s.note(ev, w.now)
}

func take[K comparable](m map[K]event.Time, key K) (at event.Time, ok bool) {
	at, ok = m[key]
	delete(m, key)
	return at, ok
}

// began is when an attempt really began.
func (w *World) began(id callID, a engine.Attempt) event.Time {
	if at, ok := w.skew.began[id]; ok {
		return at
	}
	return event.Time(a.Start)
}

// flies tells whether the engine still waits for the answer of a call.
func (d *durables) flies(id engine.TaskID, o *occurrence) bool {
	return slices.ContainsFunc(d.flying[id], func(a engine.Attempt) bool {
		return int16(d.first(int(a.Template))+int(a.Step)) == o.step && int16(a.N) == o.attempt
	})
}
