package tui

import (
	"strings"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// drawLife draws one strategy's column: what it is called, the share of tasks
// whose first pass failed in large figures, how sure that is, and what it cost.
func (s *scene) drawLife(p pane, k int) {
	if p.w < 8 || p.h < 2 {
		return
	}
	about := &s.run.Strategies[k]
	rate, word := s.headline(k)
	x := p.text(1, 0, strings.ToUpper(about.Name), inkTitle)
	p.clip(x+1, 0, p.w-x-1, word, inkDim)
	y := 1 + s.drawFigure(p.part(1, 1, p.w-2, s.figureRoom(p)), figureText(rate.K, rate.N), s.rateInk(k))
	drawSure(p.part(1, y, p.w-2, 1), rate)
	s.drawFacts(p.part(1, y+1, p.w-2, p.h-y-1), k)
}

// figureRoom is how many rows the large figures may take.
func (s *scene) figureRoom(p pane) int {
	if s.big {
		return p.h - 3
	}
	switch {
	case p.h >= 24:
		return 6
	case p.h >= 10:
		return 4
	}
	return 3
}

// drawFigure draws text as large as the pane allows and returns the rows taken.
func (s *scene) drawFigure(p pane, text string, k ink) int {
	f, ok := fitFigure(text, p.w, p.h)
	if !ok {
		p.text(0, 0, text, k|bold)
		return 1
	}
	p.figure(0, 0, text, f, k|bold)
	return f.rows()
}

// drawSure writes what a rate was counted from, and how sure it is.
func drawSure(p pane, r metrics.Rate) {
	x := p.text(0, 0, report.Count(r.K), inkText|bold)
	x = p.text(x, 0, " of "+report.Count(r.N), inkText)
	if r.N == 0 {
		return
	}
	sure := report.PercentRange(r.Interval.Low, r.Interval.High)
	if p.w-1-width(sure) >= x {
		p.right(p.w, 0, sure, inkDim)
	}
}

// fact is one line of what a strategy did to people.
type fact struct {
	label, value string
	declared     bool // worked out with a declared parameter
	ink          ink
	gap          bool // a new group begins
}

// drawFacts lists the facts: one to a row and in groups, or, where rows are
// scarce, the most important ones in two columns.
func (s *scene) drawFacts(p pane, k int) {
	if p.h >= 2*factRows {
		p.factColumn(s.longFacts(k), true)
		return
	}
	facts, n := s.shortFacts(k), min(p.h, factRows)
	if p.w < 30 {
		p.factColumn(facts, false)
		return
	}
	left := clamp(p.w*11/20, 20, max(p.w-16, 0))
	p.part(0, 0, left, n).factColumn(facts[:factRows], false)
	p.part(left+2, 0, p.w-left-2, n).factColumn(facts[factRows:], false)
}

// factColumn writes the facts that fit, one to a row.
func (p pane) factColumn(facts []fact, spaced bool) {
	y := 0
	for _, f := range facts {
		if spaced && f.gap {
			y++
		}
		x := p.clip(0, y, p.w-width(f.value)-1, f.label, inkDim)
		if f.declared && x+2 < p.w-width(f.value) {
			p.put(x+1, y, 'd', inkPend)
		}
		p.right(p.w, y, f.value, f.ink|bold)
		y++
	}
}
