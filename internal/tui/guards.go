package tui

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// headline is the rate of the large figures, and what it is the rate of: tasks
// whose first pass failed, or in a run that is about who gets in, tasks that should
// not be done and were.
func (s *scene) headline(k int) (metrics.Rate, string) {
	if r, ok := s.state.UnwantedRate(k); ok {
		return r, s.run.Audit.Never + " " + s.run.Noun.Many + " done"
	}
	return s.state.FirstPassRate(k), s.run.Noun.Many + " " + kindWords(&s.state.Strategies[k].Tasks, &s.run.Strategies[k])
}

// fewUnwanted is how many tasks that should not be done it takes for their rate to
// be worth a colour: they are rare, and the rate is near none or all.
const fewUnwanted = 20

// steadyHeadline tells whether the rate of the large figures is worth reading.
func (s *scene) steadyHeadline(r *metrics.Rate) bool {
	if _, ok := s.state.Never(); ok {
		return r.N >= fewUnwanted
	}
	return r.Steady()
}

// guarded tells whether the run is about who gets in and what is seen.
func (s *scene) guarded() bool {
	_, ok := s.state.Never()
	return ok
}

// intruderFacts are what those who should not have got in took with them, how many
// people they may have been, what was seen, and what there is a record of.
func (s *scene) intruderFacts(k int) []fact {
	st := &s.state.Strategies[k]
	i, _ := s.state.Never()
	f := []fact{{label: "they took", value: report.Money(took(s.run, &st.Tagged[i])), ink: costInk(took(s.run, &st.Tagged[i]) > 0)}}
	if s.run.Senders {
		x := s.state.Suspects(k)
		f = append(f, fact{label: "suspects each", value: report.Decimal(x), ink: costInk(x > 2)})
	}
	if s.run.Needles > 0 {
		n := int(s.state.Leaks(k))
		f = append(f, harm("data seen", n))
	}
	c := s.state.Coverage(k)
	return append(f, fact{label: "recorded", value: roughPercent(min(1, c)), ink: costInk(c < 0.5)})
}

// took is what the tasks with a tag came to in money.
func took(run *event.Run, t *metrics.Tagged) (cents int64) {
	for i := range run.Effects {
		if run.Effects[i].Unit == "cents" {
			cents += t.Effects[i].Amount
		}
	}
	return cents
}

// frictionFacts are what the others pay for it.
func (s *scene) frictionFacts(k int) []fact {
	st := &s.state.Strategies[k]
	f := []fact{{label: "refused", value: report.Count(st.Tasks.Rejected), ink: inkText, gap: true}}
	if i, ok := s.state.Always(); ok {
		t := &st.Tagged[i].Tasks
		f = append(f, harm("in error", t.Rejected+t.Failed))
	}
	for _, m := range report.Mechanisms(s.run) {
		f = append(f, fact{label: m, value: report.Span(s.state.MechanismTime(k, m)), ink: inkText})
	}
	waited := s.state.WaitedLongRate(k)
	return append(f, fact{label: "over " + report.Limit(s.run.Patient()), value: roughPercent(waited.Share()), ink: costInk(waited.K > 0)})
}
