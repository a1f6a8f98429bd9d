package lab

import (
	"fmt"
	"math"
	"math/cmplx"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

func breakerLaws() []Oracle {
	return []Oracle{{
		ID: "O10", Law: "E[calls to trip] = (p^-k - 1)/(1-p); open = (T/(1-p)) / ((T+1/lambda)/(1-p) + E/lambda)",
		About: "A breaker that opens after k failures in a row, for T, and then lets one probe through. Calls come one after the other, as fast as they are answered: lambda is one per answer.",
		Params: []Param{
			{Name: "p", Doc: "chance that a call fails", Default: "0.5", kind: share, low: 0.01, high: 0.99},
			{Name: "k", Doc: "failures in a row that open the breaker", Default: "5", kind: count, low: 1, high: 20},
			{Name: "T", Doc: "how long it stays open", Default: "30s", kind: length, low: 0.01, high: 3600},
			{Name: "lambda", Doc: "calls a second while it is closed", Default: "10", kind: number, low: 0.1, high: 1000},
			tasks("20000"),
		},
		Cases: []string{"p=0.5 k=5", "p=0.5 k=10 tasks=100000", "p=0.3 k=5 tasks=60000", "p=0.3 k=3 T=5s"},
		fits: func(v values) error {
			if e, _ := toTrip(v.number("p"), v.count("k")); e*10 > float64(v.count("tasks")) {
				return fmt.Errorf("a breaker that opens every %.0f calls: want at least 10 times as many tasks, not %d", e, v.count("tasks"))
			}
			return nil
		},
		pose: poseBreaker,
	}}
}

// toTrip are mean and variance of the number of calls until k in a row have
// failed (Feller I, XIII.7).
func toTrip(p float64, k int) (mean, variance float64) {
	q, pk := 1-p, math.Pow(p, float64(k))
	mean = (1 - pk) / (q * pk)
	variance = 1/(q*pk*q*pk) - float64(2*k+1)/(q*pk) - p/(q*q)
	return mean, variance
}

// calls is the characteristic function of that number.
func calls(p float64, k int, omega float64) complex128 {
	z := cmplx.Exp(complex(0, omega))
	pk := complex(math.Pow(p, float64(k)), 0)
	zk := cmplx.Pow(z, complex(float64(k), 0))
	return pk * zk * (1 - complex(p, 0)*z) / (1 - z + complex(1-p, 0)*pk*zk*z)
}

// cycles follows a breaker: a cycle is the calls while it is closed, then its
// openings until a probe is good.
type cycles struct {
	wanted       int // cycles that are looked at; later ones are not
	done         int
	calls, opens int        // of the cycles that are done: calls while closed, openings
	openTime     event.Time // and the time it was open
	from, to     event.Time // the first call, the end of the last cycle
	length       event.Time // that an opening should last
	wrong        identity   // openings that did not
	now          struct {
		open         bool
		since        event.Time
		calls, opens int
		openTime     event.Time
	}
}

func (c *cycles) watch(e *event.Event) {
	n := &c.now
	switch e.Kind {
	case event.StepStarted:
		if c.from == 0 {
			c.from = e.At
		}
	case event.StepSucceeded, event.StepFailed:
		if !n.open {
			n.calls++
		}
	case event.BreakerOpened:
		n.open, n.since = true, e.At
		n.opens++
	case event.BreakerHalfOpened:
		c.wrong.hold(e.At-n.since == c.length, func() string { return fmt.Sprintf("open from %s to %s", span(n.since), span(e.At)) })
		n.openTime += e.At - n.since
	case event.BreakerClosed:
		if c.done < c.wanted {
			c.done++
			c.calls, c.opens, c.openTime, c.to = c.calls+n.calls, c.opens+n.opens, c.openTime+n.openTime, e.At
		}
		n.open, n.calls, n.opens, n.openTime = false, 0, 0, 0
	}
}

func poseBreaker(v values, t *trial) error {
	p, k, m := v.number("p"), v.count("k"), v.count("tasks")
	answer := event.Time(math.Round(float64(event.Second) / v.number("lambda")))
	c := chain{tasks: m, duration: answer, policies: true, links: []link{{
		answer: answer, rate: p, limit: 1,
		serves: []string{"limit: 1", fmt.Sprintf("breaker: {failures: %d, cooldown: %s, probes: 1}", k, span(v.length("T")))},
	}}}
	mean, variance := toTrip(p, k)
	// How many cycles are looked at is fixed beforehand, so that the laws are those
	// of that many; the rest is room for bad luck.
	seen := cycles{length: v.length("T"), wanted: int(0.6 * float64(m) / (mean + 1/(1-p)))}
	if _, err := t.live(c.as(onEngine), seen.watch); err != nil {
		return err
	}
	t.find("calls to trip", "calls", smooth{
		one:  func(w float64) complex128 { return calls(p, k, w) },
		mean: mean, sd: math.Sqrt(variance), sum: float64(seen.calls), n: seen.done,
	})
	t.find("a probe closes it", "share", tries{seen.done, seen.opens, 1 - p})
	t.find("open", "share", openShare{fail: p, k: k, length: v.length("T").Seconds(), answer: answer.Seconds(),
		n: seen.done, open: seen.openTime.Seconds(), all: (seen.to - seen.from).Seconds()})
	t.find("did not stay open for T", "openings", seen.wrong)
	return nil
}

// openShare is the share of time that a breaker was open over n cycles.
type openShare struct {
	fail           float64
	k              int
	length, answer float64 // T and 1/lambda, in seconds
	n              int
	open, all      float64 // seconds
}

func (e openShare) predicted() float64 {
	mean, _ := toTrip(e.fail, e.k)
	opens := 1 / (1 - e.fail)
	return e.length * opens / ((e.length+e.answer)*opens + mean*e.answer)
}
func (e openShare) measured() float64 { return e.open / max(e.all, e.answer) }
func (e openShare) size() int         { return e.n }
func (e openShare) test() string      { return "sum of known laws" }

// p: the share is x or less if, over all cycles, the time open times (1-x) is not
// more than x times the time not open: a sum of independent cycles.
func (e openShare) p() float64 {
	if e.n == 0 {
		return 1
	}
	x, n := e.measured(), float64(e.n)
	mean, variance := toTrip(e.fail, e.k)
	perOpen, perCall := e.length*(1-x)-x*e.answer, -x*e.answer
	q := 1 - e.fail
	return stats.Smooth{
		At: func(w float64) complex128 {
			z := cmplx.Exp(complex(0, w*perOpen))
			openings := complex(q, 0) * z / (1 - complex(e.fail, 0)*z)
			return cmplx.Pow(openings*calls(e.fail, e.k, w*perCall), complex(n, 0))
		},
		Mean: n * (perOpen/q + perCall*mean),
		SD:   math.Sqrt(n * (perOpen*perOpen*e.fail/(q*q) + perCall*perCall*variance)),
	}.Tails(0).Both()
}

func (e openShare) with(o evidence) evidence {
	f := o.(openShare)
	e.n, e.open, e.all = e.n+f.n, e.open+f.open, e.all+f.all
	return e
}
