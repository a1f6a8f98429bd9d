package metrics

import "tasker-sim/internal/event"

// Listener is what became of the events that a subscriber heard in one strategy.
type Listener struct {
	Told  []int // events, by route
	Threw int   // events at which it broke
}

// applyNews folds what is said beside the run: progress, and subscribers.
func (s *State) applyNews(e *event.Event) {
	st := &s.Strategies[e.Strategy]
	if e.Kind == event.StepProgress {
		if step := &st.Steps[e.Step]; e.Class == event.ClassResumed {
			step.Kept += e.Amount
		} else {
			step.Batches++
		}
		return
	}
	for i := range s.Run.Subscribers {
		if s.Run.Subscribers[i].Name != e.Class {
			continue
		}
		l := &st.Listeners[i]
		switch {
		case e.Kind == event.SubscriberThrew:
			l.Threw++
		case inside(int(e.Amount), len(l.Told)):
			l.Told[e.Amount]++
		}
	}
}

// listeners are those of one strategy of the run.
func listeners(run *event.Run) []Listener {
	ls := make([]Listener, len(run.Subscribers))
	for i := range ls {
		ls[i].Told = make([]int, len(run.Subscribers[i].Routes))
	}
	return ls
}
