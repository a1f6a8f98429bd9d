package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

// shipped is a scenario of the program or one of its examples, live.
func shipped(t *testing.T, file string, sets ...string) event.Source {
	t.Helper()
	text, err := scenarios.FS.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse(file, text, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := sim.New(sc, sim.Options{Seed: 7, Window: max(event.Minute, sc.Load.Duration/720)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestStories compares frames of real runs at the moment that each story is about,
// and looks at the verdict, whose counts of checks change with every new one.
func TestStories(t *testing.T) {
	for _, s := range []struct {
		file, name string
		at         event.Time
		speed      float64
	}{
		{"checkout.yaml", "story-checkout", 31 * event.Minute, 60},
		{"microservices.yaml", "story-microservices", 80 * event.Minute, 60},
		{"examples/last-unit.yaml", "story-last-unit", event.Minute, 10},
		{"examples/video-transcoding.yaml", "story-video", 116 * event.Minute, 360},
	} {
		m := seenAt(t, shipped(t, s.file), s.at, 80, 24, Options{Speed: s.speed})
		framesOf(t, m, s.name)
		if testing.Short() {
			continue
		}
		for !m.ended {
			m.Update(m.fetch(m.src, m.horizon+m.run.Duration/20)())
		}
		frame := plainText(m.View().Content)
		for _, c := range m.run.Claims {
			if c.Kind != "quoted" && !strings.Contains(frame, " ✓ "+c.Name) {
				t.Errorf("%s: the verdict does not say that %q holds:\n%s", s.file, c.Name, frame)
			}
		}
	}
}

// framesOf draws what is shown on a small and on a large screen.
func framesOf(t *testing.T, m *Model, name string) {
	t.Helper()
	for _, z := range [][2]int{{160, 45}, {80, 24}} {
		m.Update(tea.WindowSizeMsg{Width: z[0], Height: z[1]})
		frame := m.View().Content
		fits(t, name, frame, z[0], z[1])
		golden(t, fmt.Sprintf("%s.%dx%d.txt", name, z[0], z[1]), plainText(frame)+"\n")
	}
}
