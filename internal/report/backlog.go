package report

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Backlog is what the latest outage or brownout left waiting in a strategy.
type Backlog struct {
	Queued int `json:"queued"` // tasks that had arrived and not ended at its end
	Done   int `json:"done"`   // of them, those that succeeded
	// DrainedMinutes is the time from the end of the fault until the last of them
	// ended; null as long as some have not.
	DrainedMinutes *float64 `json:"drained_minutes"`
	LongestMinutes float64  `json:"longest_minutes"` // longest wait for an outcome
}

// backlog is nil if no outage or brownout is over.
func backlog(s *metrics.State, k int) *Backlog {
	b := &s.Strategies[k].Backlog
	if b.Ended == 0 {
		return nil
	}
	out := &Backlog{Queued: b.Queued, Done: b.Done, LongestMinutes: minutes(b.Longest)}
	if b.Left == 0 {
		m := minutes(b.Drained)
		out.DrainedMinutes = &m
	}
	return out
}

func minutes(t event.Time) float64 { return digits9(t.Seconds() / 60) }

// BacklogText tells in words what the latest outage left waiting in strategy k,
// and how long after its end that was done; empty: there was none.
func BacklogText(s *metrics.State, k int) string {
	b := &s.Strategies[k].Backlog
	switch {
	case b.Ended == 0:
		return ""
	case b.Queued == 0:
		return "none"
	case b.Left > 0:
		return fmt.Sprintf("%s, %s of them open", Count(b.Queued), Count(b.Left))
	}
	return fmt.Sprintf("%s, %s done in %s", Count(b.Queued), Count(b.Done), Span(b.Drained))
}
