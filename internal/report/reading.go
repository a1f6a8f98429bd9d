package report

import (
	"encoding/json"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// read looks up the figure at a path below strategies.<name>; nil if there is none.
func read(s *metrics.State, k int, path string) *reading {
	switch path {
	case "first_pass_failure_rate":
		r := share(s.FirstPassRate(k))
		return &r
	case "failure_rate":
		r := share(s.FailureRate(k))
		return &r
	case "waited_over_10s_share":
		if s.Run.Patient() != event.Patience {
			return nil
		}
		r := share(s.WaitedLongRate(k))
		return &r
	case "on_time_share":
		if s.Run.Deadline == 0 {
			return nil
		}
		r := share(s.OnTimeRate(k))
		return &r
	case "traffic.settled_success_share":
		if !metrics.Crowded(s.Run) {
			return nil
		}
		r := share(s.SettledRate(k))
		return &r
	case "human_calls_per_week":
		return callRate(s, k)
	case "recovery_p50_hours":
		return recovery(s, k)
	}
	if name, ok := strings.CutPrefix(path, "effects."); ok {
		if r := promised(s, k, name); r != nil {
			return r
		}
	}
	if name, ok := strings.CutPrefix(path, "impact."); ok {
		return impact(s, k, name)
	}
	return plain(s, k, path)
}

// of is a count of k tasks among all that arrived.
func of(s *metrics.State, k, count int) reading {
	return share(s.Rate(count, s.Strategies[k].Tasks.Submitted)).scaled(float64(s.Strategies[k].Tasks.Submitted))
}

// promised is the counter of a promise.
func promised(s *metrics.State, k int, name string) *reading {
	for i := range s.Run.Promises {
		for _, c := range counters(&s.Run.Promises[i], &s.Strategies[k].Promises[i]) {
			if c.name == name {
				r := of(s, k, c.n)
				return &r
			}
		}
	}
	for i := range s.Run.Resources {
		if s.Run.Resources[i].Over == name {
			r := of(s, k, s.Strategies[k].Over[i])
			return &r
		}
	}
	return nil
}

// impact is a figure of the declared model. Its interval adds up those of the
// counts that go in: wider than it need be, never narrower.
func impact(s *metrics.State, k int, name string) *reading {
	st, m, i := &s.Strategies[k], &s.Run.Impact, s.Impact(k)
	var r reading
	switch name {
	case "support_tickets":
		r = of(s, k, i.Cases).scaled(m.ContactBroken).
			plus(of(s, k, st.Untold).scaled(m.ContactUntold)).
			plus(of(s, k, st.CleanFailures).scaled(m.ContactClean))
	case "manual_recovery_hours":
		r = of(s, k, i.Cases).scaled(m.MinutesPerCase / float64(max(1, m.Engineers)) / 60)
	case "revenue_lost_cents":
		r = of(s, k, st.Tasks.Failed+st.Tasks.Parked).scaled(meanWorth(st))
		r.value = float64(i.RevenueLostCents)
	default:
		return nil
	}
	return &r
}

// meanWorth is what a task is worth on average, in cents: of those that were
// lost, or of all if none was.
func meanWorth(st *metrics.Strategy) float64 {
	cents, n := st.LostCents, st.Tasks.Failed+st.Tasks.Parked
	if n == 0 {
		cents, n = st.DoneCents, st.Tasks.Succeeded
	}
	return float64(cents) / float64(max(1, n))
}

// plain is any other number of the result: a count without an interval.
func plain(s *metrics.State, k int, path string) *reading {
	text, err := json.Marshal(newStrategy(s, k))
	if err != nil {
		return nil
	}
	var at any
	if json.Unmarshal(text, &at) != nil {
		return nil
	}
	for key := range strings.SplitSeq(path, ".") {
		o, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = o[key]
	}
	x, ok := at.(float64)
	if !ok {
		return nil
	}
	return &reading{value: x, low: x, high: x, n: s.Strategies[k].Tasks.Submitted}
}

// Figure is the figure at a path below strategies.<name> of the result; nil if the
// run has no such figure.
func Figure(s *metrics.State, strategy int, path string) *float64 {
	return value(read(s, strategy, path))
}
