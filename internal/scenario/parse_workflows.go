package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
)

// draft is a step while the workflow is being read: references are still names.
type draft struct {
	Step
	at    place
	after []reference
	obj   *object
	index int // in the order of the file
}

// reference is a name of something else in the file.
type reference struct {
	name string
	at   place
}

// decliners checks that a bad task has exactly one step that refuses it.
func (r *reader) decliners(o *object) {
	at, n := o.keyPlace("workflows"), 0
	for i := range r.s.Workflows {
		for j := range r.s.Workflows[i].Steps {
			if r.s.Workflows[i].Steps[j].Declines {
				n++
			}
		}
	}
	switch {
	case r.s.Bad != nil && n != 1:
		r.fail(at, "write `declines: true` at the step that finds out", "a scenario with `bad` has exactly one step that declines, this one has %d", n)
	case !o.has("bad") && n > 0:
		r.fail(at, "", "a step declines, but nothing says which tasks are bad: `bad` is missing")
	}
}

func (r *reader) workflows(o *object, names scope) {
	c := o.child("workflows", "what a task does, step by step: namespace/name@version")
	if c.node == nil || c.schema != nil {
		o.required("workflows", "what a task does, step by step")
	}
	if c.node == nil {
		return
	}
	taken := map[string]string{}
	all := c.entries(workflowPattern, "namespace/name@1.0.0")
	for _, e := range all {
		w, ok := r.workflowName(e)
		obj := r.object("workflows."+e.key, e.at, e.value)
		drafts := r.steps(obj, e.key, taken)
		obj.done()
		if order := r.order(drafts); ok && len(order) > 0 {
			w.Steps = r.finish(order, names)
			r.s.Workflows = append(r.s.Workflows, w)
		}
	}
	if len(all) == 0 {
		r.fail(c.at, "", "a scenario needs a workflow: write namespace/name@version and below it its steps")
	}
}

// workflowName reads "namespace/name@version".
func (r *reader) workflowName(e entry) (Workflow, bool) {
	space, rest, ok1 := strings.Cut(e.key, "/")
	name, version, ok2 := strings.Cut(rest, "@")
	if !ok1 || !ok2 || !isName(space) || !isName(name) || version == "" || strings.ContainsAny(version, "/@ ") {
		r.fail(e.at, "", "a workflow is named namespace/name@version, like ecommerce/process_order@1.0.0, not %q", e.key)
		return Workflow{}, false
	}
	return Workflow{Namespace: space, Name: name, Version: version}, true
}

// steps reads the steps of a workflow. taken holds the steps of all workflows
// so far: figures and --set go by a step's name alone.
func (r *reader) steps(o *object, workflow string, taken map[string]string) []*draft {
	var list []*draft
	for i, e := range o.named("steps", func(n string) string { return "steps." + n }, "its steps") {
		if other, twice := taken[e.name]; twice {
			r.fail(e.at, "", "step %q is in workflow %s already: a step's name is unique in a scenario, since figures and --set go by it", e.name, other)
		}
		taken[e.name] = workflow
		list = append(list, r.step(e, i))
	}
	if len(list) == 0 {
		r.fail(o.at, "", "workflow %s has no steps", workflow)
	}
	return list
}

