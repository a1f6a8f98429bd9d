package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// stepLength is what the step key moves a paused run by: a second, and of tasks on
// a schedule a tenth of the distance between two.
func (s *scene) stepLength() event.Time {
	if s.run.Schedule != nil {
		return max(s.run.Schedule.Every/10, event.Second)
	}
	return event.Second
}

// encore is how long the verdict stands before an autoplay starts again.
const encore = 20 * time.Second

// againMsg asks for a new beginning, unless the run it was meant for is gone.
type againMsg struct{ life int }

// restartedMsg brings the new source.
type restartedMsg struct {
	src event.Source
	err error
}

// again begins the run anew, once the source is free.
func again(m *Model) tea.Cmd {
	restart := m.opts.Restart
	return m.question(func(event.Source) tea.Msg {
		src, err := restart()
		return restartedMsg{src, err}
	})
}

// later starts again after a while, if that is wanted.
func (m *Model) later() tea.Cmd {
	if !m.opts.Autoplay || m.opts.Restart == nil {
		return nil
	}
	return after(encore, againMsg{m.life})
}

func (m *Model) onAgain(msg againMsg) tea.Cmd {
	if msg.life != m.life || !m.ended {
		return nil
	}
	return again(m)
}

func (m *Model) onRestarted(msg restartedMsg) tea.Cmd {
	if msg.err != nil {
		m.notice = notice{text: "cannot start again: " + msg.err.Error(), bad: true}
		return nil
	}
	m.err = nil
	m.play(msg.src)
	return m.fetch(m.src, m.horizon)
}
