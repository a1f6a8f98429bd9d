package tui

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/report"
)

func verdictActions() []action {
	return []action{
		on("enter", "what failed", "what failed", plain(openFailed), "enter"),
		on("r", "start again, same seed", "again", again, "r").unless(cannotRestart),
		on("↑ ↓", "scroll", "scroll", steer(func(m *Model, by int) { m.verdictTop += by }), "up", "k", "down", "j"),
		on("esc", "back to the run", "back to the run", plain(func(m *Model) { m.leave() }), "esc", "backspace", "v"),
	}
}

// drawVerdict holds what the story says against what the run shows; on a large
// screen the rates stand above it once more.
func (s *scene) drawVerdict(p pane) {
	s.drawRule(p.part(0, p.h-1, p.w, 1))
	in := p.part(1, 0, p.w-2, p.h-1)
	need := s.verdictLength(in.w)
	if s.verdictTop = clamp(s.verdictTop, 0, max(need-in.h, 0)); need <= in.h {
		s.drawVerdictPage(in, in.h-need-1)
		return
	}
	var page canvas
	page.reset(in.w, need)
	s.drawVerdictPage(page.all(), 0)
	for y := range in.h {
		for x := range in.w {
			c := page.cells[(s.verdictTop+y)*in.w+x]
			in.put(x, y, c.r, c.ink)
		}
	}
	if s.verdictTop+in.h < need {
		p.right(p.w-2, p.h-1, " more below: ↓ ", inkDim)
	}
}

// drawVerdictPage draws all of the verdict; spare is how many rows it leaves.
func (s *scene) drawVerdictPage(in pane, spare int) {
	in.clip(0, 0, in.w, s.verdictTitle(), inkTitle)
	y := 2
	if spare >= 8 {
		y += s.drawVerdictFigures(in.part(0, 2, in.w, min(spare-2, 11))) + 1
	}
	table := in.part(0, y, min(in.w, 110), in.h-y)
	y = s.drawClaims(table) + 1
	for _, line := range s.verdictNotes() {
		for _, l := range wrap(line, table.w) {
			table.text(0, y, l, inkDim)
			y++
		}
	}
	if y++; y < table.h {
		x := table.text(0, y, s.command(), inkAccent|bold)
		table.clip(x+2, y, table.w-x-2, "the same figures again", inkDim)
	}
}

// verdictRest are the title, the head of the table, the command, and what stands
// empty between them.
const verdictRest = 7

// verdictLength is how many rows the verdict takes without large figures.
func (s *scene) verdictLength(w int) int {
	n := len(report.Verdict(s.state)) + verdictRest
	for _, line := range s.verdictNotes() {
		n += len(wrap(line, w))
	}
	return n
}

// drawVerdictFigures draws the rates of the first and the last strategy side by
// side and returns the rows used.
func (s *scene) drawVerdictFigures(p pane) int {
	used, x := 0, 0
	for _, k := range s.ends() {
		r, word := s.headline(k)
		in := p.part(x, 0, p.w/2-2, p.h)
		end := in.text(0, 0, strings.ToUpper(s.run.Strategies[k].Name), inkTitle)
		in.clip(end+1, 0, in.w-end-1, word, inkDim)
		rows := s.drawFigure(in.part(0, 1, in.w, in.h-2), figureText(r.K, r.N), s.rateInk(k)) + 1
		drawSure(in.part(0, rows, min(in.w, 60), 1), r)
		used, x = max(used, rows+1), p.w/2
	}
	return used
}

// ends are the strategies that the story goes from and to.
func (s *scene) ends() []int {
	if s.last() == 0 {
		return []int{0}
	}
	return []int{0, s.last()}
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
	name = min(name, max(w-says-shows-6, 12))
	c := claimColumns{says: name + 4}
	c.shows = c.says + min(says, max(w/4, w-c.says-shows-3, 8)) + 2
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
		word = "not judged"
	case *r.Holds:
		glyph, k, word = '✓', inkOK, "holds"
	default:
		glyph, k, word = '✗', inkFail, "does not hold"
	}
	p.put(0, 0, glyph, k|bold)
	p.clip(2, 0, c.says-3, r.Name, inkText)
	p.clip(c.says, 0, c.shows-c.says-1, r.Says(), inkDim)
	p.clip(c.shows, 0, c.holds-c.shows-1, shown(r), inkText|bold)
	if c.holds+width(word) <= p.w {
		p.text(c.holds, 0, word, k)
	}
}

// verdictNotes are the lines below the table.
func (s *scene) verdictNotes() []string {
	notes := s.unjudged()
	notes = append(notes, "d: worked out with declared parameters, which can be edited; the rest is counted. ±: 95 % intervals.")
	if len(s.state.Strategies) > 1 {
		pairs, first, last := &s.state.Pairs, s.run.Strategies[0].Name, s.run.Strategies[s.last()].Name
		notes = append(notes, fmt.Sprintf("First pass: %s failed only %s, %s only %s, %s both.", report.Plural(pairs.OnlyFirstFailed, s.run.Noun), first,
			report.Count(pairs.OnlyLastFailed), last, report.Count(pairs.BothFailed)))
	}
	checks := fmt.Sprintf("%s checks of what must always hold, none broken.", report.Count(int(s.state.Checks.Checked)))
	if v := s.state.Checks.Violations; v > 0 {
		checks = fmt.Sprintf("%s of %s checks broken, the first: %s", report.Count(v), report.Count(int(s.state.Checks.Checked)), s.state.Checks.First)
	}
	notes = append(notes, checks)
	for _, d := range s.state.Deaths {
		notes = append(notes, fmt.Sprintf("Killed at %s with %s in flight, and came back.", s.run.Clock(d.At), report.Plural(d.InFlight, s.run.Noun)))
	}
	return notes
}

// unjudged tells why claims are not judged, each reason once.
func (s *scene) unjudged() []string {
	var notes []string
	for _, r := range report.Verdict(s.state) {
		if note := "Not judged: " + r.Reason + "."; r.Says() != "" && r.Holds == nil && r.Reason != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}
