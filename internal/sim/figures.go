package sim

import (
	"maps"
	"reflect"
	"slices"

	"tasker-sim/internal/scenario"
)

// figures works out what a run needs of a task whose payload nobody looks at:
// its worth and the amounts of its effects, in whole numbers. Where these follow
// from a few picks out of the scenario's tables, as a cart follows from its
// catalogue, they are worked out once for each combination of picks.
type figures struct {
	book  *payloads
	picks []pickOf    // what the figures depend on; the key is their combination
	known []*figure   // by key
	whole bool        // the figures depend on more than picks: nothing can be kept
	plain bool        // whether a task is bad depends on data and draws alone
	bare  *payload    // a payload without context, for draws
	desk  [desks]desk // of the tasks that were asked for lately
}

// desk remembers one task's figures.
type desk struct {
	task int32
	bad  bool
	*figure
}

// desks is more than the tasks that are usually in flight; a power of two.
const desks = 1 << 12

// pickOf is a context binding that picks an element of a table.
type pickOf struct {
	*named
	size  int
	index map[uintptr]int // of an element, by its address in the scenario's data
}

// figure is what follows from one combination.
type figure struct {
	worth    int64
	workflow int               // index of the one that the task should run
	amounts  []int64           // by step
	needless []bool            // by step: the task does not need it; nil: it needs all
	strict   []bool            // by step: its fallback will not do for the task; nil: it does
	checks   [][]scenario.Want // by step: what it looks for of a resource; nil: no step does
	takes    [][]scenario.Want // … and takes
	answered []uint32          // by step, a bit per answer that is for the task; nil: no step has answers
	rows     []int64           // by step that works in batches; nil: none does
	// children are the figures of what a step hands over, by that step.
	children map[int16]*figure
}

// mostFigures bounds the combinations that are kept.
const mostFigures = 1 << 16

// newFigures finds out what worth and amounts depend on.
func newFigures(book *payloads) *figures {
	f := &figures{book: book}
	f.need(&book.worthOf)
	f.need(&book.workflow)
	for i := range book.amounts {
		f.need(&book.amounts[i])
		f.need(&book.whens[i])
		f.need(&book.lesser[i])
		f.need(&book.checks[i])
		f.need(&book.takes[i])
		f.need(&book.rows[i])
		for j := range book.answers[i] {
			f.need(&book.answers[i][j])
		}
		for j := range book.sent[i] {
			f.need(&book.sent[i][j])
		}
	}
	n := 1
	for _, p := range f.picks {
		n *= p.size
	}
	if f.whole = f.whole || n > mostFigures; !f.whole {
		f.known = make([]*figure, n)
	}
	f.bare = book.blank(0)
	f.plain = true
	if book.badness.Expr != nil {
		r := book.badness.Reads()
		f.plain = !r.Steps && !slices.ContainsFunc(r.Names, func(n string) bool {
			return n == "context" || slices.ContainsFunc(book.context, func(e named) bool { return e.short == n })
		})
	}
	return f
}

// need adds what an expression depends on, through outputs and context.
func (f *figures) need(e *named) {
	if e.Expr == nil || f.whole {
		return
	}
	r := e.Reads()
	if r.Draws || r.Steps || slices.Contains(r.Names, "task") {
		f.whole = true
		return
	}
	for _, field := range r.Fields {
		f.needOutput(field)
	}
	for _, n := range r.Names {
		f.needContext(n)
	}
}

func (f *figures) needOutput(field scenario.Field) {
	i := slices.IndexFunc(f.book.steps, func(s scenario.Step) bool { return s.Name == field.Step })
	j := slices.IndexFunc(f.book.outputs[i], func(e named) bool { return e.short == field.Name })
	f.need(&f.book.outputs[i][j])
	f.need(&f.book.whens[i])
}

// needContext adds a binding of the context; other names are data, functions or
// the expression's own.
func (f *figures) needContext(name string) {
	i := slices.IndexFunc(f.book.context, func(e named) bool { return e.short == name })
	if i < 0 || slices.ContainsFunc(f.picks, func(p pickOf) bool { return p.short == name }) {
		return
	}
	e := &f.book.context[i]
	r := e.Reads()
	if r.Pick == "" {
		f.need(e)
		return
	}
	if p, ok := f.table(e, r.Pick); ok {
		f.picks = append(f.picks, p)
		return
	}
	f.whole = true
}

// table makes a pick of a table of mappings in the scenario's data: their
// addresses tell the elements apart, since data does not change.
func (f *figures) table(e *named, name string) (pickOf, bool) {
	list, ok := f.book.sc.Data[name].([]any)
	p := pickOf{named: e, size: len(list), index: map[uintptr]int{}}
	for i, v := range list {
		m, isMap := v.(map[string]any)
		ok = ok && isMap
		if ok {
			p.index[reflect.ValueOf(m).Pointer()] = i
		}
	}
	return p, ok && len(p.index) == len(list) && len(list) > 0
}

// of are the figures of a task, and whether it is bad.
func (f *figures) of(task int32) *desk {
	d := &f.desk[task&(desks-1)]
	if d.task != task || d.figure == nil {
		*d = desk{task, f.bad(task), f.figure(task)}
	}
	return d
}

