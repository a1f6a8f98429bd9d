package sim

import (
	"errors"
	"io"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// everyFault is a term of every kind at the bank, and the examples of the
// documentation.
func everyFault() []string {
	list := []string{
		"bank: 10%duplicate(delay=20s)", "bank: 1*late(delay=7s) -> ok", "bank: 30%late(delay=30s) -> 20%lost_response",
		"bank: idempotency(replay_all)", "bank: idempotency(none) where key%2==0", "bank: rate_limit(calls=40, per=1m, burst=3, retry_after=5s)",
		"bank+post: ge(good=20s, e=5%; bad=20s, e=90%)", "bank: 10%reset(after)", "bank: 10%garble",
	}
	for _, s := range fault.Kinds() {
		f, err := fault.ParseFault(s.Try, fault.Names{}, true)
		if err != nil {
			panic(err)
		}
		f.Timed = false
		list = append(list, "bank: "+f.Terms[0].String())
	}
	return list
}

// TestEveryFaultReplays: what was injected by hand, given as a journal
// beforehand, makes the same events whatever the window.
func TestEveryFaultReplays(t *testing.T) {
	sc := parseFile(t, "faults.yaml", "load.tasks=200", "load.duration=200s")
	for i, term := range everyFault() {
		w, err := New(sc, Options{Seed: 3, Window: event.Second})
		if err != nil {
			t.Fatal(err)
		}
		var byHand []event.Event
		for step := 0; err == nil; step++ {
			var evs []event.Event
			evs, err = w.Advance(w.Horizon() + 9*event.Second)
			byHand = append(byHand, evs...)
			switch {
			case err != nil:
			case step == 2:
				err = w.Inject("bank: 25%error(other)")
			case step == 3:
				err = w.Inject(term + " for 80s")
			case step == 5 && i%3 == 0:
				err = w.Inject([]string{"clock(+25s)", "clock(-25s)"}[i%2])
			case step == 6 && i%2 == 0:
				err = w.Clear()
			case step == 15:
				_ = w.Redrive(keyed, 0)
			}
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		again, err := New(sc, Options{Seed: 3, Window: 13 * event.Second, Journal: w.Journal()})
		if err != nil {
			t.Fatal(err)
		}
		compareEvents(t, w.Journal(), live(t, again, event.Hour).events, byHand)
	}
}

// compareEvents holds events against others, but for the first, which names the
// journal.
func compareEvents(t *testing.T, journal []string, got, want []event.Event) {
	t.Helper()
	for i := 1; i < min(len(got), len(want)); i++ {
		if got[i] != want[i] {
			t.Errorf("journal %q: event %d is\n%+v, want\n%+v", journal, i, got[i], want[i])
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("journal %q: %d events, want %d", journal, len(got), len(want))
	}
}

// TestEveryFaultSurvivesAKill: a durable strategy comes to the same under every
// fault, whether its process is killed or not, and no effect is lost or made of
// nothing.
func TestEveryFaultSurvivesAKill(t *testing.T) {
	t.Parallel()
	sc := parseFile(t, "faults.yaml", "load.tasks=150", "load.duration=75s")
	terms := everyFault()
	if testing.Short() {
		terms = terms[:9]
	}
	for _, term := range terms {
		journal := []string{"bank @ 0s..: 15%error(other)", "bank @ 10s..50s: " + term[len("bank: "):], "clear @ 45s"}
		if term[:5] == "bank+" {
			journal[1] = "bank+post @ 10s..50s: " + term[len("bank+post: "):]
		}
		w, err := New(sc, Options{Seed: 4, Window: event.Second, Journal: journal})
		if err != nil {
			t.Fatalf("%s: %v", term, err)
		}
		whole := live(t, w, event.Minute)
		for _, kills := range [][]int{{6}, {14}, {5, 4, 6}} {
			l := killedUnder(t, journal, kills)
			want, got := business(whole, keyed), business(l, keyed)
			for task := range want {
				if want[task] != got[task] {
					t.Errorf("%q, kills %v: task %d came to\n%s, without a kill to\n%s", journal, kills, task, got[task], want[task])
					break
				}
			}
			if strings.Contains(term, "rate_limit") {
				continue // whoever died has left tokens to others
			}
			dead := died(l)
			want, got = business(whole, retries), business(l, retries)
			for task := range want {
				if want[task] != got[task] && !dead[task] {
					t.Errorf("%q, kills %v: retrying task %d, which did not die, came to\n%s, without a kill to\n%s", journal, kills, task, got[task], want[task])
					break
				}
			}
		}
	}
}

// killedUnder is [crashing] with a journal.
func killedUnder(t *testing.T, journal []string, kills []int) lived {
	t.Helper()
	sc := parseFile(t, "faults.yaml", "load.tasks=150", "load.duration=75s")
	l, _ := crashingWith(t, sc, Options{Seed: 4, Window: 3 * event.Second, Journal: journal}, event.Minute, kills...)
	return l
}
