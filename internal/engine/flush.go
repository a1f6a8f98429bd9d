package engine

import (
	"fmt"
	"slices"

	"tasker-sim/internal/engine/failpoint"
)

// Flush makes everything since the last Flush durable in one atomic batch,
// together with app, bytes of the caller's own (nil: none). After an error
// nothing is lost: the next Flush tries the same and more.
func (c *Core) Flush(app []byte) error {
	c.batch = Batch{Records: c.staged, Services: c.dirty(c.batch.Services[:0]), App: app, Trail: c.trail}
	if len(c.batch.Records) == 0 && len(c.batch.Services) == 0 && app == nil && len(c.trail) == 0 {
		return nil
	}
	if err := c.append(); err != nil {
		return err
	}
	for i := range c.services {
		c.services[i].dirty = false
	}
	clear(c.keys)
	clear(c.staged) // let go of strings and data
	c.staged = c.staged[:0]
	clear(c.trail)
	c.trail = c.trail[:0]
	return nil
}

// Trail adds a row to the caller's trail. It becomes durable in the batch of the
// next Flush, with the records since the last one, and is not changed until then.
func (c *Core) Trail(row []byte) { c.trail = append(c.trail, row) }

// append hands the batch to the store.
func (c *Core) append() error {
	failpoint.Hit(failpoint.AppendBefore)
	if err := c.store.Append(&c.batch); err != nil {
		return fmt.Errorf("append %d records: %w", len(c.batch.Records), err)
	}
	failpoint.Hit(failpoint.AppendAfter)
	return nil
}

// flushUpTo makes the staged records up to those of the given task durable, in
// recovery, where they are ordered by task. The rest and services stay staged.
func (c *Core) flushUpTo(id TaskID) error {
	n := 0
	for n < len(c.staged) && c.staged[n].Task != 0 && c.staged[n].Task <= id {
		n++
	}
	if n == 0 {
		return nil
	}
	c.batch = Batch{Records: c.staged[:n]}
	if err := c.append(); err != nil {
		return err
	}
	c.staged = slices.Delete(c.staged, 0, n)
	return nil
}

// dirty appends the states of services that changed.
func (c *Core) dirty(states []ServiceState) []ServiceState {
	c.states = c.states[:0]
	for i := range c.services {
		s := &c.services[i]
		if s.dirty {
			from := len(c.states)
			c.states = s.appendState(c.states, c.recovery.After)
			states = append(states, ServiceState{Name: s.Name, State: c.states[from:len(c.states):len(c.states)]})
		}
	}
	return states
}
