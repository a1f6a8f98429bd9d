package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

// triggerLaw is how long servers must stand still so that callers who give up
// after T and try again at once keep them busy for ever. After a stall of d, with
// T <= d <= 2T, there are in line the calls of all of it and the second calls of
// those who came T before its end or earlier: lambda(2d-T) calls, for which the
// servers need rho(2d-T). Whoever comes now waits that long; if it is more than T,
// in vain.
func triggerLaw() Oracle {
	return Oracle{
		ID: "O16", Law: "trigger d* = T(1+1/rho)/2", About: "Servers that stand still for longer than d* leave a line that callers with timeout T and retries at once never let go of. Of cases well off the edge: the line is of chance, and work takes time.",
		Params: []Param{
			storm("0.7"), retries("1"),
			{Name: "c", Doc: "servers", Default: "20", kind: count, low: 1, high: 200},
			{Name: "T", Doc: "timeout of the callers, in units of a call's work", Default: "40", kind: count, low: 5, high: 100},
			{Name: "d", Doc: "how long the servers stand still, in d*", Default: "1.2", kind: number, low: 0.5, high: 2},
			{Name: "runs", Doc: "worlds", Default: "20", kind: count, low: 1, high: 100},
		},
		Cases: []string{"rho=0.7 d=0.8", "rho=0.7 d=1.2", "rho=0.7 R=2 d=0.8", "rho=0.7 R=2 d=1.2", "rho=0.6 d=0.8", "rho=0.6 d=1.2"},
		fits:  tips, pose: poseTrigger,
	}
}

// edge is d* in seconds, and how far a case must be from it: five standard
// deviations of the line (calls of its last T-long part count once, the others
// twice) and what a call's work takes, of which the law knows nothing.
func edge(v values) (d, margin float64) {
	rho, c, t := v.number("rho"), v.number("c"), v.number("T")*work.Seconds()
	mu := c / work.Seconds()
	d = t * (1 + 1/rho) / 2
	sd := math.Sqrt(rho*mu*max(t, 4*d-3*t)) / mu / (2 * rho)
	return d, 5*sd + work.Seconds()/rho
}

// tips wants what the law is about, and a case that is clear.
func tips(v values) error {
	rho, t := v.number("rho"), v.number("T")*work.Seconds()
	if (1+v.number("R"))*rho < 1.1 {
		return fmt.Errorf("rho=%g with R=%d: no storm stays, want (1+R)rho of at least 1.1", rho, v.count("R"))
	}
	d, margin := edge(v)
	long := d * v.number("d")
	switch {
	case long > 2*t:
		return fmt.Errorf("d=%g with rho=%g: a stall of %.4g s is over two timeouts, of which the law says nothing; want at most %.3g", v.number("d"), rho, long, 2*t/d)
	case math.Abs(long-d) < margin:
		return fmt.Errorf("d=%g with rho=%g, c=%d, T=%d: chance decides; want at most %.3g or at least %.3g", v.number("d"), rho, v.count("c"), v.count("T"), 1-margin/d, 1+margin/d)
	}
	return nil
}

// stalling is a service whose servers stand still for a while; whom it serves of
// those who come between since and until tells how it ends.
func stalling(v values) (c chain, since, until event.Time) {
	t := event.Time(v.count("T")) * work
	d, _ := edge(v)
	from, long := 3*t, event.Time(math.Round(d*v.number("d")*float64(event.Second)))
	end := from + long
	since, until = end+6*t, end+8*t
	over := until + event.Time(v.count("R")+1)*t
	rate := v.number("rho") * v.number("c") / work.Seconds()
	return chain{tasks: int(rate * over.Seconds()), duration: over, links: []link{{
		limit: v.count("R") + 1, retry: "backoff: none, jitter: none",
		latency: fmt.Sprintf("{kind: constant, mean: %s}", span(work)), error: "{rate: 0%}",
		step:   []string{"timeout: " + span(t)},
		serves: []string{fmt.Sprintf("servers: %d", v.count("c")), fmt.Sprintf("faults: stall @ %s/%s", span(from), span(long))},
	}}}, since, until
}

func poseTrigger(v values, t *trial) error {
	c, since, until := stalling(v)
	runs, stuck := v.count("runs"), 0
	var between identity
	for i := range runs {
		one := trial{seed: caseSeed(t.seed, "world", fmt.Sprint(i)), tune: t.tune}
		came, good := map[int32]bool{}, 0
		if _, err := one.live(c.as(loop), func(e *event.Event) {
			switch {
			case e.Kind == event.TaskSubmitted && e.At >= since && e.At < until:
				came[e.Task] = true
			case e.Kind == event.TaskSucceeded && came[e.Task]:
				good++
			}
		}); err != nil {
			return err
		}
		t.note(&one.checks)
		served := ratio(float64(good), len(came))
		if served < 0.5 {
			stuck++
		}
		between.hold(served < 0.01 || served > 0.99, func() string { return fmt.Sprintf("world %d serves %.1f %%", i+1, 100*served) })
	}
	want := 0
	if v.number("d") > 1 {
		want = runs
	}
	t.find("stuck", "share", exactly{stuck, want, runs})
	t.find("neither stuck nor well", "worlds", between)
	return nil
}
