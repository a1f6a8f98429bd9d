package lab

import (
	"fmt"
	"math"
	"math/cmplx"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

// waits are the waits after the attempts 1 to n-1 before jitter.
func waits(v values) []event.Time {
	var list []event.Time
	for k := range v.count("n") - 1 {
		w := float64(v.length("base")) * math.Pow(v.number("factor"), float64(k))
		list = append(list, event.Time(math.Round(min(w, float64(v.length("cap"))))))
	}
	return list
}

func jitterParam() Param {
	return Param{Name: "jitter", Doc: "how a wait varies: ± a share, full or equal", Default: "0", kind: jitterKind, high: 1}
}

// varied is the range of a wait under the jitter, as shares of the wait.
func varied(jitter float64) (low, high float64) {
	switch jitter {
	case spreads()["full"]:
		return 0, 1
	case spreads()["equal"]:
		return 0.5, 1
	}
	return 1 - jitter, 1 + jitter
}

// jitterText is the jitter as scenario files have it.
func jitterText(jitter float64) string {
	for name, x := range spreads() {
		if x == jitter && x < 0 {
			return name
		}
	}
	return plain(jitter)
}

// backoff is the whole wait of one task as a random variable, in seconds.
func backoff(p float64, ws []event.Time, jitter float64) smooth {
	law := attempts(p, len(ws)+1)
	low, high := varied(jitter)
	middle, half := (low+high)/2, (high-low)/2
	var mean, second float64
	for k, pk := range law { // k waits
		m, variance := 0.0, 0.0
		for _, w := range ws[:k] {
			m += middle * w.Seconds()
			variance += math.Pow(half*w.Seconds(), 2) / 3
		}
		mean += pk * m
		second += pk * (m*m + variance)
	}
	return smooth{mean: mean, sd: math.Sqrt(max(0, second-mean*mean)), one: func(omega float64) complex128 {
		z, all := complex(0, 0), complex(1, 0)
		for k, pk := range law {
			z += complex(pk, 0) * all
			if k < len(ws) {
				w := ws[k].Seconds()
				all *= cmplx.Exp(complex(0, omega*w*middle)) * complex(sinc(half*w*omega), 0)
			}
		}
		return z
	}}
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(x) / x
}

func poseBackoff(v values, t *trial) error {
	ws := waits(v)
	low, high := varied(v.number("jitter"))
	c := lone(v)
	c.links[0].retry = fmt.Sprintf("base: %s, factor: %s, cap: %s, jitter: %s", span(v.length("base")), plain(v.number("factor")), span(v.length("cap")), jitterText(v.number("jitter")))
	var sum event.Time
	var outside identity
	var us []float64
	_, err := t.live(c.as(loop, onEngine), func(e *event.Event) {
		if e.Kind != event.StepRetrying {
			return
		}
		got, w := e.Due-e.At, ws[e.Attempt-1]
		least, most := float64(w)*low, float64(w)*high
		outside.hold(float64(got) >= least-0.5 && float64(got) <= most+0.5, func() string {
			return fmt.Sprintf("task %d waited %s after attempt %d, not %g to %g of %s", e.Task, span(got), e.Attempt, low, high, span(w))
		})
		if e.Strategy == 0 {
			return
		}
		sum += got
		if most > least && e.Attempt == 1 {
			us = append(us, (float64(got)-least)/(most-least))
		}
	})
	if err != nil {
		return err
	}
	findBackoff(t, v, sum)
	t.find("waits out of their range", "waits", outside)
	if high > low {
		t.find("spread of the jitter", "distance", draws{us, func(x float64) float64 { return max(0, min(1, x)) }})
	}
	return nil
}

// finest is how many values a sum may have to be worked out value by value.
const finest = 4_000_000

// findBackoff compares the whole wait with its law. Without jitter the law is
// that of a whole number of microseconds, or nothing but the number itself.
func findBackoff(t *trial, v values, sum event.Time) {
	m, p, ws := v.count("tasks"), v.number("p"), waits(v)
	e := backoff(p, ws, v.number("jitter"))
	e.sum, e.n = sum.Seconds(), m
	unit, longest := event.Time(0), event.Time(0)
	for _, w := range ws {
		unit, longest = gcd(unit, w), longest+w
	}
	switch {
	case v.number("jitter") != 0 || unit > 0 && longest/unit*event.Time(m) > finest:
		t.find("backoff of a task", "s", e)
	case p == 0 || p == 1:
		t.find(fmt.Sprintf("backoff is not %g s", e.mean), "tasks", counted(int(sum), int(math.Round(e.mean*float64(m)*float64(event.Second)))))
	default:
		t.find("backoff of a task", "s", latticed(attempts(p, len(ws)+1), ws, unit, sum, m))
	}
}

func gcd(a, b event.Time) event.Time {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// latticed is the sum of waits that are multiples of unit.
func latticed(law stats.Law, ws []event.Time, unit, sum event.Time, tasks int) evidence {
	last := event.Time(0)
	for _, w := range ws {
		last += w
	}
	l := make(stats.Law, last/unit+1)
	at := event.Time(0)
	for k, p := range law {
		l[at/unit] += p
		if k < len(ws) {
			at += ws[k]
		}
	}
	return total{[]stats.Part{{Law: l, N: tasks}}, int(sum / unit), unit.Seconds()}
}

// poseDecorrelated follows each task's waits. A draw that the cap cuts is not seen
// whole, so that only waits whose range lies below the cap tell of the spread.
func poseDecorrelated(v values, t *trial) error {
	c := lone(v)
	base, most := v.length("base"), v.length("cap")
	c.links[0].retry = fmt.Sprintf("backoff: decorrelated, base: %s, cap: %s", span(base), span(most))
	last := [2]map[int32]event.Time{{}, {}}
	var outside identity
	var us []float64
	_, err := t.live(c.as(loop, onEngine), func(e *event.Event) {
		if e.Kind != event.StepRetrying {
			return
		}
		got, before := e.Due-e.At, max(base, last[e.Strategy][e.Task])
		last[e.Strategy][e.Task] = got
		outside.hold(got >= min(base, most) && got <= min(3*before, most), func() string {
			return fmt.Sprintf("task %d waited %s after %s", e.Task, span(got), span(before))
		})
		if e.Strategy == 1 && 3*before <= most {
			us = append(us, float64(got-base)/float64(3*before-base))
		}
	})
	if err != nil {
		return err
	}
	t.find("waits out of their range", "waits", outside)
	t.find("spread of the waits", "distance", draws{us, func(x float64) float64 { return max(0, min(1, x)) }})
	return nil
}
