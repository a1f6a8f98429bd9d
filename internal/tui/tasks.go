package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// listView is where the person stands in the list of tasks.
type listView struct {
	filter int   // index into listFilters
	task   int32 // under the cursor; 0: the newest, whichever that is
	top    int   // first row shown
	typing bool  // a number is being typed
	digits string
}

// listFilters are the filters in the order of the tabs: what failed comes first.
var listFilters = [...]struct {
	filter metrics.Filter
	name   string // empty: see filterName
}{
	{metrics.FilterFailed, "failed"},
	{metrics.FilterOnlyFirst, ""},
	{metrics.FilterLast, ""},
	{metrics.FilterRecovered, "recovered"},
	{metrics.FilterRetried, "retried"},
	{metrics.FilterAll, "all"},
}

// filterName is the name of a tab, with the strategy that it is about.
func (s *scene) filterName(i int) string {
	switch f := listFilters[i]; f.filter {
	case metrics.FilterOnlyFirst:
		if s.guarded() {
			return "let in by " + s.run.Strategies[0].Name
		}
		return "only " + s.run.Strategies[0].Name
	case metrics.FilterLast:
		if s.run.Strategies[s.last()].Durable {
			return "parked"
		}
		return s.run.Strategies[s.last()].Name + " failed"
	default:
		return f.name
	}
}

