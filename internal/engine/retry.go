package engine

import (
	"fmt"
	"math"
)

// Retry says how often a step is tried and how long it waits in between.
type Retry struct {
	Limit  int     // total attempts of a round, at least 1
	Base   Time    // wait before the second attempt
	Cap    Time    // the longest wait before jitter; 0: none
	Factor float64 // growth from wait to wait, at least 1; 0 means 1
	Jitter float64 // share of the wait by which it varies, 0 to 1; only with Symmetric
	Growth Growth
	Spread Spread
}

// Growth says how waits grow from one to the next.
type Growth uint8

// The kinds of growth. Names are those of Brooker's article on backoff and jitter
// (AWS Architecture Blog, 2015).
const (
	Exponential  Growth = iota // Base, Base·Factor, Base·Factor² …, at most Cap
	Fixed                      // always Base
	AtOnce                     // no wait at all
	Decorrelated               // between Base and three times the wait before, at most Cap; it spreads by itself
	growths                    // one past the last
)

// Spread says how a draw varies a wait.
type Spread uint8

// The kinds of spread.
const (
	Symmetric  Spread = iota // by ± Jitter
	FullJitter               // anything from nothing to the whole wait
	HalfJitter               // anything from half to the whole wait ("equal jitter")
	spreads                  // one past the last
)

// longest bounds a wait, so that sums of times cannot overflow: 292 years / 4.
const longest = Time(math.MaxInt64 / 4)

// Wait is the time from the k-th failed attempt of a round (k from 1) to the
// next: min(Base*Factor^(k-1), Cap) * (1 + Jitter*(2*draw-1)), rounded to whole
// microseconds, with draw in [0,1). The exponent begins at 0, so the first wait
// is Base. Each product is rounded to a float64 of its own, so that no
// processor fuses two operations and ends up with another microsecond. This is
// the rule for exponential growth and symmetric jitter; see [Growth] and [Spread].
func (r Retry) Wait(k int, draw float64) Time {
	limit := float64(longest)
	if r.Cap > 0 {
		limit = float64(r.Cap)
	}
	wait := float64(r.Base)
	for i := 1; i < k && wait < limit && r.Factor > 1 && wait > 0 && r.Growth == Exponential; i++ {
		wait = float64(wait * r.Factor)
	}
	wait = min(wait, limit)
	switch {
	case r.Growth == AtOnce:
		return 0
	case r.Spread == FullJitter:
		wait = float64(wait * draw)
	case r.Spread == HalfJitter:
		wait = float64(wait * float64(0.5+float64(draw/2)))
	default:
		spread := float64(r.Jitter * float64(float64(2*draw)-1))
		wait = float64(wait * float64(1+spread))
	}
	return min(Time(math.Round(wait)), longest)
}

// After is the wait after the k-th failed attempt of a round if the wait before
// it was last (0: there was none). It is Wait but for [Decorrelated].
func (r Retry) After(k int, last Time, draw float64) Time {
	if r.Growth != Decorrelated {
		return r.Wait(k, draw)
	}
	if k == 1 || last < r.Base {
		last = r.Base
	}
	limit := longest
	if r.Cap > 0 {
		limit = r.Cap
	}
	span := float64(3*float64(min(last, longest/4))) - float64(r.Base)
	return min(Time(math.Round(float64(r.Base)+float64(span*draw))), limit)
}

// check refuses policies that mean nothing.
func (r Retry) check() error {
	switch {
	case r.Limit < 1:
		return fmt.Errorf("retry limit %d: want at least 1 (it counts all attempts)", r.Limit)
	case r.Base < 0 || r.Cap < 0:
		return fmt.Errorf("retry base %d, cap %d: want none negative", r.Base, r.Cap)
	case r.Factor != 0 && !(r.Factor >= 1 && r.Factor <= math.MaxFloat32):
		return fmt.Errorf("retry factor %v: want at least 1", r.Factor)
	case r.Growth >= growths || r.Spread >= spreads:
		return fmt.Errorf("retry growth %d, spread %d: there are no such", r.Growth, r.Spread)
	case !(r.Jitter >= 0 && r.Jitter <= 1):
		return fmt.Errorf("retry jitter %v: want 0 to 1", r.Jitter)
	}
	return nil
}
