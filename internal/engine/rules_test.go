package engine

import (
	"slices"

	"pgregory.net/rapid"
)

// rules watches records as an outsider and knows the engine's promises, not its
// code: a second, slower opinion.
type rules struct {
	cfg   Config
	tasks map[TaskID]*watched
	open  map[int16]bool // breakers that are open
	calls map[int16]int  // attempts in flight per service
	at    Time
}

type watched struct {
	template Template
	over     bool
	parked   bool
	done     map[string]bool
	skipped  map[string]bool
	undoing  bool
	deadline bool
	touched  Time // when it had a record other than Stalled
	stale    bool
	order    []string // complete steps that can be undone, in order of completion
	running  map[string]bool
	attempts map[string]int32
	round    map[string]int
}

func (w *rules) check(rt *rapid.T, r *Record) {
	if w.tasks == nil {
		w.tasks, w.open, w.calls = map[TaskID]*watched{}, map[int16]bool{}, map[int16]int{}
	}
	if r.At < w.at {
		rt.Fatalf("%v at %d after a record at %d", r.Kind, r.At, w.at)
	}
	w.at = r.At
	switch r.Kind {
	case BreakerOpened, BreakerHalfOpened, BreakerClosed:
		w.open[r.Service] = r.Kind == BreakerOpened
		return
	case Submitted:
		w.tasks[r.Task] = &watched{template: w.cfg.Templates[r.Template], done: map[string]bool{}, skipped: map[string]bool{}, running: map[string]bool{},
			deadline: r.Due > 0, touched: r.At, attempts: map[string]int32{}, round: map[string]int{}}
		return
	}
	t := w.tasks[r.Task]
	if t == nil || t.over {
		rt.Fatalf("%v of task %d, which is not open", r.Kind, r.Task)
	}
	if r.Kind == Stalled {
		if t.stale || r.Start != t.touched || r.At < r.Start+100 {
			rt.Fatalf("%+v of a task with a record at %d, stale is %v", r, t.touched, t.stale)
		}
		t.stale = true
		return
	}
	if w.cfg.Stale != (Staleness{}) && !t.parked && !t.stale && r.At > t.touched+500 {
		rt.Fatalf("%+v, and nothing was said since %d", r, t.touched)
	}
	t.touched, t.stale = r.At, false
	switch r.Kind {
	case Cancelled, Compensating, Reset, Resolved, Supplied: // parked or not
	default:
		if t.parked != (r.Kind == Redriven) {
			rt.Fatalf("%v of task %d while parked is %v", r.Kind, r.Task, t.parked)
		}
	}
	w.step(rt, t, r)
}

func (w *rules) step(rt *rapid.T, t *watched, r *Record) {
	if t.undoing {
		w.undo(rt, t, r)
		return
	}
	var s Step
	if r.Step != None {
		s = t.template.Steps[r.Step]
	}
	switch r.Kind {
	case Started:
		w.started(rt, t, s, r)
	case Succeeded, Retrying, Exhausted, Failed:
		if !t.running[s.Name] || t.attempts[s.Name] != r.Attempt {
			rt.Fatalf("%v of attempt %d of %s, which does not run", r.Kind, r.Attempt, s.Name)
		}
		delete(t.running, s.Name)
		w.calls[r.Service]--
		t.done[s.Name] = r.Kind == Succeeded
		if r.Kind == Succeeded && s.Undo != "" {
			t.order = append(t.order, s.Name)
		}
		if s.Decides && r.Kind == Succeeded {
			t.choose(s.Name, r.Count)
		}
		if r.Kind == Exhausted && t.round[s.Name] != s.Retry.Limit && !w.bounded(r.Service) && !t.deadline {
			rt.Fatalf("%s exhausted after %d of %d attempts", s.Name, t.round[s.Name], s.Retry.Limit)
		}
		if r.Kind == Retrying && r.Due > r.At+max(225, 170) {
			rt.Fatalf("%s waits %d", s.Name, r.Due-r.At)
		}
	case Parked, Completed, Errored, Cancelled:
		w.ended(rt, t, r)
		if tpl := t.template; len(t.order) > 0 && (r.Kind == Errored && tpl.UndoOnError || r.Kind == Cancelled && tpl.UndoOnCancel) {
			rt.Fatalf("%v although %v could be undone", r.Kind, t.order)
		}
	case Compensating:
		w.ended(rt, t, r)
		clear(t.running)
		clear(t.round)
		t.undoing, t.parked, t.over = true, false, false
	case Redriven:
		t.parked = false
		clear(t.round)
	case Reset, Resolved, Supplied:
		if t.done[s.Name] || t.running[s.Name] {
			rt.Fatalf("%v of %s although it is complete or runs", r.Kind, s.Name)
		}
		t.parked, t.round[s.Name], t.done[s.Name] = false, 0, r.Kind != Reset
		if r.Kind == Supplied && s.Undo != "" {
			t.order = append(t.order, s.Name)
		}
		if s.Decides && r.Kind == Supplied {
			t.choose(s.Name, r.Count)
		}
	}
}

