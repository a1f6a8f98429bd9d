package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// guarded is the shop with somebody on watch, and an incident at its warehouse.
func guarded() *State {
	run := shop()
	run.Watch = &event.Watch{Service: 1, Sampling: 1}
	run.Strategies[orchestrated].Traces, run.Strategies[orchestrated].Metrics = true, true
	for i := range run.Steps {
		run.Steps[i].Slow = 3 * event.Second
	}
	return New(run)
}

// happens applies an event of an alarm, a responder or a fault.
func happens(s *State, at event.Time, k event.Kind, strategy int8, class string, amount int64) {
	e := event.Event{At: at, Kind: k, Strategy: strategy, Class: class, Amount: amount, Step: event.None, Service: event.None, Effect: event.None}
	if k == event.IncidentMended || k == event.FaultBegan || k == event.FaultEnded {
		e.Service = 1
	}
	s.Apply(&e)
}

// bought submits a task that pays and comes to the warehouse at the instant.
func bought(s *State, task int32, at event.Time) {
	ev := event.Event{At: at, Kind: event.TaskSubmitted, Strategy: orchestrated, Task: task, Amount: 1000, Step: event.None, Service: event.None, Effect: event.None}
	s.Apply(&ev)
	for _, x := range []struct {
		kind event.Kind
		step int16
	}{{event.StepStarted, 0}, {event.StepSucceeded, 0}, {event.StepStarted, 1}} {
		e := event.Event{At: at, Kind: x.kind, Strategy: orchestrated, Task: task, Step: x.step, Service: x.step, Attempt: 1, Effect: event.None}
		s.Apply(&e)
	}
}

// failed ends a task's attempt at the warehouse, which began at began.
func failed(s *State, task int32, began, at event.Time, class string) {
	e := event.Event{At: at, Kind: event.StepFailed, Strategy: orchestrated, Task: task, Step: 1, Service: 1, Attempt: 1, Effect: event.None, Class: class, Dur: at - began}
	s.Apply(&e)
	e.Kind, e.Attempt = event.TaskParked, 0
	s.Apply(&e)
}

// TestIncidentFigures: what counts as noticed, mended and lost.
func TestIncidentFigures(t *testing.T) {
	const m = event.Minute
	s := guarded()
	w := &s.Strategies[orchestrated].Watch
	bought(s, 1, 1*m)
	happens(s, 2*m, event.AlertFired, orchestrated, "early", 1)
	failed(s, 1, 1*m, 3*m, event.ClassTimeout) // began before the incident
	happens(s, 4*m, event.AlertResolved, orchestrated, "early", 1)
	happens(s, 10*m, event.FaultBegan, event.None, event.FaultHang, 5)
	happens(s, 11*m, event.AlertFired, orchestrated, "raw", 0)
	happens(s, 12*m, event.AlertFired, orchestrated, "slow", 1)
	happens(s, 12*m, event.ResponderActs, orchestrated, event.ActDashboard, 0)
	happens(s, 13*m, event.ResponderFound, orchestrated, event.ActDashboard, 1)
	happens(s, 13*m, event.ResponderActs, orchestrated, event.ActLog, 1200)
	for task := int32(2); task <= 4; task++ {
		bought(s, task, 14*m)
	}
	if open, slow := s.Hanging(orchestrated); open != 3 || slow != 0 {
		t.Errorf("%d open, %d of them slow, want 3 and 0", open, slow)
	}
	failed(s, 2, 14*m, 15*m, "503") // answered, if badly
	if open, slow := s.Hanging(orchestrated); open != 2 || slow != 2 {
		t.Errorf("a minute later %d open, %d of them slow, want 2 and 2", open, slow)
	}
	failed(s, 3, 14*m, 15*m, event.ClassTimeout)
	happens(s, 20*m, event.IncidentMended, orchestrated, "", 0)
	failed(s, 4, 14*m, 21*m, event.ClassTimeout)
	happens(s, 22*m, event.AlertFired, orchestrated, "late", 1)

	if w.Began != 10*m || w.Noticed != 12*m || w.Mended != 20*m || w.Alarm != "slow" {
		t.Errorf("began %s, noticed %s by %s, mended %s", w.Began.Clock(), w.Noticed.Clock(), w.Alarm, w.Mended.Clock())
	}
	if w.LostTasks != 2 || w.LostCents != 2000 {
		t.Errorf("%d lost, worth %d; want 2, 2000", w.LostTasks, w.LostCents)
	}
	if w.Screens != 1 || w.Logs != 1 || w.Lines != 1200 {
		t.Errorf("%d screens, %d logs, %d lines; want 1, 1, 1200", w.Screens, w.Logs, w.Lines)
	}
	if len(w.Deeds) != 2 || !w.Deeds[0].Led || w.Deeds[1].Finding != "" {
		t.Errorf("deeds: %+v", w.Deeds)
	}
	if wrong, all := s.FalseAlerts(orchestrated); wrong != 2 || all != 4 {
		t.Errorf("%d of %d alarms are false, want early and late of 4", wrong, all)
	}
	if other := &s.Strategies[naive].Watch; other.Noticed != 0 || other.Began != 10*m {
		t.Errorf("the other strategy: %+v", other)
	}
}

// TestAlarmBeforeItsFault: an alarm that is on when a fault begins is about it too.
func TestAlarmBeforeItsFault(t *testing.T) {
	s := guarded()
	happens(s, 1*event.Minute, event.AlertFired, naive, "early", 0)
	happens(s, 2*event.Minute, event.FaultBegan, event.None, "burst", 9)
	if wrong, all := s.FalseAlerts(naive); wrong != 0 || all != 1 {
		t.Errorf("%d of %d alarms are false, want none of 1", wrong, all)
	}
	happens(s, 3*event.Minute, event.FaultEnded, event.None, "burst", 9)
	happens(s, 4*event.Minute, event.AlertFired, naive, "another", 0)
	if wrong, _ := s.FalseAlerts(naive); wrong != 1 {
		t.Errorf("%d alarms are false, want that after the fault", wrong)
	}
}

// TestSampledTraces: all spans of a trace are kept or none is, and the rate holds.
func TestSampledTraces(t *testing.T) {
	kept := 0
	w := event.Watch{Sampling: .1}
	for task := int32(1); task <= 20_000; task++ {
		if w.Kept(task) {
			kept++
		}
	}
	if kept < 1830 || kept > 2170 { // four standard deviations of 42
		t.Errorf("%d of 20,000 traces are kept at 10 %%", kept)
	}
	if all, none := (&event.Watch{Sampling: 1}), (&event.Watch{}); !all.Kept(1) || none.Kept(1) {
		t.Error("all or nothing is kept otherwise")
	}
}
