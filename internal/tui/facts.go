package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// factRows is how many facts stand in a column where there are two of them:
// broken promises on the left, what they cost on the right.
const factRows = 4

// shortFacts are the 2 × factRows most important facts, for a small screen: three
// promises and what recovered, then what it cost.
func (s *scene) shortFacts(k int) []fact {
	if s.watched() {
		left := append(s.owedFacts(k), s.searchFacts(k)...)
		for len(left) < factRows {
			left = append(left, fact{})
		}
		return append(left[:factRows], s.watchFacts(k)...)
	}
	if s.run.Releases != nil {
		return s.registryFacts(k)
	}
	if s.crowded() {
		return s.crowdFacts(k)
	}
	if s.guarded() {
		left := s.intruderFacts(k)
		for len(left) < factRows {
			left = append(left, fact{})
		}
		return append(left[:factRows], s.frictionFacts(k)...)
	}
	left := s.promiseFacts(k)
	left = left[:min(len(left), factRows-1)]
	for _, f := range s.fateFacts(k) {
		if len(left) < factRows && (f.label == recovered || len(left) < factRows-1) {
			left = append(left, f)
		}
	}
	for len(left) < factRows {
		left = append(left, fact{})
	}
	return append(left, s.costFacts(k)...)
}

// recovered is the label of what was parked and succeeded later.
const recovered = "recovered"

// longFacts are all facts, most important first.
func (s *scene) longFacts(k int) []fact {
	if s.watched() {
		f := append(s.watchFacts(k), s.searchFacts(k)...)
		return append(append(append(f, s.owedFacts(k)...), s.fateFacts(k)...), s.effortFacts(k)...)
	}
	if s.run.Releases != nil {
		f := append(s.registryFacts(k), s.moreRegistryFacts(k)...)
		return append(append(append(f, s.promiseFacts(k)...), s.fateFacts(k)...), s.effortFacts(k)...)
	}
	if s.crowded() {
		return append(append(s.crowdFacts(k), s.promiseFacts(k)...), s.effortFacts(k)[2:]...)
	}
	if s.guarded() {
		f := append(s.intruderFacts(k), s.frictionFacts(k)...)
		return append(append(f, s.fateFacts(k)...), s.effortFacts(k)...)
	}
	f := append(s.promiseFacts(k), s.costFacts(k)...)
	return append(append(f, s.fateFacts(k)...), s.effortFacts(k)...)
}

// promiseFacts are the counters of the promises: the first promise broken, its
// effect made twice, then what else was broken.
func (s *scene) promiseFacts(k int) []fact {
	var facts []fact
	for i, p := range s.run.Promises {
		c := s.state.Strategies[k].Promises[i]
		if p.Broken != "" {
			facts = append(facts, harm(p.Broken, c.Broken))
		}
		if i == 0 {
			facts = append(facts, s.overFacts(k)...)
		}
		if p.Twice != "" && (i == 0 || s.anyTwice(i)) {
			facts = append(facts, harm(p.Twice, c.Twice))
		}
	}
	if len(s.run.Promises) == 0 {
		return s.overFacts(k)
	}
	return facts
}

// overFacts count what was taken of something limited that was not there, if
// anybody did.
func (s *scene) overFacts(k int) []fact {
	var facts []fact
	for i, r := range s.run.Resources {
		if r.Over != "" && s.state.AnyOver(i) {
			facts = append(facts, harm(r.Over, s.state.Strategies[k].Over[i]))
		}
	}
	return facts
}

// anyTwice tells whether a promise's effect was made twice in any strategy.
func (s *scene) anyTwice(promise int) bool {
	for k := range s.state.Strategies {
		if s.state.Strategies[k].Promises[promise].Twice > 0 {
			return true
		}
	}
	return false
}

// harm is a count that should be 0.
func harm(name string, n int) fact {
	f := fact{label: strings.ReplaceAll(name, "_", " "), value: report.Count(n), ink: inkOK}
	if n > 0 {
		f.ink = inkFail
	}
	return f
}

