package engine

import (
	"errors"
	"fmt"

	"tasker-sim/internal/engine/failpoint"
)

// New makes a core that goes on where the store's last batch ended. Templates
// of all open tasks must be registered, with the same steps as when the tasks
// were submitted; policies may have changed.
func New(cfg Config) (*Core, error) {
	if cfg.Store == nil {
		return nil, errors.New("config: no store")
	}
	if cfg.Recovery.After < 0 || cfg.Recovery.Max < 0 {
		return nil, fmt.Errorf("config: recovery after %d, max %d: want none negative", cfg.Recovery.After, cfg.Recovery.Max)
	}
	if err := cfg.Stale.check(); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if cfg.Poison < 0 {
		return nil, fmt.Errorf("config: poison %d: want none negative", cfg.Poison)
	}
	c := &Core{
		store: cfg.Store, recovery: cfg.Recovery, jitter: cfg.Jitter, fallback: cfg.Fallback, observe: cfg.Observe, poison: cfg.Poison, stale: cfg.Stale,
		byRef: map[string]int{}, open: map[TaskID]*task{}, keys: map[string]TaskID{},
	}
	if err := c.compile(cfg); err != nil {
		return nil, err
	}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("recover: %w", err)
	}
	c.interrupt()
	return c, nil
}

// compile registers services and templates.
func (c *Core) compile(cfg Config) error {
	index := map[string]int16{}
	add := func(s Service) int16 {
		i := int16(len(c.services))
		index[s.Name] = i
		c.services = append(c.services, service{Service: s, index: i, allowed: newAllowance(&s)})
		return i
	}
	for _, s := range cfg.Services {
		if _, twice := index[s.Name]; twice || s.Name == "" || s.Limit < 0 {
			return fmt.Errorf("service %q with limit %d: want a new name and a limit that is not negative", s.Name, s.Limit)
		}
		if err := s.check(); err != nil {
			return fmt.Errorf("service %q: %w", s.Name, err)
		}
		add(s)
	}
	for i, t := range cfg.Templates {
		p, err := compile(t, i, func(name string) int16 {
			if at, ok := index[name]; ok {
				return at
			}
			return add(Service{Name: name})
		})
		if err != nil {
			return err
		}
		if _, twice := c.byRef[p.name]; twice {
			return fmt.Errorf("template %s: registered twice", p.name)
		}
		c.byRef[p.name] = i
		c.plans = append(c.plans, p)
	}
	return nil
}

// load reads what is open and the state of services, and sets all timers again.
func (c *Core) load() (err error) {
	if c.last, c.seq, err = c.store.Last(); err != nil {
		return err
	}
	err = c.store.Services(func(st ServiceState) error {
		if failpoint.On(failpoint.BreakerLost) {
			return nil
		}
		for i := range c.services {
			if s := &c.services[i]; s.Name == st.Name {
				return s.parseState(st.State, c.recovery.After)
			}
		}
		return nil // nobody calls it any more
	})
	if err != nil {
		return err
	}
	for i := range c.services {
		b := &c.services[i].breaker
		// Should the clock have been set back, nothing begins before a breaker let it:
		// an attempt that did would use up a probe and not count as one.
		c.advance(max(b.since, b.half))
		if b.state == breakerOpen {
			c.setTimer(entry{at: b.until, step: int16(i), kind: timerHalfOpen})
		}
	}
	if err := c.store.Open(c.resume); err != nil {
		return err
	}
	failpoint.Hit(failpoint.RecoverDone)
	return nil
}

// resume takes one open task from its history.
func (c *Core) resume(id TaskID, history []Record) error {
	p, err := c.planOf(id, history)
	if err != nil {
		return err
	}
	t := c.take(id, p)
	for i := range history {
		if err := apply(t, &history[i]); err != nil {
			return fmt.Errorf("%w: %w", err, ErrCorrupt)
		}
		c.advance(history[i].At)
	}
	failpoint.Hit(failpoint.RecoverMid)
	mutateResumed(t)
	if t.state.Terminal() {
		return fmt.Errorf("task %d: listed as open but %v: %w", id, t.state, ErrCorrupt)
	}
	c.scheduleAll(t)
	for i := range t.steps {
		if svc := p.steps[i].service; svc != None && t.steps[i].state == StepInProgress {
			c.services[svc].inFlight++
		}
	}
	if t.state == TaskParked {
		c.park(t)
	}
	c.watch(t)
	return nil
}

// planOf finds the template of a stored task.
func (c *Core) planOf(id TaskID, history []Record) (*plan, error) {
	if len(history) == 0 || history[0].Kind != Submitted {
		return nil, fmt.Errorf("task %d: history without a submission: %w", id, ErrCorrupt)
	}
	first := &history[0]
	i, ok := c.byRef[first.Class]
	if !ok {
		return nil, fmt.Errorf("task %d: template %s: not registered", id, first.Class)
	}
	p := c.plans[i]
	if int64(p.print) != first.Count {
		return nil, fmt.Errorf("task %d: template %s: its steps changed since the task was submitted; give it a new version", id, first.Class)
	}
	return p, nil
}
