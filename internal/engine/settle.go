package engine

import (
	"fmt"
	"slices"

	"tasker-sim/internal/engine/failpoint"
)

// This file has what follows from a record: bookkeeping of services, the end of
// tasks, timers. Nothing here decides about a task; decide.go does.

// slot is room for the next record, zero but for its number, which follows seq.
// It is followed by commit or drop.
func (c *Core) slot(seq uint32) *Record {
	c.staged = append(c.staged, Record{Seq: seq + 1})
	return &c.staged[len(c.staged)-1]
}

// drop gives the last slot back.
func (c *Core) drop() { c.staged = c.staged[:len(c.staged)-1] }

// commit applies the record in the last slot and shows it. t is nil for records
// of services. A record that does not follow from the state is a defect here.
func (c *Core) commit(t *task, r *Record) {
	if t != nil {
		if err := apply(t, r); err != nil {
			panic("engine: " + err.Error())
		}
		c.watch(t)
	}
	if c.observe != nil {
		c.observe(r)
	}
}

// advance moves the core's time on and returns it.
func (c *Core) advance(now Time) Time {
	c.now = max(c.now, now)
	return c.now
}

// lookUp finds an open task, or says what is known of one that is not.
func (c *Core) lookUp(id TaskID) (*task, error) {
	if t, ok := c.open[id]; ok {
		return t, nil
	}
	if id == 0 || id > c.last {
		return nil, fmt.Errorf("task %d: %w", id, ErrUnknown)
	}
	return nil, fmt.Errorf("task %d: %w", id, ErrOver)
}

// find resolves an attempt that should be running.
func (c *Core) find(a Attempt) (*task, int16, error) {
	t, ok := c.open[a.Task]
	if !ok || a.Step < 0 || a.Step >= len(t.steps) {
		return nil, 0, fmt.Errorf("task %d: step %d: attempt %d: %w", a.Task, a.Step, a.N, ErrStale)
	}
	return t, int16(a.Step), nil
}

// attempt is the last attempt of step i.
func (t *task) attempt(i int16) Attempt {
	s := &t.steps[i]
	a := Attempt{
		Task: t.id, Template: t.plan.index, Step: int(i), Name: t.plan.Steps[i].Name,
		N: int(s.attempts), Start: s.start, Deadline: s.deadline, Crashes: int(s.crashes),
		Saved: s.saved,
	}
	if t.undo == i {
		a.Undo = t.plan.Steps[i].Undo
	}
	return a
}

// take makes a task, from the free ones if there are any.
func (c *Core) take(id TaskID, p *plan) *task {
	var t *task
	if n := len(c.free); n > 0 {
		t = c.free[n-1]
		c.free = c.free[:n-1]
	} else {
		t = new(task)
	}
	t.reset(id, p)
	c.open[id] = t
	return t
}

// release gives a task back that is over. Queue entries that point to it lose
// their meaning with its number.
func (c *Core) release(t *task) {
	delete(c.open, t.id)
	clear(t.steps)
	*t = task{steps: t.steps[:0]}
	c.free = append(c.free, t)
}

// scheduleAll puts every step of a task where it belongs.
func (c *Core) scheduleAll(t *task) {
	for i := range t.steps {
		c.schedule(t, int16(i))
	}
}

// scheduleNext lets the steps begin that step i has freed: children of it, or of
// those that are skipped with it; or the step that is to be undone after it.
func (c *Core) scheduleNext(t *task, i int16) {
	if t.ending != 0 {
		if t.undo != None {
			c.schedule(t, t.undo)
		}
		return
	}
	if t.plan.Steps[i].Decides || t.passes {
		c.scheduleAll(t)
		return
	}
	for _, ch := range t.plan.steps[i].children {
		if t.steps[ch].missing == 0 {
			c.schedule(t, ch)
		}
	}
}

// answered settles what follows from the end of an attempt of step i: its
// service's breaker and health, the fate of the task, the recovery of others.
func (c *Core) answered(t *task, i int16, good bool, now Time) {
	svc := t.plan.steps[i].service
	if svc != None {
		c.count(&c.services[svc], good, t.steps[i].start, now)
	}
	c.conclude(t, now)
	if svc != None && good {
		c.recover(&c.services[svc], now)
	}
}

// conclude ends or parks a task if nothing of it runs or can run.
func (c *Core) conclude(t *task, now Time) {
	r := c.slot(t.seq)
	if !conclude(t, now, r) {
		c.drop()
		return
	}
	c.commit(t, r)
	c.concluded(t)
}

// count notes an answer of a service, and records what its breaker makes of it.
func (c *Core) count(s *service, good bool, start, now Time) {
	s.inFlight--
	if c.recovery.After > 0 {
		s.health.note(good, now, c.recovery.After)
		s.dirty = true
	}
	if s.Budget != nil || s.Throttle != nil {
		s.allowed.note(&s.Service, good)
		s.dirty = true
	}
	if s.Breaker == nil {
		return
	}
	s.dirty = true
	since := s.breaker.since
	switch kind := s.breaker.answer(s.Breaker, good, start, now); kind {
	case BreakerOpened:
		c.say(s, Record{At: now, Kind: kind, Due: s.breaker.until, Count: s.breaker.failures})
		c.setTimer(entry{at: s.breaker.until, step: s.index, kind: timerHalfOpen})
		c.unhold(s)
	case BreakerClosed:
		c.say(s, Record{At: now, Kind: kind, Start: since})
	}
}

