package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// BenchmarkLives is the cost of an order-life: one order in one strategy, the
// whole hour of checkout without disk and fold.
func BenchmarkLives(b *testing.B) {
	sc := parse(b, "checkout")
	b.ReportAllocs()
	lives, events := 0, 0
	for b.Loop() {
		w, err := New(sc, Options{Seed: 7, Window: event.Hour})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			var evs []event.Event
			evs, err = w.Advance(w.Horizon() + event.Minute)
			events += len(evs)
		}
		lives += sc.Load.Tasks * len(sc.Strategies)
	}
	b.ReportMetric(float64(lives)/b.Elapsed().Seconds(), "lives/s")
	b.ReportMetric(float64(events)/float64(lives), "events/life")
}
