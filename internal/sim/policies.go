package sim

import (
	"tasker-sim/internal/engine"
	"tasker-sim/internal/scenario"
)

// engineRetry is a step's policy in the engine's words.
func engineRetry(r scenario.Retry) engine.Retry {
	e := engine.Retry{Limit: r.Limit, Base: engine.Time(r.Base), Cap: engine.Time(r.Cap), Factor: r.Factor, Jitter: r.Jitter}
	switch r.Backoff {
	case scenario.Fixed:
		e.Growth = engine.Fixed
	case scenario.AtOnce:
		e.Growth = engine.AtOnce
	case scenario.Decorrelated:
		e.Growth = engine.Decorrelated
	}
	switch r.Spread {
	case scenario.FullJitter:
		e.Spread = engine.FullJitter
	case scenario.EqualJitter:
		e.Spread = engine.HalfJitter
	}
	return e
}

// policies are the engine's services of one durable strategy, in the order of
// the scenario's services.
func policies(sc *scenario.Scenario, st *scenario.Strategy) []engine.Service {
	var ss []engine.Service
	for i := range sc.Services {
		es := policy(st, &sc.Services[i])
		es.Name = engineService(st, &sc.Services[i])
		ss = append(ss, es)
	}
	return ss
}

// policy is what the strategy keeps to towards the service.
func policy(st *scenario.Strategy, s *scenario.Service) engine.Service {
	es := engine.Service{Name: s.Name}
	if st.Bulkhead {
		es.Limit = s.Limit
	}
	if b := s.Breaker; b != nil && st.Breaker {
		es.Breaker = &engine.Breaker{Failures: b.Failures, Cooldown: engine.Time(b.Cooldown), Probes: b.Probes}
		if w := b.Window; w != nil {
			es.Breaker.Window = &engine.Window{Calls: w.Calls, Over: engine.Time(w.Over), Share: w.Share}
		}
	}
	if b := s.Budget; b != nil && st.Budget {
		es.Budget = &engine.Budget{Deposit: b.Deposit, Burst: b.Burst}
	}
	if t := s.Throttle; t != nil && st.Throttle {
		es.Throttle = &engine.Throttle{Tokens: t.Tokens, Ratio: t.Ratio}
	}
	if p := s.Pace; p != nil && st.Pace {
		es.Pace = &engine.Pace{Every: engine.Time(p.Every), Burst: p.Burst}
	}
	return es
}
