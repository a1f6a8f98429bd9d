package metrics

import "tasker-sim/internal/event"

// Settled are the tasks that arrive in the third quarter of the run: with their
// share of successes one sees whether a system has come back after a disturbance
// or stays as it was in it. (Of those that arrive last some may succeed since no
// more come.)
type Settled struct{ Tasks, Succeeded int }

// settledTime is the third quarter of the run.
func settledTime(run *event.Run) (from, to event.Time) {
	return run.Duration / 2, run.Duration / 4 * 3
}

// settledIn counts a task that arrived at the instant, or that succeeded.
func (s *State) settledIn(k int, arrived event.Time, succeeded bool) {
	from, to := settledTime(s.Run)
	switch st := &s.Strategies[k]; {
	case arrived < from || arrived >= to:
	case succeeded:
		st.Settled.Succeeded++
	default:
		st.Settled.Tasks++
	}
}

// SettledRate is the share of the tasks of strategy k that arrived in the third
// quarter and succeeded.
func (s *State) SettledRate(k int) Rate {
	g := s.Strategies[k].Settled
	return s.Rate(g.Succeeded, g.Tasks)
}

// Crowded tells whether some service of the run has a limited number of servers,
// so that load matters.
func Crowded(run *event.Run) bool {
	for i := range run.Services {
		if run.Services[i].Servers > 0 {
			return true
		}
	}
	return false
}

// Amplification is how many calls were made for each that there would be without
// retries, over the buckets from the one that contains from up to the one that
// contains to; 0 if there were none.
func (s *State) Amplification(k int, from, to event.Time) float64 {
	t := s.Traffic(k, from, to)
	if t.First == 0 {
		return 0
	}
	return float64(t.Calls) / float64(t.First)
}

// Traffic adds up the buckets of strategy k from the one that contains from up to
// the one that contains to.
func (s *State) Traffic(k int, from, to event.Time) (sum Bucket) {
	list := s.Strategies[k].Minutes
	for i := max(0, int(from/s.Width())); i < len(list) && event.Time(i)*s.Width() <= to; i++ {
		b := &list[i]
		sum.Submitted += b.Submitted
		sum.Done += b.Done
		sum.Calls += b.Calls
		sum.First += b.First
		sum.Answered += b.Answered
	}
	return sum
}

// SettledAmplification is [State.Amplification] over the third quarter.
func (s *State) SettledAmplification(k int) float64 {
	from, to := settledTime(s.Run)
	return s.Amplification(k, from, to-1)
}
