package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// shelves are the resources of the scenario: what each strategy has taken of them.
// Like a service's rate limit they follow from what a strategy does, so that two
// strategies may be refused different calls.
//
// Nothing of it is stored: whatever takes something leaves an effect, and the
// effects in their order empty the shelves again (see [World.recall]).
type shelves struct {
	taken [][][]int64 // by lane, resource and key; the last key is what the resource does not have
}

func newShelves(sc *scenario.Scenario) shelves {
	var s shelves
	if len(sc.Resources) == 0 {
		return s
	}
	for range sc.Strategies {
		var lane [][]int64
		for i := range sc.Resources {
			lane = append(lane, make([]int64, len(sc.Resources[i].Keys)+1))
		}
		s.taken = append(s.taken, lane)
	}
	return s
}

// left is how much of a key there is at the instant; less than nothing if more
// was taken than there was.
func (w *World) left(lane int8, resource, key int, at event.Time) int64 {
	r, taken := &w.sc.Resources[resource], w.shelves.taken[lane][resource][key]
	if key >= len(r.Keys) {
		return -taken
	}
	units := r.Units[key]
	if f := r.Refill; f != nil && at >= f.At {
		units += int64(float64(float64(r.Units[key]) * f.Share))
	}
	return units - taken
}

// enough tells whether there is all that is wanted.
func (w *World) enough(lane int8, d *scenario.Demand, wants []scenario.Want, at event.Time) bool {
	for _, x := range wants {
		if w.left(lane, d.Resource, x.Key, at) < x.Units {
			return false
		}
	}
	return true
}

// works lets the service of the call do its work, unless there is not enough of
// what it needs: then the call comes to a refusal. Looking and taking are one
// moment for strategies that do it so; the others take blindly.
func (w *World) works(o *occurrence) {
	if w.book.undos.is(callID{o.lane, o.task, o.step, o.attempt}) {
		w.takeBack(o)
		return
	}
	st := &w.steps[o.step]
	if st.Checks == nil && st.Takes == nil || w.doneAlready(o) {
		w.makeEffect(o, "")
		return
	}
	f := w.figures.of(o.task)
	if d := st.Checks; d != nil && !w.enough(o.lane, d, wanted(f.checks, o.step), w.now) {
		o.class = st.checkClass
		return
	}
	over := ""
	if d := st.Takes; d != nil {
		if !w.enough(o.lane, d, wanted(f.takes, o.step), w.now) {
			if !w.sc.Strategies[o.lane].Lacks(d.Mechanism) {
				o.class = st.takeClass
				return
			}
			over = w.sc.Resources[d.Resource].Over
		}
		w.take(o.lane, o.task, o.step)
	}
	w.makeEffect(o, over)
}

// take takes what the task's step takes.
func (w *World) take(lane int8, task int32, step int16) {
	d := w.steps[step].Takes
	if d == nil {
		return
	}
	for _, x := range wanted(w.figures.of(task).takes, step) {
		w.shelves.taken[lane][d.Resource][x.Key] += x.Units
	}
}

// wanted is what a step wants; a task that runs a workflow that is not its own wants
// nothing.
func wanted(list [][]scenario.Want, step int16) []scenario.Want {
	if list == nil {
		return nil
	}
	return list[step]
}

// shelve prepares the refusals of a step that needs something limited.
func (st *step) shelve() {
	if d := st.Checks; d != nil {
		st.checkClass = st.service.refuse(d.Class)
	}
	if d := st.Takes; d != nil {
		st.takeClass = st.service.refuse(d.Class)
	}
}
