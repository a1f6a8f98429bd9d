package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// BenchmarkApply folds an order that runs through in both strategies, over and
// over; allocations are those of room for tasks.
func BenchmarkApply(b *testing.B) {
	var evs []event.Event
	ev := func(k event.Kind, strategy int8, step, effect, attempt int16) {
		evs = append(evs, event.Event{Kind: k, Strategy: strategy, Task: 1, Step: step, Service: step, Effect: effect, Attempt: attempt, Dur: 100_000})
	}
	for s := range int8(2) {
		ev(event.TaskSubmitted, s, -1, -1, 0)
		for step := range int16(3) {
			ev(event.StepStarted, s, step, -1, 1)
			if step < mail {
				ev(event.EffectMade, s, step, step, 1)
			}
			ev(event.StepSucceeded, s, step, -1, 1)
		}
		ev(event.TaskSucceeded, s, -1, -1, 0)
	}
	run := shop()
	run.Tasks = b.N/len(evs) + 1
	s := New(run)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		e := &evs[i%len(evs)]
		e.Task = int32(i/len(evs)) + 1
		e.At = event.Time(i) * event.Millisecond
		s.Apply(e)
	}
	if s.Checks.Violations > 0 {
		b.Fatal(s.Checks.First)
	}
}
