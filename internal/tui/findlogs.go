package tui

import (
	"cmp"
	"fmt"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/logline"
	"tasker-sim/internal/report"
)

// logsView is round 1: the lines of all services as they were written.
type logsView struct {
	lines  []logLine
	seen   []bool // by line: it was on the screen
	shown  []int  // those of the service that is looked at
	filter int    // 0: all services, else service + 1
	top    int    // first line shown, in shown
}

// logLine is one line of a service's log.
type logLine struct {
	at      event.Time
	service int
	text    string
}

// logLines makes the lines of a record: what events wrote, and chatter.
func logLines(run *event.Run, tape []event.Event, from, to event.Time) []logLine {
	var lines []logLine
	for i := range tape {
		e := &tape[i]
		if e.At < from || e.At >= to || logline.Count(e) == 0 {
			continue
		}
		lines = append(lines, logLine{e.At, int(e.Service), string(logline.Append(nil, run, e))})
	}
	for i := range run.Services {
		sv := &run.Services[i]
		if sv.Chatter <= 0 {
			continue
		}
		for at := logline.FirstChatter(sv, from); at < to; at += sv.Chatter {
			lines = append(lines, logLine{at, i, string(logline.AppendChatter(nil, sv, at))})
		}
	}
	slices.SortStableFunc(lines, func(a, b logLine) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.service, b.service)) })
	return lines
}

// openLogs shows the end of all logs.
func (m *Model) openLogs() {
	f := &m.game
	f.logs = logsView{lines: logLines(m.run, f.tape, max(0, f.end-findSpan), f.end)}
	f.logs.seen = make([]bool, len(f.logs.lines))
	m.filterLogs(0)
}

// filterLogs looks at the log of the next service, at its end.
func (m *Model) filterLogs(by int) {
	l := &m.game.logs
	n := len(m.run.Services) + 1
	l.filter = (l.filter + by + n) % n
	l.shown = l.shown[:0]
	for i := range l.lines {
		if l.filter == 0 || l.lines[i].service == l.filter-1 {
			l.shown = append(l.shown, i)
		}
	}
	l.top = len(l.shown)
	m.game.effort().screens++
	m.scrollLogs(0)
}

// scrollLogs moves by so many lines and counts those that come on the screen.
func (m *Model) scrollLogs(by int) {
	l, rows := &m.game.logs, m.findRows()
	l.top = clamp(l.top+by, 0, max(len(l.shown)-rows, 0))
	for i := l.top; i < min(l.top+rows, len(l.shown)); i++ {
		if !l.seen[l.shown[i]] {
			l.seen[l.shown[i]] = true
			m.game.effort().lines++
		}
	}
}

func (s *scene) drawLogs(p pane) {
	l := &s.game.logs
	s.drawFindHead(p, "Round 1: logs", "Everything is green, and conversion is down by a fifth.")
	name := "all services"
	if l.filter > 0 {
		name = s.serviceTitle(l.filter - 1)
	}
	rows := s.findRows()
	x := p.text(0, 1, name, inkAccent|bold)
	p.clip(x+2, 1, p.w-x-2, fmt.Sprintf("lines %s to %s of %s; %s read; tab: next service", report.Count(min(l.top+1, len(l.shown))),
		report.Count(min(l.top+rows, len(l.shown))), report.Count(len(l.shown)), report.Count(s.game.effort().lines)), inkDim)
	wide := 0
	for i := range s.run.Services {
		wide = max(wide, width(s.serviceTitle(i)))
	}
	for y := range min(rows, len(l.shown)-l.top) {
		line := &l.lines[l.shown[l.top+y]]
		x := p.text(0, 3+y, fmt.Sprintf("%s.%03d", line.at.Clock(), line.at%event.Second/event.Millisecond), inkPend) + 2
		p.clip(x, 3+y, wide, s.serviceTitle(line.service), inkDim)
		p.clip(x+wide+2, 3+y, p.w-x-wide-2, line.text, inkText)
	}
}
