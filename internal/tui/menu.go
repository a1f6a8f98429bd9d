package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Choice is a line of the menu.
type Choice struct {
	Name, Title string
	// Hook is what happened in the story, Watch what to look at.
	Hook, Watch string
	// Apart begins another part of the menu with this title; empty: it goes on.
	Apart string
}

// Menu asks which of the choices is to be shown. It returns -1 if the person has
// left instead.
func Menu(ctx context.Context, choices []Choice, opts Options) (int, error) {
	m := newMenu(choices, opts)
	_, err := tea.NewProgram(m, programOptions(ctx)...).Run()
	if errors.Is(err, tea.ErrInterrupted) || ctx.Err() != nil {
		return -1, ctx.Err()
	}
	return m.picked, err
}

// menu is the list of stories. It implements [tea.Model].
type menu struct {
	choices []Choice
	opts    Options
	at      int // the line under the cursor
	picked  int
	over    bool
	w, h    int
	dark    bool
	profile colorprofile.Profile
	theme   *theme
	canvas  canvas
}

func newMenu(choices []Choice, opts Options) *menu {
	if opts.Theme == "" {
		opts.Theme = themeNames[0]
	}
	m := &menu{choices: choices, opts: opts, picked: -1, dark: true, profile: colorprofile.TrueColor}
	m.retheme()
	return m
}

func (m *menu) retheme() { m.theme = newTheme(m.opts.Theme, m.dark, m.profile, m.opts.ASCII) }

// Init asks for the colour of the background.
func (m *menu) Init() tea.Cmd { return tea.RequestBackgroundColor }

// Update takes one message.
func (m *menu) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.retheme()
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.retheme()
	case tea.KeyPressMsg:
		return m, m.press(msg.Key().String())
	}
	return m, nil
}

func (m *menu) press(key string) tea.Cmd {
	last := len(m.choices) - 1
	switch key {
	case "up", "k":
		m.at = max(m.at-1, 0)
	case "down", "j", "tab":
		m.at = min(m.at+1, last)
	case "home", "pgup":
		m.at = 0
	case "end", "pgdown":
		m.at = last
	case "enter", "space", "right":
		return m.pick(m.at)
	case "q", "esc", "ctrl+c":
		m.over = true
		return tea.Quit
	default:
		if len(key) == 1 && key[0] >= '1' && int(key[0]-'1') <= last {
			return m.pick(int(key[0] - '1'))
		}
	}
	return nil
}

func (m *menu) pick(i int) tea.Cmd {
	if len(m.choices) > 0 {
		m.at, m.picked, m.over = i, i, true
	}
	return tea.Quit
}

// View draws the menu, or nothing once a choice is made.
func (m *menu) View() tea.View {
	m.canvas.reset(m.w, m.h)
	if !m.over {
		m.draw(m.canvas.all())
	}
	v := tea.NewView(m.canvas.render(m.theme))
	v.AltScreen = true
	v.WindowTitle = "tasker-sim"
	return v
}

func (m *menu) draw(p pane) {
	head, rest := p.rect.rows(2)
	body, foot := rest.bottom(1)
	top := p.at(head)
	x := top.text(1, 0, "tasker-sim", inkAccent|bold)
	top.clip(x+2, 0, p.w-x-3, "the same story twice, on the same dice", inkDim)
	top.hline(0, 1, p.w, '─', inkFaint)
	rows := m.rows()
	if p.w >= 116 {
		list, story := rect{body.x, body.y, 58, body.h}, rect{body.x + 60, body.y, body.w - 62, body.h}
		m.drawList(p.at(list), rows)
		p.at(body).vline(58, 0, body.h, '│', inkFaint)
		m.drawStory(p.at(story))
	} else {
		list, story := body.rows(clamp(len(rows), 1, max(body.h-7, 1)))
		m.drawList(p.at(list), rows)
		rule, below := story.rows(1)
		p.at(rule).hline(0, 0, p.w, '─', inkFaint)
		m.drawStory(p.at(below).part(1, 0, p.w-2, below.h))
	}
	m.drawFoot(p.at(foot))
}

// drawFoot names the keys.
func (m *menu) drawFoot(p pane) {
	x := 1
	for _, k := range [][2]string{{"↑ ↓", "choose"}, {"enter", "begin"}, {"1-9", "begin at once"}, {"q", "quit"}} {
		x = p.text(x, 0, k[0], inkAccent|bold) + 1
		x = p.text(x, 0, k[1], inkText) + 3
	}
	if hint := "tasker-sim --help: everything else"; x+width(hint) < p.w {
		p.right(p.w-1, 0, hint, inkDim)
	}
}

// menuRow is a choice, or the title of a part.
type menuRow struct {
	choice int // -1: a title
	title  string
}

func (m *menu) rows() []menuRow {
	var rows []menuRow
	for i, c := range m.choices {
		if c.Apart != "" {
			rows = append(rows, menuRow{-1, ""}, menuRow{-1, c.Apart})
		}
		rows = append(rows, menuRow{choice: i})
	}
	return rows
}

// drawList shows the part of the list that the cursor is in.
func (m *menu) drawList(p pane, rows []menuRow) {
	cursor := 0
	for i, r := range rows {
		if r.choice == m.at {
			cursor = i
		}
	}
	top := clamp(cursor-p.h/2, 0, max(len(rows)-p.h, 0))
	x := 0 // where titles begin
	for i := range m.choices {
		x = max(x, 3+min(width(m.choices[i].Name), 20)+2)
	}
	for y := range min(p.h, len(rows)-top) {
		r := rows[top+y]
		if r.choice < 0 {
			p.clip(3, y, p.w-4, r.title, inkDim)
			continue
		}
		c := &m.choices[r.choice]
		p.text(1, y, fmt.Sprintf("%d", r.choice+1), inkAccent)
		p.clip(3, y, 20, c.Name, inkTitle)
		p.clip(x, y, p.w-x, c.Title, inkText)
		if r.choice == m.at {
			p.mark(0, y, p.w, picked)
		}
	}
}

// drawStory tells the story under the cursor, as far as there is room.
func (m *menu) drawStory(p pane) {
	if m.at >= len(m.choices) {
		return
	}
	c, y := &m.choices[m.at], 0
	put := func(text string, k ink) {
		for _, line := range wrap(text, min(p.w, 76)) {
			p.text(0, y, line, k)
			y++
		}
	}
	if p.h > 12 {
		put(strings.ToUpper(c.Title), inkTitle)
		y++
	}
	put(c.Hook, inkText)
	if c.Watch != "" && y+2 < p.h {
		y++
		put("Watch: "+c.Watch, inkDim)
	}
}
