package scenario

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// Parse reads a scenario file and applies --set arguments ("path=value") to it.
// file is the name that problems bear. If there are problems, all of them come
// back at once and the Scenario is nil; otherwise Problems is empty.
func Parse(file string, text []byte, sets []string) (*Scenario, Problems) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // some editors begin a file with it
	r := &reader{src: newSource(file, text), s: &Scenario{Text: string(text), Sets: sets}}
	r.parseSets(sets)
	root := grow(r.src, text, &r.probs)
	if root == nil {
		return nil, r.probs.sorted()
	}
	if root.kind != mappingNode {
		r.fail(root.at, "", "a scenario must be a mapping that begins with \"scenario: NAME\", not %s", root.kind)
		return nil, r.probs.sorted()
	}
	r.scenario(r.object("", place{line: 1, col: 1}, root))
	r.unusedSets()
	if len(r.probs) == 0 {
		r.rehearse()
	}
	if len(r.probs) > 0 {
		return nil, r.probs.sorted()
	}
	r.s.params = r.params
	return r.s, nil
}

// scenario reads the whole file. The order here is that of [Scenario.Params]
// and of the keys in messages, not that of the file.
func (r *reader) scenario(o *object) {
	s := r.s
	name, at := read(o, texts(), field{key: "scenario", doc: "its name, as on the command line", need: true, hide: true})
	if name != "" && !isName(strings.ReplaceAll(name, "-", "_")) {
		r.fail(at, "", "%q cannot be a scenario's name: it is made of a-z, 0-9 and -, and begins with a letter", name)
	}
	s.Name = name
	s.Title = o.words("title", name, "its title, a few words")
	r.story(o.child("story", "what the scenario is about, for the menu and the help"))
	r.noun(o.child("noun", "the word for a task in this scenario, in both numbers"))
	if c := o.needed("load", "how many tasks arrive, and over which time"); c != nil {
		r.load(c)
	}
	r.data(o.child("data", "tables and values of the scenario's own, which expressions know by name"))
	r.gates(o)
	names := r.context(o)
	r.effects(o)
	r.services(o)
	r.mechanisms(o)
	r.resources(o)
	r.workflows(o, names)
	r.choice(o, names)
	r.subscribers(o)
	r.manyFaults(o)
	r.guards(o, names)
	r.delegations()
	if len(r.probs) == 0 {
		r.decliners(o)
	}
	r.releases(o, names)
	r.strategies(o)
	r.recovery(o.child("recovery", "when a parked task goes on by itself"))
	r.s.Incident = r.incident(o.rareBlock("incident", "a fault that lasts until somebody mends it: set service, at and hang"))
	r.s.Responder = r.responder(o.rareBlock("responder", "how an incident is noticed and mended"))
	r.impact(o.child("impact", "declared, not measured: what failures cost people"))
	r.promises(o)
	r.claims(o)
	r.beats(o)
	o.done()
}

// text is a piece of text that must be there.
func (o *object) text(key, doc string) string {
	v, _ := read(o, texts(), field{key: key, doc: doc, need: true, hide: true})
	return v
}

// words is a piece of text that may be missing; doc is what it is for.
func (o *object) words(key, def string, doc ...string) string {
	v, _ := read(o, texts(), field{key: key, def: def, hide: true, doc: strings.Join(doc, " ")})
	return v
}

func (r *reader) story(o *object) {
	r.s.Story = Story{
		Hook:   o.words("hook", "", "what happened, in a sentence or two"),
		Naive:  o.words("naive", "", "how it was done before"),
		Remedy: o.words("remedy", "", "what was changed"),
		Watch:  o.words("watch", "", "what to look at on the screen"),
	}
	o.done()
}

func (r *reader) noun(o *object) {
	r.s.Noun = event.Noun{One: o.words("one", "task", "one of them, like order"), Many: o.words("many", "tasks", "several, like orders")}
	o.done()
}

func (r *reader) recovery(o *object) {
	rec := &r.s.Recovery
	rec.After, _ = read(o, times(), field{key: "after", def: "60s", doc: "a parked task goes on once its service has answered others this long; 0s: never by itself"})
	rec.Max, _ = read(o, counts(), field{key: "max", def: "5", high: 100, doc: "how often one task goes on by itself"})
	o.done()
}

