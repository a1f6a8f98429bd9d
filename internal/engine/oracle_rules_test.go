package engine_test

import (
	"fmt"

	"tasker-sim/internal/engine"
)

// This file has the rest of the oracle: breakers, ends, operators, time, crashes.

func (o *oracle) sayBreaker(kind engine.Kind, name string, due engine.Time) {
	s := fmt.Sprintf("%d %v %s", o.now, kind, name)
	if due > 0 {
		s += fmt.Sprintf(" due %d", due)
	}
	o.said = append(o.said, s)
}

// answer tells a service's breaker of the end of an attempt.
func (o *oracle) answer(name string, good bool, start engine.Time) {
	b := o.brakes[name]
	if b == nil || o.service(name).Breaker == nil {
		return
	}
	p := o.service(name).Breaker
	probe := b.state == "half" && start >= b.half
	switch {
	case b.state == "closed" && good:
		b.failures = 0
	case probe && good:
		*b = brake{state: "closed"}
		o.sayBreaker(engine.BreakerClosed, name, 0)
	case b.state == "closed" || probe:
		if b.failures++; b.state == "closed" && b.failures < p.Failures {
			return
		}
		b.state, b.until, b.probes = "open", o.now+p.Cooldown, 0
		o.sayBreaker(engine.BreakerOpened, name, b.until)
	}
}

// cause is the step whose failure decides: the first permanent one, else the
// first; -1: none.
func (t *otask) cause() int {
	best := -1
	for i := range t.steps {
		s := &t.steps[i]
		if s.state != "error" {
			continue
		}
		if best < 0 || s.permanent && !t.steps[best].permanent ||
			s.permanent == t.steps[best].permanent && s.failed < t.steps[best].failed {
			best = i
		}
	}
	return best
}

// undoable is the complete step that is to be taken back next; -1: none.
func (t *otask) undoable() int {
	best := -1
	for i := range t.steps {
		if s := &t.steps[i]; s.state == "complete" && s.Undo != "" && (best < 0 || s.done > t.steps[best].done) {
			best = i
		}
	}
	return best
}

func (t *otask) undoNext(now engine.Time) {
	if t.undo = t.undoable(); t.undo < 0 {
		return
	}
	s := &t.steps[t.undo]
	s.state, s.lacks, s.round, s.ready, s.deferred, s.saved = "pending", false, 0, now, false, 0
}

// conclude ends or parks a task that can do nothing by itself any more.
func (o *oracle) conclude(t *otask) {
	settled := true
	for i := range t.steps {
		s := &t.steps[i]
		pending := s.state == "pending" && !s.lacks && (t.ending == "" || i == t.undo)
		if pending || s.state == "in_progress" || s.state == "waiting_for_retry" {
			return
		}
		settled = settled && s.settled()
	}
	cause := t.cause()
	switch {
	case t.ending == "" && t.state != "in_progress" || t.ending != "" && t.state != "compensating":
		return
	case t.ending != "" && t.undo < 0:
		t.state = t.ending
		kind := engine.Errored
		if t.ending == "cancelled" {
			kind = engine.Cancelled
		}
		o.say(kind, t, -1, 0)
	case t.ending != "":
		o.park(t)
	case settled:
		t.state = "complete"
		o.say(engine.Completed, t, -1, 0)
	case t.steps[cause].permanent && t.tpl.UndoOnError && t.undoable() >= 0:
		o.say(engine.Compensating, t, -1, 0)
		t.state, t.ending = "compensating", "error"
		t.undoNext(o.now)
	case t.steps[cause].permanent:
		t.state = "error"
		o.say(engine.Errored, t, -1, 0)
	default:
		o.park(t)
	}
}

func (o *oracle) park(t *otask) {
	t.state, t.parked = "blocked_by_failures", o.now
	o.say(engine.Parked, t, -1, 0)
}

// find resolves a task that must be open.
func (o *oracle) find(id engine.TaskID) (*otask, error) {
	if id == 0 || int(id) > len(o.tasks) {
		return nil, engine.ErrUnknown
	}
	if t := o.tasks[id-1]; !t.over() {
		return t, nil
	}
	return nil, engine.ErrOver
}

// goOn is where a parked task goes when an operator sets it going.
func (t *otask) goOn(to string) {
	t.parked, t.state = 0, to
	if t.ending != "" {
		t.state = "compensating"
	}
}

func (o *oracle) redrive(id engine.TaskID) error {
	t, err := o.find(id)
	if err != nil {
		return err
	}
	if t.state != "blocked_by_failures" {
		return engine.ErrNotParked
	}
	o.say(engine.Redriven, t, -1, 0)
	for i := range t.steps {
		s := &t.steps[i]
		s.round = 0
		if s.state == "error" && (t.ending == "" || t.undo == i) {
			s.state, s.ready, s.failed, s.permanent, s.class = "pending", o.now, 0, false, ""
		}
	}
	t.redrives++
	t.goOn("pending")
	return nil
}

