package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// stray is a task that runs another team's workflow since the name that it was
// started by is that team's now.
type stray struct {
	team string // whose workflow it is
	name string // by which it was started
	flow int    // index of that workflow, or [elsewhere]
}

// elsewhere stands for a workflow that the scenario does not describe: it cannot
// read the task.
const elsewhere = -1

// flow is the index of the workflow that the task runs in the lane.
func (w *World) flow(lane int8, task int32) int {
	if s, is := w.strays[taskID{lane, task}]; is && s.flow != elsewhere {
		return s.flow
	}
	return w.figures.of(task).workflow
}

// route asks the lane's registry whose workflow a new task runs.
func (w *World) route(lane int8, task int32) {
	if w.registry == nil {
		return
	}
	own := &w.sc.Workflows[w.figures.of(task).workflow]
	if team, name := w.registry[lane].runs(own.Namespace, own.Name); name != nobody {
		w.strays[taskID{lane, task}] = w.strayTo(team, own.Name)
	}
}

func (w *World) strayTo(team, name string) stray {
	s := stray{team: team, name: name, flow: elsewhere}
	for i := range w.sc.Workflows {
		if wf := &w.sc.Workflows[i]; wf.Namespace == team && wf.Name == name {
			s.flow = i
		}
	}
	return s
}

// emitStray says that a task that was just submitted runs another team's workflow.
func (w *World) emitStray(lane int8, task int32) {
	s, is := w.strays[taskID{lane, task}]
	if !is {
		return
	}
	ev := event.Event{
		Kind: event.TaskMisrouted, Strategy: lane, Task: task, Class: s.team, Text: s.name,
		Step: int16(w.run.Workflows[w.figures.of(task).workflow].First), Service: event.None, Effect: event.None,
	}
	if w.payloads.controlled(task) {
		ev.Amount = 1
	}
	w.emit(ev)
}

// controlled tells whether the task's own workflow has a control that it must not
// go without.
func (p *payloads) controlled(task int32) bool {
	return p.control.Expr != nil && p.get(task).holds(&p.control)
}

// recallStray folds what the past tells of misrouted tasks.
func (w *World) recallStray(e *event.Event) {
	if e.Kind == event.TaskMisrouted {
		w.strays[taskID{e.Strategy, e.Task}] = w.strayTo(e.Class, e.Text)
	}
}

// own tells whether an effect was made by a step of the workflow that its task
// runs. The others were made by children.
func (w *World) own(e *event.Event) bool {
	return w.run.Steps[e.Step].Workflow == w.flow(e.Strategy, e.Task)
}

// openRefusals gives every service the answers that only a run with releases has.
func (w *World) openRefusals() {
	if w.sc.Releases == nil {
		return
	}
	for _, s := range w.services {
		s.strangerClass = s.refuse(scenario.Class{Name: event.ClassStranger, Permanent: true, Latency: downLatency, Message: "another team's workflow cannot read this " + w.run.Noun.One})
		s.contractClass = s.refuse(scenario.Class{Name: event.ClassContract, Permanent: true, Latency: downLatency, Message: "the workflow that is called has changed and wants more than it was sent"})
	}
}

// astray makes what comes of a call that cannot be understood: by the workflow
// of another team, or by one that has changed since it was called last.
func (w *World) astray(id callID, at event.Time, out outcome) outcome {
	if w.registry == nil || !out.effect {
		return out
	}
	st := &w.steps[id.step]
	class := int16(answered)
	if s, is := w.strays[taskID{id.lane, id.task}]; is && s.flow == elsewhere {
		class = st.service.strangerClass
	} else if st.Delegates != nil {
		to := &w.sc.Workflows[st.Delegates.Workflow]
		if w.registry[id.lane].broken(to.Namespace, to.Name, at) {
			class = st.service.contractClass
		}
	}
	if class == answered {
		return out
	}
	if out.effect = false; out.class == answered {
		out.class, out.latency = class, downLatency
	}
	return out
}
