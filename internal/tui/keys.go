package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// action is something a key does. Footer and help are made from the actions, so
// that no key can be without a description.
type action struct {
	key.Binding
	foot string                     // word in the footer; empty: only in the help
	do   func(*Model) tea.Cmd       // called if why says nothing
	why  func(s *scene) (no string) // why it cannot be done now; nil: it always can
}

// on makes an action. keys are as Bubble Tea names them, show is what the help
// calls them.
func on(show, help, foot string, do func(*Model) tea.Cmd, keys ...string) action {
	return action{Binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, help)), foot: foot, do: do}
}

// unless gives an action a reason to be off.
func (a action) unless(why func(*scene) string) action {
	a.why = why
	return a
}

// plain wraps what only changes the scene.
func plain(f func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		f(m)
		return nil
	}
}

// steer makes one action of two keys: up, left and back are −1, the others +1.
func steer(f func(m *Model, by int)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		switch m.pressed {
		case "up", "k", "left", "h", "pgup", "ctrl+u", "home", "shift+tab", "N", "shift+n":
			f(m, -1)
		default:
			f(m, 1)
		}
		return nil
	}
}

var pageKeys = []string{"pgup", "ctrl+u", "pgdown", "ctrl+d"}

// press does what a key stands for on the screen shown.
func (m *Model) press(k tea.Key) tea.Cmd {
	if k.String() == "ctrl+c" {
		return quit(m)
	}
	if m.screen == screenTasks && m.list.typing {
		m.typeSearch(k)
		return nil
	}
	if m.screen == screenChaos && m.prompt.on {
		return m.typePrompt(k)
	}
	m.notice, m.pressed = notice{}, k.String()
	for _, a := range m.actions() {
		if !slices.Contains(a.Keys(), k.String()) {
			continue
		}
		if a.why != nil {
			if no := a.why(&m.scene); no != "" {
				m.notice = notice{text: a.Help().Key + ": " + no}
				return nil
			}
		}
		return a.do(m)
	}
	return nil
}

// actions are those of the screen shown, then those of every screen.
func (s *scene) actions() []action {
	return append(s.screenActions(), s.everywhere()...)
}

// everywhere are the common actions, and those that only this run gives a meaning.
func (s *scene) everywhere() []action {
	if s.crowded() {
		return append(s.remedyActions(), commonActions()...)
	}
	if !s.watched() {
		return commonActions()
	}
	return append([]action{
		on("i", "incident: timelines; find it yourself", "incident", plain(openIncident), "i"),
	}, commonActions()...)
}

func (s *scene) screenActions() []action {
	switch s.screen {
	case screenRun:
		return runActions()
	case screenTasks:
		return tasksActions()
	case screenTask:
		return orderActions()
	case screenSteps:
		return stepsActions()
	case screenChaos:
		return chaosActions()
	case screenHelp:
		return helpActions()
	case screenWhatIf:
		return whatIfActions()
	case screenIncident:
		return incidentActions()
	case screenFind:
		return s.findActions()
	}
	return verdictActions()
}

func runActions() []action {
	return []action{
		on("enter", "open what failed", "", plain(openFailed), "enter", "down", "up"),
	}
}

// commonActions work on every screen; the footer names the first of them.
func commonActions() []action {
	return append(transportActions(), append(placeActions(), []action{
		on("K", "kill -9 this process; it comes back", "", kill, "K", "shift+k").unless(cannotKill),
		on("R", "drive all parked again, by hand", "", redriveAll, "R", "shift+r").unless(cannotRedrive),
		on("t", "next theme: auto, dark, light, hc, mono", "", plain(nextTheme), "t"),
		on("b", "large figures only", "", plain(func(m *Model) { m.big = !m.big }), "b"),
		on("?", "keys", "keys", plain(func(m *Model) { m.open(screenHelp) }), "?", "f1"),
		on("m", "the story's moments: shown or not", "", plain(switchCaptions), "m").unless(noCaptions),
		on("esc", "back; on the dashboard: away with a moment", "", plain(func(m *Model) { m.leave() }), "esc", "backspace"),
		on("q", "quit (so does ctrl-c)", "quit", quit, "q"),
	}...)...)
}

