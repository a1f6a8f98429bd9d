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
	worth   int64
	bad     bool
	outputs []map[string]any // by step index; nil: not asked for yet
}

// payloads makes and keeps the payloads of the tasks that are being worked on.
type payloads struct {
	sc    *scenario.Scenario
	dice  dice
	steps []scenario.Step // of all workflows, as in Run.Steps
	live  map[int32]*payload
}

func newPayloads(sc *scenario.Scenario, d dice) *payloads {
	p := &payloads{sc: sc, dice: d, live: map[int32]*payload{}}
	for i := range sc.Workflows {
		p.steps = append(p.steps, sc.Workflows[i].Steps...)
	}
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
	pl := &payload{
		book: p, task: task, steps: map[string]any{}, context: map[string]any{},
		names: make(map[string]any, len(p.sc.Data)+len(p.sc.Context)+3), outputs: make([]map[string]any, len(p.steps)),
	}
	for k, v := range p.sc.Data {
		pl.names[k] = v
	}
	pl.names["task"] = int(task)
	pl.names["steps"] = pl.steps
	pl.names["context"] = pl.context
	for i := range p.sc.Context {
		b := &p.sc.Context[i]
		v := pl.eval("context."+b.Name, b.Expr)
		pl.names[b.Name], pl.context[b.Name] = v, v
	}
	pl.worth = pl.number("worth", p.sc.Worth)
	if p.sc.Bad != nil {
		bad, err := p.sc.Bad.Bool(pl.env("bad"))
		pl.must("bad", err)
		pl.bad = bad
	}
	return pl
}

// env gives the expression called name its own sequence of draws.
func (pl *payload) env(name string) *scenario.Env {
	where, n := word(name), 0
	return &scenario.Env{Names: pl.names, Draw: func() float64 {
		n++
		return pl.book.dice.draw(drawContext, where, int(pl.task), n)
	}}
}

func (pl *payload) eval(name string, e *scenario.Expr) any {
	v, err := e.Eval(pl.env(name))
	pl.must(name, err)
	return v
}

func (pl *payload) number(name string, e *scenario.Expr) int64 {
	if e == nil {
		return 0
	}
	v, err := e.Int(pl.env(name))
	pl.must(name, err)
	return v
}

// must turns a failed expression into a panic: Parse tries every expression on
// sample tasks, so what fails here is a case that those did not meet. The world
// turns it into an error of the run (see World.Advance).
func (pl *payload) must(name string, err error) {
	if err != nil {
		panic(payloadError{fmt.Errorf("task %d: %s: %w", pl.task, name, err)})
	}
}

// payloadError is an expression of the scenario that failed at run time.
type payloadError struct{ error }

// output is what the step returns when it succeeds.
func (pl *payload) output(step int) map[string]any {
	if out := pl.outputs[step]; out != nil {
		return out
	}
	s := &pl.book.steps[step]
	pl.ancestors(step)
	out := make(map[string]any, len(s.Output))
	for i := range s.Output {
		b := &s.Output[i]
		out[b.Name] = pl.eval(s.Name+"."+b.Name, b.Expr)
	}
	pl.outputs[step] = out
	pl.steps[s.Name] = out
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

// amount is how much of its effect the step makes.
func (pl *payload) amount(step int) int64 {
	pl.ancestors(step)
	e := pl.book.steps[step].Effect
	return pl.number(pl.book.steps[step].Name+".effect", e.Amount)
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
