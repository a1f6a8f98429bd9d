package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// TestPrompt: what is typed is a line of its own; a mistake keeps it open, enter
// says it to the live run, esc forgets it.
func TestPrompt(t *testing.T) {
	run := &injected{Source: live(hour())}
	m := seenAt(t, run, 22*event.Minute, 80, 24, Options{Speed: 60})
	press(m, "x : 5 % h a n k enter")
	if !m.prompt.on || len(run.terms) != 0 {
		t.Fatalf("a line with a mistake was said: %q", run.terms)
	}
	press(m, "backspace g enter")
	if m.prompt.on || len(run.terms) != 1 || !strings.HasSuffix(run.terms[0], ": 5%hang") {
		t.Errorf("said %q, want one hang", run.terms)
	}
	press(m, ": q")
	if m.quitting || !strings.HasSuffix(m.prompt.text, ": q") {
		t.Errorf("q while typing: quitting %v, line %q", m.quitting, m.prompt.text)
	}
	press(m, "ctrl+u")
	m.Update(tea.PasteMsg{Content: "crash\x1b[31m\n"})
	if m.prompt.text != "crash[31m " {
		t.Errorf("pasted: %q", m.prompt.text)
	}
	press(m, "esc")
	if m.prompt.on || m.screen != screenChaos || len(run.terms) != 1 {
		t.Errorf("after esc: %+v, said %q", m.prompt, run.terms)
	}
}

// injected is a live run that notes what it is told.
type injected struct {
	event.Source
	terms []string
}

func (i *injected) Inject(term string) error { i.terms = append(i.terms, term); return nil }
func (i *injected) Clear() error             { return nil }
func (i *injected) Redrive(int, int32) error { return nil }
func (i *injected) Unwrap() event.Source     { return i.Source }
