package engine

import (
	"fmt"
	"math"
)

// Budget bounds the retries towards a service by its successes: each success
// earns Deposit of a retry, at most Burst are saved up, and a failed attempt for
// which none is left is not tried again. So retries cannot multiply the load of a
// service that fails (Google SRE book, "Handling Overload"; Finagle's RetryBudget).
type Budget struct {
	Deposit float64 // of a retry, for each success: 0.1 allows one retry for ten successes
	Burst   int     // retries in hand at the beginning, and at most
}

// Throttle lets attempts be tried again only while the service mostly answers
// well: it counts Tokens, takes one for a failure, gives Ratio back for a success,
// and allows retries while more than half of the tokens are there (gRPC proposal A6).
type Throttle struct {
	Tokens int
	Ratio  float64
}

// allowance is the state of both: tokens in millionths, so that sums are exact.
type allowance struct {
	budget, tokens int64
}

const token = 1_000_000

func newAllowance(s *Service) (a allowance) {
	if s.Budget != nil {
		a.budget = int64(s.Budget.Burst) * token
	}
	if s.Throttle != nil {
		a.tokens = int64(s.Throttle.Tokens) * token
	}
	return a
}

// note takes an answer of the service.
func (a *allowance) note(s *Service, good bool) {
	if b := s.Budget; b != nil && good {
		a.budget = min(a.budget+int64(math.Round(b.Deposit*token)), int64(b.Burst)*token)
	}
	if t := s.Throttle; t != nil {
		if good {
			a.tokens = min(a.tokens+int64(math.Round(t.Ratio*token)), int64(t.Tokens)*token)
		} else {
			a.tokens = max(a.tokens-token, 0)
		}
	}
}

// allows tells whether an attempt that has failed may be tried again.
func (a *allowance) allows(s *Service) bool {
	switch {
	case s.Budget != nil && a.budget < token:
		return false
	case s.Throttle != nil && 2*a.tokens <= int64(s.Throttle.Tokens)*token:
		return false
	}
	return true
}

// spend pays for a retry.
func (a *allowance) spend(s *Service) {
	if s.Budget != nil {
		a.budget -= token
	}
}

// check refuses budgets that mean nothing.
func (b *Budget) check() error {
	if b != nil && (!(b.Deposit >= 0 && b.Deposit <= 100) || b.Burst < 1 || b.Burst > math.MaxInt32) {
		return fmt.Errorf("budget with deposit %v, burst %d: want 0 to 100 and at least 1", b.Deposit, b.Burst)
	}
	return nil
}

// check refuses throttles that mean nothing.
func (t *Throttle) check() error {
	if t != nil && (!(t.Ratio >= 0 && t.Ratio <= 100) || t.Tokens < 1 || t.Tokens > math.MaxInt32) {
		return fmt.Errorf("throttle with %d tokens, ratio %v: want at least 1 and 0 to 100", t.Tokens, t.Ratio)
	}
	return nil
}
