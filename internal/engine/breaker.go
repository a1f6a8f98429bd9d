package engine

import (
	"errors"
	"fmt"
)

// Service is the policy towards something outside that steps call.
type Service struct {
	Name     string
	Limit    int       // attempts in flight at most (a bulkhead); 0: no limit
	Breaker  *Breaker  // nil: none
	Budget   *Budget   // nil: none
	Throttle *Throttle // nil: none
	Pace     *Pace     // nil: none
}

// check refuses policies that mean nothing.
func (s *Service) check() error {
	return errors.Join(s.Breaker.check(), s.Budget.check(), s.Throttle.check(), s.Pace.check())
}

// Breaker is the policy of a circuit breaker. It counts attempts whose failure
// is the service's fault: retryable ones, timeouts among them. A permanent
// failure is an answer and counts as success.
type Breaker struct {
	Failures int     // it opens after so many in a row; 0 with a window: never for that
	Cooldown Time    // how long it holds steps back before it lets probes through
	Probes   int     // attempts let through while half-open; 0 means 1
	Window   *Window // it opens by the share of failures as well; nil: it does not
}

// breakerState is the state of a service's circuit breaker.
type breakerState uint8

const (
	breakerClosed breakerState = iota
	breakerOpen
	breakerHalfOpen
	breakerStates // one past the last
)

// breaker is the state of one breaker. It survives a crash as part of its
// service's state.
type breaker struct {
	state    breakerState
	failures int64 // in a row, while closed; at the last opening otherwise, or in the window if that are more
	since    Time  // when it first opened, unless closed
	until    Time  // when it half-opens, if open
	half     Time  // when it half-opened, if half-open
	probes   int64 // attempts let through since, if half-open, that are not answered
	window   window
}

// answer takes the end of an attempt that began at start and says what the
// breaker does: BreakerOpened, BreakerClosed or 0. While open or half-open only
// the answers of probes count: others began before the breaker opened and say
// nothing new.
func (b *breaker) answer(p *Breaker, good bool, start, now Time) Kind {
	switch {
	case b.state == breakerClosed:
		if b.failures++; good {
			b.failures = 0
		}
		share := p.Window != nil && b.window.note(p.Window, good, now)
		if !good && (share || p.Failures > 0 && b.failures >= int64(p.Failures)) {
			b.since, b.failures = now, max(b.failures, b.window.ill())
			return b.open(p, now)
		}
	case b.probe(start) && good:
		b.state, b.failures, b.until, b.half, b.probes = breakerClosed, 0, 0, 0, 0
		return BreakerClosed
	case b.probe(start):
		b.failures++
		return b.open(p, now)
	}
	return 0
}

func (b *breaker) open(p *Breaker, now Time) Kind {
	b.state, b.until, b.half, b.probes = breakerOpen, now+p.Cooldown, 0, 0
	b.window = window{}
	return BreakerOpened
}

// probe tells whether an attempt that began at start is one of the probes that
// are out: nothing begins while the breaker is open, so the start decides.
func (b *breaker) probe(start Time) bool { return b.state == breakerHalfOpen && start >= b.half }

// check refuses policies that mean nothing.
func (p *Breaker) check() error {
	if p == nil {
		return nil
	}
	if p.Failures < 0 || p.Failures == 0 && p.Window == nil || p.Cooldown < 1 || p.Probes < 0 {
		return fmt.Errorf("breaker: %d failures, cooldown %d, %d probes: want at least 1, 1 and 0", p.Failures, p.Cooldown, p.Probes)
	}
	return p.Window.check()
}
