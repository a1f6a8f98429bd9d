package scenario

import (
	"fmt"
	"maps"
	"math/rand/v2"
)

// rehearsals is the number of tasks on which the expressions are tried.
const rehearsals = 50

// rehearse evaluates every expression for some tasks, so that mistakes which
// only show while an expression runs are reported with the others.
func (r *reader) rehearse() {
	failed := map[*Expr]bool{}
	note := func(x *Expr, err error) {
		if err == nil || failed[x] {
			return
		}
		failed[x] = true
		if e, ok := err.(*EvalError); ok {
			r.fail(e.place, "", "expression fails: %s", e.Msg)
			return
		}
		r.fail(x.spot.place, "", "expression fails: %v", err)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for task := 1; task <= rehearsals; task++ {
		r.s.rehearseTask(task, dice.Float64, note)
	}
}

// rehearseTask evaluates all expressions as for one task and gives every result
// to note.
func (s *Scenario) rehearseTask(task int, draw func() float64, note func(*Expr, error)) {
	env := &Env{Names: maps.Clone(s.Data), Draw: draw}
	env.Names["task"] = task
	for _, b := range s.Context {
		v, err := b.Expr.Eval(env)
		note(b.Expr, err)
		env.Names[b.Name] = v
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
	for _, w := range s.Workflows {
		results := map[string]any{}
		env.Names["steps"] = results
		for _, step := range w.Steps {
			if step.Effect != nil {
				_, err := step.Effect.Amount.Int(env)
				note(step.Effect.Amount, err)
			}
			result := map[string]any{}
			for _, b := range step.Output {
				v, err := b.Expr.Eval(env)
				note(b.Expr, err)
				result[b.Name] = v
			}
			results[step.Name] = result
		}
	}
}
