package sim

import (
	"fmt"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// ActionKind says what an action does.
type ActionKind uint8

// The kinds of actions.
const (
	ActionInject ActionKind = iota
	ActionClear
	ActionRedrive
	ActionCrash
	ActionDiskFull
	ActionClock
	ActionRemedy
)

// Action is something a person did to a run, at an instant: a line of its
// journal. With scenario, seed and flags the journal repeats the run to the byte.
type Action struct {
	Kind ActionKind
	At   event.Time // it acts right after this instant

	Fault    fault.Fault // of ActionInject: from At to To, inclusive; To 0: until cleared
	Services []int       // … at these, indices into Run.Services
	cause    string      // … with the draws of this name

	Strategy int   // of ActionRedrive and ActionRemedy: index into Run.Strategies
	Task     int32 // 0: all that are parked

	By     event.Time // of ActionClock: how far it is set on
	Remedy string     // of ActionRemedy: what is switched
	Off    bool
}

// ParseAction reads a line of a journal, in the language of package fault:
//
//	SERVICE @ FROM..TO: FAULT(knobs)   a fault by hand; without TO until cleared
//	clear @ TIME                       ends every fault by hand
//	redrive(STRATEGY) @ TIME           drives all parked tasks again
//	redrive(STRATEGY, TASK) @ TIME     or one of them
//	remedy(STRATEGY, MECHANISM) @ TIME switches a mechanism on, with ", off" off
//	crash @ TIME                       the process loses its memory and comes back
//	disk_full @ TIME                   the disk takes no more; the run can be resumed
//	clock(+LENGTH) @ TIME              the engine's clock is set on, or back with -
//
// Times are virtual: 30m, 1860s, 31m4.5s. A fault without a time begins with the
// run. A problem with the text is a [*fault.Error].
func ParseAction(run *event.Run, text string) (Action, error) {
	l, err := fault.ParseLine(text, names(run))
	if err != nil {
		return Action{}, err
	}
	if l.Now {
		return Action{}, fmt.Errorf("%q: want an instant, as in %s @ 40m", text, text)
	}
	return action(run, l, 0), nil
}

// ParseLive reads what is to happen at the instant now: a fault as `SERVICE:
// FAULT(knobs) for LENGTH`, without a length until it is cleared, or a verb
// without an instant.
func ParseLive(run *event.Run, text string, now event.Time) (Action, error) {
	l, err := fault.ParseLine(text, names(run))
	if err != nil {
		return Action{}, err
	}
	if l.Fault.Timed || l.Verb != fault.Inject && !l.Now {
		return Action{}, fmt.Errorf("%q: it begins now; say how long with for, as in for 3m", text)
	}
	return action(run, l, now), nil
}

// names are the names that a line for the run may use.
func names(run *event.Run) (n fault.Names) {
	n = fault.Names{Services: []string{}, Steps: []string{}, Strategies: []string{}, All: []string{}}
	for i := range run.Services {
		n.Services = append(n.Services, run.Services[i].Name)
	}
	for i := range run.Steps {
		n.Steps = append(n.Steps, run.Steps[i].Name)
	}
	for i := range run.Strategies {
		n.All = append(n.All, run.Strategies[i].Name)
		if run.Strategies[i].Durable {
			n.Strategies = append(n.Strategies, run.Strategies[i].Name)
		}
	}
	return n
}

// action is a line with its names looked up; what has no instant acts at now.
func action(run *event.Run, l fault.Line, now event.Time) Action {
	a := Action{
		Kind: [...]ActionKind{ActionInject, ActionClear, ActionRedrive, ActionCrash, ActionDiskFull, ActionClock, ActionRemedy}[l.Verb],
		At:   l.At, Task: l.Task, By: l.By, Remedy: l.Remedy, Off: l.Off,
	}
	if l.Now {
		a.At = now
	}
	switch l.Verb {
	case fault.Redrive, fault.Remedy:
		a.Strategy = slices.IndexFunc(run.Strategies, func(s event.Strategy) bool { return s.Name == l.Strategy })
	case fault.Inject:
		a.Fault = l.Fault
		if !a.Fault.Timed {
			a.Fault.Timed, a.Fault.From = true, now
		}
		if a.Fault.For > 0 {
			a.Fault.To, a.Fault.For = a.Fault.From+a.Fault.For, 0
		}
		a.At = a.Fault.From
		for _, name := range a.Fault.Services {
			a.Services = append(a.Services, slices.IndexFunc(run.Services, func(s event.Service) bool { return s.Name == name }))
		}
	}
	return a
}

// Text is the action as [ParseAction] reads it.
func (a Action) Text(run *event.Run) string {
	l := fault.Line{Fault: a.Fault, At: a.At, Task: a.Task}
	switch a.Kind {
	case ActionClear:
		l.Verb = fault.Clear
	case ActionRedrive:
		l.Verb, l.Strategy = fault.Redrive, run.Strategies[a.Strategy].Name
	case ActionRemedy:
		l.Verb, l.Strategy, l.Remedy, l.Off = fault.Remedy, run.Strategies[a.Strategy].Name, a.Remedy, a.Off
	case ActionCrash:
		l.Verb = fault.Crash
	case ActionDiskFull:
		l.Verb = fault.DiskFull
	case ActionClock:
		l.Verb, l.By = fault.Clock, a.By
	}
	return l.String()
}

// parseJournal reads all lines and orders them by instant, ties as given.
func parseJournal(run *event.Run, lines []string) ([]Action, error) {
	var as []Action
	for _, l := range lines {
		a, err := ParseAction(run, l)
		if err != nil {
			return nil, err
		}
		as = append(as, a)
	}
	slices.SortStableFunc(as, func(a, b Action) int { return int(a.At - b.At) })
	return as, nil
}
