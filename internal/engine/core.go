package engine

import (
	"fmt"
	"math"
	"strconv"

	"tasker-sim/internal/engine/failpoint"
)

// Config says what a core works with. Only Store and Templates are needed.
type Config struct {
	Store     Store
	Templates []Template
	Services  []Service // services that steps name but this list does not have no policy
	Recovery  Recovery
	// Poison is how many ends of the process during one attempt make its step
	// exhausted, with class [ClassPoison]; 0: off, nothing is counted.
	Poison int
	Stale  Staleness
	// Jitter draws a number in [0,1) for the wait after a failed attempt. It must
	// be a pure function of its argument, so that a recovered engine draws the
	// same. nil: always 0.5, which is no jitter.
	Jitter func(Attempt) float64
	// Fallback gives a step a lesser output when its last attempt of a round has
	// failed, though not permanently: the step is complete then, [Supplied] by
	// [ByFallback]. ok false: there is none. It must be a pure function. nil: no
	// step has one.
	Fallback func(Attempt) (output []byte, ok bool)
	// Observe is called for each record when it is applied, in order. What it
	// sees is not durable before the next Flush returns. The record may be
	// reused after the call. It must not call the core.
	Observe func(*Record)
}

// Attempt is one try at one step.
type Attempt struct {
	Task     TaskID
	Template int    // index into Config.Templates
	Step     int    // index into the steps of [Core.Template]
	Name     string // the step's name
	N        int    // over the task's life, from 1
	Start    Time
	Deadline Time // 0: none
	Crashes  int  // how often the process ended during it; counted if Config.Poison is set
	Saved    Checkpoint
	Undo     string // not "": it takes the step back, in the way of that name
}

// Key is the attempt's idempotency key: "t17/process_payment", or
// "t17/process_payment/undo". It is a function of task and step only, the same
// for every attempt.
func (a Attempt) Key() string {
	key := "t" + strconv.FormatUint(uint64(a.Task), 10) + "/" + a.Name
	if a.Undo != "" {
		key += "/undo"
	}
	return mutateKey(a, key)
}

// Submission is what a task is submitted with.
type Submission struct {
	Context []byte // for the task's steps; not changed afterwards
	Key     string // same key, same task; "": each submission is a task of its own
	// Priority puts the task's steps before those of lower ones when they wait to
	// start. It takes nothing away that runs, and a lower one may wait for ever.
	Priority int32
	// Deadline is when the task is of no use any more: no attempt that began before
	// it outlives it, and none is tried again that would begin after it. A task that
	// is driven again later has its steps' timeouts only. 0: none.
	Deadline Time
	// Pass names steps for which nothing is to be done in this task: when its turn
	// comes such a step is skipped, and what follows goes on as if it were complete.
	// At least one step must be left.
	Pass []string
}

// Core is the engine: a state machine over all open tasks. It is not safe for
// concurrent use. Times given to it should not decrease; an earlier one counts
// as the latest that was given.
type Core struct {
	store    Store
	recovery Recovery
	jitter   func(Attempt) float64
	fallback func(Attempt) ([]byte, bool)
	observe  func(*Record)

	plans    []*plan
	byRef    map[string]int
	services []service

	now    Time
	last   TaskID // highest task number given out
	seq    uint32 // highest Seq of services' records
	open   map[TaskID]*task
	free   []*task // tasks that are over, to be used again
	ready  queue   // steps that may start
	held   int     // steps in services' held queues
	timers queue
	sweep  int // length of timers at which those without meaning are dropped

	paused  bool
	stale   Staleness
	poison  int
	left    []Attempt // in progress when the last process ended, not yet driven again
	suspect Attempt   // the one that was driven again last of those that may be poison

	staged []Record          // applied and not flushed
	trail  [][]byte          // rows given to Trail and not flushed
	keys   map[string]TaskID // keys of staged submissions
	batch  Batch
	states []byte // memory of batch.Services
}

// Template returns a template with its steps in the order that indices refer to.
func (c *Core) Template(i int) Template { return c.plans[i].Template }

// Services lists the names of all services in the order that indices refer to:
// those of Config.Services, then others in the order in which templates name them.
func (c *Core) Services() []string {
	names := make([]string, len(c.services))
	for i := range c.services {
		names[i] = c.services[i].Name
	}
	return names
}

// Submit accepts a task. A key that was used before, ever, returns its task.
func (c *Core) Submit(now Time, ref Ref, s Submission) (TaskID, error) {
	i, ok := c.byRef[ref.String()]
	if !ok {
		return 0, fmt.Errorf("template %s: not registered", ref)
	}
	return c.SubmitTo(now, i, s)
}

