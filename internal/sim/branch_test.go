package sim

import (
	"slices"
	"testing"

	"tasker-sim/internal/event"
)

// ends is what each task came to in a strategy: its last event and its effects.
func ends(l lived, strategy int8) map[int32]event.Kind {
	m := map[int32]event.Kind{}
	for i := range l.events {
		if e := &l.events[i]; e.Strategy == strategy && e.Kind >= event.TaskSucceeded && e.Kind <= event.TaskParked {
			m[e.Task] = e.Kind
		}
	}
	return m
}

// want is what branches.yaml says of a task, worked out here a second time.
func wantEnd(task int32, gate, retries bool) event.Kind {
	if task%3 == 0 {
		if task%4 == 0 && !retries {
			return event.TaskFailed // it hung once
		}
		return event.TaskSucceeded
	}
	switch {
	case gate && task%5 == 1:
		return event.TaskRejected
	case task%7 == 0 && !retries, task%7 == 1 && !gate:
		return event.TaskFailed
	}
	return event.TaskSucceeded
}

// TestBranches: which workflow a task runs, which steps it skips and what it is
// answered follow from its payload and the strategy's mechanisms, in straight-line
// code and on the engine alike.
func TestBranches(t *testing.T) {
	l := run(t, parseFile(t, "branches.yaml"), 1)
	for k, st := range []struct{ gate, retries bool }{{false, false}, {true, true}, {true, true}} {
		got := ends(l, int8(k))
		for task := int32(1); task <= 240; task++ {
			if want := wantEnd(task, st.gate, st.retries); got[task] != want {
				t.Errorf("%s: task %d ended %v, want %v", l.world.run.Strategies[k].Name, task, got[task], want)
			}
		}
	}
	for i, s := range l.world.run.Steps {
		want := map[string][3]int{"identify": {160, 0, 0}, "check": {80, 80, 80}, "pay": {}, "settle": {}, "write": {3, 3, 3}}[s.Name]
		for k := range want {
			if got := l.state.Strategies[k].Steps[i].Skipped; got != want[k] {
				t.Errorf("%s skipped by %d tasks in strategy %d, want %d", s.Name, got, k, want[k])
			}
		}
	}
}

// TestAnswerKeepsItsEffect: an answer with `effect: on` is a refusal of something
// that was done all the same; others leave nothing.
func TestAnswerKeepsItsEffect(t *testing.T) {
	l := run(t, parseFile(t, "branches.yaml"), 1)
	var paid [3][]int32
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.EffectMade && l.world.run.Steps[e.Step].Name == "pay" {
			paid[e.Strategy] = append(paid[e.Strategy], e.Task)
			want := int64(50)
			if e.Task%2 == 0 {
				want = 100
			}
			if e.Amount != want {
				t.Errorf("task %d was paid %d, want %d: a step that is skipped has no output", e.Task, e.Amount, want)
			}
		}
	}
	if !slices.Contains(paid[0], 8) || slices.Contains(paid[0], 7) || slices.Contains(paid[2], 1) {
		t.Errorf("paid without the gate %v, with it %v", paid[0], paid[2])
	}
	if !slices.Equal(paid[1], paid[2]) {
		slices.Sort(paid[1])
		if slices.Sort(paid[2]); !slices.Equal(paid[1], paid[2]) {
			t.Errorf("the loop paid %v, the engine %v", paid[1], paid[2])
		}
	}
}

// TestBranchesSurviveKills: a run that was killed goes on to the same end.
func TestBranchesSurviveKills(t *testing.T) {
	sc := parseFile(t, "branches.yaml")
	whole := run(t, sc, 3)
	again, _ := crashing(t, sc, 3, 5*event.Second, 3, 9, 14)
	want, got := business(whole, 2), business(again, 2)
	for task := int32(1); task <= 240; task++ {
		if want[task] != got[task] {
			t.Errorf("task %d: %q after the kills, %q without", task, got[task], want[task])
		}
	}
}
