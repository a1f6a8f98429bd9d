package engine

import (
	"fmt"
	"slices"
)

// View is what is known of a task.
type View struct {
	ID        TaskID
	Template  string // "namespace/name@version"
	Key       string // idempotency key of its submission
	Priority  int32
	State     TaskState
	Submitted Time
	Ended     Time // when it was over; 0: it is open
	Parked    Time // since when it is parked; 0: it is not
	Redrives  int
	Cause     string // the step that stopped it, if it is parked or in error
	Class     string // of that step's failure
	Message   string
	Context   []byte
	Steps     []StepView
	History   []Record // empty if the store keeps none
}

// StepView is what is known of a step.
type StepView struct {
	Name     string
	Service  string
	State    StepState
	Attempts int    // over the task's life
	Round    int    // of them in this round
	Due      Time   // when the next attempt may start, if it waits for a retry
	Start    Time   // of the last attempt
	Deadline Time   // of the running attempt; 0: none
	Class    string // of the last failure, until it is complete
	Message  string
	Output   []byte
	Chosen   []string   // children that it chose, if it decides and is complete
	Undo     bool       // State and Round are those of taking the step back
	Saved    Checkpoint // the last one; its Data is gone when the step is complete
}

// AttemptView is one attempt as the history tells it.
type AttemptView struct {
	Step       int
	N          int
	Undo       bool // it took the step back, or tried to
	Start, End Time // End 0: it runs
	Outcome    Kind // Succeeded, Undone, Retrying, Exhausted, Failed; Started: it runs
	Class      string
	Message    string
	Output     []byte
}

// State is the state of a task, open or over.
func (c *Core) State(id TaskID) (TaskState, error) {
	if t := c.open[id]; t != nil {
		return t.shown(), nil
	}
	history, err := c.history(id)
	if err != nil {
		return 0, err
	}
	return history[len(history)-1].Kind.leads(), nil
}

// Task looks a task up, open or over. It includes what is not flushed.
func (c *Core) Task(id TaskID) (View, error) {
	history, err := c.history(id)
	if err != nil {
		return View{}, err
	}
	t := c.open[id]
	if t == nil {
		if t, err = c.replay(id, history); err != nil {
			return View{}, err
		}
	}
	v := t.view()
	for i := range v.Steps {
		v.Steps[i].Service = c.serviceName(t.plan.steps[i].service)
	}
	for i := range history {
		t.plan.fill(&history[i])
	}
	v.History = history
	if n := len(history); n > 0 && history[n-1].Kind.Ends() {
		v.Ended = history[n-1].At
	}
	return v, nil
}

// Input is what a step works on: its task's context and, by name, the outputs of
// all complete steps that it depends on, directly or not; its own too if it is to
// be undone. The bytes must not be changed.
func (c *Core) Input(a Attempt) (context []byte, outputs map[string][]byte, err error) {
	t, i, err := c.find(a)
	if err != nil {
		return nil, nil, err
	}
	up := t.plan.steps[i].ancestors
	outputs = make(map[string][]byte, len(up))
	for _, j := range up {
		if t.steps[j].state != StepComplete {
			continue
		}
		outputs[t.plan.Steps[j].Name] = t.steps[j].output
	}
	if t.undo == i {
		outputs[a.Name] = t.steps[i].output
	}
	return t.context, outputs, nil
}

// history is a task's records, stored and staged. An open task may have none
// if the store keeps none.
func (c *Core) history(id TaskID) ([]Record, error) {
	if id == 0 || id > c.last {
		return nil, fmt.Errorf("task %d: %w", id, ErrUnknown)
	}
	history, err := c.store.Task(id)
	for i := range c.staged {
		if c.staged[i].Task == id {
			history = append(history, c.staged[i])
		}
	}
	if len(history) == 0 && c.open[id] == nil {
		return nil, err
	}
	if len(history) > 0 && history[0].Seq != 1 {
		history = nil // the store has dropped the beginning
	}
	return history, nil
}

// fill sets the indices that are not stored.
func (p *plan) fill(r *Record) {
	r.Template, r.Service = int16(p.index), None
	if r.Step != None && int(r.Step) < len(p.steps) {
		r.Service = p.steps[r.Step].service
	}
}

// replay makes the state of a task that is over from its history.
func (c *Core) replay(id TaskID, history []Record) (*task, error) {
	p, err := c.planOf(id, history)
	if err != nil {
		return nil, err
	}
	t := new(task)
	t.reset(id, p)
	for i := range history {
		if err := apply(t, &history[i]); err != nil {
			return nil, fmt.Errorf("%w: %w", err, ErrCorrupt)
		}
	}
	return t, nil
}

// view copies the state of a task.
func (t *task) view() View {
	v := View{
		ID: t.id, Template: t.plan.name, Key: t.key, Priority: t.priority, State: t.shown(), Submitted: t.submitted, Parked: t.parked,
		Redrives: int(t.redrives), Context: t.context,
	}
	var cause int16
	if cause, v.Class, v.Message = t.failure(); cause != None {
		v.Cause = t.plan.Steps[cause].Name
	}
	for i := range t.steps {
		s := &t.steps[i]
		sv := StepView{
			Name: t.plan.Steps[i].Name, State: s.state, Attempts: int(s.attempts), Round: int(s.round),
			Start: s.start, Class: s.class, Message: s.text, Output: s.output, Saved: s.saved,
			Undo: t.undo == int16(i),
		}
		for k, ch := range t.plan.steps[i].children {
			if s.chosen&(1<<k) != 0 {
				sv.Chosen = append(sv.Chosen, t.plan.Steps[ch].Name)
			}
		}
		switch s.state {
		case StepWaiting:
			sv.Due = s.ready
		case StepInProgress:
			sv.Deadline = s.deadline
		}
		v.Steps = append(v.Steps, sv)
	}
	return v
}

// Attempts lists the attempts in the order in which they began.
func (v View) Attempts() []AttemptView {
	var list []AttemptView
	for i := range v.History {
		r := &v.History[i]
		switch r.Kind {
		case Started:
			list = append(list, AttemptView{Step: int(r.Step), N: int(r.Attempt), Undo: r.Class == ClassUndo, Start: r.At, Outcome: Started})
		case Succeeded, Undone, Retrying, Exhausted, Failed:
			j := slices.IndexFunc(list, func(a AttemptView) bool { return a.Step == int(r.Step) && a.N == int(r.Attempt) })
			if j < 0 {
				continue
			}
			a := &list[j]
			a.End, a.Outcome, a.Class, a.Message, a.Output = r.At, r.Kind, r.Class, r.Text, r.Data
		}
	}
	return list
}
