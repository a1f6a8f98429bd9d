package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

// queueLaws are those of waiting, and of what retries do to it.
func queueLaws() []Oracle {
	return []Oracle{
		{
			ID: "O9", Law: "L = lambda·W", About: "Little's law over the whole run: the average number of tasks in the system is the rate at which they come times the time they stay; the same for the attempts of every step.",
			Params: []Param{tasks("10000")}, Cases: []string{""}, pose: poseLittle,
		},
		{
			ID: "O26", Law: "M/G/1: Wq = lambda·E[S^2] / (2(1-rho))", About: "Waiting for a place behind a concurrency limit of 1 (Pollaczek and Khinchine).",
			Params: []Param{
				{Name: "rho", Doc: "load of the place", Default: "0.6", kind: share, low: 0.05, high: 0.95},
				{Name: "median", Doc: "of the call", Default: "100ms", kind: length, low: 0.001, high: 60},
				{Name: "p99", Doc: "of the call", Default: "300ms", kind: length, low: 0.001, high: 600},
				tasks("60000"),
			},
			Cases: []string{"rho=0.6 p99=300ms", "rho=0.8 p99=100ms"},
			fits: func(v values) error {
				if v.length("p99") < v.length("median") {
					return fmt.Errorf("p99=%s: want at least the median, %s", span(v.length("p99")), span(v.length("median")))
				}
				return nil
			},
			pose: poseLimit,
		},
	}
}

// present integrates how many of something are there.
type present struct {
	area event.Time // their number, integrated over time
	stay event.Time // the sum of what the events say they stayed
	n    int        // how many came
	now  event.Time
	here event.Time
}

func (p *present) come(at event.Time) { p.move(at, +1); p.n++ }

func (p *present) leave(at, stayed event.Time) { p.move(at, -1); p.stay += stayed }

func (p *present) move(at, by event.Time) {
	p.area += p.here * (at - p.now)
	p.now, p.here = at, p.here+by
}

// law is Little's law for what was there until the end.
func (p *present) law(end event.Time) evidence {
	p.move(end, 0)
	differ := 0
	if p.stay != p.area {
		differ = 1
	}
	return same{float64(p.stay) / float64(end), float64(p.area) / float64(end), differ, p.n}
}

func poseLittle(v values, t *trial) error {
	m := v.count("tasks")
	over := event.Time(m) * event.Second / 20
	names := []string{naive, loop, onEngine}
	inside := make([]present, len(names))
	attempts := make([]present, len(names))
	came := map[int32]event.Time{}
	open := make([]map[int32]bool, len(names))
	for i := range open {
		open[i] = map[int32]bool{}
	}
	s, err := t.live(system{text: troubled(m, over), strategies: names}, func(e *event.Event) {
		k := e.Strategy
		switch e.Kind {
		case event.TaskSubmitted:
			came[e.Task], open[k][e.Task] = e.At, true
			inside[k].come(e.At)
		case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
			delete(open[k], e.Task)
			inside[k].leave(e.At, e.Dur)
		case event.StepStarted:
			attempts[k].come(e.At)
		case event.StepSucceeded, event.StepRetrying, event.StepFailed:
			attempts[k].leave(e.At, e.Dur)
		}
	})
	if err != nil {
		return err
	}
	for k, name := range names {
		for task := range open[k] { // parked to the end
			inside[k].stay += s.Now - came[task]
		}
		t.find("tasks, "+name, "tasks", inside[k].law(s.Now))
		t.find("attempts, "+name, "attempts", attempts[k].law(s.Now))
	}
	return nil
}

// poseLimit: tasks that come at random wait for one place. Waits depend on each
// other, so that means over long stretches are compared; the first tenth, when the
// queue fills, is left out.
func poseLimit(v values, t *trial) error {
	m, rho := v.count("tasks"), v.number("rho")
	median := v.length("median").Seconds()
	sigma := math.Log(v.length("p99").Seconds()/median) / z99
	mean := median * math.Exp(sigma*sigma/2)
	square := median * median * math.Exp(2*sigma*sigma)
	lambda := rho / mean
	c := chain{tasks: m, duration: event.Time(float64(m) / lambda * float64(event.Second)), policies: true, links: []link{{
		limit: 1, latency: fmt.Sprintf("{median: %s, p99: %s}", span(v.length("median")), span(v.length("p99"))), error: "{rate: 0%}",
		serves: []string{"limit: 1"},
	}}}
	came := make([]event.Time, m+1)
	waited := make([]float64, 0, m)
	if _, err := t.live(c.as(onEngine), func(e *event.Event) {
		switch e.Kind {
		case event.TaskSubmitted:
			came[e.Task] = e.At
		case event.StepStarted:
			waited = append(waited, (e.At - came[e.Task]).Seconds())
		}
	}); err != nil {
		return err
	}
	t.find("wait for the place", "s", batched(waited, lambda*square/(2*(1-rho))))
	return nil
}

// batched are the means of ten long stretches, without the first tenth.
func batched(xs []float64, want float64) batches {
	const stretches = 10
	xs = xs[len(xs)/10:]
	b := batches{want: want, n: len(xs)}
	for i := range stretches {
		mean, sum := len(xs)/stretches, 0.0
		for _, x := range xs[i*mean : (i+1)*mean] {
			sum += x
		}
		b.means = append(b.means, sum/float64(mean))
	}
	return b
}
