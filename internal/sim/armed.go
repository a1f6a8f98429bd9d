package sim

import (
	"fmt"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// Numbers of faults of the language, see [liveIDs] for those of the others: those
// of the scenario from armedIDs; the stays of a chain from chainIDs, with room
// for chainStays of each.
const (
	armedIDs   = 1 << 14
	chainIDs   = 1 << 29
	chainStays = 1 << 18
)

// armed is a fault of the fault language at one service: when it is in force, and
// with which keys it draws.
type armed struct {
	fault.Fault
	n        int // its number at the service; its place in the service's list for chains is at
	at       int
	from, to event.Time // in force from from up to to; by hand after from and up to to
	byHand   bool
	over     bool         // by hand: its end has been told
	key      uint64       // of its draws: the cause, not the service
	terms    []int16      // by term: the class of its refusals
	chain    *timeline    // of Gilbert-Elliott bursts
	full     []event.Time // of a rate limit, by strategy; see [buckets]
}

// cause is the name of a fault's draws: who and what, and a number if there are
// several of a kind. No rate and no window is in it, so that a higher rate only
// adds failures, and a moved window moves them.
func (w *World) cause(f *fault.Fault) string {
	name := strings.Join(f.Services, "+") + " " + f.Name()
	if w.causes == nil {
		w.causes = map[string]int{}
	}
	w.causes[name]++
	return fmt.Sprintf("%s#%d", name, w.causes[name])
}

// armScenario arms what the scenario declares: each service's own faults, then
// those that hit several.
func (w *World) armScenario() {
	for _, s := range w.services {
		for i := range s.Faults {
			f := s.Faults[i]
			f.Services = []string{s.Name}
			w.arm(&f, w.cause(&f), []*service{s})
		}
	}
	for i := range w.sc.Faults {
		f := &w.sc.Faults[i]
		var hit []*service
		for _, name := range f.Services {
			for _, s := range w.services {
				if s.Name == name {
					hit = append(hit, s)
				}
			}
		}
		w.arm(f, w.cause(f), hit)
	}
}

func (w *World) arm(f *fault.Fault, cause string, hit []*service) {
	for _, s := range hit {
		a := s.arm(f, cause, len(w.run.Strategies))
		a.n, a.from, a.to = armedIDs+a.at, f.From, forever
		if f.To > 0 {
			a.to = f.To
		}
	}
}

// arm adds a fault to the service's list.
func (s *service) arm(f *fault.Fault, cause string, lanes int) *armed {
	a := &armed{Fault: *f, at: len(s.armed), key: word(cause)}
	for i := range f.Terms {
		t := &f.Terms[i]
		a.terms = append(a.terms, s.refuse(refusalOf(s, t)))
		switch t.Kind {
		case fault.GE:
			a.chain = newTimeline(&scenario.Burst{Good: t.Good, Bad: t.Bad}, cause, s.dice)
		case fault.RateLimit:
			a.full = make([]event.Time, lanes)
		}
	}
	s.armed = append(s.armed, a)
	return a
}

// refusalOf is how a service refuses by a term.
func refusalOf(s *service, t *fault.Term) scenario.Class {
	c := scenario.Class{Latency: t.Latency, RetryAfter: t.RetryAfter}
	c.Name, c.Permanent = t.Refusal()
	switch t.Kind {
	case fault.Reset:
		c.Latency, c.Message = downLatency, s.Name+" reset the connection"
		if t.Side == "after" {
			c.Latency = 0
		}
	case fault.Garble:
		c.Message = "the answer of " + s.Name + " cannot be read"
	case fault.Poison:
		c.Message = s.Name + " cannot take this payload"
	case fault.Outage, fault.Brownout, fault.GE:
		c.Latency, c.Message = downLatency, s.Name+" is unavailable"
	case fault.RateLimit:
		c.Latency, c.Message = downLatency, "too many calls of "+s.Name
	}
	return c
}

// on tells whether the fault is in force at the instant.
func (a *armed) on(at event.Time) bool {
	if a.byHand {
		return a.from < at && at <= a.to
	}
	return a.from <= at && at < a.to
}

// armedBy finds the fault, and the stay of its chain, behind a number of an
// event; nil: it is none of the language's.
func (s *service) armedBy(n int) (a *armed, stay int) {
	if n >= chainIDs {
		return s.armed[(n-chainIDs)/chainStays], (n - chainIDs) % chainStays
	}
	for _, a := range s.armed {
		if a.n == n {
			return a, -1
		}
	}
	return nil, -1
}

func (a *armed) stayID(stay int) int { return chainIDs + a.at*chainStays + stay }

// describe fills in an event of the fault, or of a bad stay of its chain.
func (a *armed) describe(ev *event.Event, stay int) {
	ev.Class, ev.Text = a.Name(), a.Words()
	end := a.to
	if stay >= 0 {
		ev.Class, ev.Text, end = "burst", a.BurstWords(), min(end, a.chain.ends[stay])
	}
	if end != forever {
		ev.Due = end
	}
}

// scheduleArmed puts what the scenario's faults at a service do after the instant
// into the queue. What has no time of its own is how the service is: no event.
func (w *World) scheduleArmed(s *service, after event.Time) {
	for _, a := range s.armed {
		switch {
		case a.chain != nil:
			w.scheduleChain(s, a, after)
		case !a.Timed:
		case a.from > after:
			w.pushFault(occFaultBegin, a.from, s.index, a.n)
		case a.to > after && a.to != forever:
			w.pushFault(occFaultEnd, a.to, s.index, a.n)
		}
	}
}

// scheduleChain puts the end of the stay into the queue that is bad at the
// instant, or else the next one's begin.
func (w *World) scheduleChain(s *service, a *armed, after event.Time) {
	if after >= a.from && a.chain.bad(after) {
		if stay := a.chain.stay(after); after < a.to {
			w.pushFault(occFaultEnd, min(a.to, a.chain.ends[stay]), s.index, a.stayID(stay))
		}
		return
	}
	from := max(after+1, a.from)
	begin := from
	if !a.chain.bad(from) {
		begin, _ = a.chain.next(from)
	}
	if begin < a.to {
		w.pushFault(occFaultBegin, begin, s.index, a.stayID(a.chain.stay(begin)))
	}
}

// armedEnds tells that a fault of the language is over, or a stay of its chain.
func (w *World) armedEnds(s *service, a *armed, n, stay int) {
	if a.over || stay < 0 && a.to != w.now {
		return // it was cleared before
	}
	w.emit(w.faultEvent(event.FaultEnded, s.index, n))
	if stay < 0 {
		a.over = a.byHand
	} else if w.now < a.to {
		w.scheduleChain(s, a, w.now)
	}
}

// armByHand begins a fault by hand at a service right after the present instant.
func (w *World) armByHand(act *Action, service, n int) {
	s := w.services[service]
	a := s.arm(&act.Fault, act.cause, len(w.run.Strategies))
	a.n, a.byHand, a.from, a.to = n, true, w.now, forever
	if act.Fault.To > 0 {
		a.to = act.Fault.To
		a.over = a.to <= w.horizon
	}
	w.emit(w.faultEvent(event.FaultInjected, service, n))
	w.stalled(s, a)
	if a.chain != nil && a.chain.bad(w.now) {
		w.emit(w.faultEvent(event.FaultBegan, service, a.stayID(a.chain.stay(w.now))))
	}
	if a.over {
		return
	}
	if a.chain != nil {
		w.scheduleChain(s, a, max(w.now, w.horizon))
	}
	if a.to != forever {
		w.pushFault(occLiveEnd, a.to, service, n)
	}
}

// disarm ends the faults of the language that were injected by hand at a service.
func (w *World) disarm(s *service) {
	for _, a := range s.armed {
		if !a.byHand || a.to <= w.now {
			continue // it is over
		}
		if a.chain != nil && a.chain.bad(w.now) {
			w.emit(w.faultEvent(event.FaultEnded, s.index, a.stayID(a.chain.stay(w.now))))
		}
		a.over = true
		w.emit(w.faultEvent(event.FaultEnded, s.index, a.n))
		a.to = w.now
		w.stalled(s, a)
	}
}
