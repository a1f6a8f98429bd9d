package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// TestTeams compares frames of a quarter in which teams take each other's names:
// before the Tuesday, in the middle of it, later, a misrouted refund, the verdict.
func TestTeams(t *testing.T) {
	const day = 24 * event.Hour
	for _, sc := range []struct {
		name string
		now  event.Time
		keys string
	}{
		{"teams-monday", 8 * day, ""},
		{"teams-tuesday", 8*day + 20*event.Hour, ""},
		{"teams", 60 * day, ""},
		{"teams-list", 8*day + 20*event.Hour, "f"},
		{"teams-refund", 8*day + 20*event.Hour, "f enter"},
		{"teams-verdict", 100 * day, "v"},
	} {
		for _, z := range [][2]int{{80, 24}, {120, 40}, {160, 45}} {
			m := seenAt(t, shipped(t, "team-scaling.yaml"), sc.now, z[0], z[1], Options{Speed: 86400})
			press(m, sc.keys)
			golden(t, fmt.Sprintf("%s.%dx%d.txt", sc.name, z[0], z[1]), plainText(m.View().Content)+"\n")
			if z[0] != 80 {
				continue
			}
			for w := 1; w <= 200; w += 13 {
				m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
				fits(t, sc.name, m.View().Content, w, 24)
			}
		}
	}
}