// say records something about a service.
func (c *Core) say(s *service, r Record) {
	failpoint.Hit(failpoint.BreakerFlip)
	c.seq++
	r.Seq, r.Template, r.Step, r.Service, r.Class = c.seq, None, None, s.index, s.Name
	c.staged = append(c.staged, r)
	c.commit(nil, &c.staged[len(c.staged)-1])
}

// concluded files a task that has ended, was parked or is given up.
func (c *Core) concluded(t *task) {
	switch t.state {
	case TaskParked:
		c.park(t)
	case TaskCompensating:
		c.schedule(t, t.undo)
	default:
		c.release(t)
	}
}

// park lets a parked task be found by its service's recovery, unless that is
// off or used up.
func (c *Core) park(t *task) {
	if !c.recovers(t) {
		return
	}
	s := &c.services[t.plan.steps[t.stopper()].service]
	e := entry{at: t.parked, task: t.id, t: t, step: None}
	s.parked.push(e)
	if e.at += c.recovery.After; e.at > s.checked {
		e.kind = timerRecovery
		c.setTimer(e)
	}
}

// recovers tells whether a task is parked and may go on by itself.
func (c *Core) recovers(t *task) bool {
	used := c.recovery.Max > 0 && int(t.redrives) >= c.recovery.Max
	return t.state == TaskParked && c.recovery.After > 0 && !used && !t.hopeless() && t.plan.steps[t.stopper()].service != None
}

// recover drives tasks again that a service has stopped and that have waited
// long enough, if it answers well again.
func (c *Core) recover(s *service, now Time) {
	for len(s.parked) > 0 {
		e := &s.parked[0]
		waits := e.t.id == e.task && c.recovers(e.t) && e.t.parked == e.at && e.t.plan.steps[e.t.stopper()].service == s.index
		if !waits {
			s.parked.pop()
			continue
		}
		if e.at+c.recovery.After > now || !s.health.well(now, c.recovery.After) {
			return
		}
		if err := c.redrive(now, s.parked.pop().t, ByRecovery, "its service answers again"); err != nil {
			panic("engine: " + err.Error())
		}
	}
}

// Tick fires every timer that is due by now: deadlines, retries, breakers,
// recovery, ordered by due time, task and step.
func (c *Core) Tick(now Time) {
	for c.clean() && c.timers[0].at <= now {
		e := c.timers.pop()
		failpoint.Hit(failpoint.TimerBefore)
		c.fire(&e, c.advance(e.at))
		failpoint.Hit(failpoint.TimerAfter)
	}
	c.advance(now)
}

// Next tells when the next timer is due, now at the earliest; false: none is set.
func (c *Core) Next() (Time, bool) {
	if !c.clean() {
		return 0, false
	}
	return max(c.timers[0].at, c.now), true
}

// clean drops timers from the front until the first one means something; false:
// none does.
func (c *Core) clean() bool {
	for len(c.timers) > 0 {
		e := &c.timers[0]
		if c.valid(e) && (e.kind != timerStale || c.stalls(e.t) <= e.at) {
			return true
		}
		e2 := c.timers.pop()
		if e2.kind == timerStale && c.valid(&e2) {
			e2.t.watched = 0
			c.watch(e2.t) // something was recorded since it was set
		}
	}
	return false
}

// deadline is the failure of an attempt that got no result.
var deadline = Failure{Class: ClassTimeout, Message: "no result before the deadline"}

// fire does what a timer was set for.
func (c *Core) fire(e *entry, now Time) {
	switch e.kind {
	case timerRetry:
		c.ready.push(entry{at: e.at, task: e.task, t: e.t, step: e.step, prio: e.t.priority})
	case timerDeadline:
		if err := c.fail(now, e.t, e.step, e.t.steps[e.step].attempts, &deadline); err != nil {
			panic("engine: " + err.Error())
		}
	case timerRecovery:
		s := &c.services[e.t.plan.steps[e.t.stopper()].service]
		s.checked, s.dirty = e.at, true
		c.recover(s, now)
	case timerStale:
		c.stall(e.t, now)
	case timerPace:
		c.services[e.step].opens = 0 // what is held is looked at by the next Claim
	case timerHalfOpen:
		s := &c.services[e.step]
		s.breaker.state, s.breaker.half, s.breaker.probes, s.dirty = breakerHalfOpen, now, 0, true
		c.say(s, Record{At: now, Kind: BreakerHalfOpened, Start: s.breaker.since})
	}
}

// InFlight lists the attempts in progress by task and step. After [New] they
// are to be driven again as they are.
func (c *Core) InFlight() []Attempt {
	ids := c.OpenTasks()
	attempts := make([]Attempt, 0, len(ids))
	for _, id := range ids {
		t := c.open[id]
		for i := range t.steps {
			if t.steps[i].state == StepInProgress {
				attempts = append(attempts, t.attempt(int16(i)))
			}
		}
	}
	return attempts
}

// OpenTasks lists the tasks that are not over, parked ones included, in order.
func (c *Core) OpenTasks() []TaskID {
	ids := make([]TaskID, 0, len(c.open))
	for id := range c.open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
