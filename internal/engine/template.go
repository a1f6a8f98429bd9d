package engine

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
)

// Time is a point or a length of time in microseconds. The caller chooses the
// epoch; points are not negative.
type Time int64

// None stands in index fields for "does not apply".
const None = -1

// Ref names a template. Versions coexist and are looked up exactly.
type Ref struct{ Namespace, Name, Version string }

// String is "namespace/name@version".
func (r Ref) String() string { return r.Namespace + "/" + r.Name + "@" + r.Version }

// Template is the plan of a workflow.
type Template struct {
	Ref
	Steps []Step
	// Check looks at the context of each new task; its error refuses the task. It
	// is a pure function. nil: every context will do. Package schema makes one of
	// a JSON Schema.
	Check func(context []byte) error
	// When a task ends in error or is cancelled, its complete steps that have an
	// Undo are taken back first, the last one first.
	UndoOnError, UndoOnCancel bool
}

// Step is one step of a template.
type Step struct {
	Name      string
	Service   string   // whom it calls; limits and breakers hang on it. "": nobody's
	DependsOn []string // names of the parents
	Timeout   Time     // an attempt fails after this long; 0: never
	Retry     Retry
	// Decides says that each attempt chooses which of the step's children run (see
	// [Core.Choose]), of which it may have 62.
	Decides bool
	// Undo names what takes the step back: attempts of their own, with the step's
	// service, timeout and retries. "": nothing does.
	Undo string
}

// plan is a template as it was compiled: steps in topological order, names
// turned into indices.
type plan struct {
	Template
	index int    // in Config.Templates
	name  string // Ref.String()
	print uint64 // fingerprint of what stored records depend on
	steps []planStep
}

type planStep struct {
	service   int16 // index of the core's services, or None
	parents   []int16
	children  []int16
	ancestors []int16 // parents, their parents and so on, ascending
}

// passes finds the steps that a submission passes over.
func (p *plan) passes(names []string) ([]int16, error) {
	if len(names) == 0 {
		return nil, nil
	}
	list := make([]int16, 0, len(names))
	for _, name := range names {
		i := slices.IndexFunc(p.Steps, func(s Step) bool { return s.Name == name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("template %s: %w: it has no step %q", p.name, ErrPass, name)
		case !slices.Contains(list, int16(i)):
			list = append(list, int16(i))
		}
	}
	if len(list) == len(p.Steps) {
		return nil, fmt.Errorf("template %s: %w: none would be left", p.name, ErrPass)
	}
	return list, nil
}

// maxSteps keeps step indices within the int16 of a [Record].
const maxSteps = math.MaxInt16

// compile checks t and puts its steps in topological order, which is t's own
// order if that is topological already. service finds the index of a service.
func compile(t Template, index int, service func(string) int16) (*plan, error) {
	name := t.Ref.String()
	if t.Name == "" {
		return nil, fmt.Errorf("template %q: no name", name)
	}
	if strings.ContainsRune(name, 0) {
		return nil, fmt.Errorf("template %q: a zero byte in its name", name)
	}
	if len(t.Steps) == 0 || len(t.Steps) > maxSteps {
		return nil, fmt.Errorf("template %s: %d steps: want 1 to %d", name, len(t.Steps), maxSteps)
	}
	at, err := stepIndex(t.Steps)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	order, err := sortSteps(t.Steps, at)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	t.Steps = order
	p := &plan{Template: t, index: index, name: name}
	p.link(service)
	if err := p.checkChoices(); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	p.print = fingerprint(t)
	return p, nil
}

// stepIndex maps names to positions and checks each step by itself.
func stepIndex(steps []Step) (map[string]int, error) {
	at := make(map[string]int, len(steps))
	for i, s := range steps {
		if s.Name == "" {
			return nil, fmt.Errorf("step %d: no name", i+1)
		}
		if _, twice := at[s.Name]; twice {
			return nil, fmt.Errorf("step %q: defined twice", s.Name)
		}
		if s.Timeout < 0 {
			return nil, fmt.Errorf("step %q: timeout %d is negative", s.Name, s.Timeout)
		}
		if err := s.Retry.check(); err != nil {
			return nil, fmt.Errorf("step %q: %w", s.Name, err)
		}
		at[s.Name] = i
	}
	for _, s := range steps {
		for j, d := range s.DependsOn {
			if _, ok := at[d]; !ok {
				return nil, fmt.Errorf("step %q: depends on unknown step %q", s.Name, d)
			}
			if slices.Contains(s.DependsOn[:j], d) {
				return nil, fmt.Errorf("step %q: depends on %q twice", s.Name, d)
			}
		}
	}
	return at, nil
}

// sortSteps orders steps so that parents come first; of those that may come
// next the first in the template's own order does.
func sortSteps(steps []Step, at map[string]int) ([]Step, error) {
	placed := make([]bool, len(steps))
	order := make([]Step, 0, len(steps))
	for len(order) < len(steps) {
		i := slices.IndexFunc(steps, func(s Step) bool {
			if placed[at[s.Name]] {
				return false
			}
			return !slices.ContainsFunc(s.DependsOn, func(d string) bool { return !placed[at[d]] })
		})
		if i < 0 {
			return nil, fmt.Errorf("steps depend on each other: %s", cycle(steps, at, placed))
		}
		placed[i] = true
		order = append(order, steps[i])
	}
	return order, nil
}

// cycle walks up from the first step that could not be placed: each such step
// has a parent of its kind, so the walk must meet itself.
func cycle(steps []Step, at map[string]int, placed []bool) string {
	var path []string
	name := steps[slices.Index(placed, false)].Name
	for !slices.Contains(path, name) {
		path = append(path, name)
		up := steps[at[name]].DependsOn
		name = up[slices.IndexFunc(up, func(d string) bool { return !placed[at[d]] })]
	}
	path = append(path[slices.Index(path, name):], name)
	return strings.Join(path, " -> ")
}

// link turns the names of parents and services into indices.
func (p *plan) link(service func(string) int16) {
	p.steps = make([]planStep, len(p.Steps))
	at := make(map[string]int16, len(p.Steps))
	for i, s := range p.Steps {
		at[s.Name] = int16(i)
		p.steps[i].service = None
		if s.Service != "" {
			p.steps[i].service = service(s.Service)
		}
		var up []int16
		for _, d := range s.DependsOn {
			parent := at[d]
			p.steps[i].parents = append(p.steps[i].parents, parent)
			p.steps[parent].children = append(p.steps[parent].children, int16(i))
			up = append(append(up, parent), p.steps[parent].ancestors...)
		}
		slices.Sort(up)
		p.steps[i].ancestors = slices.Compact(up)
	}
}

// fingerprint covers what the records of a task refer to: names, order, edges,
// who decides and what is undone. Policies may change between runs, these may not.
func fingerprint(t Template) uint64 {
	h := fnv.New64a()
	if t.UndoOnError || t.UndoOnCancel {
		fmt.Fprintf(h, "undo on error %v, on cancel %v\n", t.UndoOnError, t.UndoOnCancel)
	}
	for _, s := range t.Steps {
		fmt.Fprintf(h, "%q %q\n", s.Name, s.DependsOn)
		if s.Decides {
			fmt.Fprint(h, "decides\n")
		}
		if s.Undo != "" {
			fmt.Fprint(h, "undone\n")
		}
	}
	return h.Sum64() &^ (1 << 63) // it travels in an int64 that is not negative
}
