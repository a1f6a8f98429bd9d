package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/metrics"
)

// errTape is why a fault cannot be injected into a recorded run.
var errTape = errors.New("a tape cannot be changed, only watched")

// tellInjector asks the live run to do something and says what came of it.
func (m *Model) tellInjector(done string, do func(event.Injector) error) tea.Cmd {
	return m.question(func(src event.Source) tea.Msg {
		in, ok := event.As[event.Injector](src)
		err := errTape
		if ok {
			err = do(in)
		}
		var wrong *fault.Error
		if errors.As(err, &wrong) {
			return notice{text: wrong.Short(), bad: true}
		}
		if err != nil {
			return notice{text: err.Error(), bad: true}
		}
		return notice{text: done}
	})
}

// inject begins a fault.
func (m *Model) inject(service int, f faultKind) tea.Cmd {
	term := f.term(m.run.Services[service].Name)
	return m.tellInjector("injected: "+term, func(in event.Injector) error { return in.Inject(term) })
}

// outage breaks the service that is called most.
func outage(m *Model) tea.Cmd { return m.inject(m.busiest(), faultKinds[1]) }

// busiest is the service of the step that had most failures in the first
// strategy so far: the one on which most hangs.
func (s *scene) busiest() int {
	best, most := 0, -1
	for i := range s.run.Steps {
		if n := s.state.Strategies[0].Steps[i].Stopped; n > most && s.run.Steps[i].Service >= 0 {
			best, most = s.run.Steps[i].Service, n
		}
	}
	return best
}

func clearFaults(m *Model) tea.Cmd {
	return m.tellInjector("every fault injected by hand is cleared", event.Injector.Clear)
}

// redriveAll drives whatever is parked in any strategy.
func redriveAll(m *Model) tea.Cmd {
	var parked []int
	for k := range m.state.Strategies {
		if m.state.Strategies[k].Tasks.Parked > 0 {
			parked = append(parked, k)
		}
	}
	return m.tellInjector("all that is parked is driven again", func(in event.Injector) error {
		for _, k := range parked {
			if err := in.Redrive(k, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

func redriveOne(m *Model) tea.Cmd {
	k, task := m.parkedIn(m.order.task), m.order.task
	return m.tellInjector("it is driven again", func(in event.Injector) error { return in.Redrive(k, task) })
}

// troubled tells whether a service fails or its breaker is not closed, now.
func (s *scene) troubled(service int) bool {
	for i := range s.state.Faults {
		if s.state.Faults[i].Service == service {
			return true
		}
	}
	for k := range s.state.Strategies {
		if b := s.state.Strategies[k].Breakers; service < len(b) && b[service].State != metrics.Closed {
			return true
		}
	}
	return false
}

// spoken is a fault's standard name as people say it.
func spoken(name string) string { return strings.ReplaceAll(name, "_", " ") }
