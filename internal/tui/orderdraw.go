package tui

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// gantt is the columns of a picture of lives: names, bars, what they left.
type gantt struct{ name, bars, deeds int }

// ganttColumns shares w columns out.
func (s *scene) ganttColumns(w int) gantt {
	name := 0
	for i := range s.run.Steps {
		name = max(name, width(s.run.Steps[i].Name))
	}
	g := gantt{name: min(name, 22) + 3}
	if w < 70 {
		g.name = min(s.longestLabel(), 12) + 3
	}
	g.deeds = clamp(w*3/10, 14, 34)
	g.bars = max(w-g.name-g.deeds-3, 1)
	return g
}

// drawLifeRows draws the axis and the rows, so that the chosen one is seen.
func (s *scene) drawLifeRows(p pane, lives []*biography, rows []lifeRow, chosen *lifeRow) {
	g := s.ganttColumns(p.w)
	ax := newAxis(lives, s.state.Now, g.bars)
	ax.draw(p.part(1+g.name, 0, g.bars, 1))
	cursor := 0
	for i := range rows {
		if chosen != nil && rows[i].attempt == chosen.attempt {
			cursor = i
		}
	}
	s.order.top = scroll(s.order.top, cursor, p.h-1, len(rows))
	for y := 1; y < p.h && s.order.top+y-1 < len(rows); y++ {
		i := s.order.top + y - 1
		s.drawLifeRow(p.part(0, y, p.w, 1), g, ax, lives, &rows[i], i == cursor && chosen != nil)
	}
}

func (s *scene) drawLifeRow(p pane, g gantt, ax *timeAxis, lives []*biography, r *lifeRow, cursor bool) {
	b := lives[r.strategy]
	if r.step < 0 {
		x := p.text(1, 0, strings.ToUpper(s.run.Strategies[r.strategy].Name), inkTitle) + 1
		fate, k := fateCell(s.log.Life(r.strategy, s.order.task))
		x = p.text(x, 0, fate, k) + 1
		if b.dur > 0 {
			p.text(x, 0, "after "+report.Span(b.dur), inkDim)
		}
		return
	}
	bars := p.part(1+g.name, 0, g.bars, 1)
	s.drawPauses(bars, ax, b, r)
	if r.attempt == nil {
		s.drawNever(p, g, b, r)
		return
	}
	s.drawAttemptRow(p, bars, g, ax, r)
	if cursor {
		p.put(0, 0, '▶', inkAccent|bold)
		p.mark(0, 0, p.w, picked)
	}
}

// stepName is as much of a step's name as fits.
func (s *scene) stepName(i, w int) string {
	if n := s.run.Steps[i].Name; width(n) <= w {
		return n
	}
	return s.stepLabel(i)
}

func (s *scene) drawNever(p pane, g gantt, b *biography, r *lifeRow) {
	p.put(1, 0, '·', inkPend)
	p.clip(3, 0, g.name-3, s.stepName(r.step, g.name-3), inkPend)
	text := "not yet"
	if b.end == event.TaskFailed || b.end == event.TaskDeclined || b.end == event.TaskRejected {
		text = "never ran"
	}
	if slices.Contains(b.skipped, r.step) {
		text = "not needed"
	}
	p.clip(2+g.name+g.bars, 0, g.deeds, text, inkPend)
}

func (s *scene) drawAttemptRow(p, bars pane, g gantt, ax *timeAxis, r *lifeRow) {
	a := r.attempt
	glyph, k := a.mark()
	p.put(1, 0, glyph, k|bold)
	if r.first {
		p.clip(3, 0, g.name-3, s.stepName(r.step, g.name-3), inkText)
	} else {
		p.clip(3, 0, g.name-4, fmt.Sprintf("  attempt %d", a.number), inkDim)
	}
	end := a.end
	if end == 0 {
		end = s.state.Now
	}
	from, to := ax.column(a.start), ax.column(end)
	for x := from; x <= to; x++ {
		bars.put(x, 0, a.bar(), k)
	}
	text, ink := a.remark()
	p.clip(2+g.name+g.bars, 0, g.deeds, text, ink)
}

// remark is what an attempt left, or why it failed.
func (a *attempt) remark() (string, ink) {
	deeds := strings.Join(a.deeds, ", ")
	switch {
	case a.outcome == event.StepSucceeded:
		return deeds, inkText
	case a.outcome == 0 && a.end == 0:
		return "running", inkRun
	case a.outcome == 0:
		return "cut off", inkFail
	case deeds != "":
		return a.class + ", yet " + deeds, inkFail
	}
	_, k := a.mark()
	return a.class, k
}

