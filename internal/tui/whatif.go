package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/metrics"
)

// Dial is a parameter of the run's scenario.
type Dial struct {
	Path  string
	Value string // as the run has it
	Kind  string // "time", "count", "rate", "number", "switch"; others cannot be turned here
	Doc   string
}

// WhatIf lives the whole run again with other parameters, beside the run that is
// watched. Try is called on another thread than the dashboard's, once at a time.
type WhatIf interface {
	Dials() []Dial
	// Try returns the fold at the end of the run and how long that took.
	Try(sets []string) (*metrics.State, time.Duration, error)
}

// whatIfView is which dials are turned, and what came of it.
type whatIfView struct {
	dials  []Dial
	at     int
	turned map[string]string // by path
	busy   bool              // one is being answered
	stale  bool              // a dial was turned since
	plain  *metrics.State    // the whole run as it is
	turn   *metrics.State    // … and with the dials turned
	took   time.Duration
	err    error
}

// whatIfMsg is the answer to a question.
type whatIfMsg struct {
	life  int
	plain bool
	state *metrics.State
	took  time.Duration
	err   error
}

func whatIfActions() []action {
	return []action{
		on("← →", "turn the dial", "turn", turnDial, "left", "h", "right", "l"),
		on("↑ ↓", "choose a dial", "dial", steer(chooseDial), "up", "k", "down", "j"),
		on("tab", "dials of the next step or service", "next", plain(nextDials), "tab"),
		on("d", "this dial as it was", "as it was", unturnDial, "d"),
		on("D", "all dials as they were", "", unturnAll, "D", "shift+d"),
		on("esc", "back to the run", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace", "w"),
	}
}

func cannotAskWhatIf(s *scene) string {
	if !s.canAsk {
		return "not possible here"
	}
	return ""
}

// openWhatIf shows the dials, with the cursor on the wait after a failure at the
// service that fails most.
func openWhatIf(m *Model) tea.Cmd {
	v := &m.whatIf
	if v.dials == nil {
		v.dials = slices.DeleteFunc(m.opts.WhatIf.Dials(), func(d Dial) bool { return !turnable(d.Kind) })
		v.turned = map[string]string{}
		v.at = max(0, slices.IndexFunc(v.dials, func(d Dial) bool { return d.Path == m.riskiest() }))
	}
	m.open(screenWhatIf)
	return m.askWhatIf()
}

// riskiest is the dial of the wait after a failure of the step that fails most.
func (s *scene) riskiest() string {
	step, most := 0, -1
	for i := range s.run.Steps {
		if f := s.state.Strategies[s.last()].Steps[i].Failures; f > most && s.run.Steps[i].Limit > 1 {
			step, most = i, f
		}
	}
	if len(s.run.Steps) == 0 {
		return ""
	}
	return "steps." + s.run.Steps[step].Name + ".retry.base"
}

func chooseDial(m *Model, by int) {
	m.whatIf.at = clamp(m.whatIf.at+by, 0, max(len(m.whatIf.dials)-1, 0))
}

// group is the part of a path that dials of one thing have in common.
func group(path string) string {
	parts := strings.SplitN(path, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// nextDials goes to the first dial of the next thing, round and round.
func nextDials(m *Model) {
	v := &m.whatIf
	for i := range v.dials {
		k := (v.at + i) % len(v.dials)
		if group(v.dials[k].Path) != group(v.dials[v.at].Path) {
			v.at = k
			return
		}
	}
}

func turnDial(m *Model) tea.Cmd {
	v := &m.whatIf
	if v.at >= len(v.dials) {
		return nil
	}
	d, by := v.dials[v.at], 1
	if m.pressed == "left" || m.pressed == "h" {
		by = -1
	}
	return m.setDial(d, turned(d.Kind, v.value(d), by))
}

func unturnDial(m *Model) tea.Cmd {
	if v := &m.whatIf; v.at < len(v.dials) {
		return m.setDial(v.dials[v.at], v.dials[v.at].Value)
	}
	return nil
}

func unturnAll(m *Model) tea.Cmd {
	clear(m.whatIf.turned)
	m.whatIf.stale = true
	return m.askWhatIf()
}

func (m *Model) setDial(d Dial, value string) tea.Cmd {
	v := &m.whatIf
	if value == v.value(d) {
		return nil
	}
	if v.turned[d.Path] = value; value == d.Value {
		delete(v.turned, d.Path)
	}
	v.stale = true
	return m.askWhatIf()
}

func (v *whatIfView) value(d Dial) string {
	if t, ok := v.turned[d.Path]; ok {
		return t
	}
	return d.Value
}

// sets are the --set arguments of the turned dials, in the order of the dials.
func (v *whatIfView) sets() []string {
	var sets []string
	for _, d := range v.dials {
		if t, ok := v.turned[d.Path]; ok {
			sets = append(sets, d.Path+"="+t)
		}
	}
	return sets
}

// askWhatIf asks for what is not known: first the run as it is, then the dials.
func (m *Model) askWhatIf() tea.Cmd {
	v := &m.whatIf
	plain := v.plain == nil
	if m.opts.WhatIf == nil || v.busy || !plain && (!v.stale || len(v.turned) == 0) {
		return nil
	}
	v.busy = true
	var sets []string
	if !plain {
		sets, v.stale = v.sets(), false
	}
	what, life := m.opts.WhatIf, m.life
	return func() tea.Msg {
		state, took, err := what.Try(sets)
		return whatIfMsg{life, plain, state, took, err}
	}
}

// onWhatIf takes an answer; if a dial was turned in the meantime it asks again.
func (m *Model) onWhatIf(a whatIfMsg) tea.Cmd {
	v := &m.whatIf
	v.busy = false
	if a.life != m.life {
		return nil
	}
	switch {
	case a.err != nil:
		v.err, v.turn = a.err, nil
		if a.plain {
			return nil // what cannot be lived as it is cannot be compared
		}
	case a.plain:
		v.plain, v.took = a.state, a.took
	default:
		v.turn, v.took, v.err = a.state, a.took, nil
	}
	return m.askWhatIf()
}

// shown is the fold of the dials as they stand, nil if it is not known (yet).
func (v *whatIfView) shown() *metrics.State {
	if len(v.turned) == 0 {
		return v.plain
	}
	return v.turn
}

// news says how the answer stands.
func (v *whatIfView) news() (string, ink) {
	switch {
	case v.err != nil && len(v.turned) > 0 || v.plain == nil && v.err != nil:
		return v.err.Error(), inkFail
	case v.busy:
		return "living it again …", inkRetry
	case v.plain == nil:
		return "", inkDim
	}
	return fmt.Sprintf("the whole run again: %d ms", v.took.Milliseconds()), inkDim
}
