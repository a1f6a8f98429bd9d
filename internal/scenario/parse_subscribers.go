package scenario

import (
	"slices"

	"tasker-sim/internal/event"
)

// heard are the kinds of events that a subscriber can listen to.
func heard() []event.Kind {
	return []event.Kind{
		event.TaskSubmitted, event.TaskSucceeded, event.TaskFailed, event.TaskParked, event.TaskRedriven,
		event.StepStarted, event.StepSucceeded, event.StepRetrying, event.StepFailed, event.StepProgress,
	}
}

// subscribers reads who listens to the events of the engine.
func (r *reader) subscribers(o *object) {
	for _, e := range o.named("subscribers", func(n string) string { return "subscribers." + n }, "who listens to the events of strategies on the engine: a name, and on, throws, routes and otherwise") {
		s := Subscriber{Name: e.name}
		for _, ref := range r.references(e.object, "on", "the kinds of events that it listens to, like step.failed") {
			kinds := heard()
			i := slices.IndexFunc(kinds, func(k event.Kind) bool { return k.String() == ref.name })
			if i < 0 {
				names := namesOf(kinds, event.Kind.String)
				r.fail(ref.at, didYouMean(ref.name, names), "unknown event %q: there are %s", ref.name, oneOf(names))
				continue
			}
			s.On = append(s.On, kinds[i])
		}
		s.Throws, _ = read(e.object, rates(), field{key: "throws", def: "0%", doc: "share of the events at which it breaks; the run does not mind"})
		rest, _ := read(e.object, texts(), field{key: "otherwise", def: "everybody", hide: true, doc: "whom it tells of steps that no route has"})
		s.Routes = append(s.Routes, rest)
		s.ByStep = make([]int, r.stepCount())
		r.routes(e.child("routes", "whom it tells: a name, and the steps"), &s)
		e.done()
		r.s.Subscribers = append(r.s.Subscribers, s)
	}
}

// stepCount is the number of steps over all workflows.
func (r *reader) stepCount() (n int) {
	for i := range r.s.Workflows {
		n += len(r.s.Workflows[i].Steps)
	}
	return n
}

// routes reads whom a subscriber tells of which steps.
func (r *reader) routes(o *object, s *Subscriber) {
	if o.schema != nil {
		team := o.schema.each("^[a-z][a-z0-9_]*$", "team")
		team.doc = "the steps that it is told of"
		team.add(nameForm())
		team.items().add(nameForm())
		return
	}
	if o.node == nil {
		return
	}
	var names []string
	for i := range r.s.Workflows {
		names = append(names, namesOf(r.s.Workflows[i].Steps, func(st Step) string { return st.Name })...)
	}
	for _, e := range o.node.entries {
		r.checkName(e, "routes")
		s.Routes = append(s.Routes, e.key)
		for _, ref := range r.references(o, e.key, "the steps that it is told of") {
			if i, ok := r.indexOf("step", ref.name, ref.at, names); ok {
				s.ByStep[i] = len(s.Routes) - 1
			}
		}
	}
}
