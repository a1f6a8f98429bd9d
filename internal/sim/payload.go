package sim

import (
	"encoding/json"
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// payload is what one task carries: the order itself and what its steps return.
// It is a function of (scenario, seed, task), the same in every strategy, and
// worked out as far as somebody asks.
type payload struct {
	book    *payloads
	task    int32
	names   map[string]any // data, context, task and steps, as expressions see them
	steps   map[string]any // outputs by step name
	context map[string]any
	outputs []map[string]any // by step index; nil: not asked for yet
	env     *scenario.Env
	where   uint64 // whose draws are being made, and how many were
	drawn   int
}

// payloads makes and keeps the payloads of the tasks that are being worked on.
type payloads struct {
	sc    *scenario.Scenario
	dice  dice
	at    []event.Time    // arrivals, of scenarios whose expressions ask for them
	steps []scenario.Step // of all workflows, as in Run.Steps
	live  map[int32]*payload

	context          []named
	worthOf, badness named
	workflow         named
	control          named
	outputs          [][]named // by step
	amounts          []named   // by step
	fallbacks        [][]named // by step
	lesser           []named   // by step: whether the fallback will do
	rows             []named   // by step that works in batches: how many rows
	whens            []named   // by step
	answers          [][]named // by step and answer: to whom it is given
	sent             [][]named // by step: what goes with work that it hands over
	checks, takes    []named   // by step: how much of a resource
}

// named is an expression with its full name, for errors, and the key of its draws.
type named struct {
	*scenario.Expr
	name, short string
	where       uint64
}

func name(prefix, short string, e *scenario.Expr) named {
	full := prefix + short
	return named{e, full, short, word(full)}
}

// collect prepares the scenario's expressions.
func (p *payloads) collect() {
	for i := range p.sc.Context {
		p.context = append(p.context, name("context.", p.sc.Context[i].Name, p.sc.Context[i].Expr))
	}
	p.worthOf, p.badness = name("worth", "", p.sc.Worth), name("bad", "", p.sc.Bad)
	p.workflow = name("workflow", "", p.sc.Workflow)
	if p.sc.Releases != nil {
		p.control = name("releases.", "control", p.sc.Releases.Control)
	}
	for i := range p.steps {
		s := &p.steps[i]
		var list, less []named
		for j := range s.Output {
			list = append(list, name(s.Name+".", s.Output[j].Name, s.Output[j].Expr))
		}
		for j := range s.Fallback {
			less = append(less, name(s.Name+".fallback.", s.Fallback[j].Name, s.Fallback[j].Expr))
		}
		p.outputs, p.fallbacks = append(p.outputs, list), append(p.fallbacks, less)
		var amount *scenario.Expr
		if s.Effect != nil {
			amount = s.Effect.Amount
		}
		p.amounts = append(p.amounts, name(s.Name, ".effect", amount))
		p.whens = append(p.whens, name(s.Name, ".when", s.When))
		var rows *scenario.Expr
		if s.Batches != nil {
			rows = s.Batches.Rows
		}
		p.rows = append(p.rows, name(s.Name, ".batches.rows", rows))
		p.lesser = append(p.lesser, name(s.Name, ".fallback_when", s.FallbackWhen))
		p.checks = append(p.checks, demanded(s, ".checks", s.Checks))
		p.takes = append(p.takes, demanded(s, ".takes", s.Takes))
		var to []named
		for j := range s.Answers {
			to = append(to, name(fmt.Sprintf("%s.answers.%d", s.Name, j+1), ".when", s.Answers[j].When))
		}
		p.answers = append(p.answers, to)
		var with []named
		if s.Delegates != nil {
			for j := range s.Delegates.With {
				with = append(with, name(s.Name+".delegates.", s.Delegates.With[j].Name, s.Delegates.With[j].Expr))
			}
		}
		p.sent = append(p.sent, with)
	}
}

// demanded is the expression of a demand, if there is one.
func demanded(s *scenario.Step, what string, d *scenario.Demand) named {
	if d == nil {
		return name(s.Name, what, nil)
	}
	return name(s.Name, what, d.Units)
}

func newPayloads(sc *scenario.Scenario, d dice) *payloads {
	p := &payloads{sc: sc, dice: d, live: map[int32]*payload{}}
	for i := range sc.Workflows {
		p.steps = append(p.steps, sc.Workflows[i].Steps...)
	}
	if len(sc.Gates) > 0 {
		p.at = arrivals(sc.Load, d)
	}
	p.collect()
	return p
}

// get is the payload of the task. It stays in memory until forget.
func (p *payloads) get(task int32) *payload {
	if pl, ok := p.live[task]; ok {
		return pl
	}
	pl := p.fresh(task)
	p.live[task] = pl
	return pl
}

func (p *payloads) forget(task int32) { delete(p.live, task) }

// fresh evaluates the context of the task.
func (p *payloads) fresh(task int32) *payload {
	pl := p.blank(task)
	for i := range p.context {
		e := &p.context[i]
		v := pl.eval(e)
		pl.names[e.short], pl.context[e.short] = v, v
	}
	return pl
}

// blank is a payload whose context is not worked out.
func (p *payloads) blank(task int32) *payload {
	pl := &payload{
		book: p, task: task, steps: map[string]any{}, context: map[string]any{},
		outputs: make([]map[string]any, len(p.steps)), env: p.sc.NewEnv(int(task)),
	}
	pl.env.Draw, pl.env.Seed = pl.draw, p.dice.seed
	pl.env.At = p.arrival(task)
	pl.names = pl.env.Names
	pl.names["steps"] = pl.steps
	return pl
}

// arrival is when the task arrives; 0 if nobody asks.
func (p *payloads) arrival(task int32) event.Time {
	if task < 1 || int(task) > len(p.at) {
		return 0
	}
	return p.at[task-1]
}

// draw is the next draw of the expression that is being evaluated.
func (pl *payload) draw() float64 {
	pl.drawn++
	return pl.book.dice.draw(drawContext, pl.where, int(pl.task), pl.drawn)
}

// begin gives the expression a sequence of draws of its own.
func (pl *payload) begin(e *named) *scenario.Env {
	pl.where, pl.drawn = e.where, 0
	return pl.env
}

func (pl *payload) eval(e *named) any {
	v, err := e.Eval(pl.begin(e))
	pl.must(e, err)
	return v
}

func (pl *payload) number(e *named) int64 {
	if e.Expr == nil {
		return 0
	}
	v, err := e.Int(pl.begin(e))
	pl.must(e, err)
	return v
}

// holds tells whether a condition is true; one that is not there always is.
func (pl *payload) holds(e *named) bool {
	if e.Expr == nil {
		return true
	}
	v, err := e.Bool(pl.begin(e))
	pl.must(e, err)
	return v
}

// must turns a failed expression into a panic: Parse tries every expression on
// sample tasks, so what fails here is a case that those did not meet. The world
// turns it into an error of the run (see World.Advance).
func (pl *payload) must(e *named, err error) {
	if err != nil {
		panic(payloadError{fmt.Errorf("task %d: %s: %w", pl.task, e.name, err)})
	}
}

// payloadError is an expression of the scenario that failed at run time.
type payloadError struct{ error }

// output is what the step returns when it succeeds; nothing if the task does not
// need it.
func (pl *payload) output(step int) map[string]any {
	if out := pl.outputs[step]; out != nil {
		return out
	}
	s := &pl.book.steps[step]
	pl.ancestors(step)
	out := make(map[string]any, len(s.Output))
	if pl.holds(&pl.book.whens[step]) {
		for i := range pl.book.outputs[step] {
			e := &pl.book.outputs[step][i]
			out[e.short] = pl.eval(e)
		}
	}
	pl.outputs[step] = out
	pl.steps[s.Name] = out
	return out
}

// fallback is the lesser result that the step has when its attempts all failed.
func (pl *payload) fallback(step int) map[string]any {
	pl.output(step)
	out := map[string]any{}
	for i := range pl.book.fallbacks[step] {
		e := &pl.book.fallbacks[step][i]
		out[e.short] = pl.eval(e)
	}
	return out
}

// ancestors works out what the step may read. Steps of a workflow stand in
// topological order, so the base of its own workflow is found by walking back.
func (pl *payload) ancestors(step int) {
	base := pl.book.base(step)
	for _, d := range pl.book.steps[step].DependsOn {
		pl.output(base + d)
	}
}

// first is the index in Run.Steps of the workflow's first step.
func (p *payloads) first(workflow int) (first int) {
	for i := range workflow {
		first += len(p.sc.Workflows[i].Steps)
	}
	return first
}

// base is the index in Run.Steps of the first step of the workflow that step belongs to.
func (p *payloads) base(step int) int {
	base := 0
	for i := range p.sc.Workflows {
		n := len(p.sc.Workflows[i].Steps)
		if step < base+n {
			return base
		}
		base += n
	}
	return base
}

// text is v as JSON; maps are written with sorted keys.
func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Appendf(nil, "%q", err.Error())
	}
	return b
}

// detail is the input and output of a step, for people.
func (pl *payload) detail(step int) event.Detail {
	base := pl.book.base(step)
	input := map[string]any{}
	for _, d := range pl.book.steps[step].DependsOn {
		input[pl.book.steps[base+d].Name] = pl.output(base + d)
	}
	if len(input) == 0 {
		input = pl.context
	}
	return event.Detail{Input: string(text(input)), Output: string(text(pl.output(step)))}
}

// settle lets go of a task's payload once it has ended in every strategy.
func (w *World) settle(task int32) {
	for int(task) >= len(w.settled) {
		w.settled = append(w.settled, 0)
	}
	if w.settled[task]++; int(w.settled[task]) >= len(w.lanes) {
		w.payloads.forget(task)
		w.guards.forget(task)
	}
}
