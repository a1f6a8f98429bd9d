package engine

import (
	"errors"
	"math"
)

// Staleness says for how long nothing may be recorded about a task before it is
// reported as stale, by the task's state; 0: for ever. A stale task gets one
// [Stalled] record and is a dead letter until the next other record of it. A
// checkpoint is a record: long steps that get on are not stale.
type Staleness struct {
	Pending, InProgress, Waiting, Parked, Compensating Time
}

// check refuses times that mean nothing.
func (s Staleness) check() error {
	if min(s.Pending, s.InProgress, s.Waiting, s.Parked, s.Compensating) < 0 {
		return errors.New("stale: want no time negative")
	}
	return nil
}

// limit is the time for a state, as it is shown; 0: none.
func (s Staleness) limit(state TaskState) Time {
	switch state {
	case TaskPending:
		return s.Pending
	case TaskInProgress:
		return s.InProgress
	case TaskWaiting:
		return s.Waiting
	case TaskParked:
		return s.Parked
	case TaskCompensating:
		return s.Compensating
	}
	return 0
}

// stalls is when the task will be stale if nothing is recorded before.
func (c *Core) stalls(t *task) Time {
	limit := c.stale.limit(t.shown())
	if limit == 0 || t.stalled > 0 {
		return math.MaxInt64
	}
	return t.touched + limit
}

// watch sets a timer for the time when a task will be stale. One that is set for
// an earlier time is enough: it will look again. So records cost no timers.
func (c *Core) watch(t *task) {
	if c.stale == (Staleness{}) {
		return
	}
	at := c.stalls(t)
	if at == math.MaxInt64 || t.watched > 0 && t.watched <= at {
		return
	}
	t.watched = at
	c.setTimer(entry{at: at, task: t.id, t: t, step: None, kind: timerStale})
}

// stall reports a task as stale.
func (c *Core) stall(t *task, now Time) {
	t.watched = 0
	r := c.slot(t.seq)
	t.about(r, Stalled, None, now)
	r.Start, r.Class = t.touched, t.shown().String()
	c.commit(t, r)
}
