package crashtest

import "tasker-sim/internal/event"

// life is one task in one strategy.
type life struct {
	strategy int8
	task     int32
}

// callID is one attempt at a step of a life.
type callID struct {
	life
	step, attempt int16
}

func lifeOf(e *event.Event) life        { return life{e.Strategy, e.Task} }
func callOf(e *event.Event) callID      { return callID{lifeOf(e), e.Step, e.Attempt} }
func isEnd(k event.Kind) bool           { return k >= event.TaskSucceeded && k <= event.TaskRejected }
func answers(k event.Kind) bool         { return k >= event.StepSucceeded && k <= event.StepFailed }
func died(e *event.Event) bool          { return isEnd(e.Kind) && e.Class == event.ClassDied }
func durable(r *event.Run, s int8) bool { return s >= 0 && r.Strategies[s].Durable }

// standing is how things stand after some events of a tape.
type standing struct {
	open   map[life]bool   // tasks that have not ended
	parked map[life]bool   // of these, the parked ones
	out    map[callID]bool // attempts without an answer yet
}

// stand folds events into how things stand after them.
func stand(events []event.Event) standing {
	s := standing{map[life]bool{}, map[life]bool{}, map[callID]bool{}}
	for i := range events {
		e := &events[i]
		switch {
		case e.Kind == event.TaskSubmitted:
			s.open[lifeOf(e)] = true
		case e.Kind == event.TaskParked:
			s.parked[lifeOf(e)] = true
		case e.Kind == event.TaskRedriven:
			delete(s.parked, lifeOf(e))
		case e.Kind == event.StepStarted:
			s.out[callOf(e)] = true
		case answers(e.Kind):
			delete(s.out, callOf(e))
		}
		if isEnd(e.Kind) {
			delete(s.open, lifeOf(e))
			delete(s.parked, lifeOf(e))
		}
		if died(e) {
			for id := range s.out {
				if id.life == lifeOf(e) {
					delete(s.out, id)
				}
			}
		}
	}
	return s
}

// running is the number of tasks that run and are not parked.
func (s standing) running() int { return len(s.open) - len(s.parked) }

// calls are the attempts of durable strategies that are out.
func (s standing) calls(run *event.Run) map[callID]bool {
	calls := map[callID]bool{}
	for id := range s.out {
		if durable(run, id.strategy) {
			calls[id] = true
		}
	}
	return calls
}