func tasksActions() []action {
	return []action{
		on("enter", "open one: both its lives", "open", plain(openTask), "enter", "l"),
		on("↑ ↓", "move", "", steer(func(m *Model, by int) { m.moveRow(by) }), "up", "k", "down", "j"),
		on("pgup pgdn", "a page at once", "", steer(func(m *Model, by int) { m.moveRow(by * max(m.listRows()-1, 1)) }), pageKeys...),
		on("home end", "the newest, the oldest", "", steer(func(m *Model, by int) { m.moveRow(by * 1 << 30) }), "home", "end", "G"),
		on("tab", "next filter; shift+tab goes back", "filter", steer((*Model).nextFilter), "tab", "f", "shift+tab"),
		on("/", "go to a number", "find", plain(func(m *Model) { m.list.typing, m.list.digits = true, "" }), "/"),
		on("esc", "back to the run", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace"),
	}
}

// openFailed shows the list of what failed.
//
// Where somebody may be let in who should not be, that is the failure that counts.
func openFailed(m *Model) {
	if m.guarded() && m.list.filter == 0 && len(m.tasks()) == 0 {
		m.nextFilter(1)
	}
	m.open(screenTasks)
}

// openTask shows the task under the cursor.
func openTask(m *Model) {
	if task := m.picked(); task > 0 {
		m.look(task)
		m.open(screenTask)
	}
}

// tasks is the list as filtered.
func (s *scene) tasks() []int32 { return s.log.Tasks(listFilters[s.list.filter].filter) }

// picked is the task under the cursor, 0 if the list is empty.
func (s *scene) picked() int32 {
	tasks := s.tasks()
	if len(tasks) == 0 {
		return 0
	}
	return tasks[s.row(tasks)]
}

// row is the cursor's place in a list that grows at its top: the newest task is
// first, so that the numbers fall.
func (s *scene) row(tasks []int32) int {
	if s.list.task == 0 {
		return 0
	}
	return nearest(tasks, s.list.task)
}

// nearest is the place of task in the falling list, or of the next smaller one.
func nearest(tasks []int32, task int32) int {
	low, high := 0, len(tasks)
	for low < high {
		if mid := (low + high) / 2; tasks[mid] > task {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return clamp(low, 0, max(len(tasks)-1, 0))
}

func (s *scene) moveRow(by int) {
	tasks := s.tasks()
	if len(tasks) == 0 {
		return
	}
	row := clamp(s.row(tasks)+by, 0, len(tasks)-1)
	s.list.task = tasks[row]
}

func (m *Model) nextFilter(by int) {
	m.list.filter = (m.list.filter + by + len(listFilters)) % len(listFilters)
	m.list.top = 0
}

// typeSearch takes a key while a number is typed.
func (m *Model) typeSearch(k tea.Key) {
	l := &m.list
	switch key := k.String(); {
	case key == "enter":
		m.find()
	case key == "esc":
		l.typing = false
	case key == "backspace" && l.digits != "":
		l.digits = l.digits[:len(l.digits)-1]
	case len(key) == 1 && key[0] >= '0' && key[0] <= '9' && len(l.digits) < 9:
		l.digits += key
	}
}

// find moves the cursor to the number typed, with the filter that has it.
func (s *scene) find() {
	s.list.typing = false
	n, err := strconv.ParseInt(s.list.digits, 10, 32)
	if err != nil {
		return
	}
	for _, f := range []int{s.list.filter, len(listFilters) - 1} {
		tasks := s.log.Tasks(listFilters[f].filter)
		if i := nearest(tasks, int32(n)); len(tasks) > 0 && tasks[i] == int32(n) {
			s.list.filter, s.list.task = f, int32(n)
			return
		}
	}
	s.notice = notice{text: "there is no " + s.run.Noun.One + " " + report.Count(int(n)) + " yet"}
}

// listRows is how many tasks the screen shows at once.
func (s *scene) listRows() int { return max(s.h-6, 1) }

// drawTasks draws the list.
func (s *scene) drawTasks(p pane) {
	s.drawTabs(p.part(0, 0, p.w, 1))
	columns := s.listColumns(p.w)
	in := p.part(0, 1, p.w, 1)
	for _, c := range columns {
		c.write(in, 0, c.title, inkDim)
	}
	tasks := s.tasks()
	rows := p.h - 3
	s.drawRule(p.part(0, p.h-1, p.w, 1))
	if len(tasks) == 0 {
		p.text(2, 3, "none so far", inkPend)
		return
	}
	cursor := s.row(tasks)
	s.list.top = scroll(s.list.top, cursor, rows, len(tasks))
	for y := 0; y < rows && s.list.top+y < len(tasks); y++ {
		i := s.list.top + y
		s.drawTaskRow(p.part(0, 2+y, p.w, 1), columns, tasks[i], i == cursor)
	}
	p.right(p.w-2, p.h-1, " "+report.Count(cursor+1)+" of "+report.Count(len(tasks))+" ", inkDim)
}

// scroll moves top so that the cursor is among the rows shown.
func scroll(top, cursor, rows, n int) int {
	top = clamp(top, cursor-rows+1, cursor)
	return clamp(top, 0, max(n-rows, 0))
}

// drawTabs names the filters.
func (s *scene) drawTabs(p pane) {
	x := 1
	for i := range listFilters {
		k := inkDim
		if i == s.list.filter {
			k = inkAccent | flipped | bold
		}
		x = p.text(x, 0, " "+s.filterName(i)+" ", k) + 1
	}
	if s.list.typing {
		what := " " + s.run.Noun.One + " " + s.list.digits + "▌"
		p.right(p.w-1, 0, what, inkAccent|bold)
	}
}

// column is a column of the list.
type column struct {
	x, w  int
	title string
	right bool
	cell  func(row taskRow) (string, ink)
}

func (c column) write(p pane, y int, text string, k ink) {
	text = clip(text, c.w)
	if c.right {
		p.right(c.x+c.w, y, text, k)
		return
	}
	p.text(c.x, y, text, k)
}

// taskRow is a task with its two lives; they may be nil.
type taskRow struct {
	task        int32
	first, last *metrics.Life
}

// listColumns shares w columns out.
func (s *scene) listColumns(w int) []column {
	first, last := s.run.Strategies[0].Name, s.run.Strategies[s.last()].Name
	columns := []column{
		{w: clamp(width(s.run.Noun.One), 6, 7), title: s.run.Noun.One, right: true, cell: numberCell},
		{w: 7, title: "at", right: true, cell: s.arrivedCell},
		{w: 8, title: "worth", right: true, cell: worthCell},
		{w: 11, title: first, cell: func(r taskRow) (string, ink) { return fateCell(r.first) }},
		{w: 12, title: last, cell: func(r taskRow) (string, ink) { return fateCell(r.last) }},
		{w: clamp(s.longestLabel(), 5, 12), title: "where", cell: s.whereCell},
		{w: 8, title: "error", cell: errorCell},
		{w: 8, title: "waited", right: true, cell: waitedCell},
	}
	if w >= 100 {
		columns[6].w = 20
	}
	if s.run.InDays() { // the day takes room
		columns[1].w, columns[2].w = columns[1].w+2, columns[2].w-2
	}
	if len(s.run.Strategies) == 1 {
		columns = append(columns[:3], columns[4:]...)
	}
	gap := 1
	if w >= 100 {
		gap = 3
	}
	x := 1
	for i := range columns {
		columns[i].x = x
		x += columns[i].w + gap
	}
	return columns
}

func (s *scene) drawTaskRow(p pane, columns []column, task int32, cursor bool) {
	r := taskRow{task: task, first: s.log.Life(0, task), last: s.log.Life(s.last(), task)}
	for _, c := range columns {
		text, k := c.cell(r)
		c.write(p, 0, text, k)
	}
	if cursor {
		p.put(0, 0, '▶', inkAccent|bold)
		p.mark(0, 0, p.w, picked)
	}
}

func numberCell(r taskRow) (string, ink) { return report.Count(int(r.task)), inkText | bold }

// known is a life to read what both have in common.
func (r taskRow) known() *metrics.Life {
	if r.first != nil {
		return r.first
	}
	return r.last
}

func (s *scene) arrivedCell(r taskRow) (string, ink) {
	if l := r.known(); l != nil {
		return shortClock(s.run, l.Submitted), inkDim
	}
	return "", inkDim
}

func worthCell(r taskRow) (string, ink) {
	if l := r.known(); l != nil && l.Worth > 0 {
		return report.Money(l.Worth), inkText
	}
	return "", inkText
}

// fateCell is what became of a life: a glyph, a word and a colour.
func fateCell(l *metrics.Life) (string, ink) {
	if l == nil {
		return "·", inkPend
	}
	switch l.Status {
	case metrics.Succeeded:
		if l.EverParked {
			return "✓ recovered", inkOK
		}
		return "✓ succeeded", inkOK
	case metrics.Failed:
		return "✗ failed", inkFail | bold
	case metrics.Parked:
		return "‖ parked", inkRetry | bold
	case metrics.Declined:
		return "– declined", inkDim
	case metrics.Rejected:
		return "– rejected", inkDim
	}
	return "◐ running", inkRun
}

// trouble is the life to blame: the one that ended badly, the first if both did.
func (r taskRow) trouble() *metrics.Life {
	for _, l := range []*metrics.Life{r.first, r.last} {
		if l != nil && l.Step >= 0 && l.Status != metrics.Succeeded {
			return l
		}
	}
	return nil
}

func (s *scene) whereCell(r taskRow) (string, ink) {
	if l := r.trouble(); l != nil {
		return s.stepLabel(int(l.Step)), inkText
	}
	return "", inkText
}

func errorCell(r taskRow) (string, ink) {
	if l := r.trouble(); l != nil {
		return l.Class, inkText
	}
	return "", inkText
}

// waitedCell is how long the customer of the last strategy waited.
func waitedCell(r taskRow) (string, ink) {
	if r.last == nil || r.last.Dur == 0 {
		return "–", inkDim
	}
	return report.Span(r.last.Dur), inkDim
}
