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

// stormy is the shipped retry storm, live, with a journal.
func stormy(t *testing.T, strategies []string, journal ...string) event.Source {
	t.Helper()
	text, err := scenarios.FS.ReadFile("metastable.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("metastable.yaml", text, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if strategies != nil {
		if err := sc.Choose(strategies); err != nil {
			t.Fatal(err)
		}
	}
	w, err := sim.New(sc, sim.Options{Seed: 7, Window: event.Second, Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestStorm compares frames of a retry storm: the trigger, the flip, the stuck
// state after it, and the cure by hand; load offered against load answered.
func TestStorm(t *testing.T) {
	for _, sc := range []struct {
		name string
		now  event.Time
		keys string
	}{
		{"storm-trigger", 20 * event.Second, ""},
		{"storm-stuck", 58 * event.Second, ""},
		{"storm-cured", 58 * event.Second, ""},
		{"storm-request", 58 * event.Second, "f enter"},
		{"storm-verdict", 200 * event.Second, ""},
	} {
		for _, z := range [][2]int{{80, 24}, {160, 45}} {
			var journal []string
			if sc.name == "storm-cured" {
				journal = []string{"remedy(naive, budget) @ 40s"}
			}
			m := seenAt(t, stormy(t, nil, journal...), sc.now, z[0], z[1], Options{Speed: 2})
			if m.ended {
				m.finish()
			}
			press(m, sc.keys)
			golden(t, fmt.Sprintf("%s.%dx%d.txt", sc.name, z[0], z[1]), plainText(m.View().Content)+"\n")
			for w := 1; w <= 200; w += 13 {
				m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
				fits(t, sc.name, m.View().Content, w, 24)
			}
		}
	}
}

// TestStormOfMany: seven strategies fit beside each other, on both screens.
func TestStormOfMany(t *testing.T) {
	names := []string{"naive", "lifo", "deadlines", "shedding", "throttle", "jitter", "budget"}
	for _, z := range [][2]int{{80, 24}, {160, 45}} {
		m := seenAt(t, stormy(t, names), 58*event.Second, z[0], z[1], Options{Speed: 2})
		golden(t, fmt.Sprintf("storm-many.%dx%d.txt", z[0], z[1]), plainText(m.View().Content)+"\n")
		fits(t, "seven", m.View().Content, z[0], z[1])
	}
}

// TestRemedyByKey: a key switches a mechanism of the first strategy, and back.
func TestRemedyByKey(t *testing.T) {
	m := seenAt(t, stormy(t, nil), 40*event.Second, 80, 24, Options{Speed: 2})
	for i, want := range []bool{true, false} {
		press(m, "4")
		m.Update(m.fetch(m.src, event.Time(41+i)*event.Second)())
		if got := m.remedied(0, "budget"); got != want {
			t.Errorf("the budget is on: %v, want %v (%q)", got, want, m.notice.text)
		}
	}
}
