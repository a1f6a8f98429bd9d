package telemetry

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
)

// story is a run that is known whole: its events, and the tape of them.
type story struct {
	run    *event.Run
	events []event.Event
	tape   []byte
}

// film is the story as a recording.
func (s *story) film() event.Source { return event.NewFilm(s.run, s.events) }

// play runs a shipped scenario in memory.
func play(tb testing.TB, name string, journal []string, sets ...string) *story {
	tb.Helper()
	text, err := os.ReadFile("../../scenarios/" + name + ".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	sc, problems := scenario.Parse(name+".yaml", text, sets)
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	w, err := sim.New(sc, sim.Options{Seed: 7, Window: 5 * event.Second, Journal: journal})
	if err != nil {
		tb.Fatal(err)
	}
	var tape bytes.Buffer
	s := &story{run: w.Run()}
	s.events = drain(tb, event.NewTee(w, event.NewWriter(&tape, w.Run())))
	s.tape = tape.Bytes()
	return s
}

// shortCheckout is a few minutes of the checkout in which everything goes wrong
// that can: an outage, a brown-out, and whatever the dice hold.
func shortCheckout(tb testing.TB) *story {
	return play(tb, "checkout", []string{"payment_gateway @ 50s..110s: outage", "inventory @ 20s..40s: brownout(rate=60%, lat=x4)"},
		"load.duration=4m", "load.tasks=150")
}

// drain takes all events of a source.
func drain(tb testing.TB, src event.Source) (all []event.Event) {
	tb.Helper()
	for at := event.Time(0); ; at += 5 * event.Second {
		evs, err := src.Advance(at)
		all = append(all, evs...)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}