// SubmitTo is Submit to the template with index i of Config.Templates. A context
// that the template's Check does not accept is refused with [ErrRefused].
func (c *Core) SubmitTo(now Time, i int, s Submission) (TaskID, error) {
	if s.Key != "" {
		if id, err := c.byKey(s.Key); id != 0 || err != nil {
			return id, err
		}
	}
	failpoint.Hit(failpoint.SubmitBefore)
	p := c.plans[i]
	if p.Check != nil {
		if err := p.Check(s.Context); err != nil {
			return 0, fmt.Errorf("template %s: %w: %w", p.name, ErrRefused, err)
		}
	}
	pass, err := p.passes(s.Pass)
	if err != nil {
		return 0, err
	}
	c.last++
	t := c.take(c.last, p)
	r := c.slot(0)
	now = c.advance(now)
	t.about(r, Submitted, None, now)
	r.Class, r.Text, r.Data, r.Count = p.name, s.Key, s.Context, int64(p.print)
	r.Extra, r.Due = int64(s.Priority), max(s.Deadline, 0)
	c.commit(t, r)
	for _, i := range pass {
		r := c.slot(t.seq)
		t.about(r, Passed, i, now)
		c.commit(t, r)
	}
	if s.Key != "" {
		c.keys[s.Key] = t.id
	}
	c.scheduleAll(t)
	failpoint.Hit(failpoint.SubmitAfter)
	return t.id, nil
}

// byKey finds the task of an idempotency key; 0: none.
func (c *Core) byKey(key string) (TaskID, error) {
	if id, ok := c.keys[key]; ok {
		return id, nil
	}
	id, err := c.store.ByKey(key)
	if err != nil {
		return 0, fmt.Errorf("look up key %q: %w", key, err)
	}
	return id, nil
}

// Claim begins an attempt of every step that may start now and whose service
// has room, and appends them to dst, ordered by priority, the time since when they
// are ready, task and step. While the core is paused nothing begins.
func (c *Core) Claim(now Time, dst []Attempt) []Attempt { return c.claim(now, dst, math.MaxInt) }

// claim is Claim of at most limit steps.
func (c *Core) claim(now Time, dst []Attempt, limit int) []Attempt {
	now = c.advance(now)
	for ; ; limit-- {
		if limit <= 0 || c.paused {
			return dst
		}
		e, ok := c.next(now)
		if !ok {
			return dst
		}
		t, i := e.t, e.step
		r := c.slot(t.seq)
		if err := decideStart(t, i, now, r); err != nil {
			panic("engine: " + err.Error())
		}
		c.commit(t, r)
		c.schedule(t, i)
		if svc := t.plan.steps[i].service; svc != None {
			c.begun(&c.services[svc], now)
		}
		dst = mutateClaimed(append(dst, t.attempt(i)))
	}
}

// Succeed ends an attempt well. The output is kept and not changed afterwards.
func (c *Core) Succeed(now Time, a Attempt, output []byte) error {
	t, i, err := c.find(a)
	if err != nil {
		return err
	}
	now = c.advance(now)
	r := c.slot(t.seq)
	if err := decideSucceed(t, i, int32(a.N), now, output, r); err != nil {
		c.drop()
		return err
	}
	c.succeeded(t, i, now, r)
	return nil
}

// succeeded lets go on what waited for step i.
func (c *Core) succeeded(t *task, i int16, now Time, r *Record) {
	c.commit(t, r)
	c.scheduleNext(t, i)
	c.answered(t, i, true, now)
}

// Redrive begins a fresh round of a parked task, at the wish of somebody.
func (c *Core) Redrive(now Time, id TaskID, by, why string) error {
	t, err := c.lookUp(id)
	if err != nil {
		return err
	}
	return c.redrive(c.advance(now), t, by, why)
}

func (c *Core) redrive(now Time, t *task, by, why string) error {
	r := c.slot(t.seq)
	if err := decideRedrive(t, now, by, why, r); err != nil {
		c.drop()
		return err
	}
	c.commit(t, r)
	c.scheduleAll(t)
	return nil
}

// Cancel gives a task and all its unfinished steps up, and lets complete ones be
// undone first if the template says so. Results of attempts that still run will be
// refused: what they have done stays done.
func (c *Core) Cancel(now Time, id TaskID, by, why string) error {
	t, err := c.lookUp(id)
	if err != nil {
		return err
	}
	r := c.slot(t.seq)
	if err := decideCancel(t, c.advance(now), by, why, r); err != nil {
		c.drop()
		return err
	}
	for i := range t.steps {
		if svc := t.plan.steps[i].service; svc != None && t.steps[i].state == StepInProgress {
			c.services[svc].dropped(t.steps[i].start)
		}
	}
	c.commit(t, r)
	c.concluded(t)
	return nil
}
