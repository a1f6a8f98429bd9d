package sim

import (
	"fmt"

	"tasker-sim/internal/event"
)

// callHelp turns the event that a task has stopped into the one that it waits
// for the person who is called now. It is false if nobody is (any more).
func (w *World) callHelp(ev *event.Event) bool {
	on := w.sc.Strategies[ev.Strategy].OnCall
	id := taskID{ev.Strategy, ev.Task}
	if on == nil || w.called[id] >= on.Limit {
		return false
	}
	w.called[id]++
	ev.Kind, ev.At, ev.Due = event.TaskParked, w.now, w.now+on.After
	w.queue.push(callOf(ev))
	return true
}

// callOf is the arrival of the person who was called when the task was parked.
func callOf(parked *event.Event) occurrence {
	return occurrence{at: parked.Due, began: parked.At, lane: parked.Strategy, task: parked.Task, step: parked.Step, kind: occCall}
}

// resumeCalls takes up the calls for help of the past that nobody has followed yet.
func (w *World) resumeCalls(events []event.Event) {
	for i := range events {
		if e := &events[i]; e.Kind == event.TaskParked && e.Due > 0 {
			w.called[taskID{e.Strategy, e.Task}]++
			if e.Due > w.horizon {
				w.queue.push(callOf(e))
			}
		}
	}
}

// effort is how often the steps of a task were tried, of a strategy without the
// engine whose tasks may begin again: attempts go on counting.
type effort struct {
	tried []int16 // by step
	begun []int16 // by step: those of earlier rounds
}

// next is the number of the next attempt at a step.
func (s *straight) next(task int32, step int16) int16 {
	r := s.round(task)
	if r == nil {
		return 1
	}
	return r.tried[step] + 1
}

// spent is which attempt of the present round this one is.
func (s *straight) spent(task int32, step, attempt int16) int {
	r := s.round(task)
	if r == nil {
		return int(attempt)
	}
	return int(attempt - r.begun[step])
}

// round is nil if the strategy's tasks never begin again.
func (s *straight) round(task int32) *effort {
	if s.strategy.OnCall == nil {
		return nil
	}
	r := s.rounds[task]
	if r == nil {
		r = &effort{make([]int16, len(s.w.steps)), make([]int16, len(s.w.steps))}
		s.rounds[task] = r
	}
	return r
}

// helped lets the task begin again from its first step.
func (s *straight) helped(o *occurrence) {
	w := s.w
	w.emit(event.Event{
		Kind: event.TaskRedriven, Strategy: s.lane, Task: o.task, Step: o.step, Service: int16(w.steps[o.step].Service), Effect: event.None,
		Class: event.ClassRestart, Dur: w.now - o.began,
	})
	r := s.round(o.task)
	copy(r.begun, r.tried)
	s.begin(o.task)
}

// recall folds an event of the past into the rounds.
func (s *straight) recall(e *event.Event) {
	r := s.round(e.Task)
	switch {
	case r == nil:
	case e.Kind == event.StepStarted:
		r.tried[e.Step] = e.Attempt
	case e.Kind == event.TaskRedriven:
		copy(r.begun, r.tried)
	case e.Kind == event.TaskSucceeded || e.Kind == event.TaskFailed || e.Kind == event.TaskDeclined || e.Kind == event.TaskRejected:
		delete(s.rounds, e.Task)
	}
}

// helped drives the task again, unless it goes on already.
func (l *durable) helped(o *occurrence) {
	w := l.all.w
	if !w.isParked(l.lane, o.task) {
		return
	}
	if err := w.core.Redrive(w.engineNow(), l.id(o.task), "operator", "on call"); err != nil {
		panic(fmt.Sprintf("sim: engine refused to go on with task %d of %s: %v", o.task, l.strategy.Name, err))
	}
}
