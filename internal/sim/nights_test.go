package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// stepNamed is the index of a step in Run.Steps.
func stepNamed(t *testing.T, l lived, name string) int16 {
	t.Helper()
	i := slices.IndexFunc(l.world.run.Steps, func(s event.Step) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no step %s", name)
	}
	return int16(i)
}

// TestWorstNight (P2-25): the post's three failures in one night. The one job begins
// again from zero three times; the workflow repeats the three steps that failed.
func TestWorstNight(t *testing.T) {
	l := run(t, parse(t, "data-pipeline", "faults=off", "load.tasks=3", "data.worst_night=2"), 7)
	naive, orch := pair(l)
	if naive.Restarts != 3 || naive.Calls != 3 || orch.Calls != 0 || orch.Tasks.Succeeded != 3 {
		t.Errorf("naive begun again %d times, %d calls; orchestrated %d calls, %+v: want 3, 3, 0 and all done", naive.Restarts, naive.Calls, orch.Calls, orch.Tasks)
	}
	again := map[string]int{}
	starts := [2]int{}
	for i := range l.events {
		e := &l.events[i]
		if e.Kind != event.StepStarted || e.Task != 2 {
			continue
		}
		if starts[e.Strategy]++; e.Strategy == 1 && e.Attempt > 1 {
			again[l.world.run.Steps[e.Step].Name]++
		}
	}
	if got := fmt.Sprint(again); got != "map[extract_users:1 transform_customer_metrics:1 transform_product_metrics:1]" {
		t.Errorf("the workflow repeated %s, want the three steps that failed", got)
	}
	// 8 calls, and those of three rounds that came to the 2nd, 4th and 5th.
	if starts != [2]int{8 + 2 + 4 + 5, 8 + 3} {
		t.Errorf("calls of the night: naive %d, orchestrated %d, want 19 and 11", starts[0], starts[1])
	}
}

// TestProgress (P2-04): a step that works in batches tells how far it is, in order,
// and on the engine an attempt goes on where the last one stopped.
func TestProgress(t *testing.T) {
	l := run(t, parse(t, "data-pipeline", "faults=off", "load.tasks=2", "data.worst_night=2"), 7)
	users, metrics := stepNamed(t, l, "extract_users"), stepNamed(t, l, "transform_customer_metrics")
	var told [2][]string
	var second event.Time
	for i := range l.events {
		e := &l.events[i]
		if e.Kind == event.StepProgress && e.Task == 2 && e.Step == metrics {
			told[e.Strategy] = append(told[e.Strategy], fmt.Sprintf("#%d %d%s", e.Attempt, e.Amount, map[bool]string{true: " kept"}[e.Class == event.ClassResumed]))
		}
		if e.Kind == event.StepSucceeded && e.Task == 2 && e.Step == users && e.Strategy == 1 {
			second = e.Dur
		}
	}
	// The first attempt dies after 100 minutes of its 2 h 33 m: five of eight batches.
	if got := strings.Join(told[1], ", "); got != "#1 500, #1 1000, #1 1500, #1 2000, #1 2500, #2 2500 kept, #2 3000, #2 3500" {
		t.Errorf("on the engine: %s", got)
	}
	if got := strings.Join(told[0], ", "); strings.Contains(got, "kept") || !strings.Contains(got, "#2 500") {
		t.Errorf("in the one job: %s, want it to begin again from zero", got)
	}
	// 3,000 of 4,000 users were there: the second attempt takes a quarter of the time.
	if second > 5*event.Minute {
		t.Errorf("the second extract of users took %s, want about 4 m of 16 m", second.Duration())
	}
	if kept := l.state.Strategies[1].Steps[users].Kept; kept != 3000 || l.state.Strategies[0].Steps[users].Kept != 0 {
		t.Errorf("%d rows kept on the engine, %d elsewhere, want 3,000 and none", kept, l.state.Strategies[0].Steps[users].Kept)
	}
}

