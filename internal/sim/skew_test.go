package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// TestClockSetOn: whoever waited for the engine's clock is served at once: calls in
// flight time out, waits are over, an open breaker lets a probe through. Answers
// that come after that are dropped, their effects met by the next attempt's key.
func TestClockSetOn(t *testing.T) {
	sc := parseFile(t, "faults.yaml", "services.bank.latency.p99=900ms", "services.bank.latency.median=800ms")
	w, err := New(sc, Options{Seed: 5, Window: event.Minute, Journal: []string{"clock(+1h) @ 1000s", "clock(+1h) @ 2000s"}})
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, w, event.Minute)
	cut := 0
	for _, e := range l.events {
		if e.Kind == event.StepRetrying && e.Strategy == keyed {
			if e.At != 1000*event.Second && e.At != 2000*event.Second || e.Dur >= event.Second || e.Due != e.At+event.Second {
				t.Errorf("%+v, want attempts cut short at the set and the next a second later", e)
			}
			cut++
		}
		if e.Kind == event.StepSucceeded && e.Dur > 2*event.Second {
			t.Fatalf("an attempt is said to have taken %s", e.Dur.Duration())
		}
	}
	if s := &l.state.Strategies[keyed]; cut == 0 || s.Tasks.Succeeded != 3000 || count(l.made(keyed, 0), func(n int) bool { return n != 1 }) != 0 {
		t.Errorf("%d attempts were cut short, %d of 3000 succeeded", cut, s.Tasks.Succeeded)
	}
	if s := &l.state.Strategies[bare]; s.Tasks.Succeeded != 3000 {
		t.Errorf("%d naive tasks succeeded: there is no engine whose clock was set", s.Tasks.Succeeded)
	}
}

// TestClockSetBack: waits last longer by as much, and no effect is made twice.
func TestClockSetBack(t *testing.T) {
	l := afflicted(t, "bank @ 0s..: 1*error(busy)", "clock(-5m) @ 1000s")
	longest := event.Time(0)
	begun := map[int32]event.Time{}
	for _, e := range l.events {
		switch {
		case e.Strategy != keyed || e.Step != 0:
		case e.Kind == event.StepRetrying:
			begun[e.Task] = e.At
		case e.Kind == event.StepStarted && e.Attempt == 2:
			longest = max(longest, e.At-begun[e.Task])
		}
	}
	if longest < 5*event.Minute || longest > 5*event.Minute+2*event.Second {
		t.Errorf("the longest wait is %s, want the wait and 5 minutes", longest.Duration())
	}
	if s := &l.state.Strategies[keyed]; s.Tasks.Succeeded != 3000 {
		t.Errorf("%d of 3000 succeeded", s.Tasks.Succeeded)
	}
}

// TestClockAndKill: a set clock survives a kill, by hand and from a journal, with
// any window.
func TestClockAndKill(t *testing.T) {
	journal := []string{
		"payment_gateway @ 50s..80s: outage", "clock(+10m) @ 61s", "crash @ 62s", "clock(-20m) @ 100s", "payment_gateway @ 105s..130s: outage",
		"crash @ 121s", "clock(+20m) @ 3m",
	}
	first, _, _ := stopping(t, event.Second, journal...)
	for _, window := range []event.Time{0, 7 * event.Second, event.Hour} {
		again, _, _ := stopping(t, window, journal...)
		compareEvents(t, journal, again, first)
	}
	var quiet []string
	for _, line := range journal {
		if line[:5] != "crash" {
			quiet = append(quiet, line)
		}
	}
	whole, _, _ := stopping(t, event.Second, quiet...)
	want, got := business(lived{events: whole, world: worldOf(t)}, 1), business(lived{events: first, world: worldOf(t)}, 1)
	for task := range want {
		if want[task] != got[task] {
			t.Errorf("orchestrated order %d came to\n%s, without kills to\n%s", task, got[task], want[task])
		}
	}
}
