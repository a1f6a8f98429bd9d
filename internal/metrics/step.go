package metrics

import (
	"math/bits"

	"tasker-sim/internal/event"
)

func (s *State) applyStep(e *event.Event) {
	k := int(e.Strategy)
	g, st := &s.lives[k], &s.Strategies[k]
	f := g.of(e.Task)
	if f == nil {
		return
	}
	step, bit := &st.Steps[e.Step], s.shapes[e.Step].bit
	f.first = s.shapes[e.Step].first
	switch e.Kind {
	case event.StepStarted:
		st.start(step, f, bit, e)
	case event.StepSkipped:
		f.skipped |= bit
		f.done |= bit
		step.Skipped++
	case event.StepDeferred:
		step.drop(f, bit)
		f.deferred |= bit
		step.Deferred++
	case event.StepFellBack:
		s.tally(k, e.Task, -1)
		f.done |= bit
		s.tally(k, e.Task, +1)
		step.Done++
		step.FellBack++
	case event.StepSucceeded:
		step.finish(f, bit, e)
		st.answered(e)
		f.worked += e.Dur
		s.tally(k, e.Task, -1)
		f.done |= bit
		s.tally(k, e.Task, +1)
		step.Done++
	case event.StepRetrying:
		step.finish(f, bit, e)
		st.Wasted += e.Dur
		f.waiting |= bit
		step.Waiting++
		st.minute(e.At).Retries++
	case event.StepFailed:
		step.finish(f, bit, e)
		st.Wasted += e.Dur
	}
	g.release(&g.lives[e.Task-1])
}

func (st *Strategy) start(step *Step, f *flight, bit uint64, e *event.Event) {
	step.drop(f, bit)
	f.running |= bit
	step.Running++
	step.Attempts++
	st.Attempts++
	bucket := st.minute(e.At)
	bucket.Calls++
	if e.Attempt == 1 {
		bucket.First++
	}
	if e.Attempt > 1 {
		step.Retries++
		st.Retries++
	}
}

// drop ends a step's waiting, for a due time or for a breaker.
func (step *Step) drop(f *flight, bit uint64) {
	if f.waiting&bit != 0 {
		f.waiting &^= bit
		step.Waiting--
	}
	if f.deferred&bit != 0 {
		f.deferred &^= bit
		step.Deferred--
	}
}

// finish ends an attempt.
func (step *Step) finish(f *flight, bit uint64, e *event.Event) {
	if f.running&bit != 0 {
		f.running &^= bit
		step.Running--
	}
	bad := e.Kind != event.StepSucceeded
	if bad {
		step.Failures++
	}
	step.Latency.Record(e.Dur)
	step.Spent += e.Dur
	step.recent.add(e.At, bad)
}

// abandon takes the steps of a terminal task out of the figures of the moment:
// nothing of it waits any more, and nothing runs if its process died.
func (st *Strategy) abandon(f *flight, died bool) {
	first := int(f.first)
	for m := f.waiting; m != 0; m &= m - 1 {
		st.Steps[first+bits.TrailingZeros64(m)].Waiting--
	}
	for m := f.deferred; m != 0; m &= m - 1 {
		st.Steps[first+bits.TrailingZeros64(m)].Deferred--
	}
	f.waiting, f.deferred = 0, 0
	if !died {
		return
	}
	for m := f.running; m != 0; m &= m - 1 {
		st.Steps[first+bits.TrailingZeros64(m)].Running--
	}
	f.running = 0
}