func (r *reader) step(o namedObject, index int) *draft {
	d := &draft{at: o.at, obj: o.object, index: index}
	d.Name = o.name
	d.Label = o.words("label", o.name, "its short form")
	service, at := read(o.object, texts(), field{key: "service", need: true, hide: true, doc: "the service that it calls"})
	if service != "" {
		d.Service, _ = r.indexOf("service", service, at, r.s.serviceNames())
	}
	d.after = r.references(o.object, "after", "the step or steps that it waits for")
	d.Timeout, _ = read(o.object, times(), field{key: "timeout", def: "30s", low: 1, doc: "time after which the caller gives up on an attempt"})
	d.Declines, _ = read(o.object, switches(), field{key: "declines", def: "off", hide: true, doc: "this step refuses a bad task for good"})
	d.Retry = r.retry(o.child("retry", "how often it is tried, and the waits in between"))
	d.Conflict = r.conflict(o.object)
	d.Undo = r.undo(o.object)
	d.Mechanism = r.mechanism(o.object, "mechanism", "the step is there only in strategies with this mechanism")
	d.Slow, _ = read(o.object, times(), field{key: "slow", def: "5s", rare: true, low: 1, doc: "an execution beyond this is a slow one, to alert rules and the table of slow steps"})
	o.asked = append(o.asked, "output", "effect", "fallback", "fallback_when", "batches", "when", "answers", "delegates", "checks", "takes")
	o.done()
	return d
}

// references reads one name or a list of names.
func (r *reader) references(o *object, key, doc string) []reference {
	e := o.entry(key)
	if o.schema != nil {
		o.document(key, []string{doc})
		e.value.schema.add(nameForm())
		e.value.schema.items().add(nameForm())
		return nil
	}
	if e == nil || e.value.kind == nullNode {
		return nil
	}
	items := []*node{e.value}
	if e.value.kind == listNode {
		items = e.value.items
	}
	var list []reference
	for _, n := range items {
		if n.kind != scalarNode {
			r.fail(n.at, "", "%s must be a name or a list of names, not %s", o.sub(key), n.kind)
			continue
		}
		list = append(list, reference{n.text, n.at})
	}
	return list
}

func (r *reader) retry(o *object) Retry {
	var t Retry
	var base, longest place
	t.Limit, _ = read(o, counts(), field{key: "limit", def: "3", low: 1, high: 100, doc: "attempts in all, the first included"})
	t.Base, base = read(o, times(), field{key: "base", def: "1s", doc: "wait before the second attempt"})
	t.Factor, _ = read(o, numbers(), field{key: "factor", def: "2", low: 1, high: 1000, doc: "each wait is this many times the one before"})
	t.Cap, longest = read(o, times(), field{key: "cap", def: "30s", doc: "longest wait, before jitter"})
	j, _ := read(o, jitters(), field{key: "jitter", def: "10%", doc: "a wait varies by plus or minus this share; or none, equal or full"})
	t.Jitter, t.Spread = j.Share, j.Kind
	t.Backoff, _ = read(o, backoffs(), field{key: "backoff", def: Exponential, words: growths(), rare: true, doc: "how waits grow: none, fixed, exponential or decorrelated"})
	if t.Cap < t.Base {
		r.fail(culprit(base, longest), "", "%s.cap is %s, less than base (%s)", o.path, writeTime(t.Cap), writeTime(t.Base))
	}
	o.done()
	return t
}

// finish compiles the expressions of steps in topological order.
func (r *reader) finish(order []*draft, names scope) []Step {
	steps := make([]Step, len(order))
	done := make([]map[string]bool, len(order)) // ancestors of each
	outputs := map[string]types.Type{}
	for i, d := range order {
		done[i] = map[string]bool{}
		visible := types.Map{}
		for _, p := range d.DependsOn {
			for _, a := range append(sortedKeys(done[p]), order[p].Name) {
				done[i][a] = true
				visible[a] = outputs[a]
			}
		}
		sees := names.with("steps", visible)
		d.obj.document("output", []string{"the step's result: names and the expressions of their values"})
		d.Output, _ = r.bindings(d.obj, "output", sees, false)
		fields := types.Map{}
		for _, b := range d.Output {
			fields[b.Name] = types.Any
		}
		outputs[d.Name] = fields
		d.Fallback = r.fallback(d, sees)
		if d.FallbackWhen = r.expr(d.obj, "fallback_when", sees, "expression: whether the fallback will do for the task; none: for all"); d.FallbackWhen != nil && d.Fallback == nil && d.obj.schema == nil {
			r.fail(d.obj.keyPlace("fallback_when"), "", "%s has fallback_when, but no fallback", d.obj.path)
		}
		d.Effect = r.stepEffect(d.obj, sees)
		d.Batches = r.batches(d.obj, sees)
		d.When = r.expr(d.obj, "when", sees, "expression: whether a task needs the step; else it is skipped and counts as done")
		d.Answers = r.answers(d.obj, sees)
		d.Delegates = r.delegates(d.obj, sees, len(r.s.Workflows), i)
		d.Checks, d.Takes = r.demand(d.obj, "checks", sees), r.demand(d.obj, "takes", sees)
		steps[i] = d.Step
	}
	return steps
}

