package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// oracle is a WhatIf: with any dial turned the run has twice the tasks.
type oracle struct {
	asked [][]string
	fails bool
}

func (o *oracle) Dials() []Dial {
	return []Dial{
		{"load.tasks", "40", "count", "tasks that arrive"},
		{"load.peak", "off", "peak", "a rush"},
		{"steps.process_payment.retry.base", "5s", "time", "wait before the second attempt"},
		{"services.inventory.error.rate", "3.3%", "rate", "share of calls that fail"},
	}
}

func (o *oracle) Try(sets []string) (*metrics.State, time.Duration, error) {
	o.asked = append(o.asked, sets)
	if o.fails {
		return nil, 0, errors.New("load.tasks is 0, must be at least 1")
	}
	src := newStory(40*(1+min(len(sets), 1)), 2).tape()
	st := metrics.New(src.Run())
	evs, _ := src.Advance(1 << 60)
	for i := range evs {
		st.Apply(&evs[i])
	}
	return st, 62 * time.Millisecond, nil
}

// wonder presses a key and answers the question that it leads to, and those that
// follow from the answer.
func wonder(m *Model, name string) {
	_, cmd := m.Update(tea.KeyPressMsg(keyNamed(name)))
	for cmd != nil {
		msg := cmd()
		if all, ok := msg.(tea.BatchMsg); ok {
			msg = nil
			for _, c := range all {
				if c != nil {
					msg = c()
				}
			}
		}
		if _, ok := msg.(whatIfMsg); !ok {
			return
		}
		_, cmd = m.Update(msg)
	}
}

// TestWhatIf: the dials that can be turned, what is asked for, and the picture.
func TestWhatIf(t *testing.T) {
	o := &oracle{}
	m := seenAt(t, newStory(40, 2).tape(), event.Minute, 80, 24, Options{WhatIf: o})
	wonder(m, "w")
	m.whatIf.at = 1
	wonder(m, "left")
	wonder(m, "left")
	golden(t, "whatif_80x24", stripped(m.View().Content))
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 45})
	golden(t, "whatif_160x45", stripped(m.View().Content))
	wonder(m, "down")
	wonder(m, "right")
	wonder(m, "D")
	want := "[] [steps.process_payment.retry.base=2s] [steps.process_payment.retry.base=1s] " +
		"[steps.process_payment.retry.base=1s services.inventory.error.rate=5%]"
	var got []string
	for _, sets := range o.asked {
		got = append(got, "["+strings.Join(sets, " ")+"]")
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("asked for %s\nwant %s", s, want)
	}
	if m.whatIf.shown() != m.whatIf.plain {
		t.Error("with no dial turned the run is not shown as it is")
	}
	o.fails = true
	wonder(m, "left")
	if text := stripped(m.View().Content); !strings.Contains(text, "must be at least 1") {
		t.Errorf("a refusal is not shown:\n%s", text)
	}
}

// TestTurned: the next value of each kind of dial, up and down.
func TestTurned(t *testing.T) {
	for _, c := range []struct{ kind, value, up, down string }{
		{"time", "5s", "10s", "2s"}, {"time", "95s", "1m40s", "50s"}, {"time", "1m", "1m40s", "50s"}, {"time", "0s", "1ms", "0s"},
		{"time", "1h", "1h23m20s", "33m20s"}, {"time", "20ms", "50ms", "10ms"},
		{"rate", "3.3%", "5%", "2%"}, {"rate", "0%", "0.001%", "0%"}, {"rate", "100%", "100%", "50%"}, {"rate", "0.1%", "0.2%", "0.05%"},
		{"count", "3", "4", "2"}, {"count", "1", "2", "1"}, {"count", "4500", "5000", "2000"}, {"count", "20", "50", "19"},
		{"number", "2", "2.5", "1.5"}, {"number", "1", "1.5", "1"},
		{"switch", "on", "off", "off"}, {"switch", "off", "on", "on"}, {"peak", "20x@30m/1m", "20x@30m/1m", "20x@30m/1m"},
	} {
		if got := turned(c.kind, c.value, 1); got != c.up {
			t.Errorf("%s %s up: %s, want %s", c.kind, c.value, got, c.up)
		}
		if got := turned(c.kind, c.value, -1); got != c.down {
			t.Errorf("%s %s down: %s, want %s", c.kind, c.value, got, c.down)
		}
	}
}
