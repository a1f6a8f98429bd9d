package tui

import (
	"fmt"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// toolsView is round 2: what step metrics and traces tell of the same minutes.
type toolsView struct {
	screen int       // 0: graph and table, 1: trace
	rows   []toolRow // by step
	slow   []int32   // tasks with a slow execution, latest first
	chosen int       // in slow
}

// toolRow is a step's executions of the last minutes.
type toolRow struct{ all, slow, open, hanging int }

// toolSpan is the time that the table tells of.
const toolSpan = 2 * event.Minute

// openTools folds the record into spans.
func (m *Model) openTools() {
	f := &m.game
	f.tools = toolsView{rows: make([]toolRow, len(m.run.Steps))}
	m.game.effort().screens++
	for _, x := range spans(f.tape) {
		row, slow := &f.tools.rows[x.step], m.run.Steps[x.step].Slow
		end := x.end
		if end == 0 {
			end = f.end
			row.open++
		}
		late := end-x.start > slow
		if x.end == 0 && late {
			row.hanging++
		}
		if end < f.end-toolSpan {
			continue
		}
		row.all++
		if late {
			row.slow++
			f.tools.slow = append(f.tools.slow, x.task)
		}
	}
	slices.Reverse(f.tools.slow)
}

// spanSeen is one attempt in a record; end is 0 if it was open at its end.
type spanSeen struct {
	task       int32
	step       int
	attempt    int16
	start, end event.Time
}

// spans are the attempts of a record in order of their start.
func spans(tape []event.Event) []spanSeen {
	var list []spanSeen
	open := map[[3]int32]int{}
	for i := range tape {
		e := &tape[i]
		key := [3]int32{e.Task, int32(e.Step), int32(e.Attempt)}
		switch e.Kind {
		case event.StepStarted:
			open[key] = len(list)
			list = append(list, spanSeen{e.Task, int(e.Step), e.Attempt, e.At, 0})
		case event.StepSucceeded, event.StepRetrying, event.StepFailed:
			if at, ok := open[key]; ok {
				list[at].end = e.At
			}
		}
	}
	return list
}

func (m *Model) turnTools(by int) {
	t := &m.game.tools
	t.screen = (t.screen + by + 2) % 2
	m.game.effort().screens++
}

func (m *Model) chooseTrace(by int) {
	t := &m.game.tools
	before := t.chosen
	t.chosen = clamp(t.chosen+by, 0, max(len(t.slow)-1, 0))
	if t.screen == 1 && t.chosen != before {
		m.game.effort().screens++
	}
}

func (s *scene) drawTools(p pane) {
	t := &s.game.tools
	body := p.part(0, 2, p.w, p.h-4)
	if t.screen == 0 {
		s.drawFindHead(p, "Round 2: graph and metrics", "The same minutes. tab: a slow task's trace.")
		s.drawToolTable(body)
		return
	}
	s.drawFindHead(p, "Round 2: trace", "↑ ↓ chooses another slow one, tab goes back to the graph.")
	s.drawTrace(body)
}

// drawToolTable is the graph in topological order, each step with its figures.
func (s *scene) drawToolTable(p pane) {
	name := 8
	for i := range s.run.Steps {
		name = max(name, width(s.run.Steps[i].Name))
	}
	for i, title := range [...]string{"calls", "slow", "open", "hanging"} {
		p.right(name+10+8*i, 0, title, inkDim)
	}
	p.text(name+10+8*3+2, 0, "share of slow ones", inkDim)
	tight := p.h < 2*len(s.run.Steps)
	for i, r := range s.game.tools.rows {
		y := 1 + 2*i
		if tight {
			y = 1 + i
		} else if i > 0 {
			p.put(1, y-1, '▼', inkFaint)
		}
		glyph, k := '✓', inkOK
		if r.hanging > 0 {
			glyph, k = '◐', inkRun
		}
		p.put(1, y, glyph, k|bold)
		p.text(3, y, s.run.Steps[i].Name, inkText)
		for c, n := range [...]int{r.all, r.slow, r.open, r.hanging} {
			p.right(name+10+8*c, y, report.Count(n), inkText)
		}
		s.drawShare(p.part(name+10+8*3+2, y, p.w-name-36, 1), r, i)
	}
}

// drawShare is the share of slow executions as a bar and in figures.
func (s *scene) drawShare(p pane, r toolRow, step int) {
	if r.all == 0 || p.w < 8 {
		return
	}
	text := fmt.Sprintf("%.0f %%", 100*float64(r.slow)/float64(r.all))
	bar := (p.w - 7) * r.slow / r.all
	k := inkDim
	if r.slow*10 > r.all {
		k = inkFail
	}
	p.hline(0, 0, bar, '█', k)
	p.clip(bar+1, 0, p.w-bar-1, text+" over "+report.Limit(s.run.Steps[step].Slow), k)
}

// drawTrace is one slow task as spans, those that are open up to the present.
func (s *scene) drawTrace(p pane) {
	t := &s.game.tools
	if len(t.slow) == 0 {
		p.text(0, 0, "no slow task in these minutes", inkPend)
		return
	}
	task := t.slow[t.chosen]
	var events []event.Event
	for i := range s.game.tape {
		if s.game.tape[i].Task == task {
			events = append(events, s.game.tape[i])
		}
	}
	b := readLife(s.run, events)
	p.clip(0, 0, p.w, fmt.Sprintf("%s %s, arrived %s, %d of %d", s.run.Noun.One, report.Count(int(task)), s.run.Clock(b.from), t.chosen+1, len(t.slow)), inkText|bold)
	label := 20
	ax := newAxis([]*biography{b}, s.game.end, max(p.w-label-24, 8))
	for y := range min(len(b.attempts), p.h-1) {
		s.drawSpan(p.part(0, 1+y, p.w, 1), label, ax, &b.attempts[y])
	}
}

func (s *scene) drawSpan(p pane, label int, ax *timeAxis, a *attempt) {
	glyph, k := a.mark()
	p.put(0, 0, glyph, k|bold)
	name := s.stepLabel(a.step)
	if a.number > 1 {
		name += fmt.Sprintf(", attempt %d", a.number)
	}
	p.clip(2, 0, label-3, name, inkText)
	end, text := a.end, report.Span(a.dur)
	if end == 0 {
		end, text = s.game.end, "open for "+report.Span(s.game.end-a.start)
	}
	for x := ax.column(a.start); x <= ax.column(end); x++ {
		p.put(label+x, 0, a.bar(), k)
	}
	if a.class != "" {
		text += ", " + a.class
	}
	p.clip(label+ax.w+1, 0, p.w-label-ax.w-1, text, k)
}
