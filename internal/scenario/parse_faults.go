package scenario

import (
	"errors"
	"slices"
	"unicode/utf8"

	"tasker-sim/internal/fault"
)

// written is a piece of the fault language with where its letters stand.
type written struct {
	text string
	at   place
	key  int   // characters of a mapping's key in front, as in "- bank @ 5m: outage"
	rest place // … and where the value stands
}

// place is where a column of the text stands.
func (w *written) place(col int) place {
	at := w.at
	switch {
	case at.set != "":
		return at
	case w.key > 0 && col > w.key+2:
		at = w.rest
		col -= w.key + 2
	}
	at.col += col - 1
	return at
}

// faults reads faults in their language: one text, or a list of them. Those of a
// service name no service.
func (r *reader) faults(o *object, services []string, implied bool) []fault.Fault {
	path := o.sub("faults")
	if o.schema != nil {
		o.learnFaults()
		return nil
	}
	e, set := o.entry("faults"), r.override(path)
	var file []fault.Fault
	if e != nil && e.value.kind != nullNode {
		for _, w := range r.writtenFaults(path, e) {
			file = append(file, r.faultText(&w, services, implied, set == nil)...)
		}
	}
	list := file
	if set != nil {
		w := written{text: set.value, at: place{set: set.text}}
		list = r.faultText(&w, services, implied, true)
	}
	if e != nil || set != nil && !set.macro {
		r.params = append(r.params, Param{Path: path, Value: faultsOrOff(list), Default: faultsOrOff(file), Kind: "faults", Doc: faultsDoc})
	}
	return list
}

const faultsDoc = "faults in their language: a list, or several with ; between them, like 5%error(conflict); outage @ 20m/3m"

// learnFaults notes how faults may be written: see [Schema].
func (o *object) learnFaults() {
	o.entry("faults")
	p := o.schema.property("faults")
	p.doc = faultsDoc
	p.add(nameForm())
	p.items().add(nameForm())
	p.items().each("^.+$", "").add(nameForm())
}

func faultsOrOff(list []fault.Fault) string {
	if len(list) == 0 {
		return "off"
	}
	return fault.FormatList(list)
}

// writtenFaults are the texts below a key. YAML takes "bank @ 5m: outage" for a
// mapping; it is meant as a text.
func (r *reader) writtenFaults(path string, e *entry) []written {
	items := []*node{e.value}
	if e.value.kind == listNode {
		items = e.value.items
	}
	var list []written
	for _, n := range items {
		switch {
		case n.kind == scalarNode:
			list = append(list, written{text: n.text, at: n.inside()})
		case n.kind == mappingNode && e.value.kind == listNode && len(n.entries) == 1 && n.entries[0].value.kind == scalarNode:
			k := &n.entries[0]
			list = append(list, written{text: k.key + ": " + k.value.text, at: k.at, key: utf8.RuneCountInString(k.key), rest: k.value.inside()})
		default:
			r.fail(n.at, "", "%s must be faults like 5%%error(conflict), not %s", path, n.kind)
		}
	}
	return list
}

// inside is where the text of a scalar begins.
func (n *node) inside() place {
	at := n.at
	if n.style == quotedText && at.set == "" {
		at.col++
	}
	return at
}

// faultText reads one text. It is silent if it is to be replaced.
func (r *reader) faultText(w *written, services []string, implied, loud bool) []fault.Fault {
	if w.text == "off" {
		return nil
	}
	list, err := fault.ParseList(w.text, fault.Names{Services: services}, implied)
	var e *fault.Error
	if errors.As(err, &e) && loud {
		if e.Hint == "" && w.at.set != "" {
			e.Hint = "want off, or faults with ; between them, like 5%error(conflict); outage @ 20m/3m"
		}
		r.fail(w.place(e.Col), e.Hint, "%s", e.Msg)
	}
	for i := range list {
		f := &list[i]
		if f.For > 0 {
			f.Timed, f.To, f.For = true, f.From+f.For, 0
		}
		for _, c := range f.Where {
			if c.Of == "step" && loud {
				r.faultSteps = append(r.faultSteps, stepNamed{c.Name, w.place(1)})
			}
		}
	}
	return list
}

// stepNamed is a step that a fault is about.
type stepNamed struct {
	name string
	at   place
}

// manyFaults reads the faults that hit several services by one cause, and checks
// the steps that faults are about.
func (r *reader) manyFaults(o *object) {
	var services, steps []string
	for i := range r.s.Services {
		services = append(services, r.s.Services[i].Name)
	}
	for i := range r.s.Workflows {
		for j := range r.s.Workflows[i].Steps {
			steps = append(steps, r.s.Workflows[i].Steps[j].Name)
		}
	}
	r.s.Faults = r.faults(o, services, false)
	for _, s := range r.faultSteps {
		if !slices.Contains(steps, s.name) {
			r.fail(s.at, didYouMean(s.name, steps), "a fault is about step %q, which is not there", s.name)
		}
	}
}
