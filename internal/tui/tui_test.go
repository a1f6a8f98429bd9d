package tui

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tasker-sim/internal/event"
)

var allSizes = flag.Bool("sizes", false, "draw every screen at every size from 1×1 to 200×60")

// hour is a story that many tests look at: an hour of 4,500 orders.
var hour = sync.OnceValue(func() *story { return newStory(4500, 1) })

// seenAt is a dashboard that has watched the story up to now.
func seenAt(t testing.TB, src event.Source, now event.Time, w, h int, opts Options) *Model {
	t.Helper()
	m := New(src, opts)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	for first := true; first || m.horizon < now && !m.ended; first = false {
		m.Update(m.fetch(m.src, min(m.horizon+max(10*event.Second, m.run.Duration/360), now))())
	}
	return m
}

// press sends keys by their names, separated by blanks, and runs the questions
// that they lead to.
func press(m *Model, names string) {
	for _, name := range strings.Fields(names) {
		_, cmd := m.Update(tea.KeyPressMsg(keyNamed(name)))
		settle(m, cmd)
	}
}

// settle runs a command, and what follows from it, as long as it asks the source
// something; ticks are left alone.
func settle(m *Model, cmd tea.Cmd) {
	if cmd == nil || !m.busy {
		return
	}
	switch msg := cmd().(type) {
	case batchMsg:
		_, next := m.Update(msg)
		settle(m, next)
	case tea.BatchMsg:
		for _, c := range msg {
			settle(m, c)
		}
	}
}

func keyNamed(name string) tea.Key {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "tab": tea.KeyTab, "space": tea.KeySpace, "pgdown": tea.KeyPgDown, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}
	if c, ok := codes[name]; ok {
		return tea.Key{Code: c}
	}
	if c, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.Key{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	return tea.Key{Text: name, Code: []rune(name)[0]}
}

// scenes are the pictures that golden files keep: keys pressed at an instant.
var scenes = []struct {
	name string
	now  event.Time
	keys string
	wide bool // also on large screens
}{
	{"first", 0, "", true},
	{"minute", event.Minute, "", false},
	{"outage", 22 * event.Minute, "", true},
	{"run", 31*event.Minute + 7*event.Second, "", true},
	{"paused", 31*event.Minute + 7*event.Second, "space", false},
	{"big", 31*event.Minute + 7*event.Second, "b", true},
	{"end", 2 * event.Hour, "", true},
	{"tasks", 31*event.Minute + 7*event.Second, "f down down", true},
	{"tasks-all", 31*event.Minute + 7*event.Second, "f tab tab tab tab tab / 1 2 3 4 enter", false},
	{"order", 31*event.Minute + 7*event.Second, "f tab enter", true},
	{"order-parked", 31*event.Minute + 7*event.Second, "f tab tab enter", false},
	{"attempt", 31*event.Minute + 7*event.Second, "f tab enter enter", false},
	{"steps", 31*event.Minute + 7*event.Second, "g down", true},
	{"verdict", 31*event.Minute + 7*event.Second, "v", false},
	{"chaos", 22 * event.Minute, "x down right", false},
	{"chaos-typed", 22 * event.Minute, "x down : 3 * h a n g - > 4 0 % h t t p ( 5 0 3 )", true},
	{"chaos-wrong", 22 * event.Minute, "x down : 5 % h a n k", false},
	{"help", 31*event.Minute + 7*event.Second, "f ?", true},
}

// TestFrames compares whole frames with golden files, without their colours.
func TestFrames(t *testing.T) {
	for _, sc := range scenes {
		sizes := [][2]int{{80, 24}}
		if sc.wide {
			sizes = append(sizes, [2]int{120, 40}, [2]int{160, 45})
		}
		for _, z := range sizes {
			m := seenAt(t, live(hour()), sc.now, z[0], z[1], Options{Speed: 60})
			press(m, sc.keys)
			golden(t, fmt.Sprintf("%s.%dx%d.txt", sc.name, z[0], z[1]), plainText(m.View().Content)+"\n")
		}
	}
}

// TestSizes draws every screen at many sizes: each frame is exactly as high and
// no line is wider than the screen. With -sizes it draws all of them.
func TestSizes(t *testing.T) {
	widths := []int{0, 1, 2, 3, 7, 12, 20, 33, 40, 55, 56, 57, 64, 79, 80, 81, 99, 100, 115, 116, 117, 139, 140, 160, 200}
	heights := []int{0, 1, 2, 3, 5, 9, 15, 16, 17, 19, 23, 24, 25, 33, 36, 45, 60}
	if *allSizes {
		widths, heights = upTo(200), upTo(60)
	}
	for _, sc := range scenes {
		m := seenAt(t, live(hour()), sc.now, 80, 24, Options{Speed: 60})
		press(m, sc.keys)
		for _, w := range widths {
			for _, h := range heights {
				m.Update(tea.WindowSizeMsg{Width: w, Height: h})
				fits(t, sc.name, m.View().Content, w, h)
			}
		}
	}
}

func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i + 1
	}
	return s
}

// fits fails unless a frame is h lines of w columns.
func fits(t *testing.T, name, frame string, w, h int) {
	t.Helper()
	if h == 0 {
		return
	}
	lines := strings.Split(stripped(frame), "\n")
	if len(lines) != h {
		t.Fatalf("%s at %d×%d: %d lines", name, w, h, len(lines))
	}
	for y, line := range lines {
		if ansi.StringWidth(line) != w {
			t.Fatalf("%s at %d×%d: line %d has %d columns: %q", name, w, h, y, ansi.StringWidth(line), line)
		}
	}
}

