package logline

import (
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/event"
)

func shop() *event.Run {
	return &event.Run{
		Steps:    []event.Step{{Name: "pay"}},
		Services: []event.Service{{Name: "gateway", Chatter: 10 * event.Second}},
		Effects:  []event.Effect{{Name: "charge"}},
	}
}

// TestLines is what services write. That nothing came back is not among it.
func TestLines(t *testing.T) {
	for _, c := range []struct {
		kind  event.Kind
		class string
		want  string
	}{
		{event.StepStarted, "", "req 34b8a3 pay started"},
		{event.EffectMade, "", "req 34b8a3 charge written"},
		{event.EffectRepeated, "", "req 34b8a3 charge exists, nothing to do"},
		{event.StepSucceeded, "", "req 34b8a3 pay completed in 1250 ms"},
		{event.StepFailed, "503", "req 34b8a3 pay error: no money"},
		{event.StepRetrying, "503", "req 34b8a3 pay error: no money"},
		{event.StepRetrying, event.ClassTimeout, ""},
		{event.StepFailed, event.ClassTimeout, ""},
		{event.StepDeferred, "", ""},
		{event.TaskFailed, "503", ""},
		{event.AlertFired, "slow", ""},
	} {
		e := event.Event{Kind: c.kind, Class: c.class, Text: "no money", Task: 17, Dur: 1250 * event.Millisecond}
		got := ""
		if Count(&e) > 0 {
			got = string(Append(nil, shop(), &e))
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.class, got, c.want)
		}
	}
}

// TestRequestIDs: the lines of one call have a number in common, which is no
// other task's and says nothing to another service.
func TestRequestIDs(t *testing.T) {
	seen := map[string]bool{}
	for task := int32(1); task <= 500; task++ {
		for step := int16(0); step < 4; step++ {
			seen[string(appendID(nil, &event.Event{Task: task, Step: step}))] = true
		}
	}
	if len(seen) < 1990 {
		t.Errorf("2,000 calls have %d numbers", len(seen))
	}
}

// TestChatter: the lines of any stretch of time are those of its parts, and each
// stands where it is said to.
func TestChatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := event.Service{Name: rapid.StringMatching("[a-z_]{1,12}").Draw(t, "name"), Chatter: event.Time(rapid.Int64Range(1, 20_000_000).Draw(t, "chatter"))}
		from := event.Time(rapid.Int64Range(0, 100_000_000).Draw(t, "from"))
		to := from + event.Time(rapid.Int64Range(0, 40*int64(s.Chatter)).Draw(t, "length"))
		middle := (from + to) / 2
		n := 0
		for at := FirstChatter(&s, from); at < to; at += s.Chatter {
			if at < from {
				t.Fatalf("a line at %d, before %d", at, from)
			}
			n++
		}
		if all := Chatter(&s, from, to); all != n || all != Chatter(&s, from, middle)+Chatter(&s, middle, to) {
			t.Fatalf("%d lines, counted %d, in two parts %d and %d", n, all, Chatter(&s, from, middle), Chatter(&s, middle, to))
		}
	})
	if quiet := (event.Service{Name: "quiet"}); Chatter(&quiet, 0, event.Hour) != 0 {
		t.Error("a service without chatter writes lines")
	}
}
