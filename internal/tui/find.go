package tui

import (
	"fmt"
	"slices"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
	"tasker-sim/internal/wall"
)

// The game: the same minutes of the same incident, first in the raw logs of all
// services, then with what a tracer and step metrics know of them. It reads the
// events that the dashboard was given, as everything here does.

// Stages of the game.
const (
	findIdle  = iota // not begun
	findLogs         // round 1: lines
	findTools        // round 2: table and trace
	findOver         // what both rounds took
)

// Bounds of what is recorded for it.
const (
	findSpan   = 10 * event.Minute // of log to look at
	findAfter  = 3 * event.Minute  // … which ends so long after the first call
	findUnseen = 40 * event.Minute // or after the begin, if nobody is called
)

// findView is the game and where the person stands in it.
type findView struct {
	tape   []event.Event // of the first strategy, up to the end of the record
	sealed bool          // nothing is added any more

	offered bool       // the game began by itself
	end     event.Time // of the record

	stage  int
	start  func() func() time.Duration // starts a stopwatch; nil: the wall's
	watch  func() time.Duration        // of this round
	taken  [2]effortTaken              // by round
	asking bool                        // the step is being named
	step   int                         // under the cursor while it is
	wrong  string                      // answer to a wrong name
	paused bool                        // the run was paused before

	logs  logsView
	tools toolsView
}

// effortTaken is what a round took.
type effortTaken struct {
	time    time.Duration
	lines   int // of logs that were on the screen
	screens int // that were opened: filters, tables, traces
	wrong   int // steps named that were not it
}

// record keeps the events of the first strategy around the begin of the incident.
func (f *findView) record(s *scene, e *event.Event) {
	if f.sealed || e.Strategy != 0 && e.Strategy != event.None {
		return
	}
	if began, due := s.findDue(); began && e.At >= due {
		f.sealed, f.end = true, e.At
		return
	}
	if e.Task > 0 && e.Strategy == 0 {
		f.tape = append(f.tape, *e)
	}
	if len(f.tape) > 0 && f.tape[0].At < e.At-findSpan-event.Minute {
		keep, _ := slices.BinarySearchFunc(f.tape, e.At-findSpan, func(x event.Event, t event.Time) int { return int(x.At - t) })
		f.tape = append(f.tape[:0], f.tape[keep:]...)
	}
}

// findDue is when the record ends: a while after somebody was called first, so
// that what there is to see can be seen.
func (s *scene) findDue() (began bool, due event.Time) {
	for k := range s.state.Strategies {
		w := &s.state.Strategies[k].Watch
		if w.Began == 0 {
			return false, 0
		}
		if due == 0 {
			due = w.Began + findUnseen
		}
		if w.Noticed > 0 {
			due = min(due, w.Noticed+findAfter)
		}
	}
	return true, due
}

func cannotFind(s *scene) string {
	switch {
	case !s.watched():
		return "nobody watches for an incident here"
	case s.game.sealed:
		return ""
	case s.run.Watch.Service < 0 || s.ended:
		return "the run has no incident"
	}
	return "wait for the incident"
}

// beginFind starts the game, or goes on with it. The run waits meanwhile.
func (m *Model) beginFind() {
	f := &m.game
	m.open(screenFind)
	f.paused, m.paused = m.paused, true
	if f.stage == findIdle || f.stage == findOver {
		m.findRound(findLogs)
	}
}

// offerFind begins the game by itself, once, if that was asked for.
func (m *Model) offerFind() {
	f := &m.game
	if m.opts.Find && f.sealed && !f.offered {
		f.offered, m.speed = true, m.normal
		m.beginFind()
	}
}

// findRound starts a round and its stopwatch.
func (m *Model) findRound(stage int) {
	f := &m.game
	f.stage, f.asking, f.wrong, f.step = stage, false, "", 0
	if stage == findOver {
		return
	}
	if stage == findLogs {
		f.taken = [2]effortTaken{}
		m.openLogs()
	} else {
		m.openTools()
	}
	if f.start == nil {
		f.start = func() func() time.Duration { return wall.Start().Elapsed }
	}
	f.watch = f.start()
}

// effort is what the present round has taken so far.
func (f *findView) effort() *effortTaken { return &f.taken[clamp(f.stage-findLogs, 0, 1)] }

func (m *Model) leaveFind() {
	f := &m.game
	if f.asking {
		f.asking = false
		return
	}
	m.leave()
	m.paused = f.paused
	m.rest()
	if f.stage == findOver {
		f.stage = findIdle
	}
}

