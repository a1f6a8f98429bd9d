package sim

import "tasker-sim/internal/event"

// deadline is until when the task is of use, in strategies that mind it; 0: for ever.
func (w *World) deadline(lane int8, task int32) event.Time {
	if !w.sc.Strategies[lane].Deadlines || w.sc.Load.Deadline == 0 {
		return 0
	}
	return w.arrivals[task-1] + w.sc.Load.Deadline
}

// patience is the instant until which the caller waits for the answer of an
// attempt that begins at the given one; 0: for ever.
func (w *World) patience(lane int8, task int32, step int16, at event.Time) (until event.Time) {
	if t := w.steps[step].Timeout; t > 0 {
		until = at + t
	}
	if d := w.deadline(lane, task); at < d && (until == 0 || until > d) {
		until = d
	}
	return until
}

// fallsBack tells whether the step has a lesser result in the lane that will do
// for the task.
func (w *World) fallsBack(lane int8, task int32, step int16) bool {
	if !w.sc.Strategies[lane].Fallbacks || w.steps[step].Fallback == nil {
		return false
	}
	d := w.figures.of(task)
	return d.strict == nil || !d.strict[step]
}
