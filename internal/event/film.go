package event

import "io"

// Film is a run that is known whole, as a [Source].
type Film struct {
	run    *Run
	events []Event // not yet yielded
}

// NewFilm makes a source of the events of a run, which it does not change.
func NewFilm(run *Run, events []Event) *Film { return &Film{run, events} }

// Run describes the run.
func (f *Film) Run() *Run { return f.run }

// Advance returns the events up to until. A run that never ended has the end of
// its events for an end.
func (f *Film) Advance(until Time) ([]Event, error) {
	n := 0
	for n < len(f.events) && f.events[n].At <= until {
		n++
	}
	out := f.events[:n:n]
	if f.events = f.events[n:]; len(f.events) == 0 {
		return out, io.EOF
	}
	return out, nil
}
