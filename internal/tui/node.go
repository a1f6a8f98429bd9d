package tui

import (
	"fmt"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// condition is how a step is doing, in the strategy that the story ends with.
type condition uint8

const (
	idle     condition = iota // nothing has come yet
	healthy                   // it works
	strained                  // some attempts wait or fail
	broken                    // most attempts fail, or its breaker is open
)

// Bounds of the failure rate of the last minute.
const (
	strainedFrom = 0.10
	brokenFrom   = 0.50
	judgeFrom    = 5 // attempts
)

func (s *scene) condition(step int) condition {
	st := &s.state.Strategies[s.last()]
	x := &st.Steps[step]
	if b := s.run.Steps[step].Service; b >= 0 && b < len(st.Breakers) && st.Breakers[b].State == metrics.Open {
		return broken
	}
	failed, n := x.RecentRate(s.state.Now)
	rate := float64(failed) / float64(max(n, 1))
	switch {
	case n >= judgeFrom && rate >= brokenFrom:
		return broken
	case x.Waiting+x.Deferred > 2 || n >= judgeFrom && rate >= strainedFrom:
		return strained
	case x.Attempts == 0:
		return idle
	}
	return healthy
}

func (c condition) glyph() rune { return [...]rune{'○', '✓', '↻', '✗'}[c] }

func (c condition) ink() ink { return [...]ink{inkPend, inkOK, inkRetry, inkFail}[c] }

// border is the frame's corners and sides: nw, ne, sw, se, level, upright.
func (c condition) border() [6]rune {
	return [...][6]rune{
		{'┌', '┐', '└', '┘', '┄', '┆'},
		{'╭', '╮', '╰', '╯', '─', '│'},
		{'┏', '┓', '┗', '┛', '━', '┃'},
		{'╔', '╗', '╚', '╝', '═', '║'},
	}[c]
}

// box draws a frame around the pane.
func (p pane) box(b [6]rune, k ink) {
	p.hline(1, 0, p.w-2, b[4], k)
	p.hline(1, p.h-1, p.w-2, b[4], k)
	p.vline(0, 1, p.h-2, b[5], k)
	p.vline(p.w-1, 1, p.h-2, b[5], k)
	p.put(0, 0, b[0], k)
	p.put(p.w-1, 0, b[1], k)
	p.put(0, p.h-1, b[2], k)
	p.put(p.w-1, p.h-1, b[3], k)
}

func (s *scene) drawNode(p pane, step int, d density) {
	c := s.condition(step)
	p.clear()
	in := p.part(min(1, p.w-1), 0, p.w, p.h)
	if d.border {
		p.box(c.border(), c.ink())
		in = p.part(2, 1, p.w-4, p.h-2)
	}
	in.put(0, 0, c.glyph(), c.ink()|bold)
	title := s.stepLabel(step)
	if full := s.run.Steps[step].Name; width(full) <= in.w-2 && d.border {
		title = full
	}
	x := in.clip(2, 0, in.w-2, title, inkText|bold)
	if d.border && d.down && d.lines == len(s.state.Strategies)+1 && d.w >= 30 {
		s.nodeTable(in, step, x)
		return
	}
	if d.lines > 1 {
		in.clip(0, 1, in.w, s.stepCounts(step), inkText)
	}
	if d.lines > 2 {
		in.clip(0, 2, in.w, s.stepNow(step), c.nowInk())
	}
}

func (c condition) nowInk() ink {
	if c == healthy || c == idle {
		return inkDim
	}
	return c.ink()
}

// stepCounts is what a step has done: tasks through, and attempts beyond the first.
func (s *scene) stepCounts(step int) string {
	x := &s.state.Strategies[s.last()].Steps[step]
	t := report.Count(x.Done)
	if x.Retries > 0 {
		t += " ×" + report.Count(x.Retries)
	}
	return t
}

// stepNow is what a step is at: what waits, and how much failed in the last minute.
func (s *scene) stepNow(step int) string {
	x := &s.state.Strategies[s.last()].Steps[step]
	t := ""
	switch {
	case x.Deferred > 0:
		return fmt.Sprintf("%d deferred", x.Deferred)
	case x.Waiting > 0:
		t = fmt.Sprintf("%d wait ", x.Waiting)
	case x.Running > 0:
		t = fmt.Sprintf("%d now ", x.Running)
	}
	return t + s.recentShare(x)
}

// recentShare is the share of failed attempts of the last minute; of a run that has
// ended it is the share of all, since hardly a call is made in its last minute.
func (s *scene) recentShare(x *metrics.Step) string {
	failed, n := x.RecentRate(s.state.Now)
	if s.state.Ended {
		failed, n = x.Failures, x.Attempts
	}
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(failed)/float64(n))
}

// nodeTable writes a row of figures for every strategy below a box's title: tasks
// through the step, what was tried again or lost there, failures of the last minute.
func (s *scene) nodeTable(p pane, step, x int) {
	if now, k := s.waits(step); now != "" && x+1+width(now) <= p.w {
		p.right(p.w, 0, now, k)
	}
	name := clamp(p.w-34, 5, 13)
	wide := p.w-name >= 29
	for k := range s.state.Strategies {
		st := &s.state.Strategies[k].Steps[step]
		y := k + 1
		p.clip(0, y, name, s.run.Strategies[k].Name, inkDim)
		p.right(name+7, y, report.Count(st.Done), inkText)
		extra, k := s.stepExtra(k, st)
		done, again, failing := "", "", s.recentShare(st)
		if wide {
			done, again = " done", extra
		}
		p.text(name+7, y, done, inkDim)
		p.right(p.w-7, y, again, k)
		p.right(p.w, y, failing, inkDim)
	}
}

// stepExtra says what a strategy had to do over again at a step, or lost there.
func (s *scene) stepExtra(k int, st *metrics.Step) (string, ink) {
	if s.run.Strategies[k].Retries {
		return report.Count(st.Retries) + " again", markInk(st.Retries, inkRetry)
	}
	return report.Count(st.Stopped) + " lost", markInk(st.Stopped, inkFail)
}

// markInk is k if there is something to mark.
func markInk(n int, k ink) ink {
	if n > 0 {
		return k
	}
	return inkDim
}

// waits tells what is in a step now, in the strategy that the story ends with.
func (s *scene) waits(step int) (string, ink) {
	x := &s.state.Strategies[s.last()].Steps[step]
	text, k := "", inkDim
	if x.Running > 0 {
		text = fmt.Sprintf("%d in", x.Running)
	}
	for _, w := range [...]struct {
		n    int
		word string
	}{{x.Waiting, "wait"}, {x.Deferred, "deferred"}} {
		if w.n == 0 {
			continue
		}
		if k = inkRetry | bold; text != "" {
			text += " · "
		}
		text += fmt.Sprintf("%d %s", w.n, w.word)
	}
	return text, k
}
