package rundir

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

// lives drives a run to its end, doing something at some instants.
func lives(t *testing.T, r *Run, at map[event.Time]string) (evs []event.Event) {
	t.Helper()
	for now := event.Time(0); ; now += 5 * event.Second {
		more, err := r.Advance(now)
		evs = append(evs, more...)
		if errors.Is(err, io.EOF) {
			return evs
		}
		if err == nil && at[now] != "" {
			err = r.Inject(at[now])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestCrashByHand: the process loses its memory by hand, in the middle of a fault,
// and comes back from its files; the journal it keeps repeats all of it.
func TestCrashByHand(t *testing.T) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("checkout.yaml", text, []string{"load.tasks=200", "load.duration=3m"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	create := func(name string, journal []string) *Run {
		r, err := Create(filepath.Join(t.TempDir(), name), sc, sim.Options{Seed: 3, Window: 2 * event.Second, Journal: journal})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := create("hand", nil)
	byHand := lives(t, r, map[event.Time]string{
		40 * event.Second: "payment_gateway: 30%duplicate(delay=10s) for 1m", 60 * event.Second: "crash",
		90 * event.Second: "crash", 120 * event.Second: "clear",
	})
	if c := r.Survived(); len(c) != 2 || c[0].At != 60*event.Second || c[0].InFlight == 0 {
		t.Errorf("survived %+v, want two crashes with orders in flight", c)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := Read(r.Dir)
	want := []string{"payment_gateway @ 40s..1m40s: 30%duplicate(delay=10s)", "crash @ 1m0s", "crash @ 1m30s", "clear @ 2m0s"}
	if err != nil || !slices.Equal(kept.Journal, want) {
		t.Fatalf("journal %q, %v, want %q", kept.Journal, err, want)
	}
	if !slices.Equal(kept.Events, byHand) {
		t.Errorf("%d events are kept, %d were told", len(kept.Events), len(byHand))
	}
	again := create("again", kept.Journal)
	if evs := lives(t, again, nil); !slices.Equal(evs[1:], byHand[1:]) {
		t.Errorf("the journal makes %d events, by hand there were %d, or others", len(evs), len(byHand))
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
