package metrics

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

// Kinds of intervals, as the JSON result names them.
const (
	Wilson  = "wilson"  // the number of tasks was fixed beforehand and is reached
	Anytime = "anytime" // holds at every moment while the number grows
)

// steady is the number of tasks from which on a rate is worth reading.
const steady = 200

// Rate is a share with what is needed to judge it: k of n, and its 95 % interval.
type Rate struct {
	K, N     int
	Interval stats.Interval
	Kind     string // [Wilson] or [Anytime]
}

// Share is K over N, 0 as long as N is 0.
func (r Rate) Share() float64 {
	if r.N == 0 {
		return 0
	}
	return float64(r.K) / float64(r.N)
}

// Steady tells whether there are enough tasks to read the rate: at least 200.
func (r Rate) Steady() bool { return r.N >= steady }

// Strict is the interval of the same kind at 99.99 %, by which claims are judged.
func (r Rate) Strict() stats.Interval {
	if r.Kind == Wilson {
		return stats.Wilson(r.K, r.N, stats.Z9999)
	}
	return stats.Anytime(r.K, r.N, stats.Alpha9999)
}

// FirstPassRate is the headline of strategy k: tasks that failed or were ever
// parked, without those with a bad card, over those whose first pass is over.
// At the end of a run these are the submitted ones.
func (s *State) FirstPassRate(k int) Rate {
	t := &s.Strategies[k].Tasks
	return s.Rate(t.FirstPassFailed, t.Submitted-t.Undecided)
}

// FailureRate is the share of tasks of strategy k that failed or are parked now,
// over those that do not run.
func (s *State) FailureRate(k int) Rate {
	t := &s.Strategies[k].Tasks
	return s.Rate(t.Failed+t.Parked, t.Submitted-t.Running)
}

// OnTimeRate is the share of the tasks of strategy k that succeeded within the
// run's deadline, over those that do not run.
func (s *State) OnTimeRate(k int) Rate {
	st := &s.Strategies[k]
	return s.Rate(st.OnTime, st.Tasks.Submitted-st.Tasks.Running)
}

// CallsPerWeek is how often a person was called in strategy k, in a week of the
// run so far.
func (s *State) CallsPerWeek(k int) float64 {
	weeks := float64(min(s.Now, s.Run.Duration)) / float64(7*24*event.Hour)
	if weeks <= 0 {
		return 0
	}
	return float64(s.Strategies[k].Calls) / weeks
}

// WaitedLongRate is the share of customers in strategy k who waited for their
// outcome longer than [event.Run.Patient], over those who have one or are parked.
func (s *State) WaitedLongRate(k int) Rate {
	st := &s.Strategies[k]
	return s.Rate(st.WaitedLong, st.Tasks.Submitted-st.Tasks.Running)
}

// RescuedRate is, of the tasks that failed in the first strategy, the share that
// succeeded in the last. Their number is not fixed beforehand: the interval is
// an anytime one to the end.
func (s *State) RescuedRate() Rate {
	p := &s.Pairs
	return Rate{K: p.Rescued, N: p.FirstFailed, Interval: stats.AnytimeInterval(p.Rescued, p.FirstFailed), Kind: Anytime}
}

// Rate gives k of n tasks their interval: one that may be watched while the run goes on,
// and at its planned end that of a sample whose size was fixed beforehand.
func (s *State) Rate(k, n int) Rate {
	r := Rate{K: k, N: n, Kind: Anytime}
	if s.Run.Tasks > 0 && n >= s.Run.Tasks {
		r.Kind, r.Interval = Wilson, stats.Wilson(k, n, stats.Z95)
	} else {
		r.Interval = stats.AnytimeInterval(k, n)
	}
	return r
}

// PValue is McNemar's exact p-value for "the two strategies fail equally often",
// over the pairs in which exactly one of them failed.
func (p *Pairs) PValue() float64 { return stats.McNemar(p.OnlyFirstFailed, p.OnlyLastFailed) }

// Impact is what the failures of a strategy cost people, by the run's declared
// parameters: estimates, not measurements.
type Impact struct {
	SupportTickets      float64
	ManualRecoveryHours float64
	RevenueLostCents    int64
	Cases               int // broken promises of the first kind, and things done twice
}

// Impact works out the declared model for strategy k. Cases are counted, rates
// are declared; see [event.Impact].
func (s *State) Impact(k int) Impact {
	st, m := &s.Strategies[k], s.Run.Impact
	i := Impact{RevenueLostCents: st.LostCents}
	if len(st.Promises) > 0 {
		i.Cases = st.Promises[0].Broken + st.Promises[0].Twice
	}
	i.SupportTickets = float64(m.ContactBroken*float64(i.Cases)) +
		float64(m.ContactUntold*float64(st.Untold)) + float64(m.ContactClean*float64(st.CleanFailures))
	i.ManualRecoveryHours = float64(float64(i.Cases)*m.MinutesPerCase) / float64(max(1, m.Engineers)) / 60
	return i
}
