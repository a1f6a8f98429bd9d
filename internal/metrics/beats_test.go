package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// TestBeatsCome: a moment comes at its instant or with the first event that it
// waits for, once.
func TestBeatsCome(t *testing.T) {
	run := shop()
	run.Beats = []event.Beat{
		{At: 3 * event.Second, Says: "three seconds"},
		{First: "fault.ended", Class: "outage", Service: run.Services[1].Name, Says: "the end of the outage"},
		{First: "fault.began", Says: "any fault"},
		{First: "breaker.opened", Strategy: run.Strategies[1].Name, Says: "the breaker"},
		{First: "fault.began", Service: "nobody", Says: "never"},
	}
	s := New(run)
	fault := func(at event.Time, k event.Kind, class string, service int16) {
		s.Apply(&event.Event{At: at, Kind: k, Class: class, Service: service, Amount: int64(service) + 1, Strategy: event.None, Step: event.None, Effect: event.None})
	}
	fault(1*event.Second, event.FaultBegan, "outage", 0)
	s.Advance(2 * event.Second)
	fault(4*event.Second, event.FaultEnded, "outage", 0)
	fault(5*event.Second, event.FaultBegan, "outage", 1)
	for k := int8(0); k < 2; k++ {
		s.Apply(&event.Event{At: 6 * event.Second, Kind: event.BreakerOpened, Strategy: k, Service: 1, Due: 9 * event.Second, Step: event.None, Effect: event.None})
	}
	fault(7*event.Second, event.FaultEnded, "outage", 1)
	want := []event.Time{3 * event.Second, 7 * event.Second, 1 * event.Second, 6 * event.Second, NotYet}
	for i, at := range s.Beats {
		if at != want[i] {
			t.Errorf("%q came at %d, want %d", run.Beats[i].Says, at, want[i])
		}
	}
}
