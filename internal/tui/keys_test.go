package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tasker-sim/internal/event"
)

var allScreens = []screen{screenRun, screenTasks, screenTask, screenSteps, screenVerdict, screenChaos, screenHelp, screenWhatIf, screenIncident, screenFind}

// TestKeysAreUnique holds that on no screen a key is given twice, and that every
// key is described.
func TestKeysAreUnique(t *testing.T) {
	for _, x := range allScreens {
		seen := map[string]bool{}
		for _, a := range (&scene{screen: x}).screenActions() {
			if a.Help().Key == "" || a.Help().Desc == "" || a.do == nil {
				t.Errorf("screen %d: %v has no description or does nothing", x, a.Keys())
			}
			for _, k := range a.Keys() {
				if seen[k] {
					t.Errorf("screen %d: %q is given twice", x, k)
				}
				seen[k] = true
			}
		}
	}
	seen := map[string]bool{}
	for _, a := range commonActions() {
		for _, k := range a.Keys() {
			if seen[k] {
				t.Errorf("everywhere: %q is given twice", k)
			}
			seen[k] = true
		}
	}
}

// TestEveryKeyOnEveryScreen presses everything everywhere; nothing may panic,
// and only q and ctrl-c quit.
func TestEveryKeyOnEveryScreen(t *testing.T) {
	names := []string{"ctrl+c"}
	for _, x := range allScreens {
		for _, a := range (&scene{screen: x}).actions() {
			names = append(names, a.Keys()...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, x := range allScreens {
		for _, now := range []event.Time{0, event.Hour} {
			m := seenAt(t, live(newStory(40, 2)), now, 80, 24, Options{Speed: 60})
			for _, name := range names {
				m.open(x)
				m.list.typing = false
				held := m.busy
				cmd := m.press(keyNamed(name))
				if quits := !held && !m.busy && !m.ticking && cmd != nil; quits != (name == "q" || name == "ctrl+c") {
					t.Errorf("screen %d: %s: a command that is neither a tick nor for the source: %v", x, name, quits)
				}
				settle(m, cmd)
				m.ticking, m.ended = false, false
				m.View()
			}
		}
	}
}

// TestHelpNamesEverything holds the help against the keys.
func TestHelpNamesEverything(t *testing.T) {
	m := seenAt(t, newStory(40, 2).tape(), event.Minute, 200, 60, Options{})
	press(m, "?")
	text := stripped(m.View().Content)
	for _, x := range allScreens[:6] {
		for _, a := range (&scene{screen: x}).actions() {
			if x != screenVerdict && x != screenRun && !strings.Contains(text, a.Help().Desc) {
				t.Errorf("screen %d: %q is not in the help", x, a.Help().Desc)
			}
		}
	}
	for _, no := range []string{"a tape cannot be changed", "not possible here"} {
		if !strings.Contains(text, no) {
			t.Errorf("the help does not say %q", no)
		}
	}
}

// TestChaosKeys holds what the keys ask of a live run.
func TestChaosKeys(t *testing.T) {
	src := live(hour())
	m := seenAt(t, src, 22*event.Minute, 80, 24, Options{Speed: 60})
	press(m, "o x down right enter c esc R f tab tab enter R")
	want := []string{
		"inject payment_gateway: outage for 3m",
		"inject inventory: brownout(rate=50%, lat=x3) for 3m",
		"clear", "redrive 1 0", "redrive 1 1647",
	}
	if d := cmp.Diff(want, src.asked); d != "" {
		t.Error(d)
	}
	src.fails = true
	press(m, "esc esc o")
	if !m.notice.bad || !strings.Contains(stripped(m.View().Content), `no service "x"`) {
		t.Errorf("a refusal is not shown: %+v", m.notice)
	}
}

// TestTapeRefuses holds that a tape says why a key does nothing.
func TestTapeRefuses(t *testing.T) {
	m := seenAt(t, hour().tape(), event.Minute, 80, 24, Options{Speed: 60})
	press(m, "x")
	if m.screen != screenRun || !strings.Contains(stripped(m.View().Content), "a tape cannot be changed") {
		t.Errorf("screen %d, notice %q", m.screen, m.notice.text)
	}
}

// broken is a source that fails.
type brokenSource struct{ *tape }

func (b brokenSource) Advance(until event.Time) ([]event.Event, error) {
	evs, _ := b.tape.Advance(until)
	if until > 5*event.Minute {
		return evs, errors.New("write run.db: no space left on device")
	}
	return evs, nil
}

// TestSourceFails holds that a failure stays on the screen and is handed on.
func TestSourceFails(t *testing.T) {
	m := seenAt(t, brokenSource{hour().tape()}, event.Hour, 80, 24, Options{Speed: 60})
	press(m, "v esc space")
	if m.Err() == nil || !strings.Contains(stripped(m.View().Content), "no space left on device") {
		t.Errorf("error %v, screen\n%s", m.Err(), stripped(m.View().Content))
	}
	if m.Final().Now < 5*event.Minute {
		t.Errorf("what came with the error is lost: %s", m.Final().Now.Clock())
	}
}

// TestRestart holds that a new source begins anew with the speed chosen.
func TestRestart(t *testing.T) {
	made := 0
	opts := Options{Speed: 60, Restart: func() (event.Source, error) {
		if made++; made > 1 {
			return nil, errors.New("the directory is gone")
		}
		return live(hour()), nil
	}}
	m := seenAt(t, live(hour()), 10*event.Minute, 80, 24, opts)
	press(m, "+ r")
	if m.state.Now != 0 || m.speed != 120 || m.log.Life(0, 2) != nil {
		t.Errorf("now %s, speed %g", m.state.Now.Clock(), m.speed)
	}
	press(m, "r")
	if !strings.Contains(m.notice.text, "the directory is gone") {
		t.Errorf("notice %q", m.notice.text)
	}
}
