package engine

// entry is an element of the engine's queues: something about a task's step (or
// about a service, then t is nil and step its index) at an instant. Entries are
// not removed when they lose their meaning; whoever takes one asks valid first.
type entry struct {
	at   Time
	task TaskID // 0: about a service
	t    *task
	step int16
	kind timerKind
	prio int32 // of the task, if the step may start; timers have none
}

// timerKind says what an entry of the timer queue is for.
type timerKind uint8

const (
	timerDeadline timerKind = iota + 1
	timerRetry
	timerRecovery
	timerHalfOpen
	timerStale
	timerPace
)

// before is the order of all queues: priority, instant, task, step. Services come
// first.
func (a *entry) before(b *entry) bool {
	if a.prio != b.prio {
		return a.prio > b.prio
	}
	if a.at != b.at {
		return a.at < b.at
	}
	if a.task != b.task {
		return a.task < b.task
	}
	if a.step != b.step {
		return a.step < b.step
	}
	return a.kind < b.kind
}

// queue is a 4-ary min-heap of values: half the levels of a binary one, and
// nothing to allocate per element.
type queue []entry

func (q *queue) push(e entry) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !e.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	*q = h
}

// pop takes the first element; the queue is not empty.
func (q *queue) pop() entry {
	h := *q
	top := h[0]
	last := len(h) - 1
	e := h[last]
	h[last] = entry{}
	h = h[:last]
	if last > 0 {
		h.sink(e)
	}
	*q = h
	return top
}

// sink puts e where the root is free.
func (q queue) sink(e entry) {
	i := 0
	for {
		first := 4*i + 1
		if first >= len(q) {
			break
		}
		least := first
		for j := first + 1; j < len(q) && j < first+4; j++ {
			if q[j].before(&q[least]) {
				least = j
			}
		}
		if !q[least].before(&e) {
			break
		}
		q[i] = q[least]
		i = least
	}
	q[i] = e
}

// valid tells whether a timer still means what it was set for.
func (c *Core) valid(e *entry) bool {
	if e.kind == timerHalfOpen {
		b := &c.services[e.step].breaker
		return b.state == breakerOpen && b.until == e.at
	}
	if e.kind == timerPace {
		return c.services[e.step].opens == e.at && c.holds(&c.services[e.step])
	}
	if e.t.id != e.task {
		return false
	}
	if e.kind == timerStale {
		return e.t.watched == e.at
	}
	if e.kind == timerRecovery {
		return c.recovers(e.t) && e.t.parked+c.recovery.After == e.at
	}
	s := &e.t.steps[e.step]
	if e.kind == timerDeadline {
		return s.state == StepInProgress && s.deadline == e.at
	}
	return s.state == StepWaiting && s.ready == e.at
}

// setTimer adds a timer. Most deadlines lose their meaning long before they are
// due, so the queue is swept whenever it has doubled.
func (c *Core) setTimer(e entry) {
	c.timers.push(e)
	if len(c.timers) < max(c.sweep, 1024) {
		return
	}
	all := c.timers
	c.timers = all[:0]
	for i := range all {
		if e := all[i]; c.valid(&e) {
			c.timers.push(e) // never past the place that is read
		}
	}
	clear(all[len(c.timers):])
	c.sweep = 2 * len(c.timers)
}

// claimable tells whether a ready entry still stands for a step that may start.
func claimable(e *entry, now Time) bool {
	return e.t.id == e.task && e.t.steps[e.step].ready == e.at && e.t.startable(e.step, now)
}

// schedule puts step i where its state belongs: among the ready, or behind a
// timer. It is called when a step changes, and for every step in recovery.
func (c *Core) schedule(t *task, i int16) {
	s := &t.steps[i]
	e := entry{task: t.id, t: t, step: i}
	switch s.state {
	case StepPending:
		if s.missing == 0 && !t.state.Terminal() {
			e.at, e.prio = s.ready, t.priority
			c.ready.push(e)
		}
	case StepWaiting:
		e.at, e.kind = s.ready, timerRetry
		c.setTimer(e)
	case StepInProgress:
		if s.deadline > 0 {
			e.at, e.kind = s.deadline, timerDeadline
			c.setTimer(e)
		}
	}
}

// next takes the first step that may start and whose service has room, in the
// order priority, ready time, task, step. Steps whose service has none are set aside.
func (c *Core) next(now Time) (entry, bool) {
	for {
		from := c.first(now)
		if from == nil {
			return entry{}, false
		}
		e := from.pop()
		if from != &c.ready {
			c.held--
		}
		if !claimable(&e, now) {
			continue
		}
		svc := e.t.plan.steps[e.step].service
		if svc == None || c.services[svc].room(now) > 0 {
			return e, true
		}
		c.hold(e, svc, now)
	}
}

// first is the queue with the first entry: the ready one, or that of a service
// that has room again. nil: all are empty.
func (c *Core) first(now Time) *queue {
	var best *queue
	if len(c.ready) > 0 {
		best = &c.ready
	}
	if c.held == 0 {
		return best
	}
	for i := range c.services {
		s := &c.services[i]
		if len(s.held) == 0 || s.room(now) == 0 {
			continue
		}
		if best == nil || s.held[0].before(&(*best)[0]) {
			best = &s.held
		}
	}
	return best
}

// hold sets a step aside until its service has room, and records that if a
// breaker is the reason.
func (c *Core) hold(e entry, svc int16, now Time) {
	s := &c.services[svc]
	s.held.push(e)
	c.held++
	c.awaitPace(s, now)
	if s.breaker.state == breakerClosed || e.t.steps[e.step].deferred {
		return
	}
	until := s.breaker.until
	if s.breaker.state == breakerHalfOpen {
		until = 0
	}
	r := c.slot(e.t.seq)
	if decideDefer(e.t, e.step, now, until, r) != nil {
		c.drop()
		return
	}
	c.commit(e.t, r)
}

// unhold puts the steps that wait for a service back among the ready ones: the
// next claim records those as deferred that only its limit held back so far.
func (c *Core) unhold(s *service) {
	c.held -= len(s.held)
	for _, e := range s.held {
		c.ready.push(e)
	}
	clear(s.held)
	s.held = s.held[:0]
}