// TestProgressSurvivesKills: what a batch has done outlives the process, and the run
// ends as if nothing had happened.
func TestProgressSurvivesKills(t *testing.T) {
	sc := parse(t, "data-pipeline", "load.tasks=12")
	for seed := uint64(1); seed <= 3; seed++ {
		want := doings(run(t, sc, seed))
		for _, kills := range [][]int{{5}, {40}, {61}, {30, 7, 22}} {
			l, _ := crashing(t, sc, seed, event.Hour, kills...)
			if got := doings(l); !slices.Equal(got, want) {
				for i := range min(len(want), len(got)) {
					if got[i] != want[i] {
						t.Fatalf("seed %d, kills %v: event %d is\n%+v, without a kill\n%+v", seed, kills, i, got[i], want[i])
					}
				}
				t.Fatalf("seed %d, kills %v: %d events, without a kill %d", seed, kills, len(got), len(want))
			}
		}
	}
}

// TestSubscribersNeverHurt (P2-24): a subscriber that breaks at every event, and one
// that never does, make the same run, and what it was told of goes by the step.
func TestSubscribersNeverHurt(t *testing.T) {
	without := func(l lived) (evs []event.Event) {
		for _, e := range l.events {
			if e.Kind != event.SubscriberTold && e.Kind != event.SubscriberThrew {
				evs = append(evs, e)
			}
		}
		return evs
	}
	calm := run(t, parse(t, "data-pipeline", "load.tasks=60", "subscribers.*.throws=0%"), 7)
	wild := run(t, parse(t, "data-pipeline", "load.tasks=60", "subscribers.*.throws=100%"), 7)
	if !slices.Equal(without(calm), without(wild)) {
		t.Error("a subscriber that throws changes the run")
	}
	c, w := &calm.state.Strategies[1].Listeners[0], &wild.state.Strategies[1].Listeners[0]
	n := 0
	for _, told := range c.Told {
		n += told
	}
	if n == 0 || c.Threw != 0 || w.Threw != n || !slices.Equal(w.Told, make([]int, len(w.Told))) {
		t.Errorf("calm %+v, wild %+v: want all told, and all thrown", c, w)
	}
	if got := calm.state.Strategies[0].Listeners[0]; got.Threw > 0 || slices.Max(got.Told) > 0 {
		t.Errorf("the one job has subscribers: %+v", got)
	}
	route := map[string]string{
		"extract_orders": "on_call", "extract_users": "on_call", "transform_customer_metrics": "data_team", "transform_product_metrics": "data_team",
	}
	for i := range calm.events {
		if e := &calm.events[i]; e.Kind == event.SubscriberTold && e.Class == "alerts" {
			want := route[calm.world.run.Steps[e.Step].Name]
			if want == "" {
				want = "review"
			}
			if e.Text != want {
				t.Errorf("%s told %s, want %s", calm.world.run.Steps[e.Step].Name, e.Text, want)
			}
		}
	}
}

// TestBadRange (P2-18, P2-23): a range that is missing, or ends before it begins, is
// refused for good at the first attempt, and nothing else of it runs.
func TestBadRange(t *testing.T) {
	for text, class := range map[string]string{
		`date_range: '{start_date: "2024-01-20", end_date: "2024-01-15"}'`: "INVALID_DATE_RANGE",
		`date_range: 'task < 0 ? {start_date: "", end_date: ""} : nil'`:    "MISSING_DATE_RANGE",
	} {
		old := parse(t, "data-pipeline")
		changed := strings.Replace(old.Text, `date_range: '{start_date: "2024-01-15", end_date: "2024-01-20"}'`, text, 1)
		sc, problems := scenario.Parse("data-pipeline.yaml", []byte(changed), []string{"faults=off", "load.tasks=2"})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if err := sc.Choose([]string{"orchestrated"}); err != nil {
			t.Fatal(err)
		}
		l := run(t, sc, 7)
		st := &l.state.Strategies[0]
		step := stepNamed(t, l, "extract_orders")
		if st.Tasks.Failed != 2 || st.Steps[step].Attempts != 2 || st.Steps[stepNamed(t, l, "transform_customer_metrics")].Attempts != 0 {
			t.Errorf("%s: %+v, %d attempts", class, st.Tasks, st.Steps[step].Attempts)
		}
		if i := slices.IndexFunc(l.events, func(e event.Event) bool { return e.Class == class }); i < 0 {
			t.Errorf("nothing was refused as %s", class)
		}
	}
}
