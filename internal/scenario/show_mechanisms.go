package scenario

import (
	"fmt"
	"strings"
)

// words describes how long calls take.
func (l Latency) words() string {
	switch l.Kind {
	case Memoryless:
		return "calls take " + writeTime(l.Mean) + " on average, exponentially distributed"
	case Constant:
		return "calls take " + writeTime(l.Mean)
	}
	return fmt.Sprintf("half of the calls within %s, 99%% within %s", writeTime(l.Median), writeTime(l.P99))
}

// words describes what opens a breaker.
func (k *Breaker) words() string {
	var when []string
	if k.Failures > 0 {
		when = append(when, fmt.Sprintf("%d failures in a row", k.Failures))
	}
	switch w := k.Window; {
	case w == nil:
	case w.Over > 0:
		when = append(when, fmt.Sprintf("%s failed of the last %s and of %d calls", writeRate(w.Share), writeTime(w.Over), w.Calls))
	default:
		when = append(when, fmt.Sprintf("%s failed of the last %d calls", writeRate(w.Share), w.Calls))
	}
	return strings.Join(when, " or ")
}

// capacity describes the servers of a service and the line before them.
func (v *Service) capacity() string {
	q := &v.Queue
	text := fmt.Sprintf("works on %d calls at once for a strategy, the others wait", v.Servers)
	if q.LIFO {
		text += ", the newest is served first"
	}
	if q.Limit > 0 {
		text += fmt.Sprintf(", at most %d", q.Limit)
	}
	if q.Shed > 0 {
		text += fmt.Sprintf(", with shedding at most %d", q.Shed)
	}
	if q.Limit > 0 || q.Shed > 0 {
		who := "the newest"
		if q.DropOldest {
			who = "the oldest"
		}
		text += "; beyond that " + who + " is told " + q.Refusal.words()
	}
	return text
}

// bounds describes what bounds retries and calls, in strategies that keep it.
func (v *Service) bounds() (list []string) {
	if b := v.Budget; b != nil {
		list = append(list, fmt.Sprintf("budget of %s retries per success, %d in hand", writeRate(b.Deposit), b.Burst))
	}
	if t := v.Throttle; t != nil {
		list = append(list, fmt.Sprintf("throttle of %d tokens, ratio %s", t.Tokens, writeRate(t.Ratio)))
	}
	if p := v.Pace; p != nil {
		list = append(list, fmt.Sprintf("pace of one call every %s, %d at once", writeTime(p.Every), p.Burst))
	}
	return list
}

// switched names the mechanisms of a strategy beside the oldest ones; of those
// that policies stands for, only what differs.
func (s *Strategy) switched() (list []string) {
	for _, m := range []struct {
		on   bool
		name string
	}{
		{s.Breaker && !s.Policies, "breaker"}, {!s.Breaker && s.Policies, "no breaker"},
		{s.Bulkhead && !s.Policies, "bulkhead"}, {!s.Bulkhead && s.Policies, "no bulkhead"},
		{s.Budget, "budget"}, {s.Throttle, "throttle"}, {s.Pace, "pace"}, {s.Deadlines, "deadlines"},
		{s.LIFO, "lifo"}, {s.Shedding, "shedding"}, {s.Fallbacks, "fallbacks"}, {s.Compensation, "compensation"}, {s.Backoff != "", "backoff " + s.Backoff},
	} {
		if m.on {
			list = append(list, m.name)
		}
	}
	if j := s.Jitter; j != nil {
		list = append(list, "jitter "+jitters().write(*j))
	}
	return list
}
