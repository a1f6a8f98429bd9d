package report

import (
	"fmt"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Guards are the figures about who sends tasks, what tasks carry and what records
// are kept of it, of scenarios that ask.
type Guards struct {
	Tags object[Tagged] `json:"tags,omitempty"` // by name
	// Candidates is how many people an action may have come from, on average; null
	// if nobody asks.
	Candidates *float64 `json:"candidates_per_action,omitempty"`
	// Leaks counts things that a task carries, seen where they do not belong.
	Leaks object[int64] `json:"leaks,omitempty"`
	Audit *AuditTrail   `json:"audit,omitempty"`
	// Mechanisms is the time a task spends in the steps of each, on average.
	Mechanisms object[Cost] `json:"mechanisms,omitempty"`
}

// Tagged is what became of the tasks with a tag.
type Tagged struct {
	Tasks   Tasks         `json:"tasks"`
	Effects object[int]   `json:"effects"`
	Amounts object[int64] `json:"amounts,omitempty"`
}

// AuditTrail is how far the records of a strategy go.
type AuditTrail struct {
	Records        int64   `json:"records"`
	Transitions    int64   `json:"transitions"` // counted apart from the records
	Coverage       float64 `json:"coverage"`
	Bytes          int64   `json:"bytes"`
	BytesPerAction float64 `json:"bytes_per_action"`
	PrepHours      float64 `json:"prep_hours"` // declared: see the scenario's model
}

// Cost is the price of a mechanism of the scenario's own.
type Cost struct {
	MeanMS ms `json:"mean_ms"` // time in its steps, over the tasks that arrived
}

// guarded tells whether the run asks any of it.
func guarded(run *event.Run) bool {
	return len(run.Tags) > 0 || run.Senders || run.Needles > 0 || run.Audit != nil
}

func guards(s *metrics.State, k int) *Guards {
	if !guarded(s.Run) {
		return nil
	}
	g, st := &Guards{}, &s.Strategies[k]
	for i, name := range s.Run.Tags {
		g.Tags = append(g.Tags, member[Tagged]{name, tagged(s.Run, &st.Tagged[i])})
	}
	if s.Run.Senders {
		x := digits9(s.Suspects(k))
		g.Candidates = &x
	}
	if s.Run.Needles > 0 {
		g.Leaks = object[int64]{{"total", s.Leaks(k)}}
		for i, sink := range event.Sinks() {
			g.Leaks = append(g.Leaks, member[int64]{sink, st.Seen[i]})
		}
	}
	if s.Run.Audit != nil {
		a := &AuditTrail{Records: st.Trail.Records, Transitions: st.Transitions, Coverage: digits9(s.Coverage(k)), Bytes: st.Trail.Bytes, PrepHours: digits9(s.PrepHours(k))}
		if st.Tasks.Submitted > 0 {
			a.BytesPerAction = digits9(float64(st.Trail.Bytes) / float64(st.Tasks.Submitted))
		}
		g.Audit = a
	}
	for _, name := range Mechanisms(s.Run) {
		g.Mechanisms = append(g.Mechanisms, member[Cost]{name, Cost{s.MechanismTime(k, name).Millis()}})
	}
	return g
}

// Mechanisms are those of the scenario's own that have steps, in the order of the steps.
func Mechanisms(run *event.Run) (names []string) {
	seen := map[string]bool{"": true}
	for i := range run.Steps {
		if m := run.Steps[i].Mechanism; !seen[m] {
			seen[m] = true
			names = append(names, m)
		}
	}
	return names
}

func tagged(run *event.Run, t *metrics.Tagged) Tagged {
	n := &t.Tasks
	out := Tagged{Tasks: Tasks{Submitted: n.Submitted, Succeeded: n.Succeeded, Failed: n.Failed, Declined: n.Declined, Rejected: n.Rejected, Parked: n.Parked, Running: n.Running}}
	for i, e := range run.Effects {
		out.Effects = append(out.Effects, member[int]{e.Many, t.Effects[i].Count})
		if e.Unit != "" {
			out.Amounts = append(out.Amounts, member[int64]{e.Many + "_" + e.Unit, t.Effects[i].Amount})
		}
	}
	return out
}

// addGuards adds the rows about senders, secrets and records to the columns.
func (r *Result) addGuards(add func(string, func(int, *metrics.Strategy) string)) {
	s := r.state
	for i, tag := range r.run.Tags {
		add(words(tag), func(_ int, st *metrics.Strategy) string { return TaggedText(s.Run, &st.Tagged[i]) })
	}
	if r.run.Senders {
		add("people it may have been", func(k int, _ *metrics.Strategy) string { return Decimal(s.Suspects(k)) })
	}
	if r.run.Needles > 0 {
		add("personal data seen", func(k int, _ *metrics.Strategy) string { return LeaksText(s, k) })
	}
	if r.run.Audit != nil {
		add("transitions recorded", func(k int, st *metrics.Strategy) string {
			return Percent(s.Coverage(k)) + " of " + Count(int(st.Transitions))
		})
	}
}

// TaggedText is how many tasks of a tag went through, and what that came to.
func TaggedText(run *event.Run, t *metrics.Tagged) string {
	done := t.Tasks.Succeeded
	text := fmt.Sprintf("%s of %s done", Count(done), Count(t.Tasks.Submitted))
	for i := range run.Effects {
		if a := Amount(run, i, t.Effects[i].Amount); a != "" && t.Effects[i].Count > 0 {
			text += ", " + a
		}
	}
	return text
}

// LeaksText is how much personal data was seen, and where.
func LeaksText(s *metrics.State, k int) string {
	var parts []string
	for i, sink := range event.Sinks() {
		if n := s.Strategies[k].Seen[i]; n > 0 {
			parts = append(parts, sink+" "+Count(int(n)))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// sinkName is what people call a place where something was seen.
func sinkName(sink string) string {
	return map[string]string{event.SinkStore: "database", event.SinkLog: "log", event.SinkError: "error message", event.SinkAudit: "audit trail"}[sink]
}

// trailText is how far a trail has come.
func trailText(e *event.Event) string {
	if e.Class == event.TrailBytes {
		return fmt.Sprintf("the audit trail takes %s bytes", Count(int(e.Amount)))
	}
	return fmt.Sprintf("the audit trail has %s records, head %.12s", Count(int(e.Amount)), e.Text)
}

// mechanismPrice is the time that a task spends, on average, in the steps of each
// mechanism of the scenario's own.
func mechanismPrice(s *metrics.State) (rows []Row) {
	last := len(s.Strategies) - 1
	for _, m := range Mechanisms(s.Run) {
		if !guarded(s.Run) {
			continue
		}
		r := Row{Name: "time in " + words(m) + ", mean", After: Span(s.MechanismTime(last, m)), Kind: Measured}
		if last > 0 {
			r.Before = Span(s.MechanismTime(0, m))
		}
		rows = append(rows, r)
	}
	return rows
}

// sender tells whom a task comes from, as far as the strategy knows.
func sender(e *event.Event) string {
	switch {
	case e.Text == "":
		return ""
	case e.Attempt > 1:
		return fmt.Sprintf(", from %s: one of %s people", e.Text, Count(int(e.Attempt)))
	}
	return ", from " + e.Text
}
