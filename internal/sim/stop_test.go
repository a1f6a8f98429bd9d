package sim

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// stopping lives a run whose journal stops it, anew from its store whenever it
// does, and returns the tape and how often it was stopped.
func stopping(t *testing.T, window event.Time, journal ...string) (evs []event.Event, crashes, full int) {
	t.Helper()
	sc := parse(t, "checkout", "load.tasks=300", "load.duration=4m")
	store, ledger := &engine.Memory{}, &rows{}
	for {
		opts := Options{Seed: 6, Window: window, Journal: journal, Store: store, Ledger: ledger, Rows: append([]event.Event(nil), ledger.all...)}
		if past, err := ReadPast(store); err == nil {
			opts.Past = past
		}
		w, err := New(sc, opts)
		if err != nil {
			t.Fatal(err)
		}
		evs = evs[:0]
		for err == nil {
			var more []event.Event
			more, err = w.Advance(w.Horizon() + 10*event.Second)
			evs = append(evs, more...)
		}
		switch {
		case errors.Is(err, io.EOF):
			return evs, crashes, full
		case errors.Is(err, ErrCrash):
			crashes++
		case errors.Is(err, ErrDiskFull) && errors.Is(err, syscall.ENOSPC):
			full++
		default:
			t.Fatal(err)
		}
		if crashes+full > 5 {
			t.Fatal("it stops again and again at the same instant")
		}
	}
}

// TestStops: a crash and a full disk at an instant come to the same tape however
// far the world runs ahead of its disk; each happens once; the orchestrated
// orders come to what they would have without.
func TestStops(t *testing.T) {
	journal := []string{"crash @ 61s", "disk_full @ 90s", "payment_gateway @ 100s..120s: outage", "crash @ 110s", "crash @ 3m59.5s"}
	first, crashes, full := stopping(t, event.Second, journal...)
	if crashes != 3 || full != 1 {
		t.Errorf("%d crashes and %d full disks, want 3 and 1", crashes, full)
	}
	for _, window := range []event.Time{0, 7 * event.Second, event.Hour} {
		again, _, _ := stopping(t, window, journal...)
		compareEvents(t, journal, again, first)
	}
	quiet, _, _ := stopping(t, event.Second, journal[2])
	want, got := business(lived{events: quiet, world: worldOf(t)}, 1), business(lived{events: first, world: worldOf(t)}, 1)
	for task := range want {
		if want[task] != got[task] {
			t.Errorf("orchestrated order %d came to\n%s, without stops to\n%s", task, got[task], want[task])
		}
	}
	deaths := 0
	for _, e := range first {
		if e.Kind == event.ProcessDied {
			deaths++
		}
	}
	if deaths != 4 {
		t.Errorf("%d deaths on the tape, want 4: whoever resumes after a full disk had died too", deaths)
	}
}

// worldOf is a world with the names of the checkout.
func worldOf(t *testing.T) *World {
	t.Helper()
	w, err := New(parse(t, "checkout", "load.tasks=1"), Options{Seed: 6})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestCrashOfWhatIsNotKept: nothing could come back.
func TestCrashOfWhatIsNotKept(t *testing.T) {
	w, err := New(parse(t, "checkout", "load.tasks=10"), Options{Seed: 6, Journal: []string{"crash @ 1m"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Advance(event.Hour)
	if want := "the process lost its memory, and nothing of this run is kept"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
