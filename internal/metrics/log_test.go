package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// logged lets a story be kept in a log as well.
func logged(y *story, limit int) *Log {
	l := NewLog(y.s.Run, limit)
	y.log = l
	return l
}

// Four orders: one fine, one lost naively and retried, one parked and
// recovered, one that still runs.
func TestFilters(t *testing.T) {
	y := tell(t)
	l := logged(y, 100)
	y.order(1).fine(naive, 1).fine(orchestrated, 1)

	y.order(2).attempt(event.StepFailed, naive, 2, pay, 1).task(event.TaskFailed, naive, 2, at(pay), class("503"))
	y.attempt(event.StepRetrying, orchestrated, 2, pay, 1).attempt(event.StepSucceeded, orchestrated, 2, pay, 2)
	y.ok(orchestrated, 2, ship, mail).task(event.TaskSucceeded, orchestrated, 2, dur(3*event.Second))

	y.order(3).fine(naive, 3).attempt(event.StepFailed, orchestrated, 3, pay, 1).task(event.TaskParked, orchestrated, 3, at(pay))
	equal(t, l.Tasks(FilterRecovered), nil)
	y.task(event.TaskRedriven, orchestrated, 3, at(pay)).attempt(event.StepSucceeded, orchestrated, 3, pay, 2)
	y.ok(orchestrated, 3, ship, mail).task(event.TaskSucceeded, orchestrated, 3, dur(event.Minute)).order(4)

	for f, want := range map[Filter][]int32{
		FilterAll: {4, 3, 2, 1}, FilterFailed: {3, 2}, FilterOnlyFirst: {2}, FilterLast: {3},
		FilterRetried: {2}, FilterRecovered: {3},
	} {
		equal(t, l.Tasks(f), want)
	}
	equal(t, *l.Life(orchestrated, 2), Life{Status: Succeeded, Retried: true, Step: event.None, Attempts: 4, Worth: 10_000,
		Submitted: 22 * event.Second, Moved: 36 * event.Second, Dur: 3 * event.Second})
	if first := l.Task(naive, 2)[0]; first.Kind != event.TaskSubmitted {
		t.Errorf("a task's events begin with %v", first.Kind)
	}
	if l.Life(naive, 5) != nil || l.Task(naive, 5) != nil {
		t.Error("there is no task 5")
	}
	y.sound()
}

// A log keeps failures longer than successes, and neither for ever.
func TestLogIsBounded(t *testing.T) {
	y := tell(t)
	l := logged(y, 3)
	for task := int32(1); task <= 20; task++ {
		y.order(task).fine(orchestrated, task)
		if task%2 == 1 {
			y.fine(naive, task)
		} else {
			y.attempt(event.StepFailed, naive, task, pay, 1).task(event.TaskFailed, naive, task, at(pay))
		}
	}
	y.sound()
	equal(t, l.Tasks(FilterAll), []int32{20, 18, 16, 14, 12, 10})
	equal(t, l.Task(naive, 19), nil)
	equal(t, l.Life(naive, 19).Forgotten, true)
}

func TestRecent(t *testing.T) {
	y := tell(t)
	l := logged(y, 10)
	for task := int32(1); task <= ringSize/10; task++ {
		y.order(task).fine(naive, task)
	}
	got := l.Recent(2, nil)
	if len(got) != 2 || got[0].Kind != event.TaskSucceeded || got[1].Kind != event.StepSucceeded || got[0].At <= got[1].At {
		t.Errorf("the newest events are %v", got)
	}
	arrivals := l.Recent(3, func(e *event.Event) bool { return e.Kind == event.TaskSubmitted })
	equal(t, len(arrivals), 3)
	equal(t, arrivals[0].Task, ringSize/10)
	all := l.Recent(1_000_000, nil)
	equal(t, len(all), ringSize)
	for i := range all[1:] {
		if all[i].At <= all[i+1].At {
			t.Fatalf("event %d is not newer than the next", i)
		}
	}
}
