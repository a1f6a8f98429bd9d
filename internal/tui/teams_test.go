package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

// quarterly is the shipped quarter of releases, live.
func quarterly(t *testing.T) event.Source {
	t.Helper()
	text, err := scenarios.FS.ReadFile("team-scaling.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("team-scaling.yaml", text, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := sim.New(sc, sim.Options{Seed: 7, Window: 24 * event.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

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
			m := seenAt(t, quarterly(t), sc.now, z[0], z[1], Options{Speed: 86400})
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
