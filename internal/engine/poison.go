package engine

import "fmt"

// interrupt looks at what the last process left in progress. If poison is
// counted, it stages a record for each attempt that was driven, and exhausts the
// steps that have ended the process too often.
func (c *Core) interrupt() {
	c.left = c.InFlight()
	if c.poison == 0 {
		return
	}
	suspected := false
	for _, a := range c.left {
		t, i := c.open[a.Task], int16(a.Step)
		s := &t.steps[i]
		held := suspected && c.suspicious(s.crashes)
		suspected = suspected || c.suspicious(s.crashes)
		if held && !s.left {
			continue // only the first suspect was driven
		}
		crashes := s.crashes
		if !held && !s.left {
			crashes++
		}
		c.note(t, i, Interrupted, int64(crashes))
		if int(crashes) >= c.poison {
			c.exhaust(t, i)
		}
	}
	for _, a := range c.left {
		if t := c.open[a.Task]; t != nil && c.suspicious(t.steps[a.Step].crashes) {
			t.steps[a.Step].deadline = 0 // time runs again when its turn comes
		}
	}
}

// suspicious tells whether an attempt with so many crashes may be what ends the
// process: one more and it is exhausted.
func (c *Core) suspicious(crashes int32) bool {
	return c.poison > 0 && crashes > 0 && int(crashes) >= c.poison-1
}

// note stages a record about the running attempt of step i.
func (c *Core) note(t *task, i int16, kind Kind, count int64) {
	r := c.slot(t.seq)
	t.about(r, kind, i, c.now)
	r.Attempt, r.Start, r.Count = t.steps[i].attempts, t.steps[i].start, count
	c.commit(t, r)
}

// exhaust ends the running attempt of step i as poison. Its service is not to
// blame, so its breaker does not count it.
func (c *Core) exhaust(t *task, i int16) {
	s := &t.steps[i]
	r := c.slot(t.seq)
	t.about(r, Exhausted, i, c.now)
	r.Attempt, r.Start, r.Class = s.attempts, s.start, ClassPoison
	r.Text = fmt.Sprintf("the process ended %d times during this attempt", s.crashes)
	c.commit(t, r)
	if svc := t.plan.steps[i].service; svc != None {
		c.services[svc].dropped(s.start)
	}
	c.conclude(t, c.now)
}

// Retake appends to dst the attempts that the last process left in progress and
// that are to be driven again now, each once, with its whole timeout from now.
// All come at the first call, but for suspects of poison beyond the first: call it
// again when results have been flushed.
func (c *Core) Retake(now Time, dst []Attempt) []Attempt {
	if len(c.left) == 0 || c.paused {
		return dst
	}
	now = c.advance(now)
	busy := c.runs(c.suspect)
	rest := c.left[:0]
	for _, a := range c.left {
		if !c.runs(a) {
			continue
		}
		t, i := c.open[a.Task], int16(a.Step)
		s := &t.steps[i]
		if c.suspicious(s.crashes) {
			if busy {
				rest = append(rest, a)
				continue
			}
			busy, c.suspect = true, a
		}
		if limit := t.plan.Steps[i].Timeout; limit > 0 {
			s.deadline = now + limit
			c.schedule(t, i)
		}
		dst = append(dst, t.attempt(i))
	}
	clear(c.left[len(rest):])
	c.left = rest
	return dst
}

// runs tells whether an attempt is in progress.
func (c *Core) runs(a Attempt) bool {
	t, i, err := c.find(a)
	return err == nil && t.running(i, int32(a.N)) == nil
}

// leave notes, if poison is counted, that attempts in progress are given up in
// good order: the end of the process that follows is no crash.
func (c *Core) leave(now Time) {
	if c.poison == 0 {
		return
	}
	c.advance(now)
	for _, a := range c.InFlight() {
		c.note(c.open[a.Task], int16(a.Step), Left, 0)
	}
}