// costFacts are tickets, money, repair and waiting.
func (s *scene) costFacts(k int) []fact {
	if s.upkept() {
		return s.upkeepFacts(k)
	}
	st := &s.state.Strategies[k]
	i := s.state.Impact(k)
	waited := s.state.WaitedLongRate(k)
	return []fact{
		{label: "tickets", value: report.Count(int(math.Round(i.SupportTickets))), declared: true, ink: costInk(i.SupportTickets > .5), gap: true},
		{label: "lost", value: report.Money(st.LostCents), declared: true, ink: costInk(st.LostCents > 0)},
		{label: "repair", value: report.Hours(i.ManualRecoveryHours), declared: true, ink: costInk(i.Cases > 0)},
		{label: "over " + report.Limit(s.run.Patient()), value: roughPercent(waited.Share()), ink: costInk(waited.K > 0)},
	}
}

// upkept tells whether the run is about keeping something going: it has a
// deadline, or somebody on call.
func (s *scene) upkept() bool {
	called := s.run.Deadline > 0
	for i := range s.run.Strategies {
		called = called || s.run.Strategies[i].OnCall > 0
	}
	return called
}

// upkeepFacts are calls for a person, recovery, work for nothing and being on time.
func (s *scene) upkeepFacts(k int) []fact {
	st := &s.state.Strategies[k]
	recovery := "–"
	if t, ok := st.Recovery.Quantile(.5); ok {
		recovery = report.Hours(t.Seconds() / 3600)
	}
	late := "succeeded"
	value, bad := report.Count(st.Tasks.Succeeded), false
	if s.run.Deadline > 0 {
		r := s.state.OnTimeRate(k)
		late, value, bad = "on time", report.Percent(r.Share()), r.K < r.N
	}
	return []fact{
		{label: "calls/week", value: report.Decimal(s.state.CallsPerWeek(k)), ink: costInk(st.Calls > 0), gap: true},
		{label: "back in", value: recovery, ink: costInk(st.Recovery.Count() > 0)},
		{label: "wasted", value: report.Hours(st.Wasted.Seconds() / 3600), ink: costInk(st.Wasted > 0)},
		{label: late, value: value, ink: costInk(bad)},
	}
}

// roughPercent writes no tenths from ten percent on: they say nothing there, and a
// narrow column has no room for them.
func roughPercent(share float64) string {
	if share >= .0995 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return report.Percent(share)
}

func costInk(some bool) ink {
	if some {
		return inkText
	}
	return inkOK
}

// fateFacts tell what became of the tasks.
func (s *scene) fateFacts(k int) []fact {
	t := &s.state.Strategies[k].Tasks
	f := []fact{plainFact("succeeded", t.Succeeded)}
	f[0].gap = true
	if slices.ContainsFunc(s.run.Strategies, func(x event.Strategy) bool { return x.Durable }) {
		f = append(f, plainFact("parked now", t.Parked))
	}
	f = append(f, plainFact(recovered, t.Recovered))
	if t.Rejected > 0 {
		f = append(f, plainFact("rejected", t.Rejected))
	}
	if b := &s.state.Strategies[k].Backlog; b.Queued > 0 && b.Left == 0 {
		f = append(f, plainFact("waiting after outage", b.Queued), fact{label: "of them done within", value: report.Span(b.Drained), ink: inkText})
	}
	if t.Declined > 0 || !s.upkept() {
		f = append(f, plainFact("declined", t.Declined))
	}
	return append(f, plainFact("running now", t.Running))
}

// effortFacts tell what it took.
func (s *scene) effortFacts(k int) []fact {
	st := &s.state.Strategies[k]
	f := []fact{plainFact("calls", st.Attempts), plainFact("of them retries", st.Retries)}
	f[0].gap = true
	for _, q := range [...]struct {
		label string
		q     float64
	}{{"half had an outcome in", .5}, {"99 % had one in", .99}} {
		v := "–"
		if d, ok := st.Outcome.Quantile(q.q); ok {
			v = report.Span(d)
		}
		f = append(f, fact{label: q.label, value: v, ink: inkText})
	}
	return f
}

func plainFact(label string, n int) fact {
	return fact{label: label, value: report.Count(n), ink: inkText}
}