// figure is kept from an equal task, or worked out.
func (f *figures) figure(task int32) *figure {
	if f.whole {
		return f.work(f.book.get(task))
	}
	key := f.key(task)
	if f.known[key] == nil {
		f.known[key] = f.work(f.book.fresh(task))
	}
	return f.known[key]
}

// bad tells whether the task ends declined whatever else hits it.
func (f *figures) bad(task int32) bool {
	e := &f.book.badness
	if e.Expr == nil {
		return false
	}
	pl := f.blank(task)
	if !f.plain {
		pl = f.book.get(task)
	}
	bad, err := e.Bool(pl.begin(e))
	pl.must(e, err)
	return bad
}

// blank is the payload without context, lent to the task.
func (f *figures) blank(task int32) *payload {
	f.bare.task = task
	f.bare.names["task"] = int(task)
	f.bare.env.At = f.book.arrival(task)
	return f.bare
}

// key makes the task's picks, each with its own draws, as its payload would.
func (f *figures) key(task int32) int {
	pl := f.blank(task)
	key := 0
	for i := range f.picks {
		p := &f.picks[i]
		m, ok := pl.eval(p.named).(map[string]any)
		if !ok {
			panic("sim: a pick out of a table of mappings is none")
		}
		key = key*p.size + p.index[reflect.ValueOf(m).Pointer()]
	}
	return key
}

func (f *figures) work(pl *payload) *figure {
	fig := &figure{worth: pl.number(&f.book.worthOf), amounts: make([]int64, len(f.book.steps))}
	var err error
	fig.workflow, err = f.book.sc.ChooseWorkflow(pl.begin(&f.book.workflow))
	pl.must(&f.book.workflow, err)
	f.workFlow(pl, fig, fig.workflow)
	for _, other := range f.book.sc.Others(fig.workflow) {
		f.workFlow(pl, fig, other)
	}
	first := f.book.first(fig.workflow)
	for i := range f.book.sc.Workflows[fig.workflow].Steps {
		if d := f.book.steps[first+i].Delegates; d != nil {
			f.workChild(pl, fig, first+i, d)
		}
	}
	return fig
}

// workFlow works out what concerns the steps of a workflow.
func (f *figures) workFlow(pl *payload, fig *figure, workflow int) {
	first := f.book.first(workflow)
	for i := range f.book.sc.Workflows[workflow].Steps {
		f.workStep(pl, fig, first+i)
	}
}

// workChild works out what concerns the workflow that a step hands over to: it
// sees the task's context, but for what it is sent.
func (f *figures) workChild(pl *payload, fig *figure, step int, d *scenario.Delegation) {
	sent := f.book.blank(pl.task)
	maps.Copy(sent.names, pl.context)
	pl.ancestors(step)
	for i := range f.book.sent[step] {
		e := &f.book.sent[step][i]
		sent.names[e.short] = pl.eval(e)
	}
	child := &figure{workflow: d.Workflow, amounts: make([]int64, len(f.book.steps))}
	f.workFlow(sent, child, d.Workflow)
	if fig.children == nil {
		fig.children = map[int16]*figure{}
	}
	fig.children[int16(step)] = child
}

// workStep works out what concerns one step.
func (f *figures) workStep(pl *payload, fig *figure, i int) {
	pl.ancestors(i)
	if !pl.holds(&f.book.whens[i]) {
		if fig.needless == nil {
			fig.needless = make([]bool, len(f.book.steps))
		}
		fig.needless[i] = true
		return
	}
	if f.book.amounts[i].Expr != nil {
		fig.amounts[i] = pl.number(&f.book.amounts[i])
	}
	if f.book.rows[i].Expr != nil {
		if fig.rows == nil {
			fig.rows = make([]int64, len(f.book.steps))
		}
		fig.rows[i] = max(1, pl.number(&f.book.rows[i]))
	}
	if !pl.holds(&f.book.lesser[i]) {
		if fig.strict == nil {
			fig.strict = make([]bool, len(f.book.steps))
		}
		fig.strict[i] = true
	}
	s := &f.book.steps[i]
	fig.checks = f.wants(pl, &f.book.checks[i], s.Checks, fig.checks, i)
	fig.takes = f.wants(pl, &f.book.takes[i], s.Takes, fig.takes, i)
	for j := range f.book.answers[i] {
		if fig.answered == nil {
			fig.answered = make([]uint32, len(f.book.steps))
		}
		if pl.holds(&f.book.answers[i][j]) {
			fig.answered[i] |= 1 << j
		}
	}
}

// wants adds to the list by step how much the i-th wants of a resource.
func (f *figures) wants(pl *payload, e *named, d *scenario.Demand, list [][]scenario.Want, i int) [][]scenario.Want {
	if d == nil {
		return list
	}
	if list == nil {
		list = make([][]scenario.Want, len(f.book.steps))
	}
	var err error
	list[i], err = d.Wants(pl.begin(e), &f.book.sc.Resources[d.Resource])
	pl.must(e, err)
	return list
}
