package tui

import (
	"os"
	"testing"
	"strings"

	tea "charm.land/bubbletea/v2"
	"tasker-sim/internal/event"
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

func keys(m *Model, s string) {
	for _, k := range strings.Fields(s) {
		key := tea.Key{Text: k, Code: []rune(k)[0]}
		switch k {
		case "enter": key = tea.Key{Code: tea.KeyEnter}
		case "esc": key = tea.Key{Code: tea.KeyEscape}
		case "down": key = tea.Key{Code: tea.KeyDown}
		case "up": key = tea.Key{Code: tea.KeyUp}
		case "tab": key = tea.Key{Code: tea.KeyTab}
		}
		m.Update(tea.KeyPressMsg(key))
	}
}

func TestShow(t *testing.T) {
	s := newStory(4500, 1)
	for _, c := range []struct{name, keys string}{{"run",""},{"tasks","f down down"},{"order","f tab tab enter"},{"detail","f tab tab enter down down enter"},{"steps","g"},{"verdict","v"},{"chaos","x"},{"help","?"},{"big","b"}} {
	for _, z := range [][2]int{{80, 24}, {120, 40}, {160, 45}} {
		m := at(t, s, 31*event.Minute+7*event.Second, z[0], z[1])
		m.live = true
		keys(m, c.keys)
		f, _ := os.Create("/tmp/frame." +c.name+"."+ string(rune('0'+z[0]/40)) + ".ansi")
		f.WriteString(m.View().Content)
		f.Close()
	}
	}
}