// TestLadder draws runs of one and of three strategies.
func TestLadder(t *testing.T) {
	ladder := storyRun(900)
	retries := event.Strategy{Name: "retries", Title: "tries again", Retries: true}
	ladder.Strategies = append(ladder.Strategies[:1:1], retries, ladder.Strategies[1])
	alone := storyRun(900)
	alone.Strategies = alone.Strategies[:1]
	for name, run := range map[string]*event.Run{"three": ladder, "one": alone} {
		s := storyOf(run, 8)
		for _, keys := range []string{"", "f", "f enter", "g", "v", "x", "b"} {
			m := seenAt(t, live(s), 31*event.Minute, 80, 24, Options{Speed: 60})
			press(m, keys)
			for _, z := range [][2]int{{1, 1}, {56, 16}, {80, 24}, {100, 30}, {120, 40}, {160, 45}} {
				m.Update(tea.WindowSizeMsg{Width: z[0], Height: z[1]})
				fits(t, name+" "+keys, m.View().Content, z[0], z[1])
				if keys == "" && z[0] >= 80 && z[0] != 100 {
					golden(t, fmt.Sprintf("%s.%dx%d.txt", name, z[0], z[1]), plainText(m.View().Content)+"\n")
				}
			}
		}
	}
}

// TestASCII holds the promise of the option: nothing above 0x7e, no control
// characters but the escape sequences of colours.
func TestASCII(t *testing.T) {
	for _, sc := range scenes {
		m := seenAt(t, live(hour()), sc.now, 120, 40, Options{Speed: 60, ASCII: true})
		press(m, sc.keys)
		for _, r := range strings.ReplaceAll(stripped(m.View().Content), "\n", "") {
			if r < ' ' || r > '~' {
				t.Fatalf("%s: %q", sc.name, r)
			}
		}
	}
	m := seenAt(t, live(hour()), 31*event.Minute, 80, 24, Options{Speed: 60, ASCII: true})
	golden(t, "ascii.80x24.txt", plainText(m.View().Content)+"\n")
}

// TestHostileNames feeds names that would move the cursor or break a line, and
// wide ones: nothing of them reaches the terminal but letters.
func TestHostileNames(t *testing.T) {
	s := newStory(60, 1)
	evil := "a\x1b]0;x\a\x1b[2J\r\n\tb\u200b" + strings.Repeat("漢字", 40)
	s.run.Title, s.run.Noun.One, s.run.Noun.Many, s.run.Scenario = evil, evil, evil, evil
	s.run.Strategies[0].Name, s.run.Steps[1].Name, s.run.Steps[2].Label = evil, evil, evil
	s.run.Services[1].Title, s.run.Promises[0].Broken = evil, evil
	for _, keys := range []string{"", "f", "f enter", "g", "v", "x", "?", "b"} {
		for _, z := range [][2]int{{80, 24}, {120, 40}, {61, 17}} {
			m := seenAt(t, live(s), event.Hour, z[0], z[1], Options{Speed: 60})
			press(m, "esc "+keys)
			fits(t, keys, m.View().Content, z[0], z[1])
			if strings.ContainsAny(stripped(m.View().Content), "\x1b\a\r\t") || strings.Contains(m.View().WindowTitle, "\x1b") {
				t.Errorf("%q: control characters in the frame", keys)
			}
		}
	}
}

// TestDamagedTape feeds events that refer to what does not exist.
func TestDamagedTape(t *testing.T) {
	s := newStory(60, 1)
	for i := range s.events {
		e := &s.events[i]
		switch i % 7 {
		case 0:
			e.Step = 99
		case 1:
			e.Strategy = 7
		case 2:
			e.Service, e.Effect = -5, 40
		case 3:
			e.Kind, e.Step = e.Kind+3, event.None
		}
	}
	for _, keys := range []string{"", "f", "f tab tab tab tab tab enter", "g", "v"} {
		m := seenAt(t, live(s), 2*event.Hour, 80, 24, Options{Speed: 60})
		press(m, "esc "+keys)
		fits(t, keys, m.View().Content, 80, 24)
		if m.state.Checks.Violations == 0 {
			t.Error("the damage is not counted")
		}
	}
}

// TestThemes draws in every theme and colour profile: the letters stay the same.
func TestThemes(t *testing.T) {
	m := seenAt(t, live(hour()), 22*event.Minute, 120, 40, Options{Speed: 60})
	want := stripped(m.View().Content)
	seen := map[string]bool{}
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI} {
		for _, name := range themeNames {
			m.opts.Theme = name
			m.Update(tea.ColorProfileMsg{Profile: profile})
			frame := m.View().Content
			if stripped(frame) != want {
				t.Errorf("%s: the letters change with the theme", name)
			}
			seen[frame] = true
		}
	}
	// auto on a dark ground differs from dark only by the ground; mono is the same in both
	if want := 2*len(themeNames) - 1; len(seen) != want {
		t.Errorf("%d different pictures, want %d", len(seen), want)
	}
}

// TestStatesWithoutColour holds that no state is told by colour alone.
func TestStatesWithoutColour(t *testing.T) {
	seen := map[string]bool{}
	for c := idle; c <= broken; c++ {
		seen[string(c.glyph())+string(c.border()[0])+string(c.border()[5])] = true
	}
	if len(seen) != 4 {
		t.Errorf("conditions: %v", seen)
	}
	marks := map[rune]bool{}
	for _, k := range []event.Kind{0, event.StepSucceeded, event.StepRetrying, event.StepFailed} {
		r, _ := (&attempt{outcome: k}).mark()
		marks[r] = true
	}
	if len(marks) != 4 {
		t.Errorf("attempts: %v", marks)
	}
}

func BenchmarkView(b *testing.B) {
	m := seenAt(b, live(hour()), 31*event.Minute, 200, 60, Options{Speed: 60})
	b.ReportAllocs()
	for b.Loop() {
		m.dirty = true
		m.View()
	}
}
