package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// TestThrough: work makes progress outside of stalls only; held against a count
// of the instants at which it does.
func TestThrough(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := &service{}
		still := map[event.Time]bool{}
		for range rapid.IntRange(0, 4).Draw(rt, "stalls") {
			from := event.Time(rapid.IntRange(0, 40).Draw(rt, "from"))
			to := from + event.Time(rapid.IntRange(1, 20).Draw(rt, "length"))
			s.armed = append(s.armed, &armed{Fault: fault.Fault{Terms: []fault.Term{{Kind: fault.Stall, Share: 1}}}, from: from, to: to})
			for at := from; at < to; at++ {
				still[at] = true
			}
		}
		at, took := event.Time(rapid.IntRange(0, 50).Draw(rt, "at")), event.Time(rapid.IntRange(1, 30).Draw(rt, "took"))
		want := at
		for left := took; left > 0; want++ {
			if !still[want] {
				left--
			}
		}
		if got := (&World{}).through(s, callID{}, at, took); got != want {
			rt.Fatalf("work of %d from %d is done at %d, want %d", took, at, got, want)
		}
	})
}

// steady is a desk that takes 4 s a call, and a call every 10 s.
func steady(t *testing.T, sets ...string) *scenario.Scenario {
	t.Helper()
	text, err := os.ReadFile("testdata/station.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(text), "duration: 75000s", "every: 10s", 1)
	s = strings.Replace(s, "{kind: exponential, mean: 1s}", "{kind: constant, mean: 4s}", 1)
	sc, problems := scenario.Parse("station.yaml", []byte(s), append(sets, "load.tasks=4"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return sc
}

// answersAt are the seconds at which the naive strategy gets answers.
func answersAt(l lived) (at []event.Time) {
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.StepSucceeded && e.Strategy == 0 {
			at = append(at, e.At/event.Second)
		}
	}
	return at
}

// TestStall: what is under way waits and goes on where it was, from the file and
// by hand; a stall without an end lasts until it is cleared; callers run into
// their timeouts meanwhile.
func TestStall(t *testing.T) {
	for _, c := range []struct {
		name    string
		sets    []string
		journal []string
		want    []event.Time
	}{
		{"none", nil, nil, []event.Time{4, 14, 24, 34}},
		{"under way", []string{"services.desk.faults=stall @ 11s/5s"}, nil, []event.Time{4, 19, 24, 34}},
		{"by hand", nil, []string{"desk @ 11s/5s: stall"}, []event.Time{4, 19, 24, 34}},
		{"twice", []string{"services.desk.faults=stall @ 11s/2s; stall @ 14s/3s"}, nil, []event.Time{4, 19, 24, 34}},
		{"one over the other", []string{"services.desk.faults=stall @ 11s/4s"}, []string{"desk @ 12s/4s: stall"}, []event.Time{4, 19, 24, 34}},
		{"in line", nil, []string{"desk @ 11s/15s: stall"}, []event.Time{4, 29, 33, 37}},
		{"of one task only", nil, []string{"desk @ 1s/35s: stall where task==2"}, []event.Time{4, 40, 44, 48}},
		{"cleared early", nil, []string{"desk @ 11s/30s: stall", "clear @ 13s"}, []event.Time{4, 16, 24, 34}},
		{"until cleared", nil, []string{"desk @ 11s: stall", "clear @ 16s"}, []event.Time{4, 19, 24, 34}},
		{"in the nick of time", nil, []string{"desk @ 14s/5s: stall"}, []event.Time{4, 14, 24, 34}},
		{"for a timeout", []string{"steps.a.timeout=6s", "steps.a.retry.limit=1"}, []string{"desk @ 11s/5s: stall"}, []event.Time{4, 24, 34}},
		{"without servers", []string{"services.desk.servers=off", "steps.a.timeout=6s", "steps.a.retry.limit=1"}, []string{"desk @ 11s/10s: stall"}, []event.Time{4, 14, 34}},
	} {
		w, err := New(steady(t, c.sets...), Options{Seed: 1, Journal: c.journal})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := answersAt(live(t, w, event.Hour)); !slices.Equal(got, c.want) {
			t.Errorf("%s: answers at %v s, want %v", c.name, got, c.want)
		}
	}
}

// TestStallSurvivesACrash: as TestStationSurvivesACrash, with stalls of the file
// and by hand, one of which was cleared before its end.
func TestStallSurvivesACrash(t *testing.T) {
	desks, deaths := [][]string{{"services.desk.queue.order=lifo", "services.desk.servers=2"}, {"services.desk.queue.limit=4"}}, [][]int{{46}, {48}, {54, 1, 1}, {66, 2}, {70, 1, 1, 1, 1}, {75}}
	if testing.Short() {
		desks, deaths = desks[:1], deaths[2:4]
	}
	for _, sets := range desks {
		sc := parseFile(t, "station.yaml", crowded(t, append(sets, "services.desk.faults=stall @ 90s/8s; stall @ 180s/20s")...)...)
		journal := []string{"desk @ 102s/9s: stall", "desk @ 130s/60s: stall where key%2==0", "clear @ 143s", "desk @ 150s: stall", "clear @ 156s"}
		w, err := New(sc, Options{Seed: 4, Window: 2 * event.Second, Journal: journal, Store: &engine.Memory{}, Ledger: &rows{}})
		if err != nil {
			t.Fatal(err)
		}
		want := saidOf(live(t, w, event.Minute), 1)
		for _, kills := range deaths {
			l := dying(t, sc, journal, kills)
			if saidOf(l, 1) != want {
				t.Errorf("%v, kills %v: the orchestrated strategy's events differ from those without a crash", sets, kills)
			}
		}
	}
}

// dying lets a run with a journal die before the appends, and come back.
func dying(t *testing.T, sc *scenario.Scenario, journal []string, kills []int) lived {
	t.Helper()
	l, _ := crashingWith(t, sc, Options{Seed: 4, Window: 2 * event.Second, Journal: journal}, event.Minute, kills...)
	return l
}

// TestStallByHandReplays: a stall that is begun and cleared live makes the tape
// that its journal makes, whatever the window.
func TestStallByHandReplays(t *testing.T) {
	sc := parseFile(t, "station.yaml", crowded(t)...)
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
		case step == 8 || step == 20:
			err = w.Inject(fmt.Sprintf("desk: stall%s", map[int]string{8: " for 30s"}[step]))
		case step == 11 || step == 22:
			err = w.Clear()
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
