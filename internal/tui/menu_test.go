package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func menuChoices(n int) []Choice {
	var list []Choice
	for i := range n {
		list = append(list, Choice{Name: fmt.Sprintf("story-%d", i+1), Title: fmt.Sprintf("Story number %d", i+1),
			Hook: strings.Repeat(fmt.Sprintf("What happened in story %d. ", i+1), 4), Watch: "the left column, and how it grows"})
	}
	list[n-1].Apart = "examples of the language"
	return list
}

// TestMenu: keys move the cursor, choose or leave.
func TestMenu(t *testing.T) {
	for _, c := range []struct {
		keys string
		want int
		over bool
	}{
		{"", -1, false}, {"enter", 0, true}, {"down down enter", 2, true}, {"j k k enter", 0, true},
		{"end down enter", 6, true}, {"3", 2, true}, {"9", -1, false}, {"0", -1, false}, {"down q", -1, true}, {"esc", -1, true},
	} {
		m := newMenu(menuChoices(7), Options{})
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		for _, name := range strings.Fields(c.keys) {
			m.Update(tea.KeyPressMsg(keyNamed(name)))
		}
		if m.picked != c.want || m.over != c.over {
			t.Errorf("after %q: picked %d, over %t; want %d, %t", c.keys, m.picked, m.over, c.want, c.over)
		}
	}
}

// TestMenuFrames compares the menu with golden files, and draws it at odd sizes.
func TestMenuFrames(t *testing.T) {
	frame := func(n, w, h int, keys string) string {
		m := newMenu(menuChoices(n), Options{})
		m.Update(tea.WindowSizeMsg{Width: w, Height: h})
		for _, name := range strings.Fields(keys) {
			m.Update(tea.KeyPressMsg(keyNamed(name)))
		}
		return m.View().Content
	}
	golden(t, "menu.80x24.txt", plainText(frame(7, 80, 24, "down down"))+"\n")
	golden(t, "menu.160x45.txt", plainText(frame(7, 160, 45, "down down"))+"\n")
	for _, z := range [][2]int{{1, 1}, {20, 5}, {80, 10}, {117, 12}, {200, 3}} {
		fits(t, "menu", frame(20, z[0], z[1], "end up"), z[0], z[1])
	}
}
