package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// TestGuarded compares frames of a run that is about who gets in: what should not
// have been done in large figures, what it took, and three workflows as chains.
func TestGuarded(t *testing.T) {
	for _, sc := range []struct {
		name string
		now  event.Time
		keys string
	}{
		{"guarded", 40 * event.Minute, ""},
		{"guarded-verdict", 2 * event.Hour, ""},
	} {
		for _, z := range [][2]int{{80, 24}, {160, 45}} {
			m := seenAt(t, shipped(t, "security.yaml", "load.tasks=750", "load.duration=1h"), sc.now, z[0], z[1], Options{Speed: 480})
			press(m, sc.keys)
			golden(t, fmt.Sprintf("%s.%dx%d.txt", sc.name, z[0], z[1]), plainText(m.View().Content)+"\n")
			for w := 1; w <= 200; w += 13 {
				m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
				fits(t, sc.name, m.View().Content, w, 24)
			}
		}
	}
}

// TestVerdictScrolls: what does not fit on a small screen is below, down to the
// command that makes the same figures again.
func TestVerdictScrolls(t *testing.T) {
	m := seenAt(t, shipped(t, "security.yaml", "load.tasks=750", "load.duration=1h"), 2*event.Hour, 80, 24, Options{Speed: 480})
	shows := func(text string) bool { return strings.Contains(plainText(m.View().Content), text) }
	if shows("tasker-sim run security") || !shows("more below") {
		t.Fatalf("at the top the end is in sight:\n%s", plainText(m.View().Content))
	}
	for range 30 {
		press(m, "j")
	}
	if !shows("tasker-sim run security") || shows("more below") || shows("nobody knows → none") {
		t.Errorf("scrolled to the end:\n%s", plainText(m.View().Content))
	}
	for range 30 {
		press(m, "k")
	}
	if !shows("nobody knows → none") {
		t.Errorf("scrolled back:\n%s", plainText(m.View().Content))
	}
}
