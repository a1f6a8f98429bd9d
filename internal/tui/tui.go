package tui

import (
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Options are what the caller decides about a dashboard.
type Options struct {
	// Speed is in virtual seconds a second; 0 is as fast as it goes.
	Speed float64
	// Theme is auto, dark, light, hc (high contrast) or mono; empty is auto.
	Theme string
	// ASCII keeps everything at 0x7e and below.
	ASCII bool
	// Paused shows the first instant and waits for the space bar.
	Paused bool
	// Autoplay starts again by itself a while after the end, for a booth. It
	// needs Restart.
	Autoplay bool
	// Restart makes the run's source anew, for the restart key; the old one is
	// its to close. Without it the key is greyed out.
	Restart func() (event.Source, error)
	// Kill ends the process at once and without a word (SIGKILL), for the kill key.
	// Without it the key is greyed out: nobody would bring the run back.
	Kill func()
	// WhatIf answers what the whole run would come to with other parameters, for
	// the what-if key. Without it the key is greyed out.
	WhatIf WhatIf
	// Find goes to the incident of the run as fast as it can and begins the game of
	// finding it there.
	Find bool
	// Repeat is the command that makes this run again, as the verdict shows it.
	Repeat string
}

// Model is the dashboard. It implements [tea.Model] and is owned by the
// program's loop.
type Model struct {
	scene
	src      event.Source
	opts     Options
	canvas   canvas
	profile  colorprofile.Profile
	dark     bool // the terminal's background
	dirty    bool
	pressed  string // the key being handled
	quitting bool
	frame    string // the last frame drawn
	err      error  // why the source stopped, if it did before the end
}

// New makes the dashboard of a run. The source must not be used by anyone else
// from then on.
func New(src event.Source, opts Options) *Model {
	if opts.Theme == "" {
		opts.Theme = themeNames[0]
	}
	m := &Model{opts: opts, dark: true, profile: colorprofile.TrueColor, dirty: true}
	m.play(src)
	m.speed, m.normal, m.paused = opts.Speed, opts.Speed, opts.Paused
	if opts.Find {
		m.speed = 0
	}
	m.retheme()
	return m
}

// play begins a life with src: nothing has happened yet.
func (m *Model) play(src event.Source) {
	m.src = src
	m.scene = newScene(src, m.scene)
	_, m.live = event.As[event.Injector](src)
	_, m.detailed = event.As[event.Detailer](src)
	m.canRestart, m.canKill, m.canAsk = m.opts.Restart != nil, m.opts.Kill != nil, m.opts.WhatIf != nil
	m.repeat = m.opts.Repeat
}

// Final is the state of the run as far as it was seen.
func (m *Model) Final() *metrics.State { return m.state }

// Err is why the source stopped before its end; nil if it did not.
func (m *Model) Err() error { return m.err }

// Init asks for the first events and for the colour of the background.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.fetch(m.src, m.horizon))
}

// Update takes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case frameMsg:
		return m, m.onFrame(msg)
	case batchMsg:
		cmd = m.onBatch(msg)
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.retheme()
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.retheme()
	case tea.KeyPressMsg:
		cmd = tea.Batch(m.press(msg.Key()), m.wanted())
	case tea.PasteMsg:
		if m.prompt.on {
			m.prompt.add(msg.Content)
		}
	case againMsg:
		cmd = m.onAgain(msg)
	case whatIfMsg:
		cmd = m.onWhatIf(msg)
	}
	m.dirty = true
	return m, cmd
}

// View draws the frame, once per change.
func (m *Model) View() tea.View {
	if m.dirty {
		m.canvas.reset(m.w, m.h)
		if !m.quitting {
			m.draw(m.canvas.all())
		}
		m.frame = m.canvas.render(m.theme)
		m.dirty = false
	}
	v := tea.NewView(m.frame)
	v.AltScreen = true
	v.WindowTitle = "tasker-sim " + clean(m.run.Scenario)
	return v
}

func (m *Model) retheme() {
	m.theme = newTheme(m.opts.Theme, m.dark, m.profile, m.opts.ASCII)
}

func (m *Model) onFrame(f frameMsg) tea.Cmd {
	if f.life != m.life {
		return nil
	}
	m.ticking = false
	if m.paused || m.ended || m.busy {
		return nil
	}
	return m.fetch(m.src, m.target(f.at))
}

func (m *Model) onBatch(b batchMsg) tea.Cmd {
	if b.life != m.life {
		return nil
	}
	m.busy, m.horizon = false, max(m.horizon, b.until)
	m.kills = b.kills
	m.apply(b.events, b.until)
	m.offerFind()
	for _, a := range b.answers {
		if r, ok := a.(restartedMsg); ok {
			return m.onRestarted(r)
		}
		m.answer(a)
	}
	if b.err != nil {
		return m.stop(b.err)
	}
	if cmd := m.wanted(); cmd != nil {
		return cmd
	}
	return m.proceed()
}

// proceed does what comes next: questions that waited, else the next frame.
func (m *Model) proceed() tea.Cmd {
	if len(m.asks) > 0 && !m.busy {
		return m.fetch(m.src, m.horizon)
	}
	return m.tick()
}

// stop is the end of the source, be it the run's end or a failure.
func (m *Model) stop(err error) tea.Cmd {
	m.ended = true
	if !errors.Is(err, io.EOF) {
		m.err = err
		m.failure = err.Error()
		return nil
	}
	m.finish()
	if len(m.asks) > 0 {
		return m.proceed()
	}
	return m.later()
}

// question hands a question to the source as soon as it is free.
func (m *Model) question(a ask) tea.Cmd {
	m.asks = append(m.asks, a)
	if m.busy {
		return nil
	}
	return m.proceed()
}
