package tui

import (
	"strings"
)

// drawLife draws one strategy's column: what it is called, the share of tasks
// whose first pass failed in large figures, how sure that is, and what it cost.
func (s *scene) drawLife(p pane, k int) {
	if p.w < 8 || p.h < 2 {
		return
	}
	st, about := &s.state.Strategies[k], &s.run.Strategies[k]
	failed, n := s.rate(k)
	x := p.text(1, 0, strings.ToUpper(clean(about.Name)), inkTitle)
	word := kindWords(&st.Tasks, about.Durable)
	p.clip(x+1, 0, p.w-x-1, clean(s.run.Noun.Many)+" "+word, inkDim)
	y := 1 + s.drawFigure(p.part(1, 1, p.w-2, s.figureRoom(p)), figureText(failed, n), s.rateInk(k))
	s.drawSure(p, y, k)
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

// drawSure writes the interval of a rate, and what it was counted from.
func (s *scene) drawSure(p pane, y, k int) {
	failed, n := s.rate(k)
	low, high := s.interval(k)
	x := p.text(1, y, count(failed), inkText|bold)
	x = p.text(x, y, " of "+count(n), inkText)
	if n == 0 {
		return
	}
	sure := share(low) + " – " + share(high)
	if p.w-2-width(sure) > x {
		p.right(p.w-1, y, sure, inkDim)
	}
}

// fact is one line of what a strategy did to people.
type fact struct {
	label, value string
	declared     bool // worked out with a declared parameter
	ink          ink
	gap          bool // a new group begins
}

// drawFacts lists the facts, in one column or, where rows are scarce, in two.
func (s *scene) drawFacts(p pane, k int) {
	facts := s.facts(k)
	if p.h >= len(facts)+2 {
		s.factColumn(p, facts, true)
		return
	}
	short := facts[:min(len(facts), 2*p.h)]
	if p.w < 30 || len(facts) <= p.h {
		s.factColumn(p, short[:min(len(short), p.h)], false)
		return
	}
	left := (p.w + 3) / 2
	s.factColumn(p.part(0, 0, left, p.h), short[:min(p.h, len(short))], false)
	if len(short) > p.h {
		s.factColumn(p.part(left+2, 0, p.w-left-2, p.h), short[p.h:], false)
	}
}

func (s *scene) factColumn(p pane, facts []fact, spaced bool) {
	y := 0
	for _, f := range facts {
		if spaced && f.gap {
			y++
		}
		end := p.w
		if s.anyDeclared(facts) {
			end -= 2
			if f.declared {
				p.put(p.w-1, y, 'd', inkPend)
			}
		}
		p.clip(0, y, end-width(f.value)-1, f.label, inkDim)
		p.right(end, y, f.value, f.ink|bold)
		y++
	}
}

func (s *scene) anyDeclared(facts []fact) bool {
	for _, f := range facts {
		if f.declared {
			return true
		}
	}
	return false
}
