package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// This file has what a run shows in which services have a limited number of
// servers: the load that a strategy offers against what is answered of it.

// crowded tells whether load matters in this run.
func (s *scene) crowded() bool { return s.run != nil && metrics.Crowded(s.run) }

// flow is the load of one strategy, brought to a number of columns.
type flow struct{ offered, answered []float64 }

// flows are the loads of all strategies on one scale, with the columns in which a
// fault ruled.
type flows struct {
	lanes []flow
	shade []bool
	most  float64
	done  int // columns that lie in the past
}

// loads brings the series of all strategies to at most w columns.
func (s *scene) loads(w int) flows {
	bucket := s.state.Width()
	total := max(int((max(s.run.Duration, s.state.Now)+bucket-1)/bucket), 1)
	n := clamp(w, 0, total)
	out := flows{shade: make([]bool, n), most: 1}
	for k := range s.state.Strategies {
		f := flow{make([]float64, n), make([]float64, n)}
		for c := range n {
			from, to := c*total/n, (c+1)*total/n
			sum := s.state.Traffic(k, event.Time(from)*bucket, event.Time(to)*bucket-1)
			f.offered[c], f.answered[c] = float64(sum.Calls)/float64(to-from), float64(sum.Answered)/float64(to-from)
			out.most = max(out.most, f.offered[c], f.answered[c])
		}
		out.lanes = append(out.lanes, f)
	}
	for c := range n {
		from, to := event.Time(c*total/n)*bucket, event.Time((c+1)*total/n)*bucket
		out.shade[c] = s.faulty(from, to)
		if from <= s.state.Now {
			out.done = c + 1
		}
	}
	return out
}

// drawFlow draws the load of a strategy as columns: full blocks are calls that are
// answered, what rises above them is offered and not answered. Below it a line
// tells when a fault ruled and when a remedy was switched on.
func (s *scene) drawFlow(p pane, k int, f *flows) {
	if p.h < 3 || p.w < 8 {
		return
	}
	now := s.trafficNow(k)
	label := fmt.Sprintf("█ answered %s ░ offered %s a %s", perBucket(now.Answered), perBucket(now.Calls), s.bucketName(false))
	p.clip(0, 0, p.w, label, inkDim)
	bars := p.part(0, 1, p.w, p.h-2)
	for c := range f.lanes[k].offered {
		for row := range bars.h {
			r, ink := flowCell(f, k, c, row, bars.h)
			bars.put(c, row, r, ink)
		}
	}
	s.drawFlowAxis(p.part(0, p.h-1, p.w, 1), k, f)
}

// flowCell is one cell of a column; row 0 is the top.
func flowCell(f *flows, k, c, row, height int) (rune, ink) {
	scale := func(v float64) int {
		n := int(v/f.most*float64(8*height) + .5)
		if v > 0 {
			n = max(n, 1)
		}
		return clamp(n-8*(height-1-row), 0, 8)
	}
	good, all := scale(f.lanes[k].answered[c]), scale(f.lanes[k].offered[c])
	switch {
	case good > 0:
		return sparkRunes[good], inkOK
	case all >= 4 || all > 0 && row == height-1:
		return '░', inkFail
	case row == height-1 && c < f.done:
		return '▁', inkFaint
	case row == height-1:
		return '·', inkFaint
	}
	return ' ', inkText
}

// drawFlowAxis marks faults and remedies on the time axis.
func (s *scene) drawFlowAxis(p pane, k int, f *flows) {
	n := len(f.shade)
	for c, on := range f.shade {
		if on {
			p.put(c, 0, '▀', inkFail|bold)
		} else {
			p.put(c, 0, '─', inkFaint)
		}
	}
	total := max(s.run.Duration, s.state.Now, 1)
	for _, r := range s.state.Strategies[k].Remedies {
		x := clamp(int(int64(n)*int64(r.Since)/int64(total)), 0, max(n-1, 0))
		glyph, ink := '▲', inkOK
		if !r.On {
			glyph, ink = '▽', inkRetry
		}
		p.put(x, 0, glyph, ink|bold)
	}
}

// trafficNow is the last whole bucket of a strategy.
func (s *scene) trafficNow(k int) metrics.Bucket {
	at := s.state.Now - s.state.Width()
	if at < 0 {
		return metrics.Bucket{}
	}
	return s.state.Traffic(k, at, at)
}

func perBucket(n int) string { return report.Count(n) }

