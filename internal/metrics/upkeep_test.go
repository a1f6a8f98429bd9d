package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// again lets a task of the naive strategy begin again from its first step.
func (y *story) again(task int32, step int16) *story {
	return y.task(event.TaskRedriven, naive, task, at(step), class(event.ClassRestart), dur(45*event.Minute))
}

// A task that begins again from zero has done nothing: its steps are not done any
// more, its work was for nothing, and a person was called for it. What it left in
// the world stays, so that a second charge is one too many.
func TestBeginAgain(t *testing.T) {
	y := tell(t).order(1)
	y.s.Run.Deadline = event.Hour
	y.ok(naive, 1, pay, ship).attempt(event.StepFailed, naive, 1, mail, 1)
	parked := y.at + event.Second
	y.task(event.TaskParked, naive, 1, at(mail), class("503"), due(y.at+45*event.Minute))
	st := y.sound().Strategies[naive]
	equal(t, [3]int{st.Calls, st.Restarts, st.Tasks.Parked}, [3]int{1, 0, 1})
	equal(t, st.Wasted, 100*event.Millisecond)
	equal(t, [2]int{st.Steps[pay].Done, st.Steps[mail].Stopped}, [2]int{1, 1})

	y.again(1, mail)
	st = y.sound().Strategies[naive]
	equal(t, [2]int{st.Calls, st.Restarts}, [2]int{1, 1})
	equal(t, st.Wasted, 300*event.Millisecond)
	equal(t, [3]int{st.Steps[pay].Done, st.Steps[ship].Done, st.Steps[mail].Stopped}, [3]int{0, 0, 0})

	for _, step := range []int16{pay, ship} {
		y.attempt(event.StepSucceeded, naive, 1, step, 2)
	}
	y.attempt(event.StepSucceeded, naive, 1, mail, 2)
	y.task(event.TaskSucceeded, naive, 1, dur(59*event.Minute))
	s := y.sound()
	st = s.Strategies[naive]
	equal(t, st.Tasks, Tasks{Submitted: 1, Succeeded: 1, Recovered: 1, EverParked: 1, FirstPassFailed: 1})
	equal(t, st.Promises[0], Promise{Kept: 1, Twice: 1})
	equal(t, [3]int{st.Steps[pay].Done, st.Steps[mail].Done, st.OnTime}, [3]int{1, 1, 1})
	equal(t, st.Recovery.Count(), 1)
	if got, want := st.Recovery.Mean(), y.at-parked; got < want*99/100 || got > want*101/100 {
		t.Errorf("it recovered in %s, want %s", got.Duration(), want.Duration())
	}
}

// A task that goes on where it stopped keeps what it has done.
func TestGoOn(t *testing.T) {
	y := tell(t).order(1).ok(orchestrated, 1, pay).attempt(event.StepFailed, orchestrated, 1, ship, 1)
	y.task(event.TaskParked, orchestrated, 1, at(ship), due(y.at+event.Hour))
	y.task(event.TaskRedriven, orchestrated, 1, at(ship), class(event.ClassOperator))
	y.attempt(event.StepSucceeded, orchestrated, 1, ship, 2).ok(orchestrated, 1, mail)
	y.task(event.TaskSucceeded, orchestrated, 1, dur(2*event.Hour))
	st := y.sound().Strategies[orchestrated]
	equal(t, [4]int{st.Calls, st.Restarts, st.Steps[pay].Done, st.OnTime}, [4]int{1, 0, 1, 0})
	equal(t, st.Wasted, 100*event.Millisecond)
}

// What a task had done when it failed for good was for nothing.
func TestFailedWorkIsWasted(t *testing.T) {
	y := tell(t).order(1).ok(naive, 1, pay, ship).attempt(event.StepFailed, naive, 1, mail, 1)
	y.task(event.TaskFailed, naive, 1, at(mail))
	equal(t, y.sound().Strategies[naive].Wasted, 300*event.Millisecond)
}

// A process that died is a failure like any other to whoever is on call.
func TestDiedAndBegunAgain(t *testing.T) {
	y := tell(t).order(1).ok(naive, 1, pay).task(event.StepStarted, naive, 1, at(ship), try(1))
	y.task(event.TaskParked, naive, 1, at(ship), class(event.ClassDied), due(y.at+event.Hour))
	equal(t, y.sound().Strategies[naive].Steps[ship].Running, 0)
	y.again(1, ship).attempt(event.StepSucceeded, naive, 1, pay, 2).attempt(event.StepSucceeded, naive, 1, ship, 2).ok(naive, 1, mail)
	y.task(event.TaskSucceeded, naive, 1)
	equal(t, y.sound().Strategies[naive].Tasks.Succeeded, 1)
}

// The series has as many buckets as can be shown, whatever the run's length.
func TestWidth(t *testing.T) {
	const day = 24 * event.Hour
	for _, c := range [][2]event.Time{
		{0, event.Minute}, {event.Hour, event.Minute}, {2 * day, event.Minute}, {3 * day, event.Hour}, {60 * day, event.Hour}, {365 * day, day},
	} {
		run := shop()
		run.Duration = c[0]
		if got := New(run).Width(); got != c[1] {
			t.Errorf("%s: buckets of %s, want %s", c[0].Duration(), got.Duration(), c[1].Duration())
		}
	}
	run := shop()
	run.Schedule, run.Duration = &event.Schedule{Every: day}, 365*day
	if got := New(run).Window(); got != 30*day {
		t.Errorf("the rate of the moment is of %s, want of thirty days", got.Duration())
	}
}

// The patience of a run says what a long wait is.
func TestPatience(t *testing.T) {
	y := tell(t).order(1)
	y.s.Run.Patience = event.Minute
	y.ok(naive, 1, pay, ship, mail).task(event.TaskSucceeded, naive, 1, dur(59*event.Second))
	y.ok(orchestrated, 1, pay, ship, mail).task(event.TaskSucceeded, orchestrated, 1, dur(61*event.Second))
	s := y.sound()
	equal(t, [2]int{s.Strategies[naive].WaitedLong, s.Strategies[orchestrated].WaitedLong}, [2]int{0, 1})
}
