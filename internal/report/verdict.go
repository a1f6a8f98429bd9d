package report

import (
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Row is a line of the verdict: what the story says beside what this run shows.
type Row struct {
	Name                  string
	SaysBefore, SaysAfter string // empty: the story does not say
	Before, After         string // figures of the first and the last strategy, written for people
	Margin                string // half the 95 % intervals of shares, in points; may be empty
	Kind                  string // [Measured], [Declared] or [Quoted]
	Holds                 *bool  // nil: not judged
	Reason                string // why not, or what does not hold
}

// Says is what the story says in one string: "15 % → 0.2 %".
func (r *Row) Says() string { return arrow(r.SaysBefore, r.SaysAfter) }

// Shows is what the run shows in one string: "14.9 % → 0.19 %".
func (r *Row) Shows() string { return arrow(r.Before, r.After) }

func arrow(before, after string) string {
	switch {
	case before == "":
		return after
	case after == "":
		return before
	}
	return before + " → " + after
}

// Mark is the letter of a kind: m, d or q.
func Mark(kind string) string { return kind[:1] }

// Verdict are the rows of the verdict: the claims of the story, then the price
// that was paid, which no story claims.
func Verdict(s *metrics.State) []Row {
	var rows []Row
	for _, c := range Judge(s) {
		r := Row{Name: c.Name, SaysBefore: c.SaysBefore, SaysAfter: c.SaysAfter, Kind: c.Kind, Holds: c.Holds, Reason: c.Reason}
		r.Before, r.After = figure(c.Unit, c.Kind, c.MeasuredBefore), figure(c.Unit, c.Kind, c.MeasuredAfter)
		rows = append(rows, r)
	}
	for i := range rows {
		rows[i].Margin = margin(s, s.Run.Claims[i].Measure)
	}
	return append(rows, price(s)...)
}

// figure writes a number in its unit.
func figure(unit, kind string, x *float64) string {
	if x == nil {
		return ""
	}
	switch unit {
	case "share":
		return Percent(*x)
	case "cents":
		return Money(int64(*x))
	case "minutes":
		return Minutes(*x)
	case "hours":
		return Hours(*x)
	}
	if kind == Declared {
		return Count(int(math.Round(*x)))
	}
	return Decimal(*x)
}

// margin are the 95 % intervals of a share in both strategies.
func margin(s *metrics.State, measure string) string {
	last := len(s.Strategies) - 1
	var rate func(int) metrics.Rate
	switch measure {
	case "first_pass_failure_rate":
		rate = s.FirstPassRate
	case "failure_rate":
		rate = s.FailureRate
	case "on_time_share":
		rate = s.OnTimeRate
	case "rescued_share":
		r := s.RescuedRate()
		if r.N == 0 {
			return ""
		}
		return Margin(r.Interval.Low, r.Interval.High)
	default:
		return ""
	}
	a, b := rate(0).Interval, rate(last).Interval
	if last == 0 {
		return Margin(a.Low, a.High)
	}
	half := (b.High - b.Low) / 2
	return Margin(a.Low, a.High) + ", " + percents(half, digits(half))
}

// price is what the last strategy costs: waiting and calls made again.
func price(s *metrics.State) []Row {
	last := len(s.Strategies) - 1
	if last < 0 || s.Strategies[last].Attempts == 0 {
		return nil
	}
	again := func(k int) string {
		st := &s.Strategies[k]
		return Percent(float64(st.Retries) / float64(max(1, st.Attempts-st.Retries)))
	}
	waited := func(k int) string { return Percent(s.WaitedLongRate(k).Share()) }
	rows := []Row{
		{Name: "waited over " + Limit(s.Run.Patient()), After: waited(last), Kind: Measured},
		{Name: "calls tried again", After: again(last), Kind: Measured},
	}
	if last > 0 {
		rows[0].Before, rows[1].Before = waited(0), again(0)
	}
	return append(rows, mechanismPrice(s)...)
}

// Repeat is the command that repeats the run: scenario is its name or file.
func Repeat(run *event.Run, scenario string) string {
	s := "tasker-sim run " + quoted(scenario) + " --seed " + plainCount(run.Seed)
	for _, set := range run.Sets {
		s += " --set " + quoted(set)
	}
	for _, term := range run.Journal {
		s += " --inject " + quoted(term)
	}
	return s
}
