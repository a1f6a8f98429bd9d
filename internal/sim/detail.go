package sim

import (
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// Details tells the payloads of a run's tasks. It is apart from the world that
// runs them, so that a reader may ask while the world lives; it has one owner.
type Details struct{ book *payloads }

// NewDetails makes the payloads of the scenario with the seed available.
func NewDetails(sc *scenario.Scenario, seed uint64) *Details {
	return &Details{newPayloads(sc, dice{seed})}
}

// Context is the task's input as JSON.
func (d *Details) Context(task int32) (text_ string) {
	defer func() { d.book.forget(task); text_ = orError(text_, recover()) }()
	return string(text(d.book.get(task).context))
}

// Detail is the input and output of a step of the task. Outputs are the same in
// every strategy; whether the step got as far as to have one, its events tell.
func (d *Details) Detail(_ int, task int32, step int) (det event.Detail) {
	defer func() { d.book.forget(task); det.Output = orError(det.Output, recover()) }()
	return d.book.get(task).detail(step)
}

// orError is s, or the words of an expression that failed.
func orError(s string, r any) string {
	switch r := r.(type) {
	case nil:
		return s
	case payloadError:
		return r.Error()
	default:
		panic(r)
	}
}

// Context implements [event.Detailer].
func (w *World) Context(task int32) string { return w.details.Context(task) }

// Detail implements [event.Detailer].
func (w *World) Detail(strategy int, task int32, step int) event.Detail {
	return w.details.Detail(strategy, task, step)
}

// NoteRecovery keeps how long it took to come back after the latest crash. It is
// wall-clock time: shown, and outside of what must be the same from run to run.
func (w *World) NoteRecovery(d time.Duration) {
	if n := len(w.disk.crashes); n > 0 {
		w.disk.crashes[n-1].RecoveryMillis = float64(d.Microseconds()) / 1000
	}
}

// SetWindow sets how far the world may run ahead of the disk from now on; see
// [Options].
func (w *World) SetWindow(window event.Time) { w.window = window }

// Window is how far the world may run ahead of the disk.
func (w *World) Window() event.Time { return w.window }
