package scenario

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

func nightly(t *testing.T, sets ...string) *Scenario {
	t.Helper()
	text, err := os.ReadFile("testdata/ok/nightly.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, probs := Parse("nightly.yaml", text, sets)
	if len(probs) > 0 {
		t.Fatal(probs)
	}
	return s
}

// TestSchedule: with load.every the duration follows from the number of tasks,
// and a duration that is given bounds their number.
func TestSchedule(t *testing.T) {
	const day = 24 * event.Hour
	for _, c := range []struct {
		set      string
		tasks    int
		duration event.Time
	}{
		{"load.patience=8h", 365, 365 * day},
		{"load.tasks=30", 30, 30 * day},
		{"load.duration=72h", 3, 3 * day},
		{"load.duration=73h", 4, 4 * day},
		{"load.duration=3m", 1, day},
		{"load.every=12h", 365, 365 * day / 2},
	} {
		l := nightly(t, c.set).Load
		if l.Tasks != c.tasks || l.Duration != c.duration {
			t.Errorf("%s: %d tasks in %s, want %d in %s", c.set, l.Tasks, writeTime(l.Duration), c.tasks, writeTime(c.duration))
		}
	}
	s := nightly(t)
	want := Load{Tasks: 365, Duration: 365 * day, Every: day, Begins: 21*event.Hour + 30*event.Minute, Deadline: 10 * event.Hour, Patience: 8 * event.Hour, Speed: 86400}
	if s.Load != want {
		t.Errorf("load is %+v, want %+v", s.Load, want)
	}
	if a, b := *s.Strategies[0].OnCall, *s.Strategies[1].OnCall; a != (OnCall{45 * event.Minute, 10}) || b != (OnCall{90 * event.Minute, 3}) {
		t.Errorf("on call are %+v and %+v", a, b)
	}
	if l := checkout(t).Load; l.Speed != 60 || l.Patience != event.Patience || l.Every != 0 || l.Deadline != 0 {
		t.Errorf("without the keys the load is %+v", l)
	}
}

// TestOnCallOff: a mechanism can be taken away as a whole, and its numbers are
// parameters.
func TestOnCallOff(t *testing.T) {
	s := nightly(t, "strategies.naive.on_call=off", "strategies.orchestrated.on_call.after=2h")
	if s.Strategies[0].OnCall != nil || s.Strategies[1].OnCall.After != 2*event.Hour {
		t.Errorf("on call are %+v and %+v", s.Strategies[0].OnCall, s.Strategies[1].OnCall)
	}
	for _, path := range []string{"load.every", "load.begins", "load.deadline", "load.patience", "load.speed", "strategies.orchestrated.on_call.limit"} {
		if !slices.ContainsFunc(s.Params(), func(p Param) bool { return p.Path == path }) {
			t.Errorf("%s is no parameter", path)
		}
	}
	for _, want := range []string{"one every 24h, the first 21h30m after midnight", "on time if done within 10h", "2h later it goes on where it stopped"} {
		if !strings.Contains(s.Show(), want) {
			t.Errorf("%q is not shown in\n%s", want, s.Show())
		}
	}
}
