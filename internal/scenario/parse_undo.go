package scenario

// undo reads the name of what takes a step's effect back; "": nothing does.
func (r *reader) undo(step *object) string {
	name, at := read(step, texts(), field{key: "undo", hide: true, doc: "what takes its effect back at its service, like refund, in strategies with compensation"})
	switch {
	case name == "" || step.schema != nil:
	case !step.has("effect"):
		r.fail(at, "", "%s.undo needs an effect of the step: there is nothing that could be taken back", step.path)
	case step.has("batches"):
		r.fail(at, "", "%s.undo and batches do not go together: how far it came is not taken back", step.path)
	}
	return name
}

// compensation reads whether a strategy takes back what a task has done that is
// given up.
func (r *reader) compensation(o *object, st *Strategy) {
	on, at := read(o, switches(), field{key: "compensation", def: "off", rare: true, doc: "takes back what a task has done that is given up: steps with undo"})
	if st.Compensation = on; !on || o.schema != nil {
		return
	}
	if !st.Engine {
		r.fail(at, "", "strategies.%s.compensation needs engine: only the engine knows what a task has done", st.Name)
	}
	if !st.Keys {
		r.fail(at, "", "strategies.%s.compensation needs keys: without one a service would take back twice what is asked for twice", st.Name)
	}
	for i := range r.s.Workflows {
		for j := range r.s.Workflows[i].Steps {
			if r.s.Workflows[i].Steps[j].Undo != "" {
				return
			}
		}
	}
	r.fail(at, "write `undo: NAME` at a step with an effect", "strategies.%s.compensation is on, but no step can be undone", st.Name)
}