// stepEffect reads "effect: {charge: amount}".
func (r *reader) stepEffect(o *object, names scope) *StepEffect {
	c := o.child("effect", "what a good call leaves behind: an effect and the expression of its amount")
	all := c.entries(namePattern, ownName)
	if len(all) == 0 {
		return nil
	}
	if n := len(all); n > 1 {
		r.fail(all[1].at, "", "%s leaves one effect, not %d: give each its own step", o.path, n)
	}
	e := all[0]
	i, ok := r.indexOf("effect", e.key, e.at, r.s.effectNames())
	x := r.expr(c, e.key, names)
	if x == nil || !ok {
		if ok && e.value.kind == nullNode {
			r.fail(e.at, "write 1 for a plain count", "%s.effect.%s needs an amount", o.path, e.key)
		}
		return nil
	}
	return &StepEffect{Effect: i, Amount: x}
}

// order sorts steps topologically, ties in the order of the file, and resolves
// their references. It is empty if they wait for each other in a circle.
func (r *reader) order(drafts []*draft) (order []*draft) {
	byName := map[string]*draft{}
	var names []string
	for _, d := range drafts {
		byName[d.Name] = d
		names = append(names, d.Name)
	}
	for _, d := range drafts {
		d.after = slices.DeleteFunc(d.after, func(ref reference) bool {
			_, known := r.indexOf("step", ref.name, ref.at, names)
			return !known
		})
	}
	place := map[string]int{}
	for len(order) < len(drafts) {
		next := ready(drafts, place)
		if next == nil {
			r.cycle(drafts, byName, place)
			return nil
		}
		for _, ref := range next.after {
			next.DependsOn = append(next.DependsOn, place[ref.name])
		}
		place[next.Name] = len(order)
		order = append(order, next)
	}
	return order
}

// ready is the first step of the file that is not placed and whose parents are.
func ready(drafts []*draft, placed map[string]int) *draft {
next:
	for _, d := range drafts {
		if _, is := placed[d.Name]; is {
			continue
		}
		for _, ref := range d.after {
			if _, is := placed[ref.name]; !is {
				continue next
			}
		}
		return d
	}
	return nil
}

// cycle reports a circle among the steps that could not be placed, as a path
// from its earliest step in the file.
func (r *reader) cycle(drafts []*draft, byName map[string]*draft, placed map[string]int) {
	var at *draft
	for _, d := range drafts {
		if _, is := placed[d.Name]; !is {
			at = d
			break
		}
	}
	var path []*draft
	seen := map[string]int{}
	for {
		if from, again := seen[at.Name]; again {
			path = path[from:]
			break
		}
		seen[at.Name] = len(path)
		path = append(path, at)
		for _, ref := range at.after {
			if _, is := placed[ref.name]; !is {
				at = byName[ref.name]
				break
			}
		}
	}
	first := 0
	for i, d := range path {
		if d.index < path[first].index {
			first = i
		}
	}
	text := ""
	for i := range path {
		text += path[(first+i)%len(path)].Name + " after "
	}
	r.fail(path[first].at, "", "%s", fmt.Sprintf("steps wait for each other in a circle: %s%s", text, path[first].Name))
}
