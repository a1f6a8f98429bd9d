package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

//tidy:long a table
func serviceLaws() []Oracle {
	return []Oracle{
		{
			ID: "O21", Law: "wait = max(backoff, retry_after)", About: "A service that asks to be left alone for a while is.",
			Params: []Param{
				errorRate("0.5"), limit("5"), tasks("5000"),
				{Name: "base", Doc: "first wait, doubled each time", Default: "1s", kind: length, low: 0.001, high: 3600},
				{Name: "after", Doc: "what the service asks for", Default: "3s", kind: length, low: 0.001, high: 3600},
			},
			Cases: []string{"base=1s after=3s"},
			pose:  poseRetryAfter,
		},
		{
			ID: "O22", Law: "out at t iff from <= t < to", About: "A scheduled outage hits the call at its first instant, and not that at its last; one by hand acts right after its instant.",
			Params: []Param{
				{Name: "every", Doc: "distance of the calls", Default: "1s", kind: length, low: 0.001, high: 3600},
				{Name: "from", Doc: "the call with which it begins", Default: "100", kind: count, low: 1, high: 1_000_000},
				{Name: "calls", Doc: "calls that it hits", Default: "60", kind: count, low: 1, high: 1_000_000},
				tasks("1000"),
			},
			Cases: []string{""},
			pose:  poseWindow,
		},
		{
			ID: "O23", Law: "ln(latency) is normal: P(> t) = 1 - Phi(z99·ln(t/median)/ln(p99/median))", About: "Latency by its median and 99th percentile, and how many calls a timeout ends.",
			Params: []Param{
				{Name: "median", Doc: "half of the calls are faster", Default: "100ms", kind: length, low: 0.001, high: 3600},
				{Name: "p99", Doc: "99 of 100 calls are faster", Default: "1s", kind: length, low: 0.001, high: 36000},
				{Name: "timeout", Doc: "when the caller gives up", Default: "500ms", kind: length, low: 0.001, high: 36000},
				tasks("20000"),
			},
			Cases: []string{"median=100ms p99=1s timeout=500ms"},
			fits: func(v values) error {
				if v.length("p99") <= v.length("median") {
					return fmt.Errorf("p99=%s: want more than the median, %s", span(v.length("p99")), span(v.length("median")))
				}
				return nil
			},
			pose: poseLatency,
		},
		{
			ID: "O24", Law: "a bucket of b tokens, one more every per/calls", About: "Which calls a rate limit refuses.",
			Params: []Param{
				{Name: "every", Doc: "distance of the calls", Default: "700ms", kind: length, low: 0.000001, high: 3600},
				{Name: "calls", Doc: "calls that the service takes", Default: "10", kind: count, low: 1, high: 1_000_000},
				{Name: "per", Doc: "in this time", Default: "10s", kind: length, low: 0.001, high: 3600},
				{Name: "burst", Doc: "tokens of a full bucket", Default: "5", kind: count, low: 1, high: 10_000},
				tasks("5000"),
			},
			Cases: []string{"every=700ms", "every=90ms burst=20"},
			fits: func(v values) error {
				if int(v.length("per"))%v.count("calls") != 0 {
					return fmt.Errorf("calls=%d in per=%s: want a whole number of microseconds from token to token", v.count("calls"), span(v.length("per")))
				}
				return nil
			},
			pose: poseRateLimit,
		},
		{
			ID: "O25", Law: "arrivals are uniform, times the factor in the peak", About: "When tasks come, and how many in a peak.",
			Params: []Param{
				{Name: "factor", Doc: "how much denser they come in the peak", Default: "20", kind: number, low: 1, high: 1000},
				{Name: "at", Doc: "when the peak begins, as a share of the time", Default: "0.5", kind: share, high: 0.8},
				{Name: "for", Doc: "how long it lasts, as a share of the time", Default: "0.02", kind: share, low: 0.001, high: 0.2},
				tasks("20000"),
			},
			Cases: []string{"factor=20", "factor=1"},
			pose:  poseArrivals,
		},
	}
}

// z99 is the 99th percentile of the standard normal distribution.
const z99 = 2.3263478740408408

func poseRetryAfter(v values, t *trial) error {
	c := lone(v)
	c.links[0].retry = "base: " + span(v.length("base")) + ", factor: 2, cap: 10h, jitter: 0%"
	c.links[0].error = fmt.Sprintf(`{rate: %s, classes: {"429": {share: 100%%, latency: 1ms, retry_after: %s}}}`, plain(v.number("p")), span(v.length("after")))
	var e identity
	_, err := t.live(c.as(loop, onEngine), func(ev *event.Event) {
		if ev.Kind == event.StepRetrying {
			want := max(v.length("base")<<(ev.Attempt-1), v.length("after"))
			e.hold(ev.Due-ev.At == want, func() string {
				return fmt.Sprintf("task %d waits %s after attempt %d, want %s", ev.Task, span(ev.Due-ev.At), ev.Attempt, span(want))
			})
		}
	})
	t.find("other waits", "waits", e)
	return err
}

