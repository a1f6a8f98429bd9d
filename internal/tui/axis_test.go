package tui

import (
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/event"
)

// TestAxisKeepsOrder holds that later is never further left, whatever is cut,
// and that nothing lies outside.
func TestAxisKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &biography{}
		at := event.Time(rapid.Int64Range(0, int64(event.Hour)).Draw(t, "from"))
		first := at
		for range rapid.IntRange(1, 8).Draw(t, "attempts") {
			length := event.Time(rapid.Int64Range(0, int64(30*event.Second)).Draw(t, "length"))
			b.attempts = append(b.attempts, attempt{start: at, end: at + length})
			at += length + event.Time(rapid.Int64Range(0, int64(10*event.Minute)).Draw(t, "gap"))
		}
		w := rapid.IntRange(1, 80).Draw(t, "w")
		ax := newAxis([]*biography{b}, at, w)
		last := 0
		for _, a := range b.attempts {
			for _, x := range []event.Time{a.start, a.end} {
				c := ax.column(x)
				if c < last || c >= w {
					t.Fatalf("column %d after %d of %d", c, last, w)
				}
				last = c
			}
		}
		if c := ax.column(first); c != 0 {
			t.Fatalf("the first call begins in column %d", c)
		}
	})
}

// TestAxisCutsLongWaits holds that a wait of a minute leaves room for the calls.
func TestAxisCutsLongWaits(t *testing.T) {
	b := &biography{attempts: []attempt{{start: 0, end: event.Second}, {start: event.Minute, end: event.Minute + event.Second}}}
	ax := newAxis([]*biography{b}, 2*event.Minute, 80)
	if from, to := ax.column(0), ax.column(event.Second); to-from < 20 {
		t.Errorf("a call of a second takes %d of 80 columns", to-from)
	}
	c := &canvas{}
	c.reset(80, 1)
	ax.draw(c.all())
	golden(t, "axis.txt", plainText(c.render(newTheme("mono", true, 0, false)))+"\n")
}
