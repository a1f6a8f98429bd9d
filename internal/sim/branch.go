package sim

import (
	"errors"
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// A task's way through the scenario, beside chance: which workflow it runs, which
// steps it skips, and what services answer to it. All of it follows from the
// task's payload and the strategy's mechanisms, so that nothing need be stored.

// workflow is the one that the task runs in the lane.
func (w *World) workflow(lane int8, task int32) *event.Workflow {
	return &w.run.Workflows[w.flow(lane, task)]
}

// skips tells whether the task goes past the step in the lane.
func (w *World) skips(lane int8, task int32, step int16) bool {
	return w.passesBy(lane, step, w.figures.of(task).figure)
}

// passesBy is skips for a task of the figure.
func (w *World) passesBy(lane int8, step int16, fig *figure) bool {
	return w.sc.Strategies[lane].Lacks(w.steps[step].Mechanism) || fig.needless != nil && fig.needless[step]
}

// passes names the steps that the task goes past in the lane.
func (w *World) passes(lane int8, task int32) (names []string) {
	wf := w.workflow(lane, task)
	for i := wf.First; i < wf.End; i++ {
		if w.skips(lane, task, int16(i)) {
			names = append(names, w.steps[i].Name)
		}
	}
	if len(names) == wf.End-wf.First {
		panic(payloadError{fmt.Errorf("task %d: %w: workflow %s/%s in %s", task, errNoStep, wf.Namespace, wf.Name, w.run.Strategies[lane].Name)})
	}
	return names
}

var errNoStep = errors.New("every step is skipped")

// following is the first step of the task's workflow from the given one on that
// it does not skip; end: there is none.
func (w *World) following(lane int8, task int32, step int16) (next int16, end bool) {
	last := int16(w.workflow(lane, task).End)
	for step < last && w.skips(lane, task, step) {
		step++
	}
	return step, step == last
}

// emitSkips says which steps the task goes past.
func (w *World) emitSkips(lane int8, task int32) {
	wf := w.workflow(lane, task)
	for i := wf.First; i < wf.End; i++ {
		if w.skips(lane, task, int16(i)) {
			w.emit(event.Event{
				Kind: event.StepSkipped, Strategy: lane, Task: task, Step: int16(i), Service: int16(w.steps[i].Service), Effect: event.None,
			})
		}
	}
}

// answer is a scripted answer with its place among the service's refusals.
type answer struct {
	*scenario.Answer
	refusal int16
}

// script prepares the answers of a step.
func (st *step) script() {
	for i := range st.Step.Answers {
		a := &st.Step.Answers[i]
		st.answers = append(st.answers, answer{a, st.service.refuse(a.Class)})
	}
	if st.Conflict != nil {
		st.conflict = st.service.refuse(*st.Conflict)
	}
}

// conflicts tells whether the call asks for what the service has done already,
// without a key that would say that it is the same call.
func (w *World) conflicts(id callID) bool {
	st := &w.steps[id.step]
	switch {
	case st.Conflict == nil || w.book.keyed[id.lane]:
		return false
	case w.buckets.again:
		return w.book.known[id]
	}
	return w.book.has(id.lane, id.task, id.step)
}

// recallConflict takes a call of the past: what the service had done by then.
func (w *World) recallConflict(e *event.Event) {
	if w.steps[e.Step].Conflict != nil && !w.book.keyed[e.Strategy] {
		w.book.known[callID{e.Strategy, e.Task, e.Step, e.Attempt}] = w.book.has(e.Strategy, e.Task, e.Step)
	}
}

// answer is what the step's service says to the task when a call gets through;
// nil: it does what it was asked for.
func (w *World) answer(id callID, fig *figure) *answer {
	st := &w.steps[id.step]
	if len(st.answers) == 0 {
		return nil
	}
	given := fig.answered[id.step]
	have := &w.sc.Strategies[id.lane]
	for i := range st.answers {
		a := &st.answers[i]
		switch {
		case given&(1<<i) == 0, a.Attempts > 0 && int(id.attempt) > a.Attempts:
		case have.Lacks(a.Mechanism), a.Without != scenario.None && !have.Lacks(a.Without):
		default:
			return a
		}
	}
	return nil
}

// business makes what the service decides of a call that reached it. An answer
// that is lost on its way back stays lost, but nothing is done that was refused.
func (w *World) business(id callID, fig *figure, out outcome) outcome {
	st := &w.steps[id.step]
	if !out.effect {
		return out // it did not reach the service
	}
	heard := out.class == answered
	if st.Declines && w.figures.of(id.task).bad {
		if out.effect = false; heard {
			out.class = st.service.declineClass
		}
		return out
	}
	if w.conflicts(id) {
		if out.effect = false; heard {
			out.class = st.conflict
			if st.Conflict.Latency > 0 {
				out.latency = st.Conflict.Latency
			}
		}
		return out
	}
	a := w.answer(id, fig)
	if a == nil {
		return out
	}
	if out.effect = a.Effect; heard {
		out.class, out.reply = a.refusal, !a.Hang
		if a.Latency > 0 {
			out.latency = a.Latency
		}
	}
	return out
}

// endings are the classes of scripted answers that end a task otherwise than failed.
func endings(sc *scenario.Scenario) map[string]event.Kind {
	ends := map[string]event.Kind{}
	for i := range sc.Workflows {
		for j := range sc.Workflows[i].Steps {
			for _, a := range sc.Workflows[i].Steps[j].Answers {
				if a.Ends != event.TaskFailed {
					ends[a.Name] = a.Ends
				}
			}
		}
	}
	return ends
}
