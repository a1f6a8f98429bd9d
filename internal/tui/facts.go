package tui

import "strings"

// facts are what a strategy did to people, most important first. The first
// eight are enough for a small screen: broken promises on the left, what they
// cost on the right.
func (s *scene) facts(k int) []fact {
	left, right := s.promiseFacts(k), s.costFacts(k)
	const rows = 4
	if len(left) > rows {
		left = left[:rows]
	}
	for len(left) < rows {
		left = append(left, s.spareFact(k, len(left)))
	}
	return append(append(left, right...), s.moreFacts(k)...)
}

// promiseFacts are the counters of the promises: broken ones, then doubled ones.
func (s *scene) promiseFacts(k int) []fact {
	var broken, twice []fact
	for i, p := range s.run.Promises {
		c := s.state.Strategies[k].Promises[i]
		if p.Broken != "" {
			broken = append(broken, harm(p.Broken, c.Broken))
		}
		if p.Twice != "" {
			twice = append(twice, harm(p.Twice, c.Twice))
		}
	}
	if len(broken) > 1 && len(twice) > 0 {
		return append(append(broken[:1:1], twice...), broken[1:]...)
	}
	return append(broken, twice...)
}

// harm is a count that should be 0.
func harm(name string, n int) fact {
	f := fact{label: strings.ReplaceAll(clean(name), "_", " "), value: count(n), ink: inkOK}
	if n > 0 {
		f.ink = inkFail
	}
	return f
}

// spareFact fills the place of a promise that the scenario does not make.
func (s *scene) spareFact(k, i int) fact {
	t := &s.state.Strategies[k].Tasks
	if i%2 == 1 {
		return fact{label: "recovered", value: count(t.Recovered), ink: inkText}
	}
	return fact{label: "parked now", value: count(t.Parked), ink: inkText}
}

// costFacts are tickets, money, repair and waiting.
func (s *scene) costFacts(k int) []fact {
	st := &s.state.Strategies[k]
	i := s.impact(k)
	waited := "–"
	if n := st.Tasks.Submitted; n > 0 {
		waited = share(float64(st.WaitedLong) / float64(n))
	}
	return []fact{
		{label: "tickets", value: count(i.tickets), declared: true, ink: costInk(i.tickets > 0)},
		{label: "lost", value: money(st.LostCents), ink: costInk(st.LostCents > 0), declared: false},
		{label: "repair", value: hours(i.hours), declared: true, ink: costInk(i.hours > 0)},
		{label: "over 10 s", value: waited, ink: costInk(st.WaitedLong > 0)},
	}
}

func costInk(some bool) ink {
	if some {
		return inkText
	}
	return inkOK
}

// moreFacts is for tall columns: what became of the tasks, and what it took.
func (s *scene) moreFacts(k int) []fact {
	st := &s.state.Strategies[k]
	t := &st.Tasks
	f := []fact{
		{label: "succeeded", value: count(t.Succeeded), ink: inkText, gap: true},
		{label: "failed", value: count(t.Failed), ink: inkText},
	}
	if s.run.Strategies[k].Durable {
		f = append(f, fact{label: "parked now", value: count(t.Parked), ink: inkText},
			fact{label: "recovered by themselves", value: count(t.Recovered), ink: inkText})
	}
	f = append(f,
		fact{label: "declined (bad card)", value: count(t.Declined), ink: inkText},
		fact{label: "running now", value: count(t.Running), ink: inkText},
		fact{label: "calls", value: count(st.Attempts), ink: inkText, gap: true},
		fact{label: "of them retries", value: count(st.Retries), ink: inkText})
	for _, q := range [...]struct {
		label string
		q     float64
	}{{"half done within", .5}, {"95 % within", .95}, {"99 % within", .99}} {
		v := "–"
		if d, ok := st.Outcome.Quantile(q.q); ok {
			v = span(d)
		}
		f = append(f, fact{label: q.label, value: v, ink: inkText})
	}
	return f
}
