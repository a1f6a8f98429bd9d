package engine

// Guard keeps the policies towards one service for a program that calls it
// without the engine, by the same rules: breaker, budget, throttle and pace, but
// not the limit. It lives in memory: a process that dies takes it along. It is
// not safe for concurrent use.
type Guard struct{ s service }

// NewGuard makes the guard of a service that has not been called yet.
func NewGuard(s Service) (*Guard, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return &Guard{service{Service: s, allowed: newAllowance(&s)}}, nil
}

// Reserve takes the next place that the pace has, and says when that is; with no
// pace it is now. The call may then ask to begin.
func (g *Guard) Reserve(now Time) Time {
	s := &g.s
	if s.Pace == nil {
		return now
	}
	at := max(now, s.Pace.opens(s.full))
	s.full = s.Pace.take(s.full, now)
	return at
}

// Begin asks the breaker whether a call may begin now. If not, it may not before
// the instant until; 0: the answer of a probe decides. said is
// [BreakerHalfOpened] if the call is the first probe, else 0.
func (g *Guard) Begin(now Time) (until Time, ok bool, said Kind) {
	s := &g.s
	if b := &s.breaker; b.state == breakerOpen && now >= b.until {
		b.state, b.half, b.probes, said = breakerHalfOpen, now, 0, BreakerHalfOpened
	}
	if s.brake() == 0 {
		return s.breaker.until, false, said
	}
	s.begin()
	return 0, true, said
}

// End notes the end of a call that began at start, and says what the breaker
// makes of it: [BreakerOpened] until an instant, [BreakerClosed] that was first
// opened at that instant, or 0. good is as for [Breaker].
func (g *Guard) End(good bool, start, now Time) (said Kind, at Time, failures int64) {
	s := &g.s
	s.inFlight--
	s.allowed.note(&s.Service, good)
	if s.Breaker == nil {
		return 0, 0, 0
	}
	since := s.breaker.since
	switch said = s.breaker.answer(s.Breaker, good, start, now); said {
	case BreakerOpened:
		return said, s.breaker.until, s.breaker.failures
	case BreakerClosed:
		return said, since, 0
	}
	return 0, 0, 0
}

// Retry asks whether a call that failed may be made again, and pays for it.
func (g *Guard) Retry() bool {
	if !g.s.allows() {
		return false
	}
	g.s.spend()
	return true
}
