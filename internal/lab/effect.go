package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

func effectLaws() []Oracle {
	return []Oracle{
		{
			ID: "O19", Law: "P(c charges) by recursion over attempts", About: "Retries without a key: an attempt fails with chance p, and of its failures a share lambda did the work all the same.",
			Params: []Param{
				errorRate("0.05"), limit("3"),
				{Name: "lambda", Doc: "share of the failures whose effect happened", Default: "0.2", kind: share, high: 1},
				tasks("40000"),
			},
			Cases: []string{"p=0.05 lambda=0.2", "p=0.3 lambda=0.5 n=4"},
			pose:  poseCharges,
		},
		{
			ID: "O20", Law: "submitted = done + failed + declined + parked + running; one effect a key; charges = orders + open", About: "Nothing is lost or doubled, at every instant, with every kind of trouble at once.",
			Params: []Param{tasks("20000")},
			Cases:  []string{""},
			pose:   poseConservation,
		},
	}
}

// charges is the law of the number of effects of one step: by recursion over the
// attempts, each of which succeeds (and charges), fails with its effect, or fails
// without.
func charges(p, lambda float64, n int) stats.Law {
	open, law := stats.Law{1}, make(stats.Law, n+1)
	for range n {
		next := make(stats.Law, n+1)
		for c, pc := range open {
			if pc == 0 {
				continue
			}
			law[min(c+1, n)] += pc * (1 - p)
			next[c] += pc * p * (1 - lambda)
			if c < n {
				next[c+1] += pc * p * lambda
			}
		}
		open = next
	}
	for c, pc := range open {
		law[c] += pc
	}
	return law
}

func poseCharges(v values, t *trial) error {
	p, lambda, n, m := v.number("p"), v.number("lambda"), v.count("n"), v.count("tasks")
	c := chain{tasks: m, duration: event.Time(m) * event.Second / 10,
		top: []string{"effects:\n  charge: {many: charges, verb: charged}"},
		links: []link{{
			answer: instant, rate: p * (1 - lambda), limit: n, retry: "base: 1s, jitter: 0%",
			step:   []string{"timeout: 1s", "effect: {charge: 1}"},
			serves: []string{"lost_response: {rate: " + plain(p*lambda) + "}"},
		}},
	}
	made := [2][]int{make([]int, m+1), make([]int, m+1)}
	repeated := 0
	if _, err := t.live(c.as("keyless", onEngine), func(e *event.Event) {
		switch e.Kind {
		case event.EffectMade:
			made[e.Strategy][e.Task]++
		case event.EffectRepeated:
			repeated++
		}
	}); err != nil {
		return err
	}
	law := charges(p, lambda, n)
	none, twice, sum := 0, 0, 0
	var once identity
	for task := 1; task <= m; task++ {
		sum += made[0][task]
		if made[0][task] == 0 {
			none++
		}
		if made[0][task] > 1 {
			twice++
		}
		once.hold(made[1][task] <= 1, func() string { return fmt.Sprintf("task %d has %d", task, made[1][task]) })
		once.hold((made[1][task] == 0) == (made[0][task] == 0), func() string { return fmt.Sprintf("task %d is charged in one strategy only", task) })
	}
	t.find("charges a task, no key", "charges", total{[]stats.Part{{Law: law, N: m}}, sum, 1})
	t.find("charged twice or more, no key", "share", hits{twice, m, math.Max(0, 1-law[0]-law[1])})
	t.find("charged never", "share", hits{none, m, law[0]})
	t.find("calls that met their charge, keys", "calls", total{[]stats.Part{{Law: repeats(law), N: m}}, repeated, 1})
	t.find("charged twice or in one only, keys", "tasks", once)
	return nil
}

// repeats is the law of the calls that meet the charge of an earlier one: with a
// key every charge but the first is such a call.
func repeats(charges stats.Law) stats.Law {
	law := make(stats.Law, max(1, len(charges)-1))
	for c, p := range charges {
		law[max(0, c-1)] += p
	}
	return law
}

// trouble is a shop that everything happens to: bursts, lost answers, an outage, a
// brown-out, a rate limit, breakers, bad cards, parked orders that go on.
const trouble = `scenario: trouble
load: {tasks: %d, duration: %s}
context: {item: task}
bad: chance(0.02)
effects:
  charge: {many: charges, verb: charged}
  order: {many: orders, verb: ordered}
services:
  bank:
    latency: {median: 200ms, p99: 5s}
    error: {rate: 5%%, classes: {"503": {share: 50%%, latency: 50ms}, timeout: {share: 40%%, hang: on}, "429": {share: 10%%, retry_after: 20s}}}
    lost_response: {rate: 2%%}
    burst: {good: 60s, bad: 10s, rate: 80%%}
    windows: outage@%s/60s
    breaker: {failures: 8, cooldown: 20s, probes: 2}
    limit: 60
  shop:
    latency: {median: 100ms, p99: 1s}
    error: {rate: 4%%, classes: {"500": {share: 90%%}, invalid: {share: 10%%, permanent: on}}}
    lost_response: {rate: 1%%}
    windows: brownout(3x)@%s/90s
    rate_limit: {calls: 30, per: 1s, burst: 40, retry_after: 2s}
    breaker: {failures: 10, cooldown: 15s, probes: 1}
workflows:
  oracle/trouble@1.0.0:
    steps:
      pay: {service: bank, timeout: 3s, declines: yes, effect: {charge: 1}, retry: {limit: 3, base: 1s, factor: 3, jitter: 20%%}}
      order: {service: shop, after: pay, timeout: 1s, effect: {order: 1}, retry: {limit: 2, base: 2s}}
promises:
  - {effect: charge, owes: order, broken: charged_no_order, parked: charged_parked, unknown: charge_unknown, twice: charged_twice}
strategies:
  naive: {}
  keyless: {retries: on}
  loop: {retries: on, keys: on, on_call: {after: 5m, limit: 2}}
  engine: {engine: on, retries: on, keys: on, policies: on, recovery: on}
recovery: {after: 30s, max: 3}
`

// troubled is that shop with so many orders.
func troubled(orders int, over event.Time) string {
	return fmt.Sprintf(trouble, orders, span(over), span(over/4), span(over/2))
}

func poseConservation(v values, t *trial) error {
	m := v.count("tasks")
	over := event.Time(m) * event.Second / 20
	acc := newAccount(4, m)
	sys := system{text: troubled(m, over), strategies: []string{naive, "keyless", loop, onEngine}, journal: []string{fmt.Sprintf("bank @ %s..%s: outage", span(over*3/4), span(over*3/4+event.Minute))}}
	s, err := t.live(sys, acc.watch)
	if err != nil {
		return err
	}
	t.find("tasks in two places or in none", "events", acc.places)
	t.find("effects beyond one a key", "effects", acc.keys)
	acc.settle(s)
	t.find("charges that no order or task owns", "charges", acc.owned)
	t.find("invariants broken", "comparisons", identity{broken: s.Checks.Violations, n: int(s.Checks.Checked), first: s.Checks.First})
	return nil
}
