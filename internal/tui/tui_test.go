package tui

import (
	tea "charm.land/bubbletea/v2"
	"os"
	"tasker-sim/internal/event"
	"testing"
)

func at(t testing.TB, s *story, now event.Time, w, h int) *Model {
	m := New(s.tape(), Options{Speed: 60})
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	for m.horizon < now && !m.ended {
		msg := m.fetch(m.src, m.horizon+event.Second)()
		m.Update(msg)
	}
	return m
}

func TestShow(t *testing.T) {
	s := newStory(4500, 1)
	for _, z := range [][2]int{{80, 24}, {120, 40}, {160, 45}} {
		m := at(t, s, 31*event.Minute+7*event.Second, z[0], z[1])
		f, _ := os.Create("/tmp/frame." + string(rune('0'+z[0]/40)) + ".ansi")
		f.WriteString(m.View().Content)
		f.Close()
		t.Log(m.state.Checks)
	}
}
