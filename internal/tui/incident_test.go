package tui

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

// blackBox is five hours of the shipped incident, made once.
var blackBox = sync.OnceValues(func() (*event.Run, []event.Event) {
	text, err := scenarios.FS.ReadFile("observability.yaml")
	if err != nil {
		panic(err)
	}
	sc, problems := scenario.Parse("observability.yaml", text, []string{"load.tasks=9600", "load.duration=5h"})
	if len(problems) > 0 {
		panic(problems)
	}
	w, err := sim.New(sc, sim.Options{Seed: 8, Window: event.Minute})
	if err != nil {
		panic(err)
	}
	var all []event.Event
	for err == nil {
		var evs []event.Event
		evs, err = w.Advance(w.Horizon() + event.Minute)
		all = append(all, evs...)
	}
	if !errors.Is(err, io.EOF) {
		panic(err)
	}
	return w.Run(), all
})

// incidentAt is a dashboard that has watched it up to now, with a clock for the
// game that moves by 21 s with every look.
func incidentAt(t *testing.T, now event.Time, w, h int, opts Options) *Model {
	t.Helper()
	run, events := blackBox()
	m := seenAt(t, event.NewFilm(run, events), now, w, h, opts)
	m.game.start = func() func() time.Duration { return func() time.Duration { return 21 * time.Second } }
	return m
}

// TestIncident compares frames of an incident: the dashboard while logs are read,
// the timelines, both rounds of finding it oneself, and what they took.
func TestIncident(t *testing.T) {
	const name = " enter down down enter" // the third step, which it is
	for _, sc := range []struct {
		name string
		now  event.Time
		keys string
	}{
		{"incident", 2*event.Hour + 20*event.Minute, ""},
		{"incident-quiet", 30 * event.Minute, "i"},
		{"incident-timeline", 2*event.Hour + 20*event.Minute, "i"},
		{"incident-end", 9 * event.Hour, "v"}, // v leaves the verdict, which comes by itself
		{"incident-verdict", 9 * event.Hour, ""},
		{"find-logs", 2 * event.Hour, "i enter up up tab tab tab"},
		{"find-wrong", 2 * event.Hour, "i enter enter enter"},
		{"find-tools", 2 * event.Hour, "i enter" + name},
		{"find-trace", 2 * event.Hour, "i enter" + name + " tab down down"},
		{"find-end", 2 * event.Hour, "i enter pgup enter enter" + name + " tab" + name},
		{"incident-help", 2 * event.Hour, "i ?"},
	} {
		for _, z := range [][2]int{{80, 24}, {120, 40}, {160, 45}} {
			if testing.Short() && z[0] != 80 {
				continue
			}
			m := incidentAt(t, sc.now, z[0], z[1], Options{Speed: 300})
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

// TestFindBeginsByItself: asked for on the command line, the game begins as soon
// as there is something to find, and the run waits meanwhile.
func TestFindBeginsByItself(t *testing.T) {
	m := incidentAt(t, event.Hour, 80, 24, Options{Speed: 300, Find: true})
	if m.screen != screenRun || m.speed != 0 {
		t.Errorf("before the incident: screen %d, speed %g", m.screen, m.speed)
	}
	m = incidentAt(t, 2*event.Hour, 80, 24, Options{Speed: 300, Find: true})
	if m.screen != screenFind || !m.paused || m.speed != 300 || m.game.stage != findLogs {
		t.Errorf("after it: screen %d, paused %t, speed %g, stage %d", m.screen, m.paused, m.speed, m.game.stage)
	}
	press(m, "esc")
	if m.paused || m.screen != screenRun {
		t.Error("esc does not let the run go on")
	}
}

// TestCannotFindYet: before anything has happened the key says so.
func TestCannotFindYet(t *testing.T) {
	m := incidentAt(t, 30*event.Minute, 80, 24, Options{Speed: 300})
	press(m, "i enter")
	if m.screen != screenIncident || !strings.Contains(m.notice.text, "wait for the incident") {
		t.Errorf("screen %d, %q", m.screen, m.notice.text)
	}
	m = seenAt(t, live(hour()), event.Minute, 80, 24, Options{Speed: 60})
	press(m, "i")
	if m.screen != screenRun {
		t.Error("a run in which nobody watches has an incident screen")
	}
}

// TestSameLines: the lines that a person scrolls through are those that the
// responder of the model has read: of each service, as many as it counted.
func TestSameLines(t *testing.T) {
	run, events := blackBox()
	seen := 0
	for _, e := range events {
		if e.Kind != event.ResponderActs || e.Class != event.ActLog {
			continue
		}
		seen++
		to := e.At / event.Minute * event.Minute
		n := 0
		for _, l := range logLines(run, ofStrategy(events, e.Strategy), to-15*event.Minute, to) {
			if l.service == int(e.Service) {
				n++
			}
		}
		if int64(n) != e.Amount {
			t.Errorf("%s: %d lines, the responder read %d", run.Services[e.Service].Name, n, e.Amount)
		}
	}
	if seen < 5 {
		t.Errorf("%d logs were read: choose another seed", seen)
	}
}

func ofStrategy(events []event.Event, k int8) []event.Event {
	var list []event.Event
	for _, e := range events {
		if e.Strategy == k {
			list = append(list, e)
		}
	}
	return list
}