func transportActions() []action {
	return []action{
		on("space", "pause, go on", "pause", pause, "space").unless(overAlready),
		on(".", "one second on, while paused", "", stepOn, ".").unless(overAlready),
		on("+", "faster", "speed", plain(func(m *Model) { m.faster() }), "+", "=", "right").unless(overAlready),
		on("-", "slower", "", plain(func(m *Model) { m.slower() }), "-", "_", "left").unless(overAlready),
		on("0", "the speed it began with", "", plain(func(m *Model) { m.speed = m.normal }), "0").unless(overAlready),
		on("r", "start again, same seed", "", again, "r").unless(cannotRestart),
	}
}

func placeActions() []action {
	return []action{
		on("f", "list of what failed", "failed", plain(openFailed), "f"),
		on("x", "chaos: break a service", "chaos", plain(openChaos), "x").unless(cannotInject),
		on("o", "outage of the busiest service, 3 min", "", outage, "o").unless(cannotInject),
		on("c", "clear every fault", "", clearFaults, "c").unless(cannotInject),
		on("w", "what if: turn a dial, live the run again", "what if", openWhatIf, "w").unless(cannotAskWhatIf),
		on("v", "verdict so far", "verdict", plain(func(m *Model) { m.open(screenVerdict) }), "v"),
		on("g", "steps in figures", "steps", plain(openSteps), "g"),
	}
}

func overAlready(s *scene) string {
	switch {
	case s.failure != "":
		return "the run has stopped"
	case s.ended:
		return "the run is over"
	}
	return ""
}

func cannotRestart(s *scene) string {
	if !s.canRestart {
		return "not possible here"
	}
	return ""
}

func cannotInject(s *scene) string {
	if !s.live {
		return "a tape cannot be changed, only watched"
	}
	return overAlready(s)
}

func cannotRedrive(s *scene) string {
	if no := cannotInject(s); no != "" {
		return no
	}
	for i := range s.state.Strategies {
		if s.state.Strategies[i].Tasks.Parked > 0 {
			return ""
		}
	}
	return "nothing is parked"
}

func cannotKill(s *scene) string {
	if !s.canKill {
		return "nobody would bring it back"
	}
	return cannotInject(s)
}

// kill ends the process while it holds nothing back: whatever is not on the
// disk is gone.
func kill(m *Model) tea.Cmd {
	m.opts.Kill()
	return nil
}

// pause stops the horizon, or lets it go on.
func pause(m *Model) tea.Cmd {
	m.paused = !m.paused
	m.rest()
	return m.proceed()
}

// stepOn moves a paused run on by a second.
func stepOn(m *Model) tea.Cmd {
	if !m.paused {
		m.paused = true
		return nil
	}
	if m.busy {
		return nil
	}
	return m.fetch(m.src, m.horizon+m.stepLength())
}

// quit ends the program with an empty picture: a terminal that was resized may
// show remains of the last one on the screen that it gives back (tmux 3.3a).
func quit(m *Model) tea.Cmd {
	m.quitting = true
	return tea.Quit
}

// nextTheme goes round the themes.
func nextTheme(m *Model) {
	i := slices.Index(themeNames[:], m.opts.Theme)
	m.opts.Theme = themeNames[(i+1)%len(themeNames)]
	m.retheme()
	m.notice = notice{text: "theme: " + m.opts.Theme}
}

// drawFooter names the keys that matter here, as many as there is room for, and
// always the one that names them all; off ones are grey.
func (s *scene) drawFooter(p pane) {
	const quit, all = "q quit", "? keys  "
	x := 1
	end := p.w - 1 - width(quit)
	for _, a := range s.footerActions() {
		name := a.Help().Key
		if name == "+" {
			name = "+-"
		}
		room := end - x
		if name != "?" {
			room -= width(all)
		}
		if width(name)+1+width(a.foot)+2 > room {
			continue
		}
		k, t := inkAccent|bold, inkText
		if a.why != nil && a.why(s) != "" {
			k, t = inkPend, inkPend
		}
		x = p.text(x, 0, name, k) + 1
		x = p.text(x, 0, a.foot, t) + 2
	}
	p.right(p.w-1, 0, quit, inkText)
	p.text(end, 0, "q", inkAccent|bold)
}

// footerActions are those with a word for the footer: on the dashboard all, on
// other screens their own.
func (s *scene) footerActions() []action {
	var actions []action
	own := len(s.screenActions())
	for i, a := range s.actions() {
		if a.foot == "" || a.Help().Key == "q" || s.screen != screenRun && i >= own && a.Help().Key != "?" {
			continue
		}
		actions = append(actions, a)
	}
	return actions
}
