package tui

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// prompt is a line in the language of faults that is being typed.
type prompt struct {
	on   bool
	text string
}

// longestPrompt bounds what can be typed or pasted, in characters.
const longestPrompt = 400

// typeFault begins a line for the chosen service.
func typeFault(m *Model) tea.Cmd {
	m.prompt = prompt{on: true}
	if i := m.chaos.service; i < len(m.run.Services) {
		m.prompt.text = m.run.Services[i].Name + ": "
	}
	return nil
}

// typePrompt takes a key while a line is typed.
func (m *Model) typePrompt(k tea.Key) tea.Cmd {
	p := &m.prompt
	switch key := k.String(); {
	case key == "enter":
		if p.problem(&m.scene) != nil {
			return nil // it stands below the line
		}
		p.on = false
		return m.tellInjector("done: "+p.text, func(in event.Injector) error { return in.Inject(p.text) })
	case key == "esc":
		p.on = false
	case key == "ctrl+u":
		p.text = ""
	case key == "backspace":
		_, n := utf8.DecodeLastRuneInString(p.text)
		p.text = p.text[:len(p.text)-n]
	default:
		p.add(k.Text)
	}
	return nil
}

// add appends what was typed or pasted, on one line.
func (p *prompt) add(text string) {
	for _, r := range text {
		if r == '\n' || r == '\t' {
			r = ' '
		}
		if r >= ' ' && r != utf8.RuneError && utf8.RuneCountInString(p.text) < longestPrompt {
			p.text += string(r)
		}
	}
}

// problem is what is wrong with the line as it stands; nil: it can be said.
func (p *prompt) problem(s *scene) *fault.Error {
	_, err := fault.ParseLine(p.text, faultNames(s.run))
	var e *fault.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// faultNames are the names that a line for the run may use.
func faultNames(run *event.Run) (n fault.Names) {
	for i := range run.Services {
		n.Services = append(n.Services, run.Services[i].Name)
	}
	for i := range run.Steps {
		n.Steps = append(n.Steps, run.Steps[i].Name)
	}
	for i := range run.Strategies {
		if run.Strategies[i].Durable {
			n.Strategies = append(n.Strategies, run.Strategies[i].Name)
		}
	}
	return n
}

// drawPrompt draws the line, and below it either what it means or where it is
// wrong.
func (s *scene) drawPrompt(p pane) {
	text := []rune(s.prompt.text)
	from := max(0, len(text)-(p.w-4)) // the end is what is being typed
	p.text(0, 0, "›", inkAccent|bold)
	x := p.text(2, 0, string(text[from:]), inkText|bold)
	p.put(x, 0, '▌', inkAccent)
	if e := s.prompt.problem(s); e != nil {
		if at := 2 + e.Col - 1 - from; at >= 2 && at < p.w {
			p.put(at, 1, '^', inkRetry|bold)
		}
		msg := e.Msg
		if e.Hint != "" {
			msg = e.Hint + " " + msg
		}
		p.clip(2, 2, p.w-2, msg, inkRetry)
	} else {
		p.clip(2, 1, p.w-2, s.meant(), inkOK)
		p.clip(2, 2, p.w-2, "enter says it, esc forgets it", inkDim)
	}
	if p.h > 4 {
		var names []string
		for _, k := range fault.Kinds() {
			names = append(names, string(k.Kind))
		}
		p.clip(2, 4, p.w-2, strings.Join(names, "  "), inkDim)
	}
}

// meant is the line in plain words.
func (s *scene) meant() string {
	l, _ := fault.ParseLine(s.prompt.text, faultNames(s.run)) // it has no problem
	if l.Verb != fault.Inject {
		return l.String()
	}
	words := "until cleared"
	if l.Fault.For > 0 {
		words = "for " + l.Fault.For.Duration().String()
	}
	var who []string
	for i := range s.run.Services {
		if slices.Contains(l.Fault.Services, s.run.Services[i].Name) {
			who = append(who, s.serviceTitle(i))
		}
	}
	return strings.Join(who, " and ") + ": " + l.Fault.Words() + ", " + words
}
