package engine

// Pause lets nothing begin: [Core.Claim] and [Core.Retake] return nothing. What
// runs goes on, tasks are accepted, timers fire. A new core is not paused.
func (c *Core) Pause() {
	c.paused = true
	for i := range c.services {
		c.services[i].opens = 0 // nobody waits for that now
	}
}

// Resume ends a pause.
func (c *Core) Resume() {
	c.paused = false
	for i := range c.services {
		if s := &c.services[i]; len(s.held) > 0 {
			c.awaitPace(s, c.now)
		}
	}
}

// Drained tells whether no attempt is being driven; while paused it stays so.
func (c *Core) Drained() bool {
	running := 0
	for _, t := range c.open {
		running += int(t.counts[StepInProgress])
	}
	if c.poison > 0 { // those that wait for Retake do not run
		for _, a := range c.left {
			if c.runs(a) {
				running--
			}
		}
	}
	return running == 0
}
