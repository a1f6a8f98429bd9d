package tui

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// stepsView is which step is looked at.
type stepsView struct{ step int }

func stepsActions() []action {
	return []action{
		on("↑ ↓", "choose a step", "step", steer(chooseStep), "up", "k", "down", "j"),
		on("esc", "back to the run", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace", "g"),
	}
}

func openSteps(m *Model) { m.open(screenSteps) }

func chooseStep(m *Model, by int) {
	m.steps.step = clamp(m.steps.step+by, 0, max(len(m.run.Steps)-1, 0))
}

const recentTitle = "last min"

// stepColumns are the figures of a step, right aligned.
var stepColumns = [...]struct {
	title string
	w     int
	cell  func(s *scene, st *metrics.Step) (string, ink)
}{
	{"calls", 7, func(_ *scene, st *metrics.Step) (string, ink) { return report.Count(st.Attempts), inkText }},
	{"failed", 7, func(_ *scene, st *metrics.Step) (string, ink) {
		return report.Count(st.Failures), markInk(st.Failures, inkFail)
	}},
	{"again", 6, func(_ *scene, st *metrics.Step) (string, ink) {
		return report.Count(st.Retries), markInk(st.Retries, inkRetry)
	}},
	{"done", 7, func(_ *scene, st *metrics.Step) (string, ink) { return report.Count(st.Done), inkText }},
	{"ended", 6, func(_ *scene, st *metrics.Step) (string, ink) {
		return report.Count(st.Stopped), markInk(st.Stopped, inkFail)
	}},
	{recentTitle, 9, func(s *scene, st *metrics.Step) (string, ink) { return s.recentShare(st), inkText }},
	{"p50", 8, quantileCell(.5)},
	{"p95", 8, quantileCell(.95)},
	{"p99", 8, quantileCell(.99)},
}

func quantileCell(q float64) func(*scene, *metrics.Step) (string, ink) {
	return func(_ *scene, st *metrics.Step) (string, ink) {
		if d, ok := st.Latency.Quantile(q); ok {
			return shortSpan(d), inkText
		}
		return "–", inkPend
	}
}

// shortSpan is a length of time for a narrow column: from ten minutes on without
// seconds, from an hour on in hours.
func shortSpan(d event.Time) string {
	switch {
	case d >= event.Hour:
		return report.Hours(d.Seconds() / 3600)
	case d >= 10*event.Minute:
		return fmt.Sprintf("%d m", (d+event.Minute/2)/event.Minute)
	}
	return report.Span(d)
}

// recentName says of which time the rate of the moment tells.
func (s *scene) recentName() string {
	if days := s.state.Window() / (24 * event.Hour); days > 0 {
		return fmt.Sprintf("last %dd", days)
	}
	return recentTitle
}

// drawSteps draws the graph and below it every step's figures in every strategy.
func (s *scene) drawSteps(p pane) {
	lines := len(s.run.Steps)*len(s.state.Strategies) + 2
	graph := clamp(p.h-lines-3, 0, 12)
	if graph < 3 {
		graph = 0
	}
	if graph > 0 {
		graph = s.graphHeight(p.w-2, graph)
		s.drawGraphs(p.part(1, 0, p.w-2, graph))
		s.drawRule(p.part(0, graph, p.w, 1))
		graph++
	}
	s.drawStepTable(p.part(0, graph, p.w, p.h-graph-2))
	s.drawRule(p.part(0, p.h-2, p.w, 1))
	s.drawPolicy(p.part(1, p.h-1, p.w-2, 1))
}

// stepTable is how the table is laid out.
type stepTable struct {
	name, strategy int  // widths
	recent         bool // there is room for the rate of the last minute
	gap            int  // rows between two steps
}

func (s *scene) stepTableFor(w, h int) stepTable {
	t := stepTable{}
	t.name, t.strategy = s.stepTableNames(w)
	t.recent = w >= t.name+t.strategy+3+stepTableWidth()
	if n := len(s.run.Steps); h >= n*(len(s.state.Strategies)+1) {
		t.gap = 1
	}
	return t
}

func stepTableWidth() int {
	n := 0
	for _, c := range stepColumns {
		n += c.w
	}
	return n
}

func (s *scene) drawStepTable(p pane) {
	t := s.stepTableFor(p.w, p.h-1)
	x := t.name + t.strategy + 3
	p.text(2, 0, "step", inkDim)
	for _, c := range stepColumns {
		if c.title == recentTitle && !t.recent {
			continue
		}
		x += c.w
		title := c.title
		if title == recentTitle {
			title = s.recentName()
		}
		p.right(x, 0, title, inkDim)
	}
	n := len(s.state.Strategies)
	each, rows := n+t.gap, p.h-1
	top := scroll(0, s.steps.step*each+n-1, rows, len(s.run.Steps)*each)
	for y := 0; y < rows && top+y < len(s.run.Steps)*each; y++ {
		if i, k := (top+y)/each, (top+y)%each; k < n {
			s.drawStepRow(p.part(0, 1+y, p.w, 1), t, i, k, y == 0 || k == 0)
		}
	}
}

// stepTableNames are the widths of the first two columns.
func (s *scene) stepTableNames(w int) (name, strategy int) {
	for k := range s.run.Strategies {
		strategy = max(strategy, width(s.run.Strategies[k].Name))
	}
	strategy = min(strategy, 12)
	if w < 90 {
		return max(s.longestLabel(), 4), min(strategy, 5)
	}
	for i := range s.run.Steps {
		name = max(name, width(s.run.Steps[i].Name))
	}
	return min(name, 22), strategy
}

func (s *scene) drawStepRow(p pane, t stepTable, step, k int, titled bool) {
	st := &s.state.Strategies[k].Steps[step]
	if titled {
		c := s.condition(step)
		p.put(0, 0, c.glyph(), c.ink()|bold)
		p.clip(2, 0, t.name, s.stepName(step, t.name), inkText|bold)
	}
	x := t.name + 3
	p.clip(x, 0, t.strategy, s.run.Strategies[k].Name, inkDim)
	x += t.strategy
	for _, c := range stepColumns {
		if c.title == recentTitle && !t.recent {
			continue
		}
		x += c.w
		text, ink := c.cell(s, st)
		p.right(x, 0, text, ink)
	}
	if step == s.steps.step {
		p.mark(0, 0, min(x+2, p.w), picked)
	}
}

// drawPolicy says what the step under the cursor is allowed to do.
func (s *scene) drawPolicy(p pane) {
	if s.steps.step >= len(s.run.Steps) {
		return
	}
	st := &s.run.Steps[s.steps.step]
	text := fmt.Sprintf("at most %d attempts of %s", st.Limit, report.Span(st.Timeout))
	if st.Limit > 1 {
		text += fmt.Sprintf("; waits %s, then ×%g, at most %s, ±%.0f%%", report.Span(st.Base), st.Factor, report.Span(st.Cap), 100*st.Jitter)
	}
	long := st.Name + " calls " + s.serviceTitle(st.Service) + ": " + text
	if width(long) > p.w {
		long = s.stepLabel(s.steps.step) + ": " + text
	}
	p.clip(0, 0, p.w, long, inkDim)
}
