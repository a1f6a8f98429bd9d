package tui

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// figureText writes a share for the large figures: three digits, whatever its
// size.
func figureText(k, n int) string {
	if n == 0 {
		return "–"
	}
	p := 100 * float64(k) / float64(n)
	switch {
	case p >= 99.95:
		return fmt.Sprintf("%.0f%%", p)
	case p >= 9.995:
		return fmt.Sprintf("%.1f%%", p)
	}
	return fmt.Sprintf("%.2f%%", p)
}

// rateInk is the colour of a strategy's rate: grey while it is a hint, and green
// or red only if the intervals say that it differs from another strategy's.
func (s *scene) rateInk(k int) ink {
	mine, _ := s.headline(k)
	if !s.steadyHeadline(&mine) {
		return inkPend
	}
	for i := range s.state.Strategies {
		other, _ := s.headline(i)
		switch {
		case i == k || !s.steadyHeadline(&other):
		case mine.Interval.Low > other.Interval.High:
			return inkFail
		case mine.Interval.High < other.Interval.Low:
			return inkOK
		}
	}
	return inkText
}

// kindWords says what a first pass that failed looks like in this strategy.
func kindWords(t *metrics.Tasks, about *event.Strategy) string {
	switch {
	case about.OnCall > 0:
		return "needing a human"
	case t.FirstPassFailed > t.EverParked && t.EverParked > 0:
		return "failed or parked"
	case t.EverParked > 0 || about.Durable:
		return "parked"
	}
	return "failed"
}
