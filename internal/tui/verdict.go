package tui

import (
	"fmt"

	"tasker-sim/internal/report"
)

func verdictActions() []action { return nil }

// drawVerdict holds what the story says against what the run shows.
func (s *scene) drawVerdict(p pane) {
	in := p.part(1, 0, min(p.w-2, 110), p.h)
	in.clip(0, 0, in.w, s.verdictTitle(), inkTitle)
	y := s.drawClaims(in.part(0, 2, in.w, in.h-2)) + 3
	for _, line := range s.verdictNotes() {
		for _, l := range wrap(line, in.w) {
			in.text(0, y, l, inkDim)
			y++
		}
	}
	y++
	if y < in.h-1 {
		x := in.text(0, y, s.command(), inkAccent|bold)
		in.clip(x+2, y, in.w-x-2, "the same figures again", inkDim)
	}
	s.drawRule(p.part(0, p.h-1, p.w, 1))
}

func (s *scene) command() string {
	if s.repeat != "" {
		return s.repeat
	}
	return report.Repeat(s.run, s.run.Scenario)
}

func (s *scene) verdictTitle() string {
	n := s.state.Strategies[0].Tasks.Submitted
	t := fmt.Sprintf("%s: %s in %s, seed %d", s.run.Title, report.Plural(n, s.run.Noun), report.Span(s.state.Now), s.run.Seed)
	if !s.state.Ended {
		t += "; so far"
	}
	return t
}

// claimColumns are where the columns of the verdict begin.
type claimColumns struct{ says, shows, holds int }

// drawClaims writes the table and returns its rows.
func (s *scene) drawClaims(p pane) int {
	rows := report.Verdict(s.state)
	c := claimColumnsFor(rows, p.w)
	p.text(c.says, 0, "the story says", inkDim)
	p.text(c.shows, 0, "this run shows", inkDim)
	y := 1
	for i := range rows {
		r := &rows[i]
		if r.Says() == "" && i > 0 && rows[i-1].Says() != "" {
			y++
		}
		drawClaim(p.part(0, y, p.w, 1), c, r)
		y++
	}
	return y
}

func claimColumnsFor(rows []report.Row, w int) claimColumns {
	name, says, shows := 12, 14, 14
	for i := range rows {
		name = max(name, width(rows[i].Name))
		says = max(says, width(rows[i].Says()))
		shows = max(shows, width(shown(&rows[i])))
	}
	name = min(name, max(w-says-shows-14, 12))
	c := claimColumns{says: name + 4}
	c.shows = c.says + min(says, max(w/4, 8)) + 2
	c.holds = c.shows + shows + 2
	return c
}

// shown is what the run shows, with its margin and a mark if a declared
// parameter went in.
func shown(r *report.Row) string {
	t := r.Shows()
	if r.Margin != "" {
		t += "  " + r.Margin
	}
	if r.Kind == report.Declared {
		t += " d"
	}
	return t
}

func drawClaim(p pane, c claimColumns, r *report.Row) {
	glyph, k, word := '·', inkDim, ""
	switch {
	case r.Says() == "":
		glyph = ' '
	case r.Holds == nil:
		word = r.Reason
	case *r.Holds:
		glyph, k, word = '✓', inkOK, "holds"
	default:
		glyph, k, word = '✗', inkFail, "does not hold"
	}
	p.put(0, 0, glyph, k|bold)
	p.clip(2, 0, c.says-3, r.Name, inkText)
	p.clip(c.says, 0, c.shows-c.says-1, r.Says(), inkDim)
	p.clip(c.shows, 0, c.holds-c.shows-1, shown(r), inkText|bold)
	p.clip(c.holds, 0, p.w-c.holds, word, k)
}

// verdictNotes are the lines below the table.
func (s *scene) verdictNotes() []string {
	notes := []string{"d: worked out with declared parameters, which can be edited; the rest is counted. ± are 95 % intervals."}
	if len(s.state.Strategies) > 1 {
		pairs, first, last := &s.state.Pairs, s.run.Strategies[0].Name, s.run.Strategies[s.last()].Name
		notes = append(notes, fmt.Sprintf("Same dice: %s failed only %s, %s only %s, %s both.", report.Plural(pairs.OnlyFirstFailed, s.run.Noun), first,
			report.Count(pairs.OnlyLastFailed), last, report.Count(pairs.BothFailed)))
	}
	checks := fmt.Sprintf("%s checks of what must always hold, none broken.", report.Count(int(s.state.Checks.Checked)))
	if v := s.state.Checks.Violations; v > 0 {
		checks = fmt.Sprintf("%s of %s checks broken, the first: %s", report.Count(v), report.Count(int(s.state.Checks.Checked)), s.state.Checks.First)
	}
	notes = append(notes, checks)
	for _, d := range s.state.Deaths {
		notes = append(notes, fmt.Sprintf("Killed at %s with %s in flight, and came back.", d.At.Clock(), report.Plural(d.InFlight, s.run.Noun)))
	}
	return notes
}