func (o *oracle) cancel(id engine.TaskID) error {
	t, err := o.find(id)
	if err != nil {
		return err
	}
	if t.ending != "" {
		return engine.ErrUndoing
	}
	for i := range t.steps {
		s := &t.steps[i]
		if b := o.brakes[s.Service]; b != nil && s.state == "in_progress" && b.state == "half" && s.start >= b.half && b.probes > 0 {
			b.probes-- // its answer will not come
		}
		if !s.settled() {
			s.state = "cancelled"
		}
	}
	t.parked = 0
	if t.tpl.UndoOnCancel && t.undoable() >= 0 {
		o.say(engine.Compensating, t, -1, 0)
		t.state, t.ending, t.class = "compensating", "cancelled", "ops"
		t.undoNext(o.now)
		return nil
	}
	t.state = "cancelled"
	o.say(engine.Cancelled, t, -1, 0)
	return nil
}

// operate resets, resolves or completes a step by hand.
func (o *oracle) operate(kind engine.Kind, id engine.TaskID, name string, choice []string) error {
	t, err := o.find(id)
	if err != nil {
		return err
	}
	i := t.step(name)
	if i < 0 {
		return engine.ErrNoStep
	}
	if t.ending != "" && (i != t.undo || kind == engine.Supplied) {
		return engine.ErrUndoing
	}
	s := &t.steps[i]
	switch {
	case s.state == "in_progress":
		return engine.ErrStepRuns
	case s.state == "pending" && kind == engine.Reset:
		return engine.ErrNotFailed
	case s.state != "pending" && s.state != "waiting_for_retry" && s.state != "error":
		return engine.ErrStepOver
	case !t.fits(i, choice):
		return engine.ErrChoice
	}
	t.count++
	n := s.attempts
	s.attempts = 0
	o.say(kind, t, i, 0)
	s.attempts = n
	s.failed, s.permanent, s.class = 0, false, ""
	t.goOn("in_progress")
	switch {
	case kind == engine.Reset:
		s.state, s.round, s.ready = "pending", 0, o.now
	case kind == engine.Supplied:
		t.complete(i, "by hand", choice, o.now)
	case t.ending != "":
		s.state = "undone"
		t.undoNext(o.now)
	default:
		s.state = "resolved"
		t.look(o.now)
	}
	o.conclude(t)
	return nil
}

// tick fires what is due, the earliest first; of those due at the same time
// services, then tasks and steps in order.
func (o *oracle) tick(now engine.Time) {
	for {
		at, fire := o.next(0)
		if at == 0 || at > now {
			break
		}
		o.now = max(o.now, at)
		fire()
	}
	o.now = max(o.now, now)
}

// next is what is due first after a time, waits for a retry included only if
// after is not 0; 0: nothing.
func (o *oracle) next(after engine.Time) (at engine.Time, fire func()) {
	due := func(t engine.Time, f func()) {
		if t > after && (at == 0 || t < at) {
			at, fire = t, f
		}
	}
	for _, s := range o.cfg.Services {
		if b := o.brakes[s.Name]; b.state == "open" {
			due(b.until, func() {
				b.state, b.half, b.probes = "half", o.now, 0
				o.sayBreaker(engine.BreakerHalfOpened, s.Name, 0)
			})
		}
	}
	for _, t := range o.tasks {
		for i := range t.steps {
			s := &t.steps[i]
			if s.state == "in_progress" && s.deadline > 0 && !t.over() {
				due(s.deadline, func() { o.fail(t, i, engine.ClassTimeout, false, 0) })
			}
			if s.state == "waiting_for_retry" && after > 0 && !t.over() {
				due(s.ready, nil)
			}
		}
	}
	return at, fire
}

// overdue tells whether a step has waited long enough and was not begun.
func (o *oracle) overdue() bool {
	for _, t := range o.tasks {
		for i := range t.steps {
			if !t.over() && t.steps[i].state == "waiting_for_retry" && t.steps[i].ready <= o.now {
				return true
			}
		}
	}
	return false
}

// crash: a new process finds what runs, and gives it its whole timeout again.
func (o *oracle) crash(now engine.Time) (keys []string) {
	for _, t := range o.tasks {
		for i := range t.steps {
			s := &t.steps[i]
			if s.state != "in_progress" {
				continue
			}
			s.crashes++
			o.now = now // nobody asks for the time if nothing runs
			o.say(engine.Interrupted, t, i, 0)
			if s.Timeout > 0 {
				s.deadline = o.now + s.Timeout
			}
			keys = append(keys, t.attempt(i))
		}
	}
	return keys
}
