package tui

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// watched tells whether the run is one in which somebody watches for an incident.
func (s *scene) watched() bool { return s.run != nil && s.run.Watch != nil }

// watchFacts are when an incident was noticed and mended, what failed meanwhile,
// and what hangs now.
func (s *scene) watchFacts(k int) []fact {
	w := &s.state.Strategies[k].Watch
	noticed, mended := "–", "–"
	if w.Began > 0 {
		noticed, mended = report.Since(w.Began, w.Noticed), report.Since(w.Began, w.Mended)
	}
	_, slow := s.state.Hanging(k)
	hanging := report.Count(slow)
	if slow > 0 && !s.run.Strategies[k].Metrics {
		hanging += " unseen"
	}
	return []fact{
		{label: "noticed", value: noticed, ink: sinceInk(w.Began, w.Noticed), gap: true},
		{label: "mended", value: mended, ink: sinceInk(w.Began, w.Mended)},
		{label: "lost", value: report.Money(w.LostCents), declared: true, ink: costInk(w.LostCents > 0)},
		{label: "hangs", value: hanging, ink: costInk(slow > 0)},
	}
}

// sinceInk is the ink of something that is to happen soon after an instant.
func sinceInk(began, at event.Time) ink {
	switch {
	case began == 0:
		return inkPend
	case at == 0:
		return inkFail
	}
	return inkText
}

// searchFacts are what it took to find it.
func (s *scene) searchFacts(k int) []fact {
	w := &s.state.Strategies[k].Watch
	wrong, all := s.state.FalseAlerts(k)
	f := []fact{
		{label: "false alarms", value: report.Count(wrong) + "/" + report.Count(all), ink: costInk(wrong > 0), gap: true},
		plainFact("lines read", w.Lines),
		plainFact("logs, screens", w.Logs),
	}
	f[2].value += ", " + report.Count(w.Screens)
	return f
}

// owedFacts are the counts of promises that parked tasks still owe.
func (s *scene) owedFacts(k int) []fact {
	var facts []fact
	for i, p := range s.run.Promises {
		if p.Parked != "" {
			facts = append(facts, harm(p.Parked, s.state.Strategies[k].Promises[i].Parked))
		}
	}
	return facts
}

// present is what the person on call of strategy k does now, nil if nothing.
func (s *scene) present(k int) *metrics.Deed {
	w := &s.state.Strategies[k].Watch
	if n := len(w.Deeds); n > 0 && w.Deeds[n-1].Act != event.ActStandDown && w.Deeds[n-1].Due > s.state.Now {
		return &w.Deeds[n-1]
	}
	return nil
}

// deedText is what the person on call does, in few words.
func (s *scene) deedText(d *metrics.Deed) string {
	name := ""
	if d.Service >= 0 {
		name = s.serviceTitle(d.Service)
	}
	return report.DeedText(d.Act, name, d.Lines)
}

// plight is how the incident stands in strategy k, in a few words.
func (s *scene) plight(k int) (string, ink) {
	w := &s.state.Strategies[k].Watch
	d := s.present(k)
	switch {
	case w.Began == 0 && d == nil:
		return "", inkText
	case w.Mended > 0:
		return "noticed " + report.Since(w.Began, w.Noticed) + ", mended " + report.Since(w.Began, w.Mended), inkOK
	case d != nil:
		return s.deedText(d), inkRetry
	}
	return "nobody knows yet", inkFail
}

// markIncident writes over a row of bars when the incident was noticed and mended,
// and behind it how it stands.
func (s *scene) markIncident(p pane, k int) {
	w := &s.state.Strategies[k].Watch
	total := max(s.run.Duration, s.state.Now)
	column := func(t event.Time) int { return clamp(int(int64(p.w)*int64(t)/int64(max(total, 1))), 0, p.w-1) }
	for _, a := range w.Alerts {
		if a.Calls {
			p.put(column(a.Fired), 0, '!', inkRetry|bold)
		}
	}
	from := s.state.Now
	if w.Mended > 0 {
		from = w.Mended
		p.put(max(column(from), column(w.Noticed)+1), 0, '✓', inkOK|bold)
	}
	text, ink := s.plight(k)
	if x := column(from) + 3; text != "" && p.w-x >= 12 {
		p.clip(x, 0, p.w-x, " "+clip(text, p.w-x-2)+" ", ink)
	}
}

// mended names the strategies in which the incident is over.
func (s *scene) mended() string {
	text := ""
	for k := range s.state.Strategies {
		if s.state.Strategies[k].Watch.Mended > 0 {
			text += ", mended in " + s.run.Strategies[k].Name
		}
	}
	return text
}

// moment is a line of the timeline of an incident.
type moment struct {
	at    event.Time
	glyph rune
	ink   ink
	text  string
}

