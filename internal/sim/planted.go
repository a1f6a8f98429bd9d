package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// plant gives the world the mistake of the options, if it was built to have any.
func (w *World) plant(opts Options) *scenario.Scenario {
	w.planting = opts.planting
	w.sc = w.planting.scenario(w.sc)
	return w.sc
}

// served is the service's answer to the call that begins at the instant.
func (w *World) served(id callID, at event.Time) outcome {
	st := &w.steps[id.step]
	where, attempt := w.key(w.dealt(&id), id)
	return w.planting.answer(st.service.call(where, int(id.task), attempt, at))
}
