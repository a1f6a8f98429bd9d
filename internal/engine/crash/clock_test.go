package crash

import (
	"sync"
	"time"

	"tasker-sim/internal/engine"
)

// clock is virtual time: it stands still while anybody works, and leaps to the
// next timer when nobody does. So a run takes no longer than its work, and waits
// are exact. It leaps only when the engine asks for the time, which it does
// before it looks at anything.
type clock struct {
	mu    sync.Mutex
	now   engine.Time
	until engine.Time
	timer chan time.Time // of a wait that goes on; nil: none
	rung  bool           // the timer was told to go off
	busy  int            // attempts in progress that do something
}

func (c *clock) engine() engine.Clock { return engine.Clock{Now: c.Now, Wait: c.Wait} }

func (c *clock) Now() engine.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rung && c.busy == 0 {
		c.now = max(c.now, c.until)
		c.timer = nil
	}
	c.rung = false
	return c.now
}

func (c *clock) Wait(until engine.Time) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until, c.timer = until, make(chan time.Time, 1)
	c.rung = false
	c.ring()
	return c.timer
}

// work counts an attempt that begins or ends.
func (c *clock) work(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += n
	c.ring()
}

// ring lets the timer go off if nobody works. It is called under the lock.
func (c *clock) ring() {
	if c.busy > 0 || c.timer == nil || c.rung {
		return
	}
	c.rung = true
	select {
	case c.timer <- time.Time{}:
	default: // it has not been heard yet
	}
}