func poseWindow(v values, t *trial) error {
	every, from := v.length("every"), event.Time(v.count("from"))*v.length("every")
	to := from + event.Time(v.count("calls"))*every
	scheduled := link{answer: instant, limit: 1, serves: []string{fmt.Sprintf("windows: outage@%s/%s", span(from), span(to-from))}}
	c := chain{tasks: v.count("tasks"), every: every, links: []link{scheduled}}
	window, err := outages(t, c.as(naive, loop), func(at event.Time) bool { return from <= at && at < to })
	if err != nil {
		return err
	}
	c.links[0].serves = nil
	s := c.as(naive, loop)
	s.journal = []string{fmt.Sprintf("s1 @ %s..%s: outage", span(from), span(to))}
	byHand, err := outages(t, s, func(at event.Time) bool { return from < at && at <= to })
	if err != nil {
		return err
	}
	t.find("wrong in a scheduled outage", "calls", window)
	t.find("wrong in one by hand", "calls", byHand)
	return nil
}

// outages compares which calls are refused with which should be.
func outages(t *trial, s system, out func(at event.Time) bool) (e identity, err error) {
	began := map[int32]event.Time{}
	_, err = t.live(s, func(ev *event.Event) {
		switch {
		case ev.Strategy != 0:
		case ev.Kind == event.StepStarted:
			began[ev.Task] = ev.At
		case ev.Kind == event.StepSucceeded || ev.Kind == event.StepFailed:
			at := began[ev.Task]
			e.hold(out(at) == (ev.Kind == event.StepFailed), func() string { return fmt.Sprintf("the call at %s", span(at)) })
		}
	})
	return e, err
}

func poseLatency(v values, t *trial) error {
	m, median := v.count("tasks"), v.length("median")
	sigma := math.Log(float64(v.length("p99"))/float64(median)) / z99
	upTo := func(seconds float64) float64 {
		return math.Erfc(-math.Log(seconds/median.Seconds())/sigma/math.Sqrt2) / 2
	}
	c := chain{tasks: m, duration: event.Time(m) * event.Second, links: []link{{
		limit: 1, latency: fmt.Sprintf("{median: %s, p99: %s}", span(median), span(v.length("p99"))), error: "{rate: 0%}",
	}}}
	var xs []float64
	slow := [2]int{}
	if _, err := t.live(c.as(onEngine), func(e *event.Event) {
		if e.Kind == event.StepSucceeded {
			xs = append(xs, e.Dur.Seconds())
			if e.Dur > median {
				slow[0]++
			}
			if e.Dur > v.length("p99") {
				slow[1]++
			}
		}
	}); err != nil {
		return err
	}
	c.links[0].step = []string{"timeout: " + span(v.length("timeout"))}
	s, err := t.live(c.as(naive, onEngine), nil)
	if err != nil {
		return err
	}
	t.find("slower than the median", "share", hits{slow[0], m, 0.5})
	t.find("slower than the 99th percentile", "share", hits{slow[1], m, 0.01})
	t.find("distribution", "distance", draws{xs, upTo})
	late := 1 - upTo(v.length("timeout").Seconds())
	t.find("timed out, one attempt", "share", hits{s.Strategies[0].Tasks.Failed, m, late})
	t.find("timed out, engine", "share", hits{s.Strategies[1].Tasks.EverParked, m, late})
	return nil
}

func poseRateLimit(v values, t *trial) error {
	every, token, burst := v.length("every"), v.length("per")/event.Time(v.count("calls")), v.count("burst")
	c := chain{tasks: v.count("tasks"), every: every, links: []link{{
		answer: instant, limit: 1,
		serves: []string{fmt.Sprintf("rate_limit: {calls: %d, per: %s, burst: %d, latency: 1ms}", v.count("calls"), span(v.length("per")), burst)},
	}}}
	// The bucket, in microseconds of filling.
	full := token * event.Time(burst)
	level, last := full, event.Time(0)
	refused := map[int32]bool{}
	for task := range int32(c.tasks) {
		at := event.Time(task) * every
		level, last = min(full, level+at-last), at
		if level < token {
			refused[task+1] = true
			continue
		}
		level -= token
	}
	var e identity
	_, err := t.live(c.as(naive, onEngine), func(ev *event.Event) {
		if ev.Kind == event.StepSucceeded || ev.Kind == event.StepFailed {
			e.hold(refused[ev.Task] == (ev.Kind == event.StepFailed), func() string { return fmt.Sprintf("call %d", ev.Task) })
		}
	})
	t.find("wrongly taken or refused", "calls", e)
	return err
}

func poseArrivals(v values, t *trial) error {
	m := v.count("tasks")
	over := event.Time(m) * event.Second
	from, length := event.Time(v.number("at")*float64(over)), event.Time(v.number("for")*float64(over))
	factor := v.number("factor")
	c := chain{tasks: m, duration: over, links: []link{{answer: instant, limit: 1}}}
	if factor > 1 {
		c.peak = fmt.Sprintf(", peak: %sx@%s/%s", plain(factor), span(from), span(length))
	}
	var xs []float64
	inPeak := 0
	if _, err := t.live(c.as(naive, onEngine), func(e *event.Event) {
		if e.Kind == event.TaskSubmitted && e.Strategy == 0 {
			xs = append(xs, float64(e.At))
			if e.At >= from && e.At < from+length {
				inPeak++
			}
		}
	}); err != nil {
		return err
	}
	mass := float64(over) + float64(length)*(factor-1)
	t.find("in the peak", "share", hits{inPeak, m, float64(length) * factor / mass})
	t.find("instants", "distance", draws{xs, func(x float64) float64 {
		inside := min(float64(length), max(0, x-float64(from)))
		return (x + inside*(factor-1)) / mass
	}})
	return nil
}
