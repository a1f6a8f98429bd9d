package scenario

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/expr-lang/expr/vm"
)

// rehearsals is the number of tasks on which the expressions are tried at least;
// it is as many as the longest table has rows, up to maxRehearsals.
const (
	rehearsals    = 50
	maxRehearsals = 1000
)

// trial is one rehearsal: choices are made so that all of them together come by
// every row of a table and by both sides of a chance.
type trial struct {
	number int // from 0
	strict map[*Expr]*vm.Program
}

// program is the strict form of an expression, if it has one.
func (t *trial) program(x *Expr) *vm.Program {
	if s := t.strict[x]; s != nil {
		return s
	}
	return x.program
}

// rehearse evaluates every expression for some tasks, so that mistakes which
// only show while an expression runs are reported with the others.
func (r *reader) rehearse() {
	try := &trial{strict: map[*Expr]*vm.Program{}}
	for _, x := range r.exprs {
		if program, err := strict(x.text, x.names); err == nil {
			try.strict[x.Expr] = program
		}
	}
	dice := rand.New(rand.NewPCG(1, 2))
	env := &Env{Names: maps.Clone(r.s.Data), Draw: dice.Float64, gates: r.s.Gates, trial: try}
	failed := map[*Expr]bool{}
	note := func(x *Expr, err error) {
		if err != nil && !failed[x] {
			failed[x] = true
			r.evalFailed(x, err)
		}
	}
	for ; try.number < r.rehearsals() && len(failed) == 0; try.number++ {
		r.s.evalTask(env, try.number+1, note)
	}
}

// rehearsals is how many tasks are needed to pick every row of every table.
func (r *reader) rehearsals() int {
	n := rehearsals
	for _, k := range sortedKeys(r.s.Data) {
		if list, ok := r.s.Data[k].([]any); ok {
			n = max(n, len(list))
		}
	}
	return min(n, maxRehearsals)
}

func (r *reader) evalFailed(x *Expr, err error) {
	at, msg, hint := x.spot.place, err.Error(), ""
	var e *EvalError
	if errors.As(err, &e) {
		at, msg = e.place, e.Msg
	}
	var m *missing
	if errors.As(err, &m) {
		if hint = didYouMean(m.name, m.has); hint == "" {
			hint = "write ?." + m.name + " if it may be missing"
		}
	}
	r.fail(at, hint, "expression fails for some tasks: %s", msg)
}

// evalTask evaluates all expressions as for one task and gives every result to note.
func (s *Scenario) evalTask(env *Env, task int, note func(*Expr, error)) {
	env.Names["task"] = task
	if !env.bind(s.Context, env.Names, note) {
		return
	}
	worth, err := s.Worth.Int(env)
	if err == nil && worth < 0 {
		err = s.Worth.failure(fmt.Errorf("worth is %d, must not be negative", worth))
	}
	note(s.Worth, err)
	if s.Bad != nil {
		_, err := s.Bad.Bool(env)
		note(s.Bad, err)
	}
	s.evalGuards(env, note)
	if s.Releases != nil && s.Releases.Control != nil {
		_, err := s.Releases.Control.Bool(env)
		note(s.Releases.Control, err)
	}
	i, err := s.ChooseWorkflow(env)
	if note(s.Workflow, err); err == nil {
		s.evalWorkflow(env, &s.Workflows[i], note)
		s.evalOthers(env, i, note)
	}
}

// maxBatches bounds the batches of a step: each is an event, and on the engine a record.
const maxBatches = 10_000

// evalWorkflow evaluates the expressions of the workflow's steps.
func (s *Scenario) evalWorkflow(env *Env, w *Workflow, note func(*Expr, error)) {
	results := map[string]any{}
	env.Names["steps"] = results
	for i := range w.Steps {
		step := &w.Steps[i]
		result := map[string]any{}
		results[step.Name] = result
		needed, err := step.Needed(env)
		if note(step.When, err); err == nil && !needed {
			continue
		}
		for j := range step.Answers {
			_, err := step.Answers[j].Applies(env)
			note(step.Answers[j].When, err)
		}
		for _, d := range []*Demand{step.Checks, step.Takes} {
			if d != nil {
				_, err := d.Wants(env, &s.Resources[d.Resource])
				note(d.Units, err)
			}
		}
		if step.Effect != nil {
			_, err := step.Effect.Amount.Int(env)
			note(step.Effect.Amount, err)
		}
		env.bind(step.Fallback, map[string]any{}, note)
		if b := step.Batches; b != nil {
			n, err := b.Rows.Int(env)
			if err == nil && n/int64(b.Size) >= maxBatches {
				err = b.Rows.failure(fmt.Errorf("%d rows in batches of %d are too many batches: at most %d", n, b.Size, maxBatches))
			}
			note(b.Rows, err)
		}
		_, err = orTrue(step.FallbackWhen, env)
		note(step.FallbackWhen, err)
		if !env.bind(step.Output, result, note) {
			break // later steps would fail for want of it
		}
	}
}

// Needed tells whether the task of the Env needs the step.
func (s *Step) Needed(env *Env) (bool, error) { return orTrue(s.When, env) }

// Applies tells whether the answer is one for the task of the Env.
func (a *Answer) Applies(env *Env) (bool, error) { return orTrue(a.When, env) }

// orTrue is the value of a condition; without one it is true.
func orTrue(x *Expr, env *Env) (bool, error) {
	if x == nil {
		return true, nil
	}
	return x.Bool(env)
}

// bind evaluates bindings into a map, up to the first that fails.
func (env *Env) bind(list []Binding, into map[string]any, note func(*Expr, error)) bool {
	for _, b := range list {
		v, err := b.Expr.Eval(env)
		note(b.Expr, err)
		if err != nil {
			return false
		}
		into[b.Name] = v
	}
	return true
}
