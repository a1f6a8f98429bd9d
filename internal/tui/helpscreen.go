package tui

// helpView is how far the help is scrolled.
type helpView struct{ top int }

func helpActions() []action {
	return []action{
		on("↑ ↓", "scroll", "scroll", steer(func(m *Model, by int) { m.help.top = max(m.help.top+by, 0) }), "up", "k", "down", "j"),
		on("esc", "back", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace", "?", "enter"),
	}
}

// helpSection is the actions of a screen, or those of all.
type helpSection struct {
	title   string
	actions []action
}

// helpSections are everything that a key does, the screen that was left first.
func (s *scene) helpSections() []helpSection {
	here := screenRun
	if n := len(s.back); n > 0 {
		here = s.back[n-1]
	}
	sections := []helpSection{{"everywhere", s.everywhere()}}
	screens := []screen{screenTasks, screenTask, screenSteps, screenChaos, screenWhatIf}
	if s.watched() {
		screens = append(screens, screenIncident, screenFind)
	}
	for _, x := range screens {
		other := scene{screen: x}
		section := helpSection{"in " + s.helpName(x), other.screenActions()}
		if x == here {
			sections = append([]helpSection{section}, sections...)
		} else {
			sections = append(sections, section)
		}
	}
	return sections
}

func (s *scene) helpName(x screen) string {
	switch x {
	case screenTasks:
		return "the list of " + s.run.Noun.Many
	case screenTask:
		return "one " + s.run.Noun.One
	case screenSteps:
		return "steps"
	case screenWhatIf:
		return "what if"
	case screenIncident:
		return "an incident"
	case screenFind:
		return "finding it yourself"
	}
	return "chaos"
}

// helpLine is a line of the help: a title, or a key.
type helpLine struct {
	title     string
	key, text string
	why       string // why the key is off now
}

func (s *scene) helpLines() []helpLine {
	var lines []helpLine
	for _, section := range s.helpSections() {
		if len(lines) > 0 {
			lines = append(lines, helpLine{})
		}
		lines = append(lines, helpLine{title: section.title})
		for _, a := range section.actions {
			l := helpLine{key: a.Help().Key, text: a.Help().Desc}
			if a.why != nil {
				l.why = a.why(s)
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// drawHelp lists all keys, in as many columns as there is room for.
func (s *scene) drawHelp(p pane) {
	lines := s.helpLines()
	columns := clamp(p.w/60, 1, 3)
	rows := p.h - 1
	need := (len(lines) + columns - 1) / columns
	s.help.top = clamp(s.help.top, 0, max(need-rows, 0))
	tall := max(need, rows)
	for i, l := range lines {
		c, y := i/tall, i%tall-s.help.top
		if y < 0 || y >= rows {
			continue
		}
		drawHelpLine(p.part(1+c*p.w/columns, y, p.w/columns-2, 1), l)
	}
	s.drawRule(p.part(0, p.h-1, p.w, 1))
	if need > rows {
		p.right(p.w-2, p.h-1, " more below: ↓ ", inkDim)
	}
}

func drawHelpLine(p pane, l helpLine) {
	if l.title != "" {
		p.clip(0, 0, p.w, l.title, inkTitle)
		return
	}
	k, t := inkAccent|bold, inkText
	if l.why != "" {
		k, t = inkPend, inkPend
	}
	p.clip(1, 0, 10, l.key, k)
	x := p.clip(12, 0, p.w-12, l.text, t)
	if l.why != "" {
		p.clip(x+1, 0, p.w-x-1, "("+l.why+")", inkRetry)
	}
}
