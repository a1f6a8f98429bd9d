package tui

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"

	tea "charm.land/bubbletea/v2"
)

// orderView is where the person stands in one task's two lives.
type orderView struct {
	task    int32
	row     int  // the attempt under the cursor, counted over all lives
	top     int  // first row shown
	detail  bool // the attempt fills the screen
	details map[detailKey]event.Detail
	asked   map[detailKey]bool
	context string // the task's input
}

// detailKey names a step in a task's life.
type detailKey struct {
	task     int32
	strategy int
	step     int
	done     bool // the step was complete when it was asked
}

// detailMsg brings the payloads of a step.
type detailMsg struct {
	key     detailKey
	detail  event.Detail
	context string
}

// take keeps payloads that were asked for.
func (o *orderView) take(d detailMsg) {
	if d.key.task != o.task {
		return
	}
	if o.details == nil {
		o.details = map[detailKey]event.Detail{}
	}
	o.details[d.key], o.context = d.detail, d.context
}

// detailKey is what to ask for the attempt of a row.
func (o *orderView) detailKey(r *lifeRow) detailKey {
	return detailKey{o.task, r.strategy, r.attempt.step, r.attempt.outcome == event.StepSucceeded}
}

func orderActions() []action {
	return []action{
		on("↑ ↓", "choose an attempt", "attempt", steer(func(m *Model, by int) { m.moveAttempt(by) }), "up", "k", "down", "j"),
		on("enter", "all about the attempt: times, error, input, output", "all about it", openAttempt, "enter", "i"),
		on("n N", "the next one in the list, the one before", "next", steer(nextTask), "n", "N", "shift+n"),
		on("R", "drive this one again, by hand", "", redriveOne, "R", "shift+r").unless(cannotRedriveOne),
		on("esc", "back", "back", plain(closeOrder), "esc", "backspace"),
	}
}

// closeOrder leaves the attempt, then the task.
func closeOrder(m *Model) {
	if m.order.detail {
		m.order.detail = false
		return
	}
	m.leave()
}

func (s *scene) moveAttempt(by int) {
	n := len(s.attemptRows(s.biographies()))
	s.order.row = clamp(s.order.row+by, 0, max(n-1, 0))
}

// nextTask goes on in the list from which the task was opened.
func nextTask(m *Model, by int) {
	tasks := m.tasks()
	if len(tasks) == 0 {
		return
	}
	m.list.task = m.order.task
	m.moveRow(by)
	if task := m.picked(); task != m.order.task {
		detail := m.order.detail
		m.look(task)
		m.order.detail = detail
	}
}

// look turns to a task, with the cursor on the first attempt that failed for good.
func (s *scene) look(task int32) {
	s.order = orderView{task: task}
	for i, r := range s.attemptRows(s.biographies()) {
		if r.attempt.outcome == event.StepFailed {
			s.order.row = i
			return
		}
	}
}

// openAttempt fills the screen with the attempt under the cursor.
func openAttempt(m *Model) tea.Cmd {
	m.order.detail = !m.order.detail
	return nil
}

func cannotRedriveOne(s *scene) string {
	if no := cannotInject(s); no != "" {
		return no
	}
	if s.parkedIn(s.order.task) < 0 {
		return "it is not parked"
	}
	return ""
}

// parkedIn is the strategy in which a task is parked, or −1.
func (s *scene) parkedIn(task int32) int {
	for k := range s.state.Strategies {
		if l := s.log.Life(k, task); l != nil && l.Status == metrics.Parked {
			return k
		}
	}
	return -1
}

// wanted asks for the payloads of the attempt under the cursor, once.
func (m *Model) wanted() tea.Cmd {
	if m.screen != screenTask || !m.detailed {
		return nil
	}
	rows := m.attemptRows(m.biographies())
	if len(rows) == 0 {
		return nil
	}
	r := rows[clamp(m.order.row, 0, len(rows)-1)]
	key := m.order.detailKey(&r)
	if m.order.asked[key] {
		return nil
	}
	if m.order.asked == nil {
		m.order.asked = map[detailKey]bool{}
	}
	m.order.asked[key] = true
	return m.question(func(src event.Source) tea.Msg {
		d, ok := event.As[event.Detailer](src)
		if !ok {
			return nil
		}
		return detailMsg{key, d.Detail(key.strategy, key.task, key.step), d.Context(key.task)}
	})
}

// biographies are the task's lives, one for each strategy.
func (s *scene) biographies() []*biography {
	lives := make([]*biography, len(s.state.Strategies))
	for k := range lives {
		lives[k] = readLife(s.run, s.log.Task(k, s.order.task))
	}
	return lives
}

