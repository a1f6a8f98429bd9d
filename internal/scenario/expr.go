package scenario

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"tasker-sim/internal/event"
	"tasker-sim/internal/gate"
)

// Expr is a compiled expression of the scenario file. It does not change and may
// be evaluated by several goroutines, each with its own [Env].
type Expr struct {
	text    string
	spot    spot
	program *vm.Program
}

// Env is what an expression sees. It belongs to one goroutine; using one Env for
// many evaluations saves memory.
type Env struct {
	// Names holds the values by name. Eval adds one key that no expression can
	// spell. Values are read only.
	Names map[string]any
	// Draw yields the next draw in [0,1) for this expression. It may be nil if
	// the expression draws nothing.
	Draw func() float64
	// Seed and At are the run's seed and the instant at which the task arrived:
	// tokens are signed with keys of the seed, and judged as of the arrival.
	Seed uint64
	At   event.Time

	gates   []Gate
	signers map[string]*gate.Signer
	machine vm.VM
	trial   *trial // nil unless expressions are being tried out
}

// NewEnv makes an Env for one task, in which its own tables are known; task is
// its number. The caller sets Draw before each evaluation and adds what comes to
// be: the values of the context by their names, and "steps", a map of the done
// steps' names to the maps of their outputs.
func (s *Scenario) NewEnv(task int) *Env {
	names := make(map[string]any, len(s.Data)+len(s.Context)+3)
	maps.Copy(names, s.Data)
	names["task"] = task
	return &Env{Names: names, gates: s.Gates}
}

// drawKey is the name under which functions that draw find their Env.
const drawKey = "$draw"

// spot tells where the text of an expression stands in the file.
type spot struct {
	place
	file   string
	indent int  // columns before each line of a block
	block  bool // the text begins on the line below place
	single bool // the text is one line, written as it is
}

// at is the place of a position (line from 1, column from 0) in the text.
func (s spot) at(line, col int) place {
	switch {
	case s.set != "":
		return s.place
	case s.block:
		return place{line: s.line + line, col: s.indent + col + 1}
	case s.single && line == 1:
		return place{line: s.line, col: s.col + col}
	}
	return s.place
}

// Text is the expression as written.
func (e *Expr) Text() string { return e.text }

// Eval computes the value. An error names the expression's place in the file.
func (e *Expr) Eval(env *Env) (any, error) {
	if env.Names == nil {
		env.Names = map[string]any{}
	}
	env.Names[drawKey] = env
	program := e.program
	if env.trial != nil {
		program = env.trial.program(e)
	}
	v, err := env.machine.Run(program, env.Names)
	if err != nil {
		return nil, e.failure(err)
	}
	return v, nil
}

// Int computes a whole number: cents, units or a count. Numbers are rounded to
// the nearest, halves away from zero.
func (e *Expr) Int(env *Env) (int64, error) {
	v, err := e.Eval(env)
	if err != nil {
		return 0, err
	}
	x, ok := number(v)
	if !ok {
		return 0, e.wrongType(v, "a number")
	}
	if x = math.Round(x); math.IsNaN(x) || math.Abs(x) > 1<<53 {
		return 0, e.failure(fmt.Errorf("gives %v, which is not a whole number of usual size", v))
	}
	return int64(x), nil
}

// Bool computes a truth value.
func (e *Expr) Bool(env *Env) (bool, error) {
	v, err := e.Eval(env)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, e.wrongType(v, "true or false")
	}
	return b, nil
}

// EvalError is an expression that failed while it ran.
type EvalError struct {
	Msg   string
	place place
	file  string
	cause error
}

// Unwrap is the error of the function that failed, or of the library.
func (e *EvalError) Unwrap() error { return e.cause }

// Error names the place and the reason.
func (e *EvalError) Error() string {
	if e.place.set != "" {
		return fmt.Sprintf("--set %s: %s", e.place.set, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.file, e.place.line, e.place.col, e.Msg)
}

func (e *Expr) wrongType(v any, want string) error {
	return e.failure(fmt.Errorf("must give %s, gives %s", want, describe(v)))
}

func (e *Expr) failure(err error) error {
	at, msg := e.spot.reason(err)
	return &EvalError{Msg: msg, place: at, file: e.spot.file, cause: err}
}

// reason is place and message of an error of the expression library.
func (s spot) reason(err error) (place, string) {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return s.place, err.Error()
	}
	return s.at(fe.Line, fe.Column), fe.Message
}

// describe names a value in a message.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing (nil)"
	case string:
		return fmt.Sprintf("the text %q", v)
	case []any:
		return "a list"
	case map[string]any:
		return "a mapping"
	}
	return fmt.Sprint(v)
}

// scope is the names that an expression may use, with what is known of their types.
type scope map[string]types.Type

// with is the scope with one more name; s itself stays as it is.
func (s scope) with(name string, t types.Type) scope {
	out := make(scope, len(s)+1)
	for _, k := range sortedKeys(s) {
		out[k] = s[k]
	}
	out[name] = t
	return out
}

// compile makes an Expr of text. A problem comes back with its place.
func compile(text string, sp spot, names scope) (e *Expr, at place, msg, hint string) {
	program, err := expr.Compile(text, compileOptions(names)...)
	if err != nil {
		at, msg := sp.reason(err)
		msg, hint := explain(msg, names)
		return nil, at, msg, hint
	}
	return &Expr{text: text, spot: sp, program: program}, place{}, "", ""
}

func compileOptions(names scope) []expr.Option {
	env := types.Map{drawKey: types.Any}
	for _, k := range sortedKeys(names) {
		env[k] = names[k]
	}
	return append([]expr.Option{expr.Env(env), expr.Patch(addDraw{})}, functions()...)
}

// explain puts the library's message into our words where that helps.
func explain(msg string, names scope) (text, hint string) {
	if name, ok := strings.CutPrefix(msg, "unknown name "); ok {
		return unknownName(name, names)
	}
	if name, ok := strings.CutPrefix(msg, "unknown field "); ok {
		return unknownField(name, names)
	}
	if token, ok := strings.CutPrefix(msg, "unexpected token "); ok {
		if open, end := strings.IndexByte(token, '('), strings.LastIndexByte(token, ')'); open > 0 && end > open {
			token = token[open+1:end] + token[end+1:]
		}
		return "unexpected " + token + " in expression", ""
	}
	return "in expression: " + msg, ""
}

func unknownName(name string, names scope) (text, hint string) {
	if slices.Contains(banned(), name) {
		return fmt.Sprintf("the function %q cannot be used: its result would differ from run to run", name), ""
	}
	known := sortedKeys(names)
	text = fmt.Sprintf("unknown name %q in expression", name)
	if n := nearest(name, append(known, functionNames()...)); n != "" {
		return text, "did you mean " + n + "?"
	}
	return text, "known here are " + allOf(append(known, functionNames()...))
}

// unknownField is about steps.<step>.<field>: nothing else has known fields.
func unknownField(name string, names scope) (text, hint string) {
	text = fmt.Sprintf("unknown field %q in expression", name)
	var parts, paths []string
	steps, _ := names["steps"].(types.Map)
	for _, step := range sortedKeys(steps) {
		parts = append(parts, step)
		fields, _ := steps[step].(types.Map)
		for _, f := range sortedKeys(fields) {
			parts, paths = append(parts, f), append(paths, "steps."+step+"."+f)
		}
	}
	if n := nearest(name, parts); n != "" {
		return text, "did you mean " + n + "?"
	}
	if len(paths) == 0 {
		return text, "no step with an output comes before this one"
	}
	return text, "an expression sees the steps before its own: here " + allOf(paths)
}