// effects reads the kinds of things that services leave behind.
func (r *reader) effects(o *object) {
	for _, e := range o.named("effects", func(n string) string { return "effects." + n }, "kinds of things that services leave behind, counted in a ledger") {
		unit, at := read(e.object, texts(), field{key: "unit", hide: true, words: []string{"", "cents", "units"}, doc: "what its amount is in; none: it is only counted"})
		if !slices.Contains([]string{"", "cents", "units"}, unit) {
			r.fail(at, didYouMean(unit, []string{"cents", "units"}), "unknown unit %q: allowed are cents, units or none (a plain count)", unit)
		}
		r.s.Effects = append(r.s.Effects, event.Effect{
			Name: e.name,
			Many: e.text("many", "the key of its count in the result, like charges"),
			Verb: e.text("verb", "for sentences, like charged"),
			Unit: unit,
		})
		e.done()
	}
}

// strategies reads the columns of the comparison. A scenario that names none
// compares naive with orchestrated.
func (r *reader) strategies(o *object) {
	o.document("strategies", []string{"sets of mechanisms that are compared, at least two; without any, naive and orchestrated"})
	if o.entry("strategies") == nil {
		r.s.Strategies = []Strategy{
			{Name: "naive", Title: "one attempt"},
			{Name: "orchestrated", Title: "durable workflow", Engine: true, Retries: true, Keys: true, Policies: true, Recovery: true,
				Switches: Switches{Breaker: true, Bulkhead: true}},
		}
		if r.s.Releases != nil {
			r.s.Strategies[0].Registry, r.s.Strategies[1].Registry = &Registry{}, &Registry{Namespaces: true, Pins: true}
		}
		return
	}
	seen := o.named("strategies", func(n string) string { return "strategies." + n })
	for _, e := range seen {
		flag := func(key, doc string) (bool, place) {
			return read(e.object, switches(), field{key: key, def: "off", doc: doc})
		}
		st := Strategy{Name: e.name, Title: e.words("title", e.name, "what it is, a few words")}
		compared, _ := read(e.object, switches(), field{key: "default", def: "on", hide: true, doc: "compared without being asked for by name"})
		var at [2]place
		st.Engine, _ = flag("engine", "runs on the durable engine")
		st.Retries, _ = flag("retries", "tries again, up to a step's limit")
		st.Keys, _ = flag("keys", "sends an idempotency key with every call")
		st.Policies, at[0] = flag("policies", "keeps breakers and concurrency limits")
		st.Recovery, at[1] = flag("recovery", "parked tasks go on by themselves")
		st.Metrics = r.instrument(e.object, "metrics", "step metrics: alert rules over them and a table of slow steps")
		st.Traces = r.instrument(e.object, "traces", "traces: the responder follows a slow task instead of reading logs")
		e.entries(namePattern, ownName) // mechanisms of the scenario's own
		r.switches(e.object, &st)
		for _, m := range r.s.Mechanisms {
			has, _ := flag(m.Name, m.Doc)
			st.Has = append(st.Has, has)
		}
		if e.has("on_call") {
			st.OnCall = r.onCall(e.block("on_call", "a person is called when a task stops: set after and limit"))
		}
		st.Registry = r.registry(e.object)
		if st.Policies && !st.Engine {
			r.fail(at[0], "", "strategies.%s.policies needs engine: breakers and limits are kept by the engine", st.Name)
		}
		if st.Recovery && !st.Engine {
			r.fail(at[1], "", "strategies.%s.recovery needs engine: only the engine parks tasks", st.Name)
		}
		if compared {
			r.s.Strategies = append(r.s.Strategies, st)
		} else {
			r.s.Spare = append(r.s.Spare, st)
		}
		e.done()
	}
	if n := len(r.s.Strategies); n < 2 {
		r.fail(o.keyPlace("strategies"), "", "a scenario compares at least two strategies, this one has %d", n)
	}
}

// keyPlace is where a key stands, or where its mapping does.
func (o *object) keyPlace(key string) place {
	if e := o.entry(key); e != nil {
		return e.at
	}
	return o.at
}

// indexOf finds a name; what it is goes into the problem.
func (r *reader) indexOf(what, name string, at place, names []string) (int, bool) {
	for i, n := range names {
		if n == name {
			return i, true
		}
	}
	hint := didYouMean(name, names)
	if len(names) == 0 {
		r.fail(at, hint, "unknown %s %q: the scenario has none", what, name)
	} else {
		r.fail(at, hint, "unknown %s %q: there are %s", what, name, strings.Join(names, ", "))
	}
	return 0, false
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = name(x)
	}
	return out
}

func (s *Scenario) effectNames() []string {
	return namesOf(s.Effects, func(e event.Effect) string { return e.Name })
}

func (s *Scenario) serviceNames() []string {
	return namesOf(s.Services, func(v Service) string { return v.Name })
}

// ID is the workflow's full name: namespace/name@version.
func (w Workflow) ID() string { return fmt.Sprintf("%s/%s@%s", w.Namespace, w.Name, w.Version) }
