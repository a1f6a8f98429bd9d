package sim

import (
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// TestEndedRunKeepsItsCrash: opening a run that has ended does not change what is
// told of the kill that it survived.
func TestEndedRunKeepsItsCrash(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=250", "load.duration=2m", "load.peak=20x@60s/5s")
	store, ledger := &engine.Memory{}, &rows{}
	w, err := New(sc, Options{Seed: 5, Window: 3 * event.Second, Store: &mortal{store, 20}, Ledger: ledger})
	for err == nil {
		_, err = w.Advance(w.Horizon() + event.Minute)
	}
	open := func() *World {
		past, err := ReadPast(store)
		if err != nil {
			t.Fatal(err)
		}
		w, err := New(sc, Options{Seed: 5, Window: 3 * event.Second, Store: store, Ledger: ledger, Past: past, Rows: append([]event.Event(nil), ledger.all...)})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w = open()
	live(t, w, event.Minute)
	want := w.Survived()[0]
	if got := open().Survived()[0]; got != want || want.Repeated == 0 {
		t.Errorf("opened again: %+v, before %+v", got, want)
	}
}
