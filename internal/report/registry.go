package report

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Registry is what became of the releases in a strategy, and of the tasks that
// ran another team's workflow.
type Registry struct {
	Releases  int `json:"releases"`  // workflows that came into production
	Conflicts int `json:"conflicts"` // registrations of a key that another team had
	Incidents int `json:"incidents"` // … that nobody was told of: it was overwritten
	TakenBack int `json:"taken_back"`
	Again     int `json:"same_version_again"` // registrations of a version that the team had registered before
	Invented  int `json:"names_invented"`

	// ApprovalDays is the mean time from asking for a name to its approval, of those
	// approved; 0 if no name has to be approved.
	ApprovalDays float64 `json:"approval_days"`
	SentBack     int     `json:"sent_back"`
	// CommitteeHours are the hours a week in which the committee talked, Booked
	// those for which it sits.
	CommitteeHours float64 `json:"committee_hours_per_week"`
	Booked         float64 `json:"committee_booked_hours_per_week"`
	// LeadDays is the mean time from the beginning of the making to production.
	LeadDays float64 `json:"lead_days"`

	Misrouted       int   `json:"misrouted"`        // tasks that ran another team's workflow
	MisroutedFailed int   `json:"misrouted_failed"` // of them, those that failed
	MisroutedPaid   int   `json:"misrouted_paid"`   // payments that they made all the same
	Uncontrolled    int   `json:"uncontrolled"`     // … without a control that their own workflow has
	UncontrolledSum int64 `json:"uncontrolled_cents"`
	BrokenCalls     int   `json:"broken_calls"` // calls of another team's workflow that has changed
}

// Handed is what became of the work that steps handed over.
type Handed struct {
	Created int `json:"created"`
	Met     int `json:"met"`     // calls that found what an earlier one had created
	Doubled int `json:"doubled"` // created although it was there
	Done    int `json:"done"`
	Failed  int `json:"failed"`
}

func registry(s *metrics.State, k int) *Registry {
	g := s.Strategies[k].Registry
	if g == nil {
		return nil
	}
	r := &Registry{
		Releases: g.Registered, Conflicts: g.Conflicts, Incidents: g.Incidents, TakenBack: g.TakenBack, Again: g.Again, Invented: g.Invented,
		ApprovalDays: meanDays(g.Waited, g.Approved), SentBack: g.SentBack, CommitteeHours: digits9(CommitteeHours(s, k)),
		LeadDays: meanDays(g.Lead, g.Registered), Misrouted: g.Misrouted, MisroutedFailed: g.Strayed, MisroutedPaid: g.Paid,
		Uncontrolled: g.Evaded, UncontrolledSum: g.EvadedCents, BrokenCalls: g.BrokenCalls,
	}
	if s.Run.Strategies[k].Registry.Committee {
		r.Booked = digits9(hours(s.Run.Releases.Booked))
	}
	return r
}

func meanDays(t event.Time, n int) float64 { return digits9(t.Seconds() / 86400 / float64(max(1, n))) }

// CommitteeHours are the hours a week in which the committee of strategy k has
// talked so far.
func CommitteeHours(s *metrics.State, k int) float64 {
	const week = 7 * 24 * event.Hour
	at := min(max(s.Now, 1), s.Run.Duration)
	return hours(s.Strategies[k].Registry.Talked) * float64(week) / float64(at)
}

// handed is nil if the strategy's steps hand nothing over.
func handed(s *metrics.State, k int) *Handed {
	c := &s.Strategies[k].Children
	if c.Created == 0 {
		return nil
	}
	return &Handed{Created: c.Created, Met: c.Met, Doubled: c.Doubled, Done: c.Done, Failed: c.Failed}
}

// addRegistry adds the rows of releases to the columns.
func (r *Result) addRegistry(add func(string, func(int, *metrics.Strategy) string)) {
	add("releases, lead time", func(k int, _ *metrics.Strategy) string {
		g := registry(r.state, k)
		return Count(g.Releases) + ", " + Decimal(g.LeadDays) + " d"
	})
	add("conflicts, silent ones", func(k int, st *metrics.Strategy) string {
		return Count(st.Registry.Conflicts) + ", " + Count(st.Registry.Incidents)
	})
	add("names: wait, made up", func(k int, st *metrics.Strategy) string {
		return Decimal(registry(r.state, k).ApprovalDays) + " d, " + Count(st.Registry.Invented)
	})
	add("misrouted, failed", func(k int, st *metrics.Strategy) string {
		return Count(st.Registry.Misrouted) + ", " + Count(st.Registry.Strayed)
	})
	add("paid without approval", func(k int, st *metrics.Strategy) string {
		return Count(st.Registry.Evaded) + ", " + Money(st.Registry.EvadedCents)
	})
	add("broken calls", func(k int, st *metrics.Strategy) string { return Count(st.Registry.BrokenCalls) })
}