func (s *scene) findActions() []action {
	if s.game.stage == findOver {
		return []action{
			on("enter", "back", "back", plain((*Model).leaveFind), "enter", "esc", "backspace"),
		}
	}
	return []action{
		on("enter", "name the step that hangs", "name the step", plain((*Model).findEnter), "enter"),
		on("↑ ↓", "scroll, or choose a task", "scroll", steer(func(m *Model, by int) { m.findMove(by) }), "up", "k", "down", "j"),
		on("pgup pgdn", "a page at once", "", steer(func(m *Model, by int) { m.findMove(by * max(m.findRows()-1, 1)) }), pageKeys...),
		on("home end", "the first line, the last", "", steer(func(m *Model, by int) { m.findMove(by * 1 << 30) }), "home", "end", "G"),
		on("tab", "next service, or next screen", "next", steer(func(m *Model, by int) { m.findTab(by) }), "tab", "right", "left", "shift+tab"),
		on("esc", "back", "back", plain((*Model).leaveFind), "esc", "backspace"),
	}
}

// findRows is how many rows a list of the game has.
func (s *scene) findRows() int { return max(s.h-3-5, 1) }

func (m *Model) findMove(by int) {
	switch f := &m.game; {
	case f.asking:
		f.step = clamp(f.step+clamp(by, -1, 1), 0, len(m.run.Steps)-1)
	case f.stage == findLogs:
		m.scrollLogs(by)
	case f.stage == findTools:
		m.chooseTrace(by)
	}
}

func (m *Model) findTab(by int) {
	switch f := &m.game; {
	case f.asking:
		f.step = clamp(f.step+by, 0, len(m.run.Steps)-1)
	case f.stage == findLogs:
		m.filterLogs(by)
	case f.stage == findTools:
		m.turnTools(by)
	}
}

// findEnter asks for the step, judges it, or goes on.
func (m *Model) findEnter() {
	f := &m.game
	switch {
	case f.stage == findOver || f.stage == findIdle:
		m.leaveFind()
	case !f.asking:
		f.asking, f.wrong = true, ""
	case m.run.Steps[f.step].Service == m.run.Watch.Service:
		f.effort().time = f.watch()
		m.findRound(f.stage + 1)
	default:
		f.asking = false
		f.effort().wrong++
		f.wrong = m.run.Steps[f.step].Name + " is not it"
	}
}

// drawFind draws the present round.
func (s *scene) drawFind(p pane) {
	s.drawRule(p.part(0, p.h-1, p.w, 1))
	in := p.part(1, 0, p.w-2, p.h-1)
	switch s.game.stage {
	case findLogs:
		s.drawLogs(in)
	case findTools:
		s.drawTools(in)
	case findOver:
		s.drawFindEnd(in)
	default:
		in.text(0, 0, "there is nothing to find", inkPend)
	}
}

// drawFindHead says what the round is about and, at the foot, what is asked.
func (s *scene) drawFindHead(p pane, title, task string) {
	p.clip(p.text(0, 0, title, inkTitle)+2, 0, p.w-width(title)-2, task, inkDim)
	f := &s.game
	foot := p.part(0, p.h-2, p.w, 2)
	if !f.asking {
		text, ink := "Which step hangs? enter names it.", inkText
		if f.wrong != "" {
			text, ink = f.wrong+". Which step hangs? enter names it.", inkFail
		}
		foot.clip(0, 1, foot.w, text, ink)
		return
	}
	x := foot.text(0, 1, "It is: ", inkText)
	for i := range s.run.Steps {
		name := " " + s.stepLabel(i) + " "
		k := inkDim
		if i == f.step {
			k = inkAccent | bold | flipped
		}
		x = foot.text(x, 1, name, k) + 1
	}
	foot.clip(x+1, 1, foot.w-x-1, "↑ ↓ choose, enter", inkPend)
}

// drawFindEnd tells what both rounds took, beside the person of the model.
func (s *scene) drawFindEnd(p pane) {
	f := &s.game
	p.text(0, 0, "Found it twice: "+s.serviceTitle(s.run.Watch.Service)+" hangs.", inkTitle)
	p.text(24, 2, "in logs", inkDim)
	p.text(40, 2, "with tools", inkDim)
	row := func(y int, name string, cell func(*effortTaken) string) {
		p.text(0, y, name, inkText)
		p.text(24, y, cell(&f.taken[0]), inkText|bold)
		p.text(40, y, cell(&f.taken[1]), inkOK|bold)
	}
	row(3, "your time", func(e *effortTaken) string { return report.Span(event.FromDuration(e.time)) })
	row(4, "lines on the screen", func(e *effortTaken) string { return report.Count(e.lines) })
	row(5, "screens opened", func(e *effortTaken) string { return report.Count(e.screens) })
	row(6, "wrong steps named", func(e *effortTaken) string { return report.Count(e.wrong) })
	p.text(0, 8, "in this run the person on call took, from the alarm to the fix:", inkDim)
	for k := range s.state.Strategies {
		w := &s.state.Strategies[k].Watch
		text := "not done yet"
		if w.Mended > 0 && w.Noticed > 0 {
			text = report.Since(w.Noticed, w.Mended)
		}
		p.clip(2, 9+k, p.w-2, fmt.Sprintf("%-22s%s", s.run.Strategies[k].Name, text), inkText)
	}
	p.clip(0, 10+len(s.state.Strategies), p.w, "Times are your own, by the clock on the wall. enter goes back to the run.", inkDim)
}
