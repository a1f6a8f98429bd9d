package scenario

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// ownSwitches are the keys of a strategy that the program knows of itself.
func ownSwitches() []string {
	return []string{"title", "default", "engine", "retries", "keys", "policies", "recovery", "on_call",
		"breaker", "bulkhead", "budget", "throttle", "pace", "deadlines", "lifo", "shedding", "fallbacks", "compensation", "backoff", "jitter", "registry"}
}

// mechanisms reads the scenario's own: a name and what it is.
func (r *reader) mechanisms(o *object) {
	c := o.child("mechanisms", "what strategies have or have not, beside engine, retries and so on: a name, and what it is")
	for _, e := range c.entries(namePattern, ownName) {
		r.checkName(e, "mechanisms")
		if slices.Contains(ownSwitches(), e.key) {
			r.fail(e.at, "", "the mechanism %q is one that every scenario has: choose another name", e.key)
		}
		doc, _ := read(c, texts(), field{key: e.key, need: true, hide: true, doc: "what the mechanism is, a few words"})
		r.s.Mechanisms = append(r.s.Mechanisms, Mechanism{e.key, doc})
	}
}

// mechanism reads the name of one; absent: None.
func (r *reader) mechanism(o *object, key, doc string) int {
	name, at := read(o, texts(), field{key: key, hide: true, doc: doc})
	if name == "" {
		return None
	}
	names := namesOf(r.s.Mechanisms, func(m Mechanism) string { return m.Name })
	if i, ok := r.indexOf("mechanism", name, at, names); ok {
		return i
	}
	return None
}

// choice reads which workflow a task runs.
func (r *reader) choice(o *object, names scope) {
	r.s.Workflow = r.expr(o, "workflow", names, "expression: the name of the workflow that a task runs")
	n := len(r.s.Workflows)
	if n > 1 && !o.has("workflow") {
		r.fail(o.keyPlace("workflows"), "write `workflow:` with an expression that gives the name of one",
			"there are %d workflows, and nothing says which of them a %s runs: `workflow` is missing", n, r.s.Noun.One)
	}
}

// chosen finds the workflow of an expression's value.
func (s *Scenario) chosen(v any) (int, error) {
	name, _ := v.(string)
	if i, ok := s.WorkflowOf(name); ok {
		return i, nil
	}
	ids := namesOf(s.Workflows, Workflow.ID)
	return None, fmt.Errorf("must give the name of one workflow, %s, gives %s", strings.Join(ids, " or "), describe(v))
}

// ChooseWorkflow evaluates which workflow a task runs: an index into Workflows.
func (s *Scenario) ChooseWorkflow(env *Env) (int, error) {
	if s.Workflow == nil {
		return 0, nil
	}
	v, err := s.Workflow.Eval(env)
	if err != nil {
		return None, err
	}
	i, err := s.chosen(v)
	if err != nil {
		return None, s.Workflow.failure(err)
	}
	return i, nil
}

// answers reads what a step's service says to some tasks.
func (r *reader) answers(o *object, names scope) (list []Answer) {
	for i, n := range o.list("answers", "what the service says to some tasks whenever a call gets through; the first that applies is given") {
		c := r.object(fmt.Sprintf("%s.answers.%d", o.path, i+1), n.at, n)
		list = append(list, r.answer(c, names))
		c.done()
	}
	if len(list) > maxAnswers {
		r.fail(o.keyPlace("answers"), "", "%s.answers has %d entries, at most %d are possible", o.path, len(list), maxAnswers)
	}
	return list
}

// maxAnswers keeps a step's answers within the bits of one word.
const maxAnswers = 32

func (r *reader) answer(o *object, names scope) Answer {
	name, at := read(o, texts(), field{key: "class", need: true, hide: true, doc: "what the answer is called, like 409 or already_refunded"})
	a := Answer{Class: r.class(o, name)}
	a.When = r.expr(o, "when", names, "expression: whether the answer is one for this task; none: it is for all")
	a.Attempts, _ = read(o, counts(), field{key: "attempts", def: "0", rare: true, high: 100, doc: "only to the first so many attempts; 0: to all"})
	a.Effect, _ = read(o, switches(), field{key: "effect", def: "off", rare: true, doc: "the service does its work all the same"})
	how := r.word(o, "ends", "failed", "failed", "declined", "rejected")
	a.Ends = map[string]event.Kind{"declined": event.TaskDeclined, "rejected": event.TaskRejected}[how]
	if a.Ends == 0 {
		a.Ends = event.TaskFailed
	}
	a.Mechanism, a.Without = r.mechanism(o, "mechanism", "only in strategies that have it"), r.mechanism(o, "without", "only in strategies that do not have it")
	if a.Ends != event.TaskFailed && !a.Permanent {
		r.fail(at, "write `permanent: on`", "answer %q cannot end a task as %s: it is not permanent", name, how)
	}
	return a
}

// conflict reads how a step's service refuses to do a thing twice; nil: it does not.
func (r *reader) conflict(step *object) *Class {
	if !step.has("conflict") {
		return nil
	}
	if !step.has("effect") {
		r.fail(step.keyPlace("conflict"), "", "%s has a conflict, but leaves no effect that could be there already", step.path)
	}
	o := step.block("conflict", "how its service refuses to do it twice for a caller without a key")
	if o == nil {
		return nil
	}
	name, at := read(o, texts(), field{key: "class", def: "409", hide: true, doc: "what the refusal is called"})
	if name == "" {
		r.fail(at, "", "%s.class must name the refusal, like 409", o.path)
	}
	c := r.class(o, name)
	c.Permanent = true
	o.done()
	return &c
}

// batches reads how a step works through its rows; nil: all at once.
func (r *reader) batches(step *object, names scope) *Batches {
	if !step.has("batches") {
		return nil
	}
	o := step.block("batches", "the step works through rows and keeps how far it is; off: all in one")
	if o == nil {
		return nil
	}
	b := &Batches{Rows: r.expr(o, "rows", names, "expression: how many rows there are")}
	if b.Rows == nil && o.schema == nil {
		o.required("rows", "how many rows there are")
	}
	if o.schema == nil && r.crowded(step) {
		r.fail(step.keyPlace("batches"), "", "%s works in batches, and its service has servers: a line of batches is not known here", step.path)
	}
	b.Size, _ = read(o, counts(), field{key: "size", def: "1000", low: 1, high: 1e9, doc: "rows of a batch"})
	o.done()
	return b
}

// crowded tells whether the step's service has a limited number of servers.
func (r *reader) crowded(step *object) bool {
	e := step.entry("service")
	if e == nil {
		return false
	}
	i := slices.Index(r.s.serviceNames(), e.value.text)
	return i >= 0 && r.s.Services[i].Servers > 0
}
