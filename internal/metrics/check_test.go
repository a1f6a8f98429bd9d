package metrics

import (
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// Every invariant is broken once; the checker names what, which task and when.
//
//tidy:long a table
func TestViolations(t *testing.T) {
	for _, c := range []struct {
		name, want string
		tell       func(y *story)
	}{
		{"time", "time went back: task.submitted of task 2 in naive, at 0:00:02", func(y *story) {
			y.at = 9 * event.Second
			y.order(1)
			y.at = event.Second
			y.order(2)
		}},
		{"task unknown", "never submitted: step.started of task 7 in naive, step pay, at 0:00:01", func(y *story) {
			y.task(event.StepStarted, naive, 7, at(pay), try(1))
		}},
		{"numbers", "order of arrival: task.submitted of task 3 in naive", func(y *story) { y.order(1).order(3) }},
		{"same order", "do not meet the same order: task.submitted of task 1 in orchestrated", func(y *story) {
			y.task(event.TaskSubmitted, naive, 1, amount(1)).task(event.TaskSubmitted, orchestrated, 1, amount(2))
		}},
		{"dependency", "before what it depends on is done: step.started of task 1 in naive, step ship", func(y *story) {
			y.order(1).task(event.StepStarted, naive, 1, at(ship), try(1))
		}},
		{"twice at once", "runs or is done: step.started", func(y *story) {
			y.order(1).task(event.StepStarted, naive, 1, at(pay), try(1)).task(event.StepStarted, naive, 1, at(pay), try(2))
		}},
		{"done again", "runs or is done: step.started", func(y *story) {
			y.order(1).ok(orchestrated, 1, pay).task(event.StepStarted, orchestrated, 1, at(pay), try(2))
		}},
		{"numbers of attempts", "one by one: step.started", func(y *story) {
			y.order(1).attempt(event.StepRetrying, orchestrated, 1, pay, 1).task(event.StepStarted, orchestrated, 1, at(pay), try(3))
		}},
		{"limit", "more attempts in one round than the limit: step.started of task 1 in orchestrated, step ship", func(y *story) {
			y.order(1).ok(orchestrated, 1, pay)
			for n := range int16(3) {
				y.attempt(event.StepRetrying, orchestrated, 1, ship, n+1)
			}
		}},
		{"no retries", "more attempts in one round than the limit", func(y *story) {
			y.order(1).attempt(event.StepRetrying, naive, 1, pay, 1).attempt(event.StepRetrying, naive, 1, pay, 2)
		}},
		{"ended twice", "a task went from failed to succeeded: task.succeeded of task 1 in naive", func(y *story) {
			y.order(1).task(event.TaskFailed, naive, 1, at(pay)).task(event.TaskSucceeded, naive, 1)
		}},
		{"redriven while it runs", "a task went from running to running", func(y *story) {
			y.order(1).task(event.TaskRedriven, orchestrated, 1)
		}},
		{"attempt after the end", "an attempt of a task that has failed: step.started", func(y *story) {
			y.order(1).task(event.TaskFailed, naive, 1, at(pay)).task(event.StepStarted, naive, 1, at(pay), try(1))
		}},
		{"end without beginning", "ended that does not run: step.succeeded", func(y *story) {
			y.order(1).task(event.StepSucceeded, naive, 1, at(pay), try(1))
		}},
		{"due in the past", "due in the past: step.retrying", func(y *story) {
			y.order(1).task(event.StepStarted, orchestrated, 1, at(pay), try(1)).task(event.StepRetrying, orchestrated, 1, at(pay), try(1), due(event.Second))
		}},
		{"left undone", "steps left undone: task.succeeded of task 1 in orchestrated", func(y *story) {
			y.order(1).ok(orchestrated, 1, pay).task(event.TaskSucceeded, orchestrated, 1)
		}},
		{"bad card", "bad card succeeded", func(y *story) { y.badCard(1).fine(naive, 1) }},
		{"charged twice under a key", "twice under one key: effect.made of task 1 in orchestrated, step pay", func(y *story) {
			y.order(1).task(event.StepStarted, orchestrated, 1, at(pay), try(1)).makes(orchestrated, 1, pay, 1).makes(orchestrated, 1, pay, 1)
		}},
		{"repeated nothing", "not there: effect.repeated", func(y *story) {
			y.order(1).task(event.EffectRepeated, orchestrated, 1, at(pay), effect(charge))
		}},
		{"again too early", "began again while an attempt of it ran", func(y *story) {
			y.order(1).ok(naive, 1, pay).task(event.StepStarted, naive, 1, at(ship), try(1))
			y.task(event.TaskParked, naive, 1, at(ship)).again(1, ship)
		}},
		{"undone without compensation", "given up that should not be: task.given_up of task 1 in naive", func(y *story) {
			y.order(1).ok(naive, 1, pay).task(event.TaskGivenUp, naive, 1, at(pay))
		}},
		{"undone before it is given up", "an undo of a step that is not done: undo.started", func(y *story) {
			y.order(1).ok(orchestrated, 1, pay).task(event.UndoStarted, orchestrated, 1, at(pay), try(2))
		}},
		{"taken back, but not made", "taken back that is not there: effect.undone", func(y *story) {
			y.order(1).task(event.EffectUndone, orchestrated, 1, at(pay), effect(charge))
		}},
		{"still running", "1 tasks of naive still run: run.ended, at 0:00:03", func(y *story) {
			y.order(1).task(event.RunEnded, event.None, 0)
		}},
		{"Little's law of tasks", "the tasks of naive stayed 3000000 µs in all, by their number over time it is 2000000; the first odd length: task.failed of task 1 in naive, step pay, at 0:00:03", func(y *story) {
			y.order(1).task(event.TaskFailed, naive, 1, at(pay), dur(3*event.Second)).task(event.TaskFailed, orchestrated, 1, at(pay), dur(2*event.Second))
			y.task(event.RunEnded, event.None, 0)
		}},
		{"Little's law of attempts", "the attempts of naive took 500000 µs in all, by their number over time it is 1000000; the first odd length: step.failed of task 1 in naive, step pay", func(y *story) {
			y.order(1).task(event.StepStarted, naive, 1, at(pay), try(1)).task(event.StepFailed, naive, 1, at(pay), try(1), dur(event.Second/2))
			y.task(event.TaskFailed, naive, 1, at(pay), dur(4*event.Second)).task(event.TaskFailed, orchestrated, 1, at(pay), dur(4*event.Second))
			y.task(event.RunEnded, event.None, 0)
		}},
		{"half-open breaker that was closed", "a breaker that cannot do that now: breaker.half_opened in orchestrated, at 0:00:01", func(y *story) {
			y.task(event.BreakerHalfOpened, orchestrated, 0, service(pay))
		}},
		{"closed breaker that was open", "a breaker that cannot do that now: breaker.closed", func(y *story) {
			y.task(event.BreakerOpened, orchestrated, 0, service(pay), due(event.Minute)).task(event.BreakerClosed, orchestrated, 0, service(pay))
		}},
		{"open breaker opened", "a breaker that cannot do that now: breaker.opened", func(y *story) {
			y.task(event.BreakerOpened, orchestrated, 0, service(pay), due(event.Minute)).task(event.BreakerOpened, orchestrated, 0, service(pay), due(event.Minute))
		}},
		{"after the end", "after the end of the run", func(y *story) {
			y.task(event.RunEnded, event.None, 0).order(1)
		}},
		{"nonsense", "does not exist: step.started of task 1", func(y *story) {
			y.order(1).task(event.StepStarted, 5, 1, at(pay))
		}},
	} {
		y := tell(t)
		c.tell(y)
		got := y.s.Checks
		if got.Violations == 0 || !strings.Contains(got.First, c.want) {
			t.Errorf("%s: %d violations, first %q, want %q", c.name, got.Violations, got.First, c.want)
		}
	}
}

// The laws of conservation compare the fold with the checker's own account: a
// fold that counts wrongly is found out.
func TestCheckerFindsAWrongFold(t *testing.T) {
	for name, spoil := range map[string]func(*State){
		"a lost task":      func(s *State) { s.Strategies[naive].Tasks.Running-- },
		"a moved task":     func(s *State) { s.Strategies[naive].Tasks.Running--; s.Strategies[naive].Tasks.Failed++ },
		"a lost promise":   func(s *State) { s.Strategies[naive].Promises[0].Unknown-- },
		"an extra promise": func(s *State) { s.Strategies[naive].Promises[0].Kept++ },
	} {
		y := tell(t).order(1).task(event.StepStarted, naive, 1, at(pay), try(1)).makes(naive, 1, pay, 1)
		y.sound()
		spoil(y.s)
		y.order(2)
		if y.s.Checks.Violations == 0 {
			t.Errorf("%s went unnoticed", name)
		}
	}
}

func TestTooManySteps(t *testing.T) {
	run := shop()
	run.Steps, run.Workflows[0].End = nil, MaxSteps+1
	for range MaxSteps + 1 {
		run.Steps = append(run.Steps, event.Step{Name: "s", Limit: 1})
	}
	if s := New(run); s.Checks.Violations != 1 {
		t.Errorf("%d violations: %s", s.Checks.Violations, s.Checks.First)
	}
}

// TestLittleHolds: lengths that are as long as they are, a task that is parked to
// the end and an attempt that died with its process break nothing.
func TestLittleHolds(t *testing.T) {
	y := tell(t).order(1).order(2)
	y.task(event.StepStarted, naive, 1, at(pay), try(1))
	y.task(event.TaskFailed, naive, 1, at(pay), class(event.ClassDied), dur(5*event.Second)) // submitted at 1 s
	y.task(event.TaskFailed, naive, 2, at(pay), dur(4*event.Second))                         // at 3 s
	y.task(event.TaskParked, orchestrated, 1, at(pay), dur(6*event.Second))
	y.task(event.TaskFailed, orchestrated, 2, at(pay), dur(5*event.Second))
	y.task(event.RunEnded, event.None, 0)
	y.sound()
}