// crowdFacts are the facts of a run in which load matters: four that say how it is
// now, four that say what it came to.
func (s *scene) crowdFacts(k int) []fact {
	st, now := &s.state.Strategies[k], s.trafficNow(k)
	line, vain := 0, 0
	for i := range st.Stations {
		line, vain = line+st.Stations[i].Line, vain+st.Stations[i].Late
	}
	amplified := "–"
	if now.First > 0 {
		amplified = "×" + report.Decimal(float64(now.Calls)/float64(now.First))
	}
	waited := s.state.WaitedLongRate(k)
	return []fact{
		{label: "load now", value: amplified, ink: costInk(now.Calls > now.First*3/2)},
		plainFact("in line", line),
		{label: "worked in vain", value: report.Count(vain), ink: costInk(vain > 0)},
		plainFact("succeeded", st.Tasks.Succeeded),
		plainFact("calls", st.Attempts),
		plainFact("retries", st.Retries),
		{label: "> " + report.Limit(s.run.Patient()), value: roughPercent(waited.Share()), ink: costInk(waited.K > 0)},
		plainFact("running", st.Tasks.Running),
	}
}

// drawCrowd is the screen of 80 columns for such a run: figures above, then the
// loads side by side, the remedies and the feed.
func (s *scene) drawCrowd(p pane) {
	lives := 8
	if p.h > 26 {
		lives = 10
	}
	feed := clamp((p.h-lives-3)/5, 1, 8)
	head, rest := p.rect.rows(min(lives, p.h/2))
	s.drawLives(p.at(head))
	rule, rest := rest.rows(1)
	s.drawBanner(p.at(rule), 0)
	charts, rest := rest.rows(max(rest.h-feed-2, 0))
	s.drawFlows(p.at(charts))
	keys, rest := rest.rows(1)
	s.drawRemedies(p.at(keys))
	rule, rest = rest.rows(1)
	s.drawRule(p.at(rule))
	s.drawFeed(p.at(rest))
}

// drawFlows draws the loads of all strategies side by side.
func (s *scene) drawFlows(p pane) {
	n := len(s.state.Strategies)
	data := s.loads((p.w+1)/max(n, 1) - 3)
	for k := range n {
		x := (p.w + 1) * k / n
		end := (p.w+1)*(k+1)/n - 1
		s.drawFlow(p.part(x+1, 0, end-x-2, p.h), k, &data)
		if k+1 < n {
			p.vline(end, 0, p.h, '│', inkFaint)
		}
	}
}

// drawRemedies tells which key switches which mechanism of the first strategy.
func (s *scene) drawRemedies(p pane) {
	if len(s.run.Strategies) == 0 || len(s.run.Strategies[0].Remedies) == 0 {
		p.hline(0, 0, p.w, '─', inkFaint)
		return
	}
	gap := 1
	if p.w >= 100 {
		gap = 3
	}
	x := p.text(1, 0, s.run.Strategies[0].Name+":", inkTitle) + gap
	for i, r := range s.run.Strategies[0].Remedies {
		glyph, k := '○', inkDim
		if s.remedied(0, r) {
			glyph, k = '●', inkOK|bold
		}
		if x+len(r)+2 > p.w {
			return
		}
		x = p.text(x, 0, fmt.Sprint(i+1), inkAccent|bold)
		p.put(x, 0, glyph, k)
		x = p.text(x+1, 0, r, k) + gap
	}
}

// remedied tells whether a remedy was switched on by hand and is on.
func (s *scene) remedied(k int, name string) bool {
	for _, r := range s.state.Strategies[k].Remedies {
		if r.Name == name {
			return r.On
		}
	}
	return false
}

// remedyActions switch the mechanisms of the first strategy.
func (s *scene) remedyActions() []action {
	if len(s.run.Strategies) == 0 {
		return nil
	}
	var list []action
	for i, r := range s.run.Strategies[0].Remedies {
		key := fmt.Sprint(i + 1)
		list = append(list, on(key, "remedy of "+s.run.Strategies[0].Name+": "+r+", on or off", "", func(m *Model) tea.Cmd { return m.remedy(r) }, key).unless(cannotInject))
	}
	return list
}

// remedy switches a mechanism of the first strategy.
func (m *Model) remedy(name string) tea.Cmd {
	lane := m.run.Strategies[0].Name
	term, done := fmt.Sprintf("remedy(%s, %s)", lane, name), lane+": "+name+" is on"
	if m.remedied(0, name) {
		term, done = fmt.Sprintf("remedy(%s, %s, off)", lane, name), lane+": "+name+" is off"
	}
	return m.tellInjector(done, func(in event.Injector) error { return in.Inject(term) })
}
