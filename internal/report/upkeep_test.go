package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// nights is a run in which the naive strategy stops every third night, calls
// somebody and begins again, and the other one never does.
func nights(t *testing.T, n int) *metrics.State {
	t.Helper()
	const day = 24 * event.Hour
	run := shop()
	run.Noun, run.Tasks, run.Duration = event.Noun{One: "night", Many: "nights"}, n, event.Time(n)*day
	run.Schedule, run.Deadline, run.Patience = &event.Schedule{Every: day, Begins: 21 * event.Hour}, 10*event.Hour, 8*event.Hour
	run.Impact, run.Promises, run.Sets = event.Impact{}, nil, nil
	run.Strategies[0].OnCall = 45 * event.Minute
	run.Steps, run.Workflows[0].End = run.Steps[:1], 1
	between := func(low, high float64) *event.Range { return &event.Range{Low: low, High: high} }
	claim := func(measure string, before, after *event.Range) event.Claim {
		return event.Claim{Name: measure, Kind: Measured, Measure: measure, Unit: "count", Before: before, After: after}
	}
	run.Claims = []event.Claim{
		claim("on_time_share", between(.6, .7), between(.99, 1)), claim("human_calls_per_week", between(2, 3), between(0, .2)),
		claim("recovery_p50_hours", between(6, 7), nil), claim("wasted_hours", between(1, 1e6), between(0, 0)),
	}
	s := metrics.New(run)
	say := func(at event.Time, k event.Kind, strategy int8, task, attempt int, dur, due event.Time, class string) {
		e := event.Event{At: at, Kind: k, Strategy: strategy, Task: int32(task), Attempt: int16(attempt), Dur: dur, Due: due, Class: class, Effect: event.None}
		if k == event.TaskSubmitted || k == event.TaskSucceeded || k == event.RunEnded {
			e.Step, e.Service = event.None, event.None
		}
		s.Apply(&e)
	}
	for task := 1; task <= n; task++ {
		at := event.Time(task-1) * day
		say(at, event.TaskSubmitted, 0, task, 0, 0, 0, "")
		say(at, event.TaskSubmitted, 1, task, 0, 0, 0, "")
		say(at, event.StepStarted, 0, task, 1, 0, 0, "")
		say(at, event.StepStarted, 1, task, 1, 0, 0, "")
		say(at+4*event.Hour, event.StepSucceeded, 1, task, 1, 4*event.Hour, 0, "")
		say(at+4*event.Hour, event.TaskSucceeded, 1, task, 0, 4*event.Hour, 0, "")
		end, attempt, dur := at+6*event.Hour, 1, 6*event.Hour
		if task%3 == 0 {
			say(end, event.StepFailed, 0, task, 1, dur, 0, "503")
			say(end, event.TaskParked, 0, task, 0, dur, end+45*event.Minute, "503")
			end += 45 * event.Minute
			say(end, event.TaskRedriven, 0, task, 0, 45*event.Minute, 0, event.ClassRestart)
			say(end, event.StepStarted, 0, task, 2, 0, 0, "")
			end, attempt = end+dur, 2
		}
		say(end, event.StepSucceeded, 0, task, attempt, dur, 0, "")
		say(end, event.TaskSucceeded, 0, task, 0, end-at, 0, "")
	}
	say(event.Time(n)*day, event.RunEnded, event.None, 0, 0, 0, 0, "")
	if c := s.Checks; c.Violations > 0 {
		t.Fatal(c.First)
	}
	return s
}

// Upkeep is in the result, on the page and judged: 122 of 366 nights stopped
// once, and each of them took 45 minutes and another six hours.
func TestUpkeep(t *testing.T) {
	r := New(nights(t, 366), 0)
	var b bytes.Buffer
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var tree struct {
		Strategies map[string]map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	naive, orchestrated := tree.Strategies["naive"], tree.Strategies["orchestrated"]
	for _, c := range []struct {
		key  string
		want float64
	}{
		{"human_calls", 122}, {"restarts", 122}, {"human_calls_per_week", 122 * 7.0 / 366}, {"on_time_share", 244.0 / 366},
		{"wasted_hours", 122 * 6}, {"recovery_p50_hours", 6.75}, {"waited_long_share", 122.0 / 366}, {"patience_ms", 8 * 3600 * 1000},
	} {
		if got, _ := naive[c.key].(float64); math.Abs(got-c.want) > c.want/1000 {
			t.Errorf("naive %s is %v, want %v", c.key, naive[c.key], c.want)
		}
	}
	if naive["waited_over_10s_share"] != nil || orchestrated["recovery_p50_hours"] != nil || orchestrated["human_calls"] != 0.0 || orchestrated["on_time_share"] != 1.0 {
		t.Errorf("orchestrated: %v", orchestrated)
	}
	for _, c := range r.Claims {
		if c.Holds == nil || !*c.Holds {
			t.Errorf("%s: %v, %s", c.Name, c.MeasuredBefore, c.Reason)
		}
	}
	b.Reset()
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"on time (10 h)", "122, 2.3 a week", "6 h 45 m", "732 h", "waited over 8 h", "366 nights in 366 d 00 h"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q on the page:\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := r.Markdown(&b, Place{}); err != nil || strings.Contains(b.String(), "support tickets") {
		t.Errorf("the page speaks of tickets, which this run does not model (%v)", err)
	}
}

// A run about something else says nothing of upkeep.
func TestNoUpkeep(t *testing.T) {
	var b bytes.Buffer
	r := New(play(t, shop(), 300, true), 0)
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "human_calls") || !strings.Contains(b.String(), `"waited_over_10s_share": 0`) {
		t.Error(b.String())
	}
}