// moments are what happened in strategy k, in order: the begin, alarms that
// called, what the person on call did, the end.
func (s *scene) moments(k int) []moment {
	w := &s.state.Strategies[k].Watch
	var list []moment
	for _, f := range s.state.FaultLog {
		if f.Name == event.FaultHang {
			list = append(list, moment{f.Begin, '✗', inkFail, s.serviceTitle(f.Service) + ": " + f.Text})
		}
	}
	for _, a := range w.Alerts {
		if a.Calls {
			list = append(list, moment{a.Fired, '!', inkRetry, "alarm: " + strings.ReplaceAll(a.Rule, "_", " ")})
		}
	}
	for i := range w.Deeds {
		d := &w.Deeds[i]
		text := s.deedText(d)
		if d.Finding != "" {
			text += ": " + d.Finding
		}
		m := moment{d.Begin, '·', inkDim, text}
		if d.Led {
			m.glyph, m.ink = '▸', inkText
		}
		list = append(list, m)
	}
	if w.Mended > 0 {
		list = append(list, moment{w.Mended, '✓', inkOK, s.serviceTitle(s.run.Watch.Service) + " is mended"})
	}
	slices.SortStableFunc(list, func(a, b moment) int { return int(a.at - b.at) })
	return list
}

// incidentView is how far the timelines are scrolled back.
type incidentView struct{ up int }

func incidentActions() []action {
	return []action{
		on("enter", "find it yourself: first in logs, then with tools", "find it yourself", plain((*Model).beginFind), "enter").unless(cannotFind),
		on("↑ ↓", "scroll", "scroll", steer(scrollIncident), "up", "k", "down", "j"),
		on("esc", "back to the run", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace", "i"),
	}
}

// scrollIncident moves back in time, at most to the first line of the longest list.
func scrollIncident(m *Model, by int) {
	most := 0
	for k := range m.state.Strategies {
		most = max(most, 3*len(m.moments(k)))
	}
	m.incident.up = clamp(m.incident.up-by, 0, most)
}

func openIncident(m *Model) { m.open(screenIncident) }

// drawIncident draws the timelines of the strategies side by side.
func (s *scene) drawIncident(p pane) {
	s.drawRule(p.part(0, p.h-1, p.w, 1))
	n := len(s.state.Strategies)
	for k := range n {
		x := (p.w + 1) * k / n
		end := (p.w+1)*(k+1)/n - 1
		s.drawTimeline(p.part(x, 0, end-x, p.h-1), k)
		if k+1 < n {
			p.vline(end, 0, p.h-1, '│', inkFaint)
		}
	}
}

// drawTimeline is how an incident went on in one strategy, newest last.
func (s *scene) drawTimeline(p pane, k int) {
	w := &s.state.Strategies[k].Watch
	about := &s.run.Strategies[k]
	x := p.text(1, 0, strings.ToUpper(about.Name), inkTitle) + 1
	p.clip(x, 0, p.w-x-1, about.Title, inkDim)
	text, ink := s.plight(k)
	if text == "" {
		text, ink = "nothing has happened yet", inkPend
	}
	p.clip(1, 1, p.w-2, text, ink|bold)
	p.clip(1, 2, p.w-2, s.toll(k), inkDim)
	s.drawLength(p.part(1, 3, p.w-2, 1), k)
	var rows []moment // one to a line; continued ones have no glyph
	for _, m := range s.moments(k) {
		for i, line := range wrap(m.text, max(p.w-13, 8)) {
			if i > 0 {
				m.glyph = 0
			}
			rows = append(rows, moment{m.at, m.glyph, m.ink, line})
		}
	}
	room := p.h - 5
	top := max(len(rows)-room-s.incident.up, 0)
	for y := range min(room, len(rows)-top) {
		m := rows[top+y]
		if m.glyph != 0 {
			p.right(9, 5+y, offset(w.Began, m.at), inkPend)
			p.put(10, 5+y, m.glyph, m.ink|bold)
		}
		p.clip(12, 5+y, p.w-13, m.text, m.ink)
	}
}

// drawLength draws the length of the incident, on one scale for all strategies:
// until it was noticed, until it was mended, and what came after.
func (s *scene) drawLength(p pane, k int) {
	w := &s.state.Strategies[k].Watch
	if w.Began == 0 {
		return
	}
	var longest event.Time
	for i := range s.state.Strategies {
		end := s.state.Now
		if m := s.state.Strategies[i].Watch.Mended; m > 0 {
			end = m
		}
		longest = max(longest, end-w.Began)
	}
	at := w.Began
	for x := range p.w {
		r, k := '─', inkOK
		switch {
		case at > s.state.Now:
			r, k = ' ', inkText
		case w.Noticed == 0 || at < w.Noticed:
			r, k = '░', inkFail
		case w.Mended == 0 || at < w.Mended:
			r, k = '▒', inkRetry
		}
		p.put(x, 0, r, k)
		at = w.Began + longest*event.Time(x+1)/event.Time(max(p.w-1, 1))
	}
}

// offset is an instant as minutes after the begin of an incident.
func offset(began, at event.Time) string {
	if began == 0 || at < began {
		return at.Clock()
	}
	return fmt.Sprintf("+%d:%02d", (at-began)/event.Minute, (at-began)%event.Minute/event.Second)
}

// toll is what an incident has cost so far, in a line.
func (s *scene) toll(k int) string {
	w := &s.state.Strategies[k].Watch
	t := report.Plural(w.LostTasks, s.run.Noun) + " failed, " + report.Money(w.LostCents)
	if w.Logs > 0 {
		t += fmt.Sprintf(", %d logs, %s lines", w.Logs, report.Count(w.Lines))
	}
	if w.Screens > 0 {
		t += fmt.Sprintf(", %d screens", w.Screens)
	}
	return t
}
