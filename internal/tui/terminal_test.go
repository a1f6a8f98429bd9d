package tui

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"tasker-sim/internal/event"
)

// crlf does what a terminal's line discipline does: Bubble Tea leaves the
// carriage return to it when its input is no terminal.
type crlf struct{ w io.Writer }

func (c crlf) Write(p []byte) (int, error) {
	q := bytes.ReplaceAll(bytes.ReplaceAll(p, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	_, err := c.w.Write(q)
	return len(p), err
}

// terminal is a program running on an emulated terminal, in virtual time.
type terminal struct {
	em   *vt.SafeEmulator
	p    *tea.Program
	m    *Model
	done chan error
}

// startTerminal must be called in a synctest bubble.
func startTerminal(src event.Source, opts Options, w, h int) *terminal {
	t := &terminal{em: vt.NewSafeEmulator(w, h), m: New(src, opts), done: make(chan error, 1)}
	go func() { _, _ = io.Copy(io.Discard, t.em) }() // the terminal's replies
	t.p = tea.NewProgram(t.m, tea.WithInput(nil), tea.WithOutput(crlf{t.em}), tea.WithoutSignalHandler(), tea.WithWindowSize(w, h),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithFPS(framesPerSecond))
	go func() {
		_, err := t.p.Run()
		t.done <- err
	}()
	return t
}

// after lets virtual time pass and returns what the screen shows then.
func (t *terminal) after(d time.Duration) string {
	time.Sleep(d)
	synctest.Wait()
	return plainText(t.em.Render())
}

func (t *terminal) press(names string) {
	for _, name := range strings.Fields(names) {
		t.p.Send(tea.KeyPressMsg(keyNamed(name)))
	}
}

// TestTerminal plays a run on an emulated terminal: what stands there is what
// the model draws, through keys and a resize, and at the end the screen is given
// back.
func TestTerminal(t *testing.T) {
	s := newStory(300, 3)
	synctest.Test(t, func(t *testing.T) {
		term := startTerminal(live(s), Options{Speed: 60}, 100, 30)
		same := func(what, screen string) {
			if want := plainText(term.m.View().Content); screen != want {
				t.Errorf("%s: the terminal shows\n%s\nwant\n%s", what, screen, want)
			}
		}
		term.after(3 * time.Second)
		term.press("space")
		screen := term.after(time.Second)
		same("paused", screen)
		if now := term.m.state.Now; now < 2*event.Minute || now > 4*event.Minute || !strings.Contains(screen, "paused") {
			t.Errorf("after 3 s at 60x it is %s", now.Clock())
		}
		term.press("f enter enter")
		same("attempt", term.after(time.Second))
		term.em.Resize(80, 24)
		term.p.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
		same("smaller", term.after(time.Second))
		if !term.em.IsAltScreen() {
			t.Error("not on the alternate screen")
		}
		term.press("q")
		if err := <-term.done; err != nil {
			t.Error(err)
		}
		if term.em.IsAltScreen() {
			t.Error("the alternate screen is left on")
		}
		_ = term.em.Close()
	})
}

// TestWholeHour watches an hour at 60x to its end without a key: it shows the
// verdict by itself, 60 s of wall-clock time later.
func TestWholeHour(t *testing.T) {
	s := newStory(600, 4)
	synctest.Test(t, func(t *testing.T) {
		term := startTerminal(live(s), Options{Speed: 60}, 80, 24)
		term.after(75 * time.Second)
		if !term.m.state.Ended || term.m.screen != screenVerdict {
			t.Errorf("ended %v, screen %d at %s", term.m.state.Ended, term.m.screen, term.m.state.Now.Clock())
		}
		if v := term.m.state.Checks; v.Violations > 0 {
			t.Errorf("the story breaks its grammar: %s", v.First)
		}
		term.press("ctrl+c")
		if err := <-term.done; err != nil {
			t.Error(err)
		}
		_ = term.em.Close()
	})
}
