package event

import "slices"

// Beat is a moment of the story that deserves a sentence: an instant, or the
// first event of a kind.
type Beat struct {
	At       Time   `json:"at,omitempty"`       // if First is empty: at this instant
	First    string `json:"first,omitempty"`    // at the first event of this kind …
	Strategy string `json:"strategy,omitempty"` // … in this strategy
	Service  string `json:"service,omitempty"`  // … of this service
	Step     string `json:"step,omitempty"`     // … at this step
	Class    string `json:"class,omitempty"`    // … of this class
	Says     string `json:"says"`
}

// Is tells whether the event is one that the beat waits for.
func (b *Beat) Is(run *Run, e *Event) bool {
	if b.First != e.Kind.String() || b.Class != "" && b.Class != e.Class {
		return false
	}
	return named(b.Strategy, int(e.Strategy), run.Strategies, func(s Strategy) string { return s.Name }) &&
		named(b.Service, int(e.Service), run.Services, func(s Service) string { return s.Name }) &&
		named(b.Step, int(e.Step), run.Steps, func(s Step) string { return s.Name })
}

// named tells whether the i-th of the list has the name; an empty name is anyone's.
func named[T any](want string, i int, list []T, name func(T) string) bool {
	return want == "" || i >= 0 && i < len(list) && slices.IndexFunc(list, func(x T) bool { return name(x) == want }) == i
}
