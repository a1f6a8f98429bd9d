package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"tasker-sim/internal/event"
)

// TestTarget holds how far a frame moves the horizon.
func TestTarget(t *testing.T) {
	start := time.Unix(100, 0)
	for _, c := range []struct {
		name    string
		speed   float64
		since   time.Duration // since the last frame; 0: there was none
		horizon event.Time
	}{
		{"first frame", 60, 0, 4500 * event.Millisecond},
		{"a tenth of a second", 60, 100 * time.Millisecond, 6 * event.Second},
		{"real time", 1, 100 * time.Millisecond, 100 * event.Millisecond},
		{"a long rest counts as a quarter of a second", 60, time.Hour, 15 * event.Second},
		{"the clock was set back", 60, -time.Hour, 0},
		{"full speed", 0, 80 * time.Millisecond, 2 * event.Second},
		{"full speed, slow batch", 0, 240 * time.Millisecond, event.Second},
	} {
		p := player{speed: c.speed, window: windowMin}
		if c.since != 0 {
			p.last = start.Add(-c.since)
		}
		if got := p.target(start); got != c.horizon {
			t.Errorf("%s: %v, want %v", c.name, got.Duration(), c.horizon.Duration())
		}
	}
}

// TestSpeedKeys goes all the way up and down.
func TestSpeedKeys(t *testing.T) {
	p := player{speed: 60}
	for range 20 {
		p.faster()
	}
	if p.speed != 0 {
		t.Errorf("fastest is %g, want full speed", p.speed)
	}
	p.slower()
	if p.speed != speeds[len(speeds)-1] {
		t.Errorf("below full speed is %g", p.speed)
	}
	for range 20 {
		p.slower()
	}
	if p.speed != speeds[0] {
		t.Errorf("slowest is %g", p.speed)
	}
}

// TestFramesDependOnHorizonOnly draws the same instant after different ways of
// getting there: the frame is the same to the byte.
func TestFramesDependOnHorizonOnly(t *testing.T) {
	s := newStory(300, 5)
	rapid.Check(t, func(t *rapid.T) {
		now := event.Time(rapid.Int64Range(0, int64(event.Hour)).Draw(t, "now"))
		a, b := New(s.tape(), Options{Speed: 60}), New(s.tape(), Options{Speed: 60})
		for _, m := range []*Model{a, b} {
			m.w, m.h = 120, 40
		}
		a.Update(a.fetch(a.src, now)())
		for first := true; first || b.horizon < now; first = false {
			step := event.Time(rapid.Int64Range(1, int64(10*event.Minute)).Draw(t, "step"))
			b.Update(b.fetch(b.src, min(b.horizon+step, now))())
		}
		if a.View().Content != b.View().Content {
			t.Fatalf("at %s the frame depends on the way:\n%s\n%s", now.Clock(), stripped(a.View().Content), stripped(b.View().Content))
		}
	})
}

// TestOneAdvanceAtATime sends keys, ticks and batches in any order: never more
// than one command holds the source, and whatever was asked is answered.
func TestOneAdvanceAtATime(t *testing.T) {
	s := newStory(60, 6)
	rapid.Check(t, func(t *rapid.T) {
		src := live(s)
		m := New(src, Options{Speed: 60})
		m.w, m.h = 80, 24
		out := m.fetch(m.src, 0) // the command that holds the source
		asked := 0
		step := func(do func() tea.Cmd) {
			free := !m.busy
			if cmd := do(); m.busy && (free || out == nil) {
				out = cmd
			}
			if m.busy != (out != nil) {
				t.Fatalf("busy %v, but a command is out: %v", m.busy, out != nil)
			}
		}
		deliver := func() tea.Cmd {
			batch := out().(batchMsg)
			m.busy, out = false, nil
			return m.onBatch(batch)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				if out != nil {
					step(deliver)
				}
			case 1:
				step(func() tea.Cmd { return m.onFrame(frameMsg{time.Unix(0, 0), m.life}) })
			case 2:
				step(func() tea.Cmd { return m.press(keyNamed("space")) })
			case 3:
				if !m.ended {
					asked++
				}
				step(func() tea.Cmd { return m.press(keyNamed("o")) })
			}
		}
		for out != nil {
			batch := out().(batchMsg)
			m.busy, out = false, nil
			m.paused = true
			if cmd := m.onBatch(batch); m.busy {
				out = cmd
			}
		}
		if len(src.asked) != asked {
			t.Fatalf("%d questions asked, %d answered", asked, len(src.asked))
		}
	})
}