func (w *rules) started(rt *rapid.T, t *watched, s Step, r *Record) {
	t.attempts[s.Name]++
	t.round[s.Name]++
	w.calls[r.Service]++
	switch {
	case t.done[s.Name] || t.running[s.Name] || t.skipped[s.Name]:
		rt.Fatalf("%s started although it is complete, skipped or runs", s.Name)
	case slices.ContainsFunc(s.DependsOn, func(d string) bool { return !t.done[d] && !t.skipped[d] }):
		rt.Fatalf("%s started before its parents were complete", s.Name)
	case t.attempts[s.Name] != r.Attempt:
		rt.Fatalf("%s: attempt %d, want %d", s.Name, r.Attempt, t.attempts[s.Name])
	case t.round[s.Name] > s.Retry.Limit:
		rt.Fatalf("%s: %d attempts in a round of %d", s.Name, t.round[s.Name], s.Retry.Limit)
	case r.Service != None && w.open[r.Service]:
		rt.Fatalf("%s started although its service's breaker is open", s.Name)
	}
	if r.Service != None {
		if limit := w.cfg.Services[r.Service].Limit; limit > 0 && w.calls[r.Service] > limit {
			rt.Fatalf("%d calls in flight, limit %d", w.calls[r.Service], limit)
		}
	}
	t.running[s.Name] = true
}

func (w *rules) ended(rt *rapid.T, t *watched, r *Record) {
	if len(t.running) > 0 && r.Kind != Cancelled && (r.Kind != Compensating || r.Step != None) {
		rt.Fatalf("task %d %v while %v runs", r.Task, r.Kind, t.running)
	}
	for _, s := range t.template.Steps {
		if t.running[s.Name] {
			w.calls[serviceOf(w.cfg, s.Service)]--
		}
		if r.Kind == Completed && !t.done[s.Name] && !t.skipped[s.Name] {
			rt.Fatalf("task %d completed without %s", r.Task, s.Name)
		}
	}
	t.parked, t.over = r.Kind == Parked, r.Kind != Parked
}

// bounded tells whether a service's policies may refuse a retry.
func (w *rules) bounded(service int16) bool {
	return service != None && (w.cfg.Services[service].Budget != nil || w.cfg.Services[service].Throttle != nil)
}

func serviceOf(cfg Config, name string) int16 {
	return int16(slices.IndexFunc(cfg.Services, func(s Service) bool { return s.Name == name }))
}

// choose skips the children that were not chosen, and again and again what has
// only skipped parents.
func (t *watched) choose(name string, bits int64) {
	for _, s := range t.template.Steps {
		if !slices.Contains(s.DependsOn, name) {
			continue
		}
		if bits&1 == 0 && !t.done[s.Name] {
			t.skipped[s.Name] = true
		}
		bits >>= 1
	}
	for range t.template.Steps {
		for _, s := range t.template.Steps {
			if len(s.DependsOn) > 0 && !t.done[s.Name] && !slices.ContainsFunc(s.DependsOn, func(d string) bool { return !t.skipped[d] }) {
				t.skipped[s.Name] = true
			}
		}
	}
}

// undo watches a task that is given up: the step that was completed last is taken
// back first, and nothing else begins.
func (w *rules) undo(rt *rapid.T, t *watched, r *Record) {
	last := ""
	if len(t.order) > 0 {
		last = t.order[len(t.order)-1]
	}
	if r.Step != None && t.template.Steps[r.Step].Name != last && r.Kind != Errored {
		rt.Fatalf("%v of %s, but %q is to be undone", r.Kind, t.template.Steps[r.Step].Name, last)
	}
	switch r.Kind {
	case Started:
		t.attempts[last]++
		w.calls[r.Service]++
		if r.Class != ClassUndo || r.Attempt != t.attempts[last] || t.running[last] {
			rt.Fatalf("%+v while undoing", r)
		}
		t.running[last] = true
	case Undone, Retrying, Exhausted, Failed:
		delete(t.running, last)
		w.calls[r.Service]--
	case Parked:
		t.parked = true
	case Redriven, Reset:
		t.parked = false
	case Errored, Cancelled:
		if t.over = true; len(t.order) > 0 || len(t.running) > 0 {
			rt.Fatalf("%v before %v was undone", r.Kind, t.order)
		}
	case Deferred, Checkpointed, Resolved:
	default:
		rt.Fatalf("%v of a task that is being undone", r.Kind)
	}
	if r.Kind == Undone || r.Kind == Resolved {
		t.order, t.parked = t.order[:len(t.order)-1], false
	}
}
