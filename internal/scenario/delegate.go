package scenario

import (
	"maps"
	"slices"
	"strings"
)

// Delegation is work that a step hands over to another workflow.
type Delegation struct {
	Workflow int       // index into Scenario.Workflows
	With     []Binding // what it is sent instead of the same names of the task's context
}

// handOver is a delegation whose workflow may stand further down in the file.
type handOver struct {
	workflow, step int // of the step: indices into Workflows and its Steps
	reference
	path string
}

// delegates reads which workflow a step hands its work over to:
// "delegates: NAME", or "delegates: {to: NAME, with: {…}}".
func (r *reader) delegates(o *object, names scope, workflow, step int) *Delegation {
	e := o.entry("delegates")
	if o.schema != nil {
		o.document("delegates", []string{"the workflow that the work is handed over to: nobody waits for it"})
		e.value.schema.add(nameForm())
		r.handTo(o, names)
		return nil
	}
	if e == nil || e.value.kind == nullNode {
		return nil
	}
	d := &Delegation{}
	to := reference{e.value.text, e.value.at}
	if e.value.kind != scalarNode {
		to, d.With = r.handTo(o, names)
	}
	if to.name != "" {
		r.handed = append(r.handed, handOver{workflow, step, to, o.path + ".delegates"})
	}
	if o.has("effect") {
		r.fail(e.at, "", "%s.delegates and effect do not go together: what happens is what that workflow does", o.path)
	}
	return d
}

// handTo reads the long form of delegates.
func (r *reader) handTo(o *object, names scope) (to reference, with []Binding) {
	c := o.child("delegates")
	to.name, to.at = read(c, texts(), field{key: "to", need: true, hide: true, doc: "the workflow"})
	c.document("with", []string{"what it is sent instead of the same names of the task's context"})
	with, _ = r.bindings(c, "with", names, false)
	c.done()
	return to, with
}

// delegations finds the workflows that work is handed over to, once all are read.
func (r *reader) delegations() {
	ids := namesOf(r.s.Workflows, Workflow.ID)
	for _, h := range r.handed {
		to, ok := r.s.WorkflowOf(h.name)
		switch {
		case !ok:
			r.fail(h.at, didYouMean(h.name, ids), "%s must name one workflow, not %q: there are %s", h.path, h.name, strings.Join(ids, ", "))
		case to == h.workflow:
			r.fail(h.at, "", "%s hands the work over to its own workflow", h.path)
		case slices.ContainsFunc(r.s.Workflows[to].Steps, func(s Step) bool { return s.Delegates != nil }):
			r.fail(h.at, "", "%s hands over to %s, which hands over itself: one after the other is not possible", h.path, ids[to])
		case len(r.probs) == 0:
			r.s.Workflows[h.workflow].Steps[h.step].Delegates.Workflow = to
		}
	}
}

// Others are the workflows that may run for a task under its own name beside the
// one that should: with releases those of the same name in other namespaces.
func (s *Scenario) Others(own int) (list []int) {
	for i := range s.Workflows {
		if i != own && s.Releases != nil && s.Workflows[i].Name == s.Workflows[own].Name {
			list = append(list, i)
		}
	}
	return list
}

// evalOthers evaluates what may run for a task beside its own workflow: under its
// name, and what that hands over.
func (s *Scenario) evalOthers(env *Env, own int, note func(*Expr, error)) {
	for _, i := range s.Others(own) {
		s.evalWorkflow(env, &s.Workflows[i], note)
	}
	names := env.Names
	for i := range s.Workflows[own].Steps {
		d := s.Workflows[own].Steps[i].Delegates
		if d == nil {
			continue
		}
		s.evalWorkflow(env, &s.Workflows[own], note) // for the outputs that With reads
		env.Names = maps.Clone(names)
		if env.bind(d.With, env.Names, note) {
			s.evalWorkflow(env, &s.Workflows[d.Workflow], note)
		}
		env.Names = names
	}
	delete(names, "steps")
}
