package tui

import (
	"errors"
	"fmt"

	"tasker-sim/internal/event"
)

// liveStory is a tape that also takes faults and tells payloads: it writes down
// what it was asked.
type liveStory struct {
	*tape
	asked []string
	fails bool
	depth int // calls under way: must never be more than one
}

func live(s *story) *liveStory { return &liveStory{tape: s.tape()} }

func (l *liveStory) Advance(until event.Time) ([]event.Event, error) {
	if l.depth++; l.depth > 1 {
		panic("Advance while Advance is under way")
	}
	defer func() { l.depth-- }()
	return l.tape.Advance(until)
}

func (l *liveStory) ask(format string, args ...any) error {
	l.asked = append(l.asked, fmt.Sprintf(format, args...))
	if l.fails {
		return errors.New("no service \"x\"")
	}
	return nil
}

func (l *liveStory) Inject(term string) error { return l.ask("inject %s", term) }

func (l *liveStory) Clear() error { return l.ask("clear") }

func (l *liveStory) Redrive(strategy int, task int32) error {
	return l.ask("redrive %d %d", strategy, task)
}

func (l *liveStory) Context(task int32) string { return fmt.Sprintf(`{"order":%d}`, task) }

func (l *liveStory) Detail(strategy int, task int32, step int) event.Detail {
	return event.Detail{Input: fmt.Sprintf(`{"step":%d,"total":81.2}`, step), Output: `{"ok":true}`}
}
