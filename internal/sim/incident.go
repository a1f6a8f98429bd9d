package sim

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/responder"
	"tasker-sim/internal/scenario"
)

// incident is the fault that somebody has to mend, at work. In which strategies
// it is over follows from the events.
type incident struct {
	*scenario.Incident
	begins event.Time
	mended []event.Time // by lane; forever as long as it is not
}

// text is the incident's knobs in words.
func (n *incident) text() string {
	t := percent(n.Hang) + " of calls never answer"
	if n.Ramp > 0 {
		t += fmt.Sprintf(", from none within %s", n.Ramp.Duration())
	}
	return t
}

// rate is the share of calls that hang which begin at the instant.
func (n *incident) rate(lane int8, at event.Time) float64 {
	switch {
	case at < n.begins || at > n.mended[lane]:
		return 0
	case at-n.begins >= n.Ramp:
		return n.Hang
	}
	return float64(n.Hang * (float64(at-n.begins) / float64(n.Ramp)))
}

// hangs tells whether the incident keeps the call from ever being answered. The
// draw is that of the service's own errors: a call that would have failed
// anyway is the first to hang.
func (w *World) hangs(id callID, at event.Time) bool {
	st := &w.steps[id.step]
	if st.service.index != w.incident.Service {
		return false
	}
	rate := w.incident.rate(id.lane, at)
	return rate > 0 && w.dice.draw(drawError, st.where, int(id.task), int(id.attempt)) < rate
}

// openDesks draws when the incident begins and puts a responder into every strategy.
func (w *World) openDesks() {
	if in := w.sc.Incident; in != nil {
		u := w.dice.draw(drawIncident, word(w.sc.Services[in.Service].Name), 0, 0)
		w.incident = &incident{Incident: in, begins: in.At + round(float64(u*float64(in.Within)))}
		for range w.sc.Strategies {
			w.incident.mended = append(w.incident.mended, forever)
		}
	}
	if w.sc.Responder == nil {
		return
	}
	for i := range w.sc.Strategies {
		w.desks = append(w.desks, responder.New(w.run, w.sc.Responder, i, &sight{w, int8(i)}))
	}
}

// sight is what a responder may ask of the world: see [responder.World].
type sight struct {
	w    *World
	lane int8
}

// Roll is the same in every strategy: what differs is what they ask for.
func (s *sight) Roll(what string, n int) float64 {
	return s.w.dice.draw(drawResponder, word(what), 0, n)
}

// Sick: what else may be wrong with the service is not for a responder to mend.
func (s *sight) Sick(service int, at event.Time) (says string, is bool) {
	if n := s.w.incident; n != nil && n.Service == service && n.rate(s.lane, at) > 0 {
		return n.Cause, true
	}
	if rate, class, _ := s.w.services[service].weather(at); class != answered && rate > 0 {
		return percent(rate) + " of calls refused", false
	}
	return "it is well", false
}

// scheduleDesks lets every responder be woken when there is something to do.
func (w *World) scheduleDesks() {
	for i, d := range w.desks {
		w.queue.push(occurrence{at: d.Next(), kind: occWatch, lane: int8(i)})
	}
}

// respond lets a responder do what is due.
func (w *World) respond(lane int) {
	d := w.desks[lane]
	d.Until(w.now)
	for _, ev := range d.Take() {
		if ev.Kind == event.IncidentMended {
			ev.Dur = w.now - w.incident.begins
		}
		w.emit(ev)
	}
	w.queue.push(occurrence{at: d.Next(), kind: occWatch, lane: int8(lane)})
}

// noteDesk shows an event to the strategy's responder, and keeps where the
// incident is over.
func (w *World) noteDesk(e *event.Event) {
	if e.Strategy < 0 {
		return
	}
	if e.Kind == event.IncidentMended {
		w.mend(e)
	}
	if own := e.Kind >= event.AlertFired && e.Kind <= event.IncidentMended; w.desks != nil && !own {
		w.desks[e.Strategy].Note(e)
	}
}

// mend ends the incident in a strategy. When it is over in all of them, so is the
// fault.
func (w *World) mend(e *event.Event) {
	w.incident.mended[e.Strategy] = e.At
	for _, at := range w.incident.mended {
		if at == forever {
			return
		}
	}
	if e.At > w.horizon { // else that is in the past too
		w.emit(w.faultEvent(event.FaultEnded, w.incident.Service, hangIDs))
	}
}

// resumeDesks throws away what the responders did in the past and lets them go on.
func (w *World) resumeDesks() {
	for _, d := range w.desks {
		d.Until(w.horizon)
		d.Take()
	}
	w.scheduleDesks()
}

// describeWatch says in the run's description what is watched.
func describeWatch(run *event.Run, sc *scenario.Scenario) {
	if sc.Responder == nil {
		return
	}
	run.Watch = &event.Watch{Service: event.None, Sampling: sc.Responder.Sampling}
	if sc.Incident != nil {
		run.Watch.Service = sc.Incident.Service
	}
	i := 0
	for _, wf := range sc.Workflows {
		for _, s := range wf.Steps {
			run.Steps[i].Slow = s.Slow
			i++
		}
	}
}
