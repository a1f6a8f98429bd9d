package sim

import (
	"errors"
	"io"
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// storm is a service in a retry storm from 20 s on, for which remedies are at hand.
func storm(t *testing.T, sets ...string) []string {
	t.Helper()
	return append([]string{"load.tasks=2100", "load.duration=120s", "load.arrivals=steady", "services.desk.latency.mean=50ms", "services.desk.latency.kind=constant",
		"services.desk.windows=outage@20s/1ms+brownout(0%,8x)@21s/12s", "steps.a.timeout=3s", "steps.a.retry.backoff=none", "strategies.naive.retries=on",
		"services.desk.budget.deposit=10%", "services.desk.budget.burst=10", "services.desk.queue.limit=80", "services.desk.queue.shed=40"}, sets...)
}

// succeeded counts the tasks of the first strategy that arrived within a time and
// succeeded.
func succeeded(l lived, from, to event.Time) (n, of int) {
	good := map[int32]bool{}
	for i := range l.events {
		if e := &l.events[i]; e.Strategy == 0 && e.Kind == event.TaskSucceeded {
			good[e.Task] = true
		}
	}
	for i, at := range l.world.arrivals {
		if at >= from && at < to {
			of++
			if good[int32(i+1)] {
				n++
			}
		}
	}
	return n, of
}

// TestRemediesByHand: a storm goes on for ever unless it is cured; each remedy,
// switched on in its middle, ends it, jitter does not.
func TestRemediesByHand(t *testing.T) {
	for _, c := range []struct {
		journal []string
		cures   bool
	}{
		{nil, false}, {[]string{"remedy(naive, jitter) @ 60s"}, false},
		{[]string{"remedy(naive, budget) @ 60s"}, true}, {[]string{"remedy(naive, lifo) @ 60s"}, true},
		{[]string{"remedy(naive, deadlines) @ 60s"}, true}, {[]string{"remedy(naive, shedding) @ 60s"}, true},
	} {
		w, err := New(parseFile(t, "station.yaml", storm(t)...), Options{Seed: 5, Window: event.Minute, Journal: c.journal})
		if err != nil {
			t.Fatal(err)
		}
		l := live(t, w, event.Minute)
		if n, of := succeeded(l, 0, 10*event.Second); n != of {
			t.Errorf("%v: %d of %d succeed before the trigger", c.journal, n, of)
		}
		if n, of := succeeded(l, 38*event.Second, 48*event.Second); n > of/10 {
			t.Errorf("%v: %d of %d succeed in the storm", c.journal, n, of)
		}
		n, of := succeeded(l, 100*event.Second, 110*event.Second)
		if c.cures && n < of*19/20 || !c.cures && n > of/2 {
			t.Errorf("%v: %d of %d succeed 40 s later", c.journal, n, of)
		}
	}
}

// TestRemedyReplays: what was switched by hand makes, given as a journal, the same
// events; and a crash changes nothing for the strategy on the engine.
func TestRemedyReplays(t *testing.T) {
	sc := parseFile(t, "station.yaml", storm(t)...)
	w, err := New(sc, Options{Seed: 5, Window: event.Second})
	if err != nil {
		t.Fatal(err)
	}
	var byHand []event.Event
	for step := 0; err == nil; step++ {
		var evs []event.Event
		evs, err = w.Advance(w.Horizon() + 3*event.Second)
		byHand = append(byHand, evs...)
		for at, term := range map[int]string{15: "remedy(orchestrated, lifo)", 18: "remedy(naive, budget)", 25: "remedy(naive, budget, off)", 27: "remedy(orchestrated, lifo, off)"} {
			if step == at {
				if err := w.Inject(term); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	again, err := New(sc, Options{Seed: 5, Window: event.Minute, Journal: w.Journal()})
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, again, event.Hour)
	if len(l.events) != len(byHand) {
		t.Fatalf("journal %q: %d events, by hand %d", w.Journal(), len(l.events), len(byHand))
	}
	for i := range byHand {
		if i > 0 && byHand[i] != l.events[i] {
			t.Fatalf("journal %q: event %d is\n%+v, by hand\n%+v", w.Journal(), i, l.events[i], byHand[i])
		}
	}
	if !l.state.Live || len(l.state.Strategies[0].Remedies) != 1 {
		t.Error("the fold does not know what was switched by hand")
	}
}

// TestRemedyRefused: what would change nothing is refused, and why.
func TestRemedyRefused(t *testing.T) {
	w, err := New(parseFile(t, "station.yaml", "load.tasks=10", "load.duration=10s"), Options{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Advance(event.Second); err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string]string{
		"remedy(naive, budget)":        "no service has a budget",
		"remedy(naive, shedding)":      "no service has queue.shed",
		"remedy(orchestrated, budget)": "the engine keeps its policies for the whole run",
		"remedy(naiv, lifo)":           "did you mean naive?",
		"remedy(naive, lofi)":          `no remedy "lofi"`,
		"remedy(naive)":                `want ","`,
	} {
		if err := w.Inject(term); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", term, err, want)
		}
	}
}
