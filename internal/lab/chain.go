package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

// Presets of the design: error rates and limits of the five steps of a checkout.
const (
	presetA = "p=1%/5%/4.3%/1.5%/4% n=3/3/2/3/5"
	presetB = "p=0.3%/12%/1.5%/1%/1% n=3/3/3/2/5"
	presetC = "p=0.3%/12.25%/1.5%/0.8%/0.6% n=3/3/3/3/5"
	tripleA = "p=1%/5%/4.3%/1.5%/4% n=3/3/3/3/5"
)

func chainLaws() []Oracle {
	params := []Param{
		{Name: "p", Doc: "chance that an attempt fails, step by step", Default: "1%/5%/4.3%/1.5%/4%", kind: shares, high: 1},
		{Name: "n", Doc: "attempts in all, step by step", Default: "3/3/2/3/5", kind: counts, low: 1, high: 20},
		tasks("40000"),
	}
	same := func(v values) error {
		if p, n := v.list("p"), v.list("n"); len(p) != len(n) || len(p) > 12 {
			return fmt.Errorf("p has %d steps, n has %d: want the same number, at most 12", len(p), len(n))
		}
		return nil
	}
	return []Oracle{
		{
			ID: "O5", Law: "naive 1-prod(1-p_i), with retries 1-prod(1-p_i^n_i)", About: "A chain of steps fails if one of them does.",
			Params: params, Cases: []string{presetA, tripleA, presetB, presetC}, fits: same, pose: poseChain,
		},
		{
			ID: "O6", Law: "nobody fails with retries only", About: "On the same dice, failures with retries are a part of those without: c = 0 in the paired table.",
			Params: params, Cases: []string{presetA, presetB}, fits: same, pose: poseNesting,
		},
	}
}

// steps is a chain of independent steps.
func steps(v values) chain {
	m := v.count("tasks")
	c := chain{tasks: m, duration: event.Time(m) * event.Second / 10}
	for i, p := range v.list("p") {
		c.links = append(c.links, link{answer: instant, rate: p, limit: int(v.list("n")[i]), retry: "base: 1s, jitter: 0%"})
	}
	return c
}

// chances are the chances that the chain fails without and with retries.
func chances(v values) (naive, retried float64) {
	one, all := 1.0, 1.0
	for i, p := range v.list("p") {
		one *= 1 - p
		all *= 1 - math.Pow(p, v.list("n")[i])
	}
	return 1 - one, 1 - all
}

func poseChain(v values, t *trial) error {
	s, err := t.live(steps(v).as(naive, onEngine), nil)
	if err != nil {
		return err
	}
	one, all := chances(v)
	m := v.count("tasks")
	t.find("fails, one attempt", "share", hits{s.Strategies[0].Tasks.FirstPassFailed, m, one})
	t.find("fails, engine", "share", hits{s.Strategies[1].Tasks.FirstPassFailed, m, all})
	return nil
}

func poseNesting(v values, t *trial) error {
	failed := [2]map[int32]bool{{}, {}}
	s, err := t.live(steps(v).as(naive, onEngine), func(e *event.Event) {
		if e.Kind == event.TaskFailed || e.Kind == event.TaskParked {
			failed[e.Strategy][e.Task] = true
		}
	})
	if err != nil {
		return err
	}
	var nested identity
	for task := int32(1); int(task) <= v.count("tasks"); task++ {
		nested.hold(failed[0][task] || !failed[1][task], func() string { return fmt.Sprintf("task %d fails with retries only", task) })
	}
	one, all := chances(v)
	t.find("fails with retries only", "tasks", nested)
	t.find("fails without retries only", "share", hits{s.Pairs.OnlyFirstFailed, v.count("tasks"), one - all})
	return nil
}
