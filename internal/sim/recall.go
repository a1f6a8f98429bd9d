package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// Some faults remember the calls that they met: a rate limit its tokens, a
// service its errors under keys, a network the second delivery that is still on
// its way. Nothing of that is stored: calls begin with StepStarted events, and
// meeting them again in their order makes it all again.

// remembers tells whether what the service does to a call depends on others.
func (s *service) remembers() bool {
	for _, a := range s.armed {
		for i := range a.Terms {
			switch a.Terms[i].Kind {
			case fault.RateLimit, fault.Idempotency, fault.Duplicate:
				return true
			}
		}
	}
	return false
}

// recallCalls meets the calls of the past again. It notes what each came to, for
// those that are made again, and schedules second deliveries that are still to
// come, which it returns.
func (w *World) recallCalls(events []event.Event) map[deed]bool {
	w.recalled = map[callID]outcome{}
	pending := map[deed]bool{}
	flying := map[callID]bool{}
	for _, a := range w.core.InFlight() {
		l, task := w.durable.whose(a.Task)
		flying[callID{l.lane, task, int16(w.durable.first(int(a.Template)) + int(a.Step)), int16(a.N)}] = true
	}
	for i := range events {
		e := &events[i]
		if e.Kind != event.StepStarted && e.Kind != event.UndoStarted || !w.steps[e.Step].service.remembers() {
			continue
		}
		id := callID{e.Strategy, e.Task, e.Step, e.Attempt}
		if out := w.recallCall(id, e.At); out.again > 0 && out.effect && !flying[id] {
			w.redeliver(occurrence{began: e.At, lane: id.lane, task: id.task, step: id.step, attempt: id.attempt}, out)
			pending[deed{id, e.At + out.latency + out.again}] = true
		}
	}
	return pending
}

// outcome is what a call comes to that begins at the instant.
func (w *World) outcome(id callID, at event.Time) outcome {
	st := &w.steps[id.step]
	if w.limited(id, st.service, at) {
		return st.service.refused(st.service.rateClass, func(float64) event.Time { return st.service.Latency.Median }, 1)
	}
	if w.incident != nil && w.hangs(id, at) {
		return st.service.refused(st.service.lostClass, nil, 1)
	}
	return w.decided(id, at, w.afflict(id, at, w.served(id, at)))
}

// recallCall meets one call of the past again, as [World.outcome] did.
func (w *World) recallCall(id callID, at event.Time) outcome {
	st := &w.steps[id.step]
	switch {
	case w.buckets.refused[id]:
		return st.service.refused(st.service.rateClass, func(float64) event.Time { return st.service.Latency.Median }, 1)
	case w.incident != nil && w.hangs(id, at):
		return st.service.refused(st.service.lostClass, nil, 1)
	}
	out := w.afflict(id, at, w.served(id, at))
	w.recalled[id] = out
	return w.decided(id, at, out)
}
