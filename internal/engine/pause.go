package engine

// Pause lets nothing begin: [Core.Claim] and [Core.Retake] return nothing. What
// runs goes on, tasks are accepted, timers fire. A new core is not paused.
func (c *Core) Pause() { c.paused = true }

// Resume ends a pause.
func (c *Core) Resume() { c.paused = false }

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
