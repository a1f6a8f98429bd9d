package report

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Upkeep is what it takes people to keep tasks going, of runs that have a
// deadline or somebody on call.
type Upkeep struct {
	// OnTime is the share that succeeded within the deadline; null without one.
	OnTime *float64 `json:"on_time_share"`
	// WaitedLong is the share whose outcome took longer than the patience.
	WaitedLong float64 `json:"waited_long_share"`
	PatienceMS ms      `json:"patience_ms"`
	// HumanCalls is how often a person was called.
	HumanCalls        int     `json:"human_calls"`
	HumanCallsPerWeek float64 `json:"human_calls_per_week"`
	Restarts          int     `json:"restarts"` // tasks begun again from their first step
	// RecoveryP50 is the median time from when a task first stopped until it
	// succeeded, in hours; null with fewer than twenty.
	RecoveryP50 *float64 `json:"recovery_p50_hours"`
	// WastedHours were spent in attempts whose results nobody used.
	WastedHours float64 `json:"wasted_hours"`
}

// kept tells whether the figures of upkeep mean something in this run.
func kept(run *event.Run) bool {
	on := run.Deadline > 0
	for i := range run.Strategies {
		on = on || run.Strategies[i].OnCall > 0
	}
	return on
}

func upkeep(s *metrics.State, k int) *Upkeep {
	if !kept(s.Run) {
		return nil
	}
	st := &s.Strategies[k]
	u := &Upkeep{
		WaitedLong: digits9(s.WaitedLongRate(k).Share()), PatienceMS: s.Run.Patient().Millis(),
		HumanCalls: st.Calls, HumanCallsPerWeek: digits9(s.CallsPerWeek(k)), Restarts: st.Restarts, WastedHours: digits9(hours(st.Wasted)),
	}
	if s.Run.Deadline > 0 {
		x := digits9(s.OnTimeRate(k).Share())
		u.OnTime = &x
	}
	if t, ok := st.Recovery.Quantile(0.5); ok {
		x := digits9(hours(t))
		u.RecoveryP50 = &x
	}
	return u
}

func hours(t event.Time) float64 { return t.Seconds() / 3600 }

// waited is the share that waited over ten seconds, nil if that is not what the
// run counts.
func waited(s *metrics.State, k int) *float64 {
	if s.Run.Patient() != event.Patience {
		return nil
	}
	x := digits9(s.WaitedLongRate(k).Share())
	return &x
}

// z9999 is the quantile of the standard normal distribution for 99.99 %.
const z9999 = 3.8906

// callRate is how often a person was called in a week. Calls for one task
// follow each other as often as it fails again, so their number has about the
// variance calls·(1 + calls/tasks) of geometric counts; of none at all, fewer
// than 9.2 are to be expected at 99.99 % (e^-9.2 = 0.01 %).
func callRate(s *metrics.State, k int) *reading {
	st := &s.Strategies[k]
	n, rate := st.Tasks.Submitted, s.CallsPerWeek(k)
	if n == 0 || st.Calls == 0 {
		return &reading{high: 9.2 * perCall(s), n: n}
	}
	half := z9999 * math.Sqrt(float64(st.Calls)*(1+float64(st.Calls)/float64(n))) * perCall(s)
	return &reading{value: rate, low: max(0, rate-half), high: rate + half, n: n}
}

// perCall is what one call adds to the number of calls in a week.
func perCall(s *metrics.State) float64 {
	const week = 7 * 24 * event.Hour
	return float64(week) / float64(max(1, min(s.Now, s.Run.Duration)))
}

// recovery is the median time to recover in hours, between the order statistics
// that enclose it at 99.99 %: a share of 1/2 ± z·sqrt(1/4n) of the samples.
func recovery(s *metrics.State, k int) *reading {
	st := &s.Strategies[k]
	mid, ok := st.Recovery.Quantile(0.5)
	if !ok {
		return nil
	}
	r := &reading{value: hours(mid), n: st.Tasks.Submitted}
	half := z9999 * math.Sqrt(0.25/float64(st.Recovery.Count()))
	low, ok1 := st.Recovery.Quantile(0.5 - half)
	high, ok2 := st.Recovery.Quantile(0.5 + half)
	if !ok1 || !ok2 {
		return nil
	}
	r.low, r.high = hours(low), hours(high)
	return r
}

// addUpkeep adds the rows of upkeep to the columns.
func (r *Result) addUpkeep(add func(string, func(int, *metrics.Strategy) string)) {
	s := r.state
	if r.run.Deadline > 0 {
		add("on time ("+Limit(r.run.Deadline)+")", func(k int, _ *metrics.Strategy) string { return rateText(s.OnTimeRate(k)) })
	}
	add("a person was called", func(k int, st *metrics.Strategy) string {
		return Count(st.Calls) + ", " + Decimal(s.CallsPerWeek(k)) + " a week"
	})
	add("begun again from zero", func(_ int, st *metrics.Strategy) string { return Count(st.Restarts) })
	add("recovery p50, p95, p99", func(_ int, st *metrics.Strategy) string { return quantiles(st.Recovery) })
	add("work thrown away", func(_ int, st *metrics.Strategy) string { return Hours(hours(st.Wasted)) })
}

// toil is what a strategy cost people, in a line.
func (r *Result) toil(k int) string {
	st := &r.state.Strategies[k]
	s := fmt.Sprintf("%s calls for a person, %s of work thrown away", Count(st.Calls), Hours(hours(st.Wasted)))
	if r.run.Deadline > 0 {
		s += ", " + Percent(r.state.OnTimeRate(k).Share()) + " on time"
	}
	return s
}

// modelled tells whether the run declares what failures cost people.
func modelled(m *event.Impact) bool {
	return m.ContactBroken > 0 || m.ContactUntold > 0 || m.ContactClean > 0 || m.MinutesPerCase > 0
}
