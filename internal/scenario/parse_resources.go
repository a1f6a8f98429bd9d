package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// resources reads what there is a limited number of: the units by key.
func (r *reader) resources(o *object) {
	list := o.named("resources", func(n string) string { return "resources." + n }, "what there is a limited number of, like stock: each strategy begins with all of it")
	for _, e := range list {
		res := Resource{Name: e.name}
		res.Over = e.words("over", "", "the name under which tasks are counted that took more than there was, like oversold")
		if res.Over != "" && !isName(res.Over) {
			r.fail(e.at, "", "%q cannot be the name of a counter: names are made of a-z, 0-9 and _, and begin with a letter", res.Over)
		}
		scale, _ := read(e.object, numbers(), field{key: "scale", def: "1", high: 1e6, doc: "all units times this, rounded down"})
		refill := r.refill(e.rareBlock("refill", "more of it comes later: set at and share"))
		c := e.child("units", "how much there is, by key")
		for _, u := range c.entries("^.+$", ownName) {
			n, _ := read(c, counts(), field{key: u.key, need: true, high: 1e9, doc: "units of it"})
			res.Keys = append(res.Keys, u.key)
			res.Units = append(res.Units, int64(math.Floor(float64(float64(n)*scale))))
		}
		if len(res.Keys) == 0 && e.schema == nil {
			r.fail(e.at, "", "%s has no units: write below units how much there is, by key", e.object.path)
		}
		res.Refill = refill
		e.done()
		r.s.Resources = append(r.s.Resources, res)
	}
}

func (r *reader) refill(o *object) *Refill {
	if o == nil {
		return nil
	}
	f := &Refill{}
	f.At, _ = read(o, times(), field{key: "at", need: true, low: 1, doc: "when more comes"})
	f.Share, _ = read(o, numbers(), field{key: "share", def: "1", high: 1e6, doc: "how much, as a share of what there was at first"})
	o.done()
	return f
}

// demand reads what a step looks for or takes: nil if nothing.
func (r *reader) demand(o *object, key string, names scope) *Demand {
	if o.schema == nil && !o.has(key) {
		return nil
	}
	takes := key == "takes"
	doc := "the call is refused unless there is enough of a resource"
	if takes {
		doc = "what a good call takes of a resource"
	}
	c := o.child(key, doc)
	d := &Demand{Mechanism: None}
	d.Resource = -1
	if name, at := read(c, texts(), field{key: "of", need: true, hide: true, doc: "the resource"}); name != "" {
		d.Resource, _ = r.indexOf("resource", name, at, namesOf(r.s.Resources, func(x Resource) string { return x.Name }))
	}
	if d.Units = r.expr(c, "units", names, "expression: how much, a mapping from keys to numbers"); d.Units == nil && !c.has("units") {
		r.fail(c.at, "", "%s lacks \"units\": how much, a mapping from keys to numbers", c.path)
	}
	if takes {
		d.Mechanism = r.mechanism(c, "mechanism", "strategies without it take blindly, also what is not there")
		if c.schema == nil && !o.has("effect") {
			r.fail(c.at, "", "%s needs an effect of the step: the ledger is what remembers that something was taken", c.path)
		}
	}
	name, _ := read(c, texts(), field{key: "class", def: event.ClassSoldOut, hide: true, doc: "the error's name if there is not enough"})
	d.Class = r.class(c, name)
	c.done()
	return d
}

// Wants evaluates how much is wanted, as amounts of the resource's keys in their
// order. A key that the resource does not have is wanted of a last one, of which
// there is nothing.
func (d *Demand) Wants(env *Env, res *Resource) ([]Want, error) {
	v, err := d.Units.Eval(env)
	if err != nil {
		return nil, err
	}
	m, ok := byText(v)
	if !ok {
		return nil, d.Units.wrongType(v, "a mapping from keys to numbers")
	}
	var list []Want
	for _, key := range sortedKeys(m) {
		n, ok := number(m[key])
		if !ok || n != math.Trunc(n) || math.Abs(n) > 1e9 {
			return nil, d.Units.failure(fmt.Errorf("wants %s of %q: want a whole number", describe(m[key]), key))
		}
		if n <= 0 {
			continue
		}
		i := slices.Index(res.Keys, key)
		if i < 0 {
			i = len(res.Keys)
		}
		list = append(list, Want{i, int64(n)})
	}
	return list, nil
}

// byText is a mapping with texts for keys; what fromPairs makes has keys of any
// kind.
func byText(v any) (map[string]any, bool) {
	switch m := v.(type) {
	case map[string]any:
		return m, true
	case map[any]any:
		out := make(map[string]any, len(m))
		for k, x := range m {
			out[fmt.Sprint(k)] = x
		}
		return out, true
	}
	return nil, false
}

// showResources lists what is limited.
func (s *Scenario) showResources(b *strings.Builder) {
	if len(s.Resources) == 0 {
		return
	}
	b.WriteString("\nlimited\n")
	for i := range s.Resources {
		r := &s.Resources[i]
		var parts []string
		for j, key := range r.Keys {
			parts = append(parts, fmt.Sprintf("%d of %s", r.Units[j], key))
		}
		text := r.Name + ": " + strings.Join(parts, ", ")
		if r.Refill != nil {
			text += fmt.Sprintf("; %s of it again at %s", writeRate(r.Refill.Share), writeTime(r.Refill.At))
		}
		b.WriteString(indent(wrap(text, showWidth-2)))
	}
}

// demands describes what a step looks for and takes.
func (s *Scenario) demands(st *Step) (list []string) {
	if d := st.Checks; d != nil {
		list = append(list, fmt.Sprintf("%s needs enough %s, else %s", st.Name, s.Resources[d.Resource].Name, d.words()))
	}
	if d := st.Takes; d != nil {
		text := fmt.Sprintf("%s takes %s; if there is not enough, %s", st.Name, s.Resources[d.Resource].Name, d.words())
		if d.Mechanism != None {
			text += "; without " + s.Mechanisms[d.Mechanism].Name + " blindly"
		}
		list = append(list, text)
	}
	return list
}