// drawPauses draws the waits that lead to a row's attempt, or, in the step's last
// row, those that nothing has followed.
func (s *scene) drawPauses(bars pane, ax *timeAxis, b *biography, r *lifeRow) {
	for _, w := range b.pauses {
		if w.step != r.step {
			continue
		}
		mine := r.attempt != nil && w.to == r.attempt.start
		if r.attempt == nil || r.last && w.from >= r.attempt.start && (w.to == 0 || w.to > r.attempt.start) {
			mine = true
		}
		if r.attempt != nil && !mine && w.to > 0 && w.to < r.attempt.start && s.firstAfter(b, r, w.to) {
			mine = true
		}
		if !mine {
			continue
		}
		to := w.to
		if to == 0 {
			to = s.state.Now
		}
		rune, k := '┄', inkRetry
		if w.parked {
			rune, k = '‖', inkPend
		}
		if w.deferred {
			rune = '╌'
		}
		for x := ax.column(w.from); x <= ax.column(to); x++ {
			bars.put(x, 0, rune, k)
		}
	}
}

// firstAfter tells whether the row's attempt is the first of its step after t.
func (s *scene) firstAfter(b *biography, r *lifeRow, t event.Time) bool {
	for i := range b.attempts {
		if a := &b.attempts[i]; a.step == r.step && a.start >= t {
			return a == r.attempt
		}
	}
	return false
}

// drawAttempt tells all about one attempt.
func (s *scene) drawAttempt(p pane, lives []*biography, r *lifeRow) {
	a := r.attempt
	st := &s.run.Steps[a.step]
	glyph, k := a.mark()
	p.put(1, 0, glyph, k|bold)
	x := p.text(3, 0, st.Name, inkTitle)
	limit := ""
	if s.run.Strategies[r.strategy].Retries {
		limit = fmt.Sprintf(" of at most %d a round", st.Limit)
	}
	p.clip(x+2, 0, p.w-x-3, fmt.Sprintf("attempt %d%s, %s", a.number, limit, s.run.Strategies[r.strategy].Name), inkDim)
	y := 1
	for _, l := range s.attemptFacts(a, r) {
		p.text(3, y, l.label, inkDim)
		for _, line := range wrap(l.value, p.w-14) {
			p.clip(13, y, p.w-14, line, l.ink)
			y++
		}
	}
	s.drawPayloads(p.part(0, y, p.w, p.h-y), r)
}

// attemptFacts are the lines about an attempt.
func (s *scene) attemptFacts(a *attempt, r *lifeRow) []fact {
	f := []fact{{label: "began", value: s.exactClock(a.start), ink: inkText}}
	switch {
	case a.end == 0:
		f = append(f, fact{label: "ended", value: "not yet, it runs for " + report.Span(s.state.Now-a.start), ink: inkRun})
	case a.outcome == 0:
		f = append(f, fact{label: "ended", value: "cut off at " + s.exactClock(a.end), ink: inkFail})
	default:
		f = append(f, fact{label: "ended", value: s.exactClock(a.end) + ", after " + report.Span(a.dur), ink: inkText})
	}
	if a.line != "" {
		f = append(f, fact{label: "in line", value: a.line, ink: inkText})
	}
	if a.class != "" {
		text := a.class
		if a.text != "" {
			text += ": " + a.text
		}
		f = append(f, fact{label: "error", value: text, ink: inkFail})
	}
	if a.due > 0 {
		f = append(f, fact{label: "then", value: fmt.Sprintf("waits %s before attempt %d", report.Span(a.due-a.end), a.number+1), ink: inkRetry})
	}
	if len(a.deeds) > 0 {
		f = append(f, fact{label: "effect", value: strings.Join(a.deeds, ", "), ink: inkText})
	}
	return f
}

// exactClock is the time with milliseconds; of tasks that take hours, with
// seconds.
func (s *scene) exactClock(t event.Time) string {
	switch {
	case s.run.Schedule != nil:
		return fmt.Sprintf("%s:%02d", s.run.Clock(t), t%event.Minute/event.Second)
	case s.run.InDays():
		return fmt.Sprintf("%s:%02d.%03d", s.run.Clock(t), t%event.Minute/event.Second, t%event.Second/event.Millisecond)
	}
	return fmt.Sprintf("%s.%03d", t.Clock(), t%event.Second/event.Millisecond)
}
