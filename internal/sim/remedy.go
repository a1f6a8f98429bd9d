package sim

import (
	"fmt"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// remedy is a mechanism of a strategy that can be switched while the run goes on,
// one of [fault.Remedies].
type remedy = string

const (
	remedyLIFO      remedy = "lifo"
	remedyDeadlines remedy = "deadlines"
	remedyShedding  remedy = "shedding"
	remedyBudget    remedy = "budget"
	remedyThrottle  remedy = "throttle"
	remedyBreaker   remedy = "breaker"
	remedyJitter    remedy = "jitter"
)

// ownSwitches are the mechanisms of every strategy as they are now; the scenario's
// own are not touched.
func ownSwitches(sc *scenario.Scenario) []scenario.Strategy { return slices.Clone(sc.Strategies) }

// has tells whether the mechanism is on in the lane now.
func (w *World) has(lane int8, r remedy) bool {
	on := switchOf(&w.switches[lane], r)
	return on != nil && *on
}

// switchOf is the switch of a remedy; nil: it has none of its own.
func switchOf(st *scenario.Strategy, r remedy) *bool {
	switch r {
	case remedyLIFO:
		return &st.LIFO
	case remedyDeadlines:
		return &st.Deadlines
	case remedyShedding:
		return &st.Shedding
	case remedyBudget:
		return &st.Budget
	case remedyThrottle:
		return &st.Throttle
	case remedyBreaker:
		return &st.Breaker
	}
	return nil
}

// remedy switches a mechanism of a strategy from the present instant on.
func (w *World) remedy(a *Action) error {
	st := &w.switches[a.Strategy]
	if err := w.curable(a); err != nil {
		return err
	}
	if on := switchOf(st, a.Remedy); on != nil {
		*on = !a.Off
	} else {
		st.Backoff, st.Jitter = scenario.Exponential, &scenario.Jitter{Kind: scenario.FullJitter}
		if a.Off {
			st.Backoff, st.Jitter = w.sc.Strategies[a.Strategy].Backoff, w.sc.Strategies[a.Strategy].Jitter
		}
	}
	if s, ok := w.lanes[a.Strategy].(*straight); ok {
		s.client.switched(w, st, a.Remedy)
	}
	text := "on"
	if a.Off {
		text = "off"
	}
	w.emit(event.Event{
		Kind: event.RemedySwitched, Strategy: int8(a.Strategy), Step: event.None, Service: event.None, Effect: event.None, Class: a.Remedy, Text: text,
	})
	return nil
}

// curable tells why a remedy would change nothing.
func (w *World) curable(a *Action) error {
	st := &w.sc.Strategies[a.Strategy]
	if st.Engine && !ofServices(a.Remedy) {
		return fmt.Errorf("%s cannot be switched in %s: the engine keeps its policies for the whole run; there are %s", a.Remedy, st.Name, "lifo, deadlines and shedding")
	}
	if what, ok := needed(w.sc, a.Remedy); !ok {
		return fmt.Errorf("%s does nothing in %s: no service has %s", a.Remedy, st.Name, what)
	}
	return nil
}

// ofServices tells whether it is services that act differently by the remedy.
func ofServices(r remedy) bool {
	return r == remedyLIFO || r == remedyDeadlines || r == remedyShedding
}

// needed is what a remedy needs some service to have, and whether one has it.
func needed(sc *scenario.Scenario, r remedy) (what string, ok bool) {
	has := func(s *scenario.Service) bool { return true }
	switch r {
	case remedyLIFO, remedyDeadlines:
		what, has = "servers", func(s *scenario.Service) bool { return s.Servers > 0 }
	case remedyShedding:
		what, has = "queue.shed", func(s *scenario.Service) bool { return s.Queue.Shed > 0 }
	case remedyBudget:
		what, has = "a budget", func(s *scenario.Service) bool { return s.Budget != nil }
	case remedyThrottle:
		what, has = "a throttle", func(s *scenario.Service) bool { return s.Throttle != nil }
	case remedyBreaker:
		what, has = "a breaker", func(s *scenario.Service) bool { return s.Breaker != nil }
	}
	return what, slices.ContainsFunc(sc.Services, func(s scenario.Service) bool { return has(&s) })
}

// remediesFor are the remedies that can be switched in the strategy and that it has
// not got from the start, in scenarios in which some service has servers.
func remediesFor(sc *scenario.Scenario, st *scenario.Strategy) (list []string) {
	if _, crowded := needed(sc, remedyLIFO); !crowded {
		return nil
	}
	own := *st
	for _, r := range fault.Remedies() {
		on := switchOf(&own, r)
		if _, ok := needed(sc, r); ok && (!st.Engine || ofServices(r)) && (on == nil || !*on) {
			list = append(list, r)
		}
	}
	return list
}
