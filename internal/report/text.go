package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Place says where a run is kept and how it is repeated.
type Place struct {
	Dir     string // the run's directory; empty: it is not kept
	Command string // what repeats the run, see [Repeat]
	Share   string // the same as one string, with what people did to it; empty: there is none
}

// Text writes the verdict as a page of at most 30 lines.
func (r *Result) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.heading())
	b.WriteString(table(r.columns()))
	b.WriteString("\n" + table(r.judged()))
	b.WriteString("\n")
	for _, line := range r.closing() {
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// heading is scenario, size and seed in one line.
func (r *Result) heading() string {
	if !r.Complete {
		return fmt.Sprintf("%s: %s of %s in %s, seed %d; stopped", r.Title, Count(r.arrived()), Plural(r.run.Tasks, r.run.Noun), Span(r.state.Now), r.Seed)
	}
	return fmt.Sprintf("%s: %s in %s of virtual time, seed %d", r.Title, Plural(r.arrived(), r.run.Noun), Span(r.state.Now), r.Seed)
}

func (r *Result) arrived() int {
	n := 0
	for i := range r.state.Strategies {
		n = max(n, r.state.Strategies[i].Tasks.Submitted)
	}
	return n
}

// columns are the figures of all strategies side by side.
func (r *Result) columns() [][]string {
	s := r.state
	rows := [][]string{{""}}
	for i := range s.Run.Strategies {
		rows[0] = append(rows[0], s.Run.Strategies[i].Name)
	}
	add := func(name string, f func(k int, st *metrics.Strategy) string) {
		row := []string{name}
		for k := range s.Strategies {
			row = append(row, f(k, &s.Strategies[k]))
		}
		rows = append(rows, row)
	}
	add("first pass failed", func(k int, _ *metrics.Strategy) string { return rateText(s.FirstPassRate(k)) })
	add("", func(k int, _ *metrics.Strategy) string { return countText(s.FirstPassRate(k)) })
	add("succeeded", func(_ int, st *metrics.Strategy) string { return succeededText(&st.Tasks) })
	add("failed, parked", func(_ int, st *metrics.Strategy) string {
		return Count(st.Tasks.Failed) + ", " + Count(st.Tasks.Parked)
	})
	add("declined, rejected", func(_ int, st *metrics.Strategy) string {
		return Count(st.Tasks.Declined) + ", " + Count(st.Tasks.Rejected)
	})
	for i, name := range r.promised() {
		add(words(name), func(k int, _ *metrics.Strategy) string { return Count(r.counts(k)[i]) })
	}
	for i, x := range s.Run.Resources {
		if x.Over != "" && s.AnyOver(i) {
			add(words(x.Over), func(_ int, st *metrics.Strategy) string { return Count(st.Over[i]) })
		}
	}
	r.addUndone(add)
	if s.Strategies[0].Backlog.Ended > 0 {
		add("waiting after outage", func(k int, _ *metrics.Strategy) string { return BacklogText(s, k) })
	}
	if kept(r.run) {
		r.addUpkeep(add)
	}
	if metrics.Crowded(r.run) {
		r.addTraffic(add)
	}
	r.addNews(add)
	r.addIncident(add)
	if guarded(r.run) {
		r.addGuards(add)
	}
	if r.run.Releases != nil {
		r.addRegistry(add)
	}
	add("calls, tried again", func(_ int, st *metrics.Strategy) string { return Count(st.Attempts) + ", " + Count(st.Retries) })
	add("outcome p50, p95, p99", func(_ int, st *metrics.Strategy) string { return quantiles(st.Outcome) })
	return rows
}

// maxPromised is how many counters of promises the page has room for.
const maxPromised = 5

// promised are the names of the promises' counters that say what went wrong for
// good: broken, then twice.
func (r *Result) promised() []string {
	var broken, twice []string
	for _, p := range r.run.Promises {
		if p.Broken != "" {
			broken = append(broken, p.Broken)
		}
		if p.Twice != "" {
			twice = append(twice, p.Twice)
		}
	}
	names := append(broken, twice...)
	return names[:min(len(names), maxPromised)]
}

// counts are the counters named by promised, of strategy k.
func (r *Result) counts(k int) []int {
	var broken, twice []int
	for i, p := range r.run.Promises {
		c := r.state.Strategies[k].Promises[i]
		if p.Broken != "" {
			broken = append(broken, c.Broken)
		}
		if p.Twice != "" {
			twice = append(twice, c.Twice)
		}
	}
	return append(broken, twice...)
}

func rateText(r metrics.Rate) string {
	if r.N == 0 {
		return "none yet"
	}
	return Percent(r.Share()) + "  (" + PercentRange(r.Interval.Low, r.Interval.High) + ")"
}

func countText(r metrics.Rate) string { return Count(r.K) + " of " + Count(r.N) }

func succeededText(t *metrics.Tasks) string {
	s := Count(t.Succeeded)
	if t.EverParked > 0 {
		s += fmt.Sprintf(", %s of them after being parked", Count(t.Recovered))
	}
	if t.Running > 0 {
		s += fmt.Sprintf(", %s still running", Count(t.Running))
	}
	return s
}

func quantiles(h *metrics.Histogram) string {
	var qs []string
	for _, q := range []float64{0.5, 0.95, 0.99} {
		s := "–"
		if t, ok := h.Quantile(q); ok {
			s = Span(t)
		}
		qs = append(qs, s)
	}
	return strings.Join(qs, ", ")
}

// judged are the rows of the verdict.
func (r *Result) judged() [][]string {
	rows := [][]string{{"", "", "the story says", "this run shows", ""}}
	for _, v := range Verdict(r.state) {
		rows = append(rows, []string{Mark(v.Kind), v.Name, v.Says(), v.Shows(), holdsText(&v)})
	}
	return rows
}

func holdsText(v *Row) string {
	switch {
	case v.Says() == "" || v.Kind == Quoted:
		return ""
	case v.Holds == nil:
		return "not judged"
	case *v.Holds:
		return "holds"
	}
	return "does not hold"
}

// closing are the lines below the tables.
func (r *Result) closing() []string {
	lines := []string{}
	if r.Paired != nil {
		lines = append(lines, r.sameDice())
	}
	if r.RescuedShare != nil {
		lines = append(lines, "rescued: "+r.rescue())
	}
	for _, why := range r.unjudged() {
		lines = append(lines, "not judged: "+why)
	}
	return append(lines, r.checks(), "m measured, d by declared parameters, q quoted; intervals are 95 % "+r.kind())
}

// unjudged are the reasons why claims were not judged, each once.
func (r *Result) unjudged() []string {
	var whys []string
	for _, c := range r.Claims {
		if c.Holds == nil && c.Kind != Quoted && !slices.Contains(whys, c.Reason) {
			whys = append(whys, c.Reason)
		}
	}
	return whys
}

// kind names the intervals on the page.
func (r *Result) kind() string {
	if len(r.Strategies) > 0 && r.Strategies[0].value.CIKind == metrics.Anytime {
		return "(valid at any time)"
	}
	return "(Wilson)"
}

// sameDice tells the pairs: which tasks failed where.
func (r *Result) sameDice() string {
	p := r.Paired
	last := r.run.Strategies[len(r.run.Strategies)-1].Name
	return fmt.Sprintf("same dice, first pass: %s failed only in %s, %s only in %s, %s in both", Plural(p.OnlyFirstFailed, r.run.Noun),
		r.run.Strategies[0].Name, Count(p.OnlySecondFailed), last, Count(p.BothFailed))
}

// rescue tells how many of the first strategy's failures succeeded in the last.
func (r *Result) rescue() string {
	rate := r.state.RescuedRate()
	return fmt.Sprintf("%s of those that failed in %s succeeded in %s", Percent(rate.Share()),
		r.run.Strategies[0].Name, r.run.Strategies[len(r.run.Strategies)-1].Name)
}

func (r *Result) checks() string {
	s := "invariants: " + r.tally()
	for i := range r.Crashes {
		s += "\nkilled " + r.crash(&r.Crashes[i])
	}
	return s
}

// tally is how many checks were made and what they found.
func (r *Result) tally() string {
	v := &r.Invariants
	if v.Violations > 0 {
		s := fmt.Sprintf("%s of %s checks VIOLATED, first: %s", Count(v.Violations), Count(int(v.Checked)), v.First)
		if v.Repeat != "" {
			s += "; again: " + v.Repeat
		}
		return s
	}
	return fmt.Sprintf("%s checks, none violated", Count(int(v.Checked)))
}

// Summary writes about ten lines for the terminal that the dashboard has left.
func (r *Result) Summary(w io.Writer, at Place) error {
	rows := [][]string{}
	for k := range r.state.Strategies {
		rate := r.state.FirstPassRate(k)
		rows = append(rows, []string{r.run.Strategies[k].Name, rateText(rate) + ", " + countText(rate) + r.harm(k)})
	}
	rows = append(rows, r.costs()...)
	if r.Paired != nil {
		dice, _ := strings.CutPrefix(r.sameDice(), "same dice, first pass: ")
		rows = append(rows, []string{"same dice", strings.Replace(dice, " "+r.run.Noun.Many+" failed", " failed", 1)})
	}
	rows = append(rows, []string{"checks", r.tally()})
	for i := range r.Crashes {
		rows = append(rows, []string{"killed", r.crash(&r.Crashes[i])})
	}
	if at.Dir != "" {
		rows = append(rows, []string{"run", at.Dir})
	}
	if at.Command != "" {
		rows = append(rows, []string{"again", at.Command})
	}
	if at.Share != "" && at.Share != at.Command {
		rows = append(rows, []string{"share", at.Share})
	}
	_, err := io.WriteString(w, r.heading()+"\n"+table(rows))
	return err
}

// crash is a kill that the run survived, in words.
func (r *Result) crash(c *Crash) string {
	return fmt.Sprintf("at %s, %d in flight: %d calls repeated, %d effects already there",
		r.run.Clock(event.Time(c.AtMS*float64(event.Millisecond))), c.InFlight, c.RepeatedCalls, c.EffectsAlreadyThere)
}

// harm is the most important counter of strategy k: of a story about who may do what,
// those who may not and did; about names, those who got another's workflow; else the
// first promise that was broken.
func (r *Result) harm(k int) string {
	st := &r.state.Strategies[k]
	switch {
	case len(r.run.Tags) > 0:
		return "; " + words(r.run.Tags[0]) + " " + TaggedText(r.run, &st.Tagged[0])
	case st.Registry != nil:
		return "; misrouted " + Count(st.Registry.Misrouted)
	}
	names, counts := r.promised(), r.counts(k)
	if len(names) == 0 {
		return ""
	}
	return "; " + words(names[0]) + " " + Count(counts[0])
}

// costs are what it cost people, by the declared model, and the price paid.
func (r *Result) costs() [][]string {
	var rows [][]string
	for k := range r.state.Strategies {
		if kept(r.run) {
			rows = append(rows, []string{"cost, " + r.run.Strategies[k].Name, r.toil(k)})
			continue
		}
		i := r.state.Impact(k)
		text := Money(i.RevenueLostCents) + " lost (declared)"
		if r.run.Impact.Declared() {
			text = fmt.Sprintf("~ %s tickets, %s of repair, %s", Count(int(math.Round(i.SupportTickets))), Hours(i.ManualRecoveryHours), text)
		}
		rows = append(rows, []string{"cost, " + r.run.Strategies[k].Name, text})
	}
	var paid []string
	for _, p := range price(r.state) {
		paid = append(paid, strings.Replace(p.Name+" "+p.Shows(), "calls tried again", "retries", 1))
	}
	if len(paid) > 0 {
		rows = append(rows, []string{"price paid", strings.Join(paid, ", ")})
	}
	return rows
}
