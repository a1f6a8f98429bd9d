package sim

import (
	"fmt"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// client is what plain code keeps beside its calls: a guard of every service in
// the memory of its process. After a kill it begins afresh.
type client struct {
	guards []*engine.Guard         // by service; nil: no policy towards it
	waited map[int32]event.Time    // by task: the last wait, if waits follow from it
	retry  map[int16]*engine.Retry // by step, as the strategy keeps it
}

// newClient makes the client of a strategy without the engine.
func newClient(w *World, st *scenario.Strategy) client {
	c := client{guards: make([]*engine.Guard, len(w.services)), waited: map[int32]event.Time{}, retry: map[int16]*engine.Retry{}}
	c.guard(w, st)
	c.learn(w, st)
	return c
}

// guard makes a fresh guard of every service towards which the strategy has a policy.
func (c *client) guard(w *World, st *scenario.Strategy) {
	for i, s := range w.services {
		c.guards[i] = nil
		p := policy(st, s.Service)
		if p.Breaker == nil && p.Budget == nil && p.Throttle == nil && p.Pace == nil {
			continue
		}
		g, err := engine.NewGuard(p)
		if err != nil {
			panic(fmt.Sprintf("sim: policies of %s: %v", s.Name, err)) // the scenario was checked
		}
		c.guards[i] = g
	}
}

// learn notes how the strategy retries each step.
func (c *client) learn(w *World, st *scenario.Strategy) {
	for i := range w.steps {
		r := engineRetry(st.RetryOf(w.steps[i].Retry))
		c.retry[int16(i)] = &r
	}
}

// switched takes over what was switched by hand; guards begin afresh.
func (c *client) switched(w *World, st *scenario.Strategy, r remedy) {
	switch r {
	case remedyJitter:
		c.learn(w, st)
	case remedyBudget, remedyThrottle, remedyBreaker:
		c.guard(w, st)
	}
}

// classOpen is the failure of a call that was not made: the breaker is open.
func classOpen() *scenario.Class {
	return &scenario.Class{Name: event.ClassBreaker, Message: "not called, the breaker is open"}
}

// may asks the guard of the step's service whether the attempt may call now. If it
// may not, what follows is arranged. paced: it has waited for its turn already.
func (s *straight) may(task int32, step, attempt int16, paced bool) bool {
	w := s.w
	g := s.guards[w.steps[step].Service]
	if g == nil {
		return true
	}
	o := occurrence{at: w.now, began: w.now, lane: s.lane, task: task, step: step, attempt: attempt, kind: occRetry}
	if !paced {
		if o.at = event.Time(g.Reserve(engine.Time(w.now))); o.at > w.now {
			o.attempt, o.paced = attempt-1, true
			w.queue.push(o)
			return false
		}
	}
	until, ok, said := g.Begin(engine.Time(w.now))
	s.tell(step, said, 0, 0)
	if !ok {
		s.announce(task, step, attempt)
		c := classOpen()
		if until > engine.Time(w.now) {
			c.Message += fmt.Sprintf(" for another %s", (event.Time(until) - w.now).Duration())
		}
		s.failed(&o, c, c.Message)
	}
	return ok
}

// over tells the guard of the service how a call ended.
func (s *straight) over(o *occurrence, good bool) {
	if g := s.guards[s.w.steps[o.step].Service]; g != nil {
		kind, at, failures := g.End(good, engine.Time(o.began), engine.Time(s.w.now))
		s.tell(o.step, kind, event.Time(at), failures)
	}
}

// tell says what a breaker of the strategy does.
func (s *straight) tell(step int16, kind engine.Kind, at event.Time, failures int64) {
	ev := event.Event{Strategy: s.lane, Service: int16(s.w.steps[step].Service), Step: event.None, Effect: event.None}
	switch kind {
	case engine.BreakerOpened:
		ev.Kind, ev.Due, ev.Amount = event.BreakerOpened, at, failures
	case engine.BreakerHalfOpened:
		ev.Kind = event.BreakerHalfOpened
	case engine.BreakerClosed:
		ev.Kind, ev.Dur = event.BreakerClosed, s.w.now-at
	default:
		return
	}
	s.w.emit(ev)
}

// again tells when a failed attempt is tried again; false: it is not. It says why
// in the message, if it might have been.
func (s *straight) again(o *occurrence, c *scenario.Class, message *string) (event.Time, bool) {
	w, r := s.w, s.retry[o.step]
	k := s.spent(o.task, o.step, o.attempt)
	if !s.strategy.Retries || c.Permanent || k >= r.Limit {
		return 0, false
	}
	wait := event.Time(r.After(k, engine.Time(s.waited[o.task]), w.jitter(o.step, o.task, o.attempt)))
	due := w.now + max(wait, c.RetryAfter)
	if d := w.deadline(s.lane, o.task); d > 0 && w.now <= d && due >= d {
		*message += "; no time left for another attempt"
		return 0, false
	}
	if g := s.guards[w.steps[o.step].Service]; g != nil && !g.Retry() {
		*message += "; the budget has no retry left"
		return 0, false
	}
	if r.Growth == engine.Decorrelated {
		s.waited[o.task] = due - w.now
	}
	return due, true
}
