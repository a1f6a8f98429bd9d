package crash

import (
	"slices"

	"tasker-sim/internal/engine"
)

// outcome is what must come of an order, crashes or not.
type outcome struct {
	state    engine.TaskState
	redriven bool
	steps    map[string]*stepOutcome // "charge", and "charge/undo" for taking it back
}

// stepOutcome is what must come of a step.
type stepOutcome struct {
	complete bool
	skipped  bool
	effects  int // at the outside
	ends     []engine.Kind
}

// outcome runs an order by rules of its own, which know no engine: no time, no
// services, no storage.
func (p plan) outcome(order string) outcome {
	o := outcome{state: engine.TaskComplete, steps: map[string]*stepOutcome{}}
	for _, s := range p.template().Steps {
		o.steps[s.Name], o.steps[s.Name+"/undo"] = &stepOutcome{}, &stepOutcome{}
	}
	exhausted, permanent := o.round(p, order)
	if exhausted && !permanent && p.redriven(order) {
		o.redriven = true
		exhausted, permanent = o.round(p, order)
	}
	switch {
	case permanent && p.template().UndoOnError && !o.undo(p, order):
		o.state = engine.TaskParked
	case permanent:
		o.state = engine.TaskError
	case exhausted:
		o.state = engine.TaskParked
	}
	return o
}

// round drives each step that can be driven, in topological order.
func (o *outcome) round(p plan, order string) (exhausted, permanent bool) {
	for _, s := range p.template().Steps {
		st := o.steps[s.Name]
		may := !st.skipped && !st.complete
		for _, up := range s.DependsOn {
			may = may && (o.steps[up].complete || o.steps[up].skipped)
		}
		if !may {
			continue
		}
		e, f := o.tries(p, order, s.Name, len(st.ends))
		exhausted, permanent = exhausted || e, permanent || f
		if st.complete && s.Decides {
			for _, ch := range p.template().Steps {
				o.steps[ch.Name].skipped = o.steps[ch.Name].skipped || slices.Contains(ch.DependsOn, s.Name) && ch.Name != p.choice(order)
			}
		}
	}
	return exhausted, permanent
}

// tries is a round of one step, which was tried before so often.
func (o *outcome) tries(p plan, order, step string, before int) (exhausted, permanent bool) {
	st := o.steps[step]
	for n := 1; n <= limit; n++ {
		f := p.fate(order, step, before+n)
		if f.effect() {
			st.effects = 1
		}
		switch {
		case f == fateOK:
			st.complete = true
			st.ends = append(st.ends, engine.Succeeded)
			return false, false
		case f == fateDecline:
			st.ends = append(st.ends, engine.Failed)
			return false, true
		case n == limit:
			st.ends = append(st.ends, engine.Exhausted)
		default:
			st.ends = append(st.ends, engine.Retrying)
		}
	}
	return true, false
}

// undo takes back what is complete, the last first, and tells whether that
// succeeded.
func (o *outcome) undo(p plan, order string) bool {
	for _, s := range slices.Backward(p.template().Steps) {
		if s.Undo == "" || !o.steps[s.Name].complete {
			continue
		}
		back := o.steps[s.Name+"/undo"]
		for !back.complete {
			o.tries(p, order, s.Name+"/undo", len(o.steps[s.Name].ends)+len(back.ends))
			if !back.complete && (o.redriven || !p.redriven(order)) {
				return false
			}
			o.redriven = o.redriven || !back.complete
		}
		back.ends[len(back.ends)-1] = engine.Undone
	}
	return true
}
