package sim

import (
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// straight is a strategy without the engine: the story's own code, one step
// after the other in the memory of a process. With Retries it tries again like
// a loop around the call would; nothing is undone, nothing is remembered.
type straight struct {
	w        *World
	lane     int8
	strategy *scenario.Strategy
	rounds   map[int32]*effort // by task, of strategies with somebody on call
	client
}

func (s *straight) submit(task int32) {
	s.w.emitSubmitted(s.lane, task)
	s.w.passes(s.lane, task)
	s.w.emitSkips(s.lane, task)
	s.begin(task)
}

// begin starts the first step of the task's workflow.
func (s *straight) begin(task int32) {
	first, _ := s.w.following(s.lane, task, int16(s.w.workflow(s.lane, task).First))
	s.start(task, first, s.next(task, first), false)
}

// start makes one attempt at a step, unless its guard holds it back; paced: it has
// waited for its turn.
func (s *straight) start(task int32, step, attempt int16, paced bool) {
	if !s.may(task, step, attempt, paced) {
		return
	}
	w := s.w
	s.announce(task, step, attempt)
	if w.call(s.lane, task, step, attempt, w.now) {
		return
	}
	w.await(s.lane, task, step, attempt)
	w.queue.push(occurrence{at: w.patience(s.lane, task, step, w.now), began: w.now, lane: s.lane, task: task, step: step, attempt: attempt, kind: occTimeout})
}

// announce says that the attempt begins.
func (s *straight) announce(task int32, step, attempt int16) {
	if r := s.round(task); r != nil {
		r.tried[step] = attempt
	}
	s.w.emit(event.Event{
		Kind: event.StepStarted, Strategy: s.lane, Task: task, Step: step, Service: int16(s.w.steps[step].Service), Attempt: attempt, Effect: event.None,
	})
}

func (s *straight) replied(o *occurrence) {
	w := s.w
	if w.awaits(o) {
		w.queue.quiet++ // the timeout that is still set does not keep the run alive
	}
	if o.class != answered {
		sv := w.steps[o.step].service
		c := &sv.refusals[o.class]
		s.over(o, c.Permanent)
		s.failed(o, c, w.refusal(o))
		return
	}
	s.over(o, true)
	w.emit(s.ended(o, event.StepSucceeded))
	s.goOn(o.task, o.step)
}

// goOn starts what follows the step, or ends the task.
func (s *straight) goOn(task int32, step int16) {
	w := s.w
	if next, end := w.following(s.lane, task, step+1); !end {
		s.start(task, next, s.next(task, next), false)
		return
	}
	s.forget(task)
	w.emit(event.Event{
		Kind: event.TaskSucceeded, Strategy: s.lane, Task: task, Dur: w.now - w.arrivals[task-1],
		Step: event.None, Service: event.None, Effect: event.None,
	})
}

// forget lets go of a task that is over.
func (s *straight) forget(task int32) {
	delete(s.rounds, task)
	delete(s.waited, task)
}

func (s *straight) woke(o *occurrence) {
	switch o.kind {
	case occRetry:
		s.start(o.task, o.step, o.attempt+1, o.paced)
		return
	case occCall:
		s.helped(o)
		return
	}
	if !s.w.awaits(o) {
		s.w.queue.quiet-- // the answer came before
		return
	}
	s.over(o, false)
	s.failed(o, &scenario.Class{Name: event.ClassTimeout}, timeoutText(s.w, o.step, s.w.now-o.began))
}

// failed tries again if the strategy does and nothing forbids it, else it falls
// back, or gives up as it stands.
func (s *straight) failed(o *occurrence, c *scenario.Class, message string) {
	w := s.w
	ev := s.ended(o, event.StepFailed)
	due, again := s.again(o, c, &message)
	ev.Class, ev.Text = c.Name, message
	if again {
		ev.Kind, ev.Due = event.StepRetrying, due
		w.emit(ev)
		w.queue.push(occurrence{at: ev.Due, lane: s.lane, task: o.task, step: o.step, attempt: o.attempt, kind: occRetry})
		return
	}
	w.emit(ev)
	if ev.Attempt = 0; !c.Permanent && w.fallsBack(s.lane, o.task, o.step) {
		ev.Kind, ev.Dur = event.StepFellBack, 0
		w.emit(ev)
		s.goOn(o.task, o.step)
		return
	}
	s.stop(ev)
}

// stop ends the task, or leaves it to the person who is called.
func (s *straight) stop(ev event.Event) {
	w := s.w
	ev.Kind, ev.Dur = w.ending(ev.Task, ev.Class), w.now-w.arrivals[ev.Task-1]
	if ev.Kind != event.TaskFailed || !w.callHelp(&ev) {
		s.forget(ev.Task)
	}
	w.emit(ev)
}

// ended is the event of an attempt that is over.
func (s *straight) ended(o *occurrence, kind event.Kind) event.Event {
	return event.Event{
		Kind: kind, Strategy: s.lane, Task: o.task, Step: o.step, Service: int16(s.w.steps[o.step].Service),
		Attempt: o.attempt, Dur: s.w.now - o.began, Effect: event.None,
	}
}

// ending is what a task that cannot go on has come to. A bad card is declined
// whatever else hit it, so that declines are the same in every strategy.
func (w *World) ending(task int32, class string) event.Kind {
	switch {
	case class == event.ClassDecline || w.figures.of(task).bad:
		return event.TaskDeclined
	case class == event.ClassSoldOut:
		return event.TaskRejected
	case w.ends[class] != 0:
		return w.ends[class]
	}
	return event.TaskFailed
}

// emitSubmitted says that the task was accepted by the strategy.
func (w *World) emitSubmitted(lane int8, task int32) {
	d := w.figures.of(task)
	ev := event.Event{
		Kind: event.TaskSubmitted, Strategy: lane, Task: task, Amount: d.worth,
		Step: event.None, Service: event.None, Effect: event.None,
	}
	if d.bad {
		ev.Class = event.ClassDecline
	}
	if len(w.run.Workflows) > 1 {
		ev.Step = int16(w.workflow(lane, task).First)
	}
	name, people := w.guards.sender(lane, task)
	ev.Text, ev.Attempt = name, int16(min(people, math.MaxInt16))
	w.emit(ev)
}

// jitter is the draw for the wait after an attempt.
func (w *World) jitter(step int16, task int32, attempt int16) float64 {
	return w.planting.jitter(w.dice.draw(drawJitter, w.steps[step].where, int(task), int(attempt)))
}

func timeoutText(w *World, step int16, after event.Time) string {
	return w.steps[step].service.Name + " did not answer within " + after.Duration().String()
}
