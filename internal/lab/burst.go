package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

func burstLaws() []Oracle {
	return []Oracle{{
		ID: "O7", Law: "v = (1-pi, pi)D; v = v·P(w)·D for each wait w", About: "All attempts fail behind a Gilbert-Elliott chain; P is linear in exp(-(1/good+1/bad)w), jitter puts its mean there.",
		Params: []Param{
			{Name: "good", Doc: "mean stay in the good state", Default: "95s", kind: length, low: 0.1, high: 36000},
			{Name: "bad", Doc: "mean stay in the bad state", Default: "5s", kind: length, low: 0.1, high: 36000},
			{Name: "eG", Doc: "chance that an attempt fails in the good state", Default: "0.01", kind: share, high: 1},
			{Name: "eB", Doc: "the same in the bad state", Default: "0.8", kind: share, high: 1},
			{Name: "base", Doc: "first wait", Default: "1s", kind: length, low: 0.001, high: 3600},
			{Name: "factor", Doc: "growth from wait to wait", Default: "2", kind: number, low: 1, high: 10},
			{Name: "cap", Doc: "longest wait before jitter", Default: "1h", kind: length, low: 0.001, high: 36000},
			jitterParam(),
			limit("3"), tasks("40000"),
		},
		Cases: []string{
			"eG=0.01 eB=0.21 good=40s bad=10s",
			"eG=0 eB=0.25 good=240s bad=60s",
			"eG=0 eB=1 good=380s bad=20s",
			"eG=0 eB=1 good=380s bad=20s n=5",
			"eG=0 eB=1 good=380s bad=20s base=15s n=4",
			"eG=0.01 eB=0.8 good=95s bad=5s",
			"eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4",
			"eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4 cap=30s jitter=0.5",
			"eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4 jitter=full",
			"eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4 jitter=equal",
		},
		fits: func(v values) error {
			if v.length("cap") < v.length("base") {
				return fmt.Errorf("cap=%s: want at least base, %s", span(v.length("cap")), span(v.length("base")))
			}
			return nil
		},
		pose: poseBursts,
	}}
}

// inBursts is the chance that all attempts of a step fail behind the chain.
func inBursts(v values) float64 {
	a, b := 1/v.length("good").Seconds(), 1/v.length("bad").Seconds()
	c, pi := a+b, a/(a+b)
	eG, eB := v.number("eG"), v.number("eB")
	at := [2]float64{(1 - pi) * eG, pi * eB}
	for _, wait := range waits(v) {
		// The refusal takes an instant; then the wait, on average over its jitter.
		w := wait.Seconds()
		low, high := varied(v.number("jitter"))
		delta := math.Exp(-c*instant.Seconds()) * meanDecay(c*w*low, c*w*high)
		good := at[0]*((1-pi)+pi*delta) + at[1]*(1-pi)*(1-delta)
		bad := at[0]*pi*(1-delta) + at[1]*(pi+(1-pi)*delta)
		at = [2]float64{good * eG, bad * eB}
	}
	return at[0] + at[1]
}

// meanDecay is the mean of e^-x over x from low to high.
func meanDecay(low, high float64) float64 {
	if high-low < 1e-9 {
		return math.Exp(-low)
	}
	return (math.Exp(-low) - math.Exp(-high)) / (high - low)
}

// bursty is one step behind a Gilbert-Elliott chain, whose tasks come every so
// often.
func bursty(v values, every event.Time) chain {
	return chain{tasks: v.count("tasks"), every: every, links: []link{{
		answer: instant, rate: v.number("eG"), limit: v.count("n"),
		retry:  fmt.Sprintf("base: %s, factor: %s, cap: %s, jitter: %s", span(v.length("base")), plain(v.number("factor")), span(v.length("cap")), jitterText(v.number("jitter"))),
		serves: []string{fmt.Sprintf("burst: {good: %s, bad: %s, rate: %s, latency: %s}", span(v.length("good")), span(v.length("bad")), plain(v.number("eB")), span(instant))},
	}}}
}

// weather follows the bursts of a run.
type weather struct {
	bad     bool
	since   event.Time
	stays   []float64 // finished bursts, in seconds
	arrived [2]int    // tasks that came in good and in bad times
}

func (w *weather) watch(e *event.Event) {
	switch {
	case e.Kind == event.FaultBegan:
		w.bad, w.since = true, e.At
	case e.Kind == event.FaultEnded:
		if w.bad && w.since > 0 {
			w.stays = append(w.stays, (e.At - w.since).Seconds())
		}
		w.bad = false
	case e.Kind == event.TaskSubmitted && e.Strategy == 0:
		if w.bad {
			w.arrived[1]++
		} else {
			w.arrived[0]++
		}
	}
}

func poseBursts(v values, t *trial) error {
	good, bad := v.length("good").Seconds(), v.length("bad").Seconds()
	eG, eB, m := v.number("eG"), v.number("eB"), v.count("tasks")
	// So far apart that the chain has forgotten one task (but for e^-25) when the
	// next one comes: they are independent.
	memory := event.Time(25 / (1/good + 1/bad) * float64(event.Second))
	for _, w := range waits(v) {
		memory += 2 * w
	}
	var sky weather
	s, err := t.live(bursty(v, memory).as(naive, onEngine), sky.watch)
	if err != nil {
		return err
	}
	pi := bad / (good + bad)
	failed := s.Strategies[0].Tasks.FirstPassFailed
	t.find("comes in a burst", "share", hits{sky.arrived[1], m, pi})
	t.find("fails, one attempt", "share", hits{failed, m, (1-pi)*eG + pi*eB})
	t.find("fails, one attempt, given the bursts", "share", total{[]stats.Part{
		{Law: stats.Law{1 - eG, eG}, N: sky.arrived[0]}, {Law: stats.Law{1 - eB, eB}, N: sky.arrived[1]},
	}, failed, 1})
	t.find("all attempts fail, engine", "share", hits{s.Strategies[1].Tasks.FirstPassFailed, m, inBursts(v)})
	t.find("length of the bursts", "distance", draws{sky.stays[:min(len(sky.stays), 20_000)], func(x float64) float64 { return 1 - math.Exp(-x/bad) }})
	return nil
}
