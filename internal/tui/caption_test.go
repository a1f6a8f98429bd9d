package tui

import (
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// captioned is the story with moments, seen at an instant.
func captioned(t *testing.T, now event.Time, w, h int) *Model {
	run := storyRun(400)
	run.Beats = []event.Beat{
		{At: 10 * event.Minute, Says: "Ten minutes are over."},
		{First: "fault.injected", Service: "payment_gateway", Says: "The gateway is out."},
		{At: 20*event.Minute + event.Second, Says: "It comes a second after, and takes its turn."},
	}
	return seenAt(t, storyOf(run, 1).tape(), now, w, h, Options{Speed: 60})
}

// TestCaptions: a moment is shown for some nine seconds, or five if another one
// waits; it can be sent away, and all of them switched off.
func TestCaptions(t *testing.T) {
	const ten, out, turn = "Ten minutes are over.", "The gateway is out.", "It comes a second after"
	for _, c := range []struct {
		at   event.Time
		keys string
		want string
	}{
		{9*event.Minute + 59*event.Second, "", ""},
		{10 * event.Minute, "", ten},
		{18 * event.Minute, "", ten},
		{19*event.Minute + 30*event.Second, "", ""},
		{20*event.Minute + 30*event.Second, "", out},
		{24 * event.Minute, "", out},
		{25*event.Minute + 30*event.Second, "", turn},
		{20*event.Minute + 30*event.Second, "esc", turn},
		{20*event.Minute + 30*event.Second, "esc esc", ""},
		{10 * event.Minute, "m g esc", ""},
		{10 * event.Minute, "m m g esc", ten},
	} {
		for _, size := range [][2]int{{80, 24}, {160, 45}} {
			m := captioned(t, c.at, size[0], size[1])
			press(m, c.keys)
			frame := stripped(m.View().Content)
			for _, says := range []string{ten, out, turn} {
				if strings.Contains(frame, says) != (says == c.want) {
					t.Errorf("at %s after %q, %v: want %q\n%s", c.at.Clock(), c.keys, size, c.want, frame)
				}
			}
		}
	}
	golden(t, "caption.80x24.txt", plainText(captioned(t, 20*event.Minute+30*event.Second, 80, 24).View().Content)+"\n")
	golden(t, "caption.160x45.txt", plainText(captioned(t, 20*event.Minute+30*event.Second, 160, 45).View().Content)+"\n")
}
