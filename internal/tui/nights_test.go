package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// TestNights compares frames of a run that lasts a year: days on the clock, marks
// in hours, three branches side by side, and calls for a person.
func TestNights(t *testing.T) {
	const day = 24 * event.Hour
	for _, sc := range []struct {
		name string
		now  event.Time
		keys string
	}{
		{"nights", 100*day + 3*event.Hour, ""},
		{"nights-list", 100*day + 3*event.Hour, "f"},
		{"night", 100*day + 3*event.Hour, "f enter"},
		{"nights-steps", 100*day + 3*event.Hour, "g"},
		{"nights-verdict", 400 * day, "v"},
	} {
		for _, z := range [][2]int{{80, 24}, {160, 45}} {
			m := seenAt(t, shipped(t, "data-pipeline.yaml"), sc.now, z[0], z[1], Options{Speed: 86400})
			press(m, sc.keys)
			golden(t, fmt.Sprintf("%s.%dx%d.txt", sc.name, z[0], z[1]), plainText(m.View().Content)+"\n")
			for w := 1; w <= 200; w += 13 {
				m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
				fits(t, sc.name, m.View().Content, w, 24)
			}
		}
	}
}