// lifeRow is a line of the picture: a strategy's heading, an attempt, or a step
// without one.
type lifeRow struct {
	strategy int
	step     int // −1: heading
	attempt  *attempt
	first    bool // the step's first row
	last     bool // the step's newest attempt
}

// lifeRows are all lines, in order.
func (s *scene) lifeRows(lives []*biography) []lifeRow {
	var rows []lifeRow
	for k, b := range lives {
		first, end := s.stepsOf(b, lives)
		rows = append(rows, lifeRow{strategy: k, step: -1})
		for step := first; step < end; step++ {
			n := len(rows)
			for i := range b.attempts {
				if b.attempts[i].step == step {
					rows = append(rows, lifeRow{k, step, &b.attempts[i], len(rows) == n, false})
				}
			}
			if len(rows) == n {
				rows = append(rows, lifeRow{k, step, nil, true, false})
			}
			rows[len(rows)-1].last = true
		}
	}
	return rows
}

// stepsOf is the range of the steps of the workflow of a life: that of the first
// step that ran in it, or in any of the task's lives.
func (s *scene) stepsOf(life *biography, lives []*biography) (first, end int) {
	w := 0
	for _, b := range append([]*biography{life}, lives...) {
		if len(b.attempts) > 0 {
			w = s.run.Steps[b.attempts[0].step].Workflow
			break
		}
	}
	if w >= len(s.run.Workflows) {
		return 0, 0
	}
	return s.run.Workflows[w].First, s.run.Workflows[w].End
}

// attemptRows are the rows that the cursor can stand on.
func (s *scene) attemptRows(lives []*biography) []lifeRow {
	var rows []lifeRow
	for _, r := range s.lifeRows(lives) {
		if r.attempt != nil {
			rows = append(rows, r)
		}
	}
	return rows
}

// drawOrder draws both lives of a task on one axis of time.
func (s *scene) drawOrder(p pane) {
	lives := s.biographies()
	chosen := s.attemptRows(lives)
	s.order.row = clamp(s.order.row, 0, max(len(chosen)-1, 0))
	y := s.drawStory(p)
	s.drawRule(p.part(0, y, p.w, 1))
	rest := p.part(0, y+1, p.w, p.h-y-1)
	rows := s.lifeRows(lives)
	var under *lifeRow
	if len(chosen) > 0 {
		under = &chosen[s.order.row]
	}
	spare := rest.h - len(rows) - 1
	switch {
	case s.order.detail && under != nil && spare < 8 && rest.w < 140:
		s.drawAttempt(rest, lives, under)
	case under != nil && rest.w >= 140:
		s.drawLifeRows(rest.part(0, 0, rest.w*3/5, rest.h), lives, rows, under)
		rest.vline(rest.w*3/5+1, 0, rest.h, '│', inkFaint)
		s.drawAttempt(rest.part(rest.w*3/5+2, 0, rest.w-rest.w*3/5-2, rest.h), lives, under)
	case under != nil && spare >= 8:
		s.drawLifeRows(rest.part(0, 0, rest.w, len(rows)+1), lives, rows, under)
		rest.hline(0, len(rows)+1, rest.w, '─', inkFaint)
		s.drawAttempt(rest.part(0, len(rows)+2, rest.w, spare-1), lives, under)
	default:
		s.drawLifeRows(rest, lives, rows, under)
	}
}

// worthText is the beginning of a sentence about what the task is worth, if anything.
func worthText(cents int64) string {
	if cents == 0 {
		return ""
	}
	return "worth " + report.Money(cents) + ", "
}

// drawStory says in sentences what became of the task; it returns the rows used.
func (s *scene) drawStory(p pane) int {
	y := 0
	if r := (taskRow{task: s.order.task, first: s.log.Life(0, s.order.task), last: s.log.Life(s.last(), s.order.task)}); r.known() != nil {
		x := p.text(1, 0, s.run.Noun.One+" "+report.Count(int(s.order.task)), inkTitle)
		p.text(x+2, 0, worthText(r.known().Worth)+"arrived at "+s.run.Clock(r.known().Submitted), inkDim)
		y = 1
	}
	for k := range s.state.Strategies {
		name := s.run.Strategies[k].Name
		text := report.Explain(s.run, s.log.Task(k, s.order.task))
		for i, line := range wrap(text, p.w-16) {
			if i == 0 {
				p.clip(1, y, 13, name, inkText|bold)
			}
			p.text(15, y, line, inkText)
			y++
		}
	}
	return y
}
