package scenario

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
)

// function is what an expression can call beside the library's own functions.
type function struct {
	name  string
	draws bool // gets the Env as first argument
	call  func(args ...any) (any, error)
	sign  any // pointer to a func: the types of the arguments. It returns any: the
	// library does not look at the arguments of a call again whose type it knows,
	// and it looks several times.
	doc string
}

// ours are the functions of the scenario language.
func ours() []function {
	return append([]function{
		{"pick", true, pick, new(func(any, []any) any), "pick(list): one element; by their field weight if they have one"},
		{"chance", true, chance, new(func(any, float64) any), "chance(p): true with probability p"},
		{"uniform", true, uniform, new(func(any, float64, float64) any), "uniform(a, b): a number from a up to b"},
		{"between", true, between, new(func(any, int, int) any), "between(i, j): a whole number from i to j, both included"},
		{"lognormal", true, lognormal, new(func(any, float64, float64) any), "lognormal(m, p): a number, half of the time below m, one time in a hundred above p"},
		{"hexid", true, hexid, new(func(any, int) any), "hexid(n): n hexadecimal digits"},
		{"cents", false, cents, new(func(float64) any), "cents(x): money in whole cents, half up"},
		{"round2", false, round2, new(func(float64) any), "round2(x): x to two decimals, half up"},
	}, accessFunctions()...)
}

// banned are functions of the library that would make a run depend on the clock
// of the machine or on the order of a Go map.
func banned() []string {
	return []string{"now", "date", "timezone", "keys", "values", "toPairs"}
}

func functions() []expr.Option {
	var opts []expr.Option
	for _, f := range ours() {
		opts = append(opts, expr.Function(f.name, f.call, f.sign))
	}
	for _, name := range banned() {
		opts = append(opts, expr.DisableBuiltin(name))
	}
	return opts
}

func functionNames() []string {
	var names []string
	for _, f := range ours() {
		names = append(names, f.name)
	}
	return names
}

// addDraw hands the Env to the functions that draw.
type addDraw struct{}

// Visit implements the library's visitor.
func (addDraw) Visit(n *ast.Node) {
	call, ok := (*n).(*ast.CallNode)
	if !ok {
		return
	}
	callee, ok := call.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	for _, f := range ours() {
		if f.draws && f.name == callee.Value {
			draw := &ast.IdentifierNode{Value: drawKey}
			draw.SetLocation(call.Location())
			call.Arguments = append([]ast.Node{draw}, call.Arguments...)
		}
	}
}

// draw takes the next draw of the Env in args[0].
func draw(args []any) (float64, error) {
	env, ok := args[0].(*Env)
	if !ok || env.Draw == nil {
		return 0, errors.New("nothing can be drawn here")
	}
	return env.Draw(), nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// numbersOf reads args as numbers.
func numbersOf(name string, args []any) ([]float64, error) {
	out := make([]float64, len(args))
	for i, a := range args {
		x, ok := number(a)
		if !ok {
			return nil, fmt.Errorf("%s needs a number, got %s", name, describe(a))
		}
		out[i] = x
	}
	return out, nil
}

func pick(args ...any) (any, error) {
	list, ok := args[1].([]any)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("pick needs a list with elements, got %s", describe(args[1]))
	}
	if t := args[0].(*Env).trial; t != nil {
		return list[t.number%len(list)], nil
	}
	u, err := draw(args)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for _, x := range list {
		total += weight(x)
	}
	if total <= 0 {
		return nil, errors.New("pick needs weights whose sum is more than 0")
	}
	u = float64(u * total)
	for _, x := range list {
		if u -= weight(x); u < 0 {
			return x, nil
		}
	}
	return lastWithWeight(list), nil
}

// lastWithWeight is what pick gives when rounding has carried it past the end.
func lastWithWeight(list []any) any {
	for i := len(list) - 1; i > 0; i-- {
		if weight(list[i]) > 0 {
			return list[i]
		}
	}
	return list[0]
}

// weight is the field weight of an element, 1 if it has none.
func weight(x any) float64 {
	if m, ok := x.(map[string]any); ok {
		if w, has := m["weight"]; has {
			f, _ := number(w)
			return max(f, 0)
		}
	}
	return 1
}

func chance(args ...any) (any, error) {
	p, err := numbersOf("chance", args[1:])
	if err != nil {
		return nil, err
	}
	if p[0] < 0 || p[0] > 1 {
		return nil, fmt.Errorf("chance needs a probability between 0 and 1, got %v", p[0])
	}
	if t := args[0].(*Env).trial; t != nil && p[0] > 0 && p[0] < 1 {
		return t.number%2 == 0, nil
	}
	u, err := draw(args)
	return u < p[0], err
}

func uniform(args ...any) (any, error) {
	ab, err := numbersOf("uniform", args[1:])
	if err != nil {
		return nil, err
	}
	u, err := draw(args)
	return ab[0] + float64(u*(ab[1]-ab[0])), err
}

func between(args ...any) (any, error) {
	ij, err := numbersOf("between", args[1:])
	if err != nil {
		return nil, err
	}
	if ij[1] < ij[0] {
		return nil, fmt.Errorf("between needs its smaller end first, got %v and %v", ij[0], ij[1])
	}
	u, err := draw(args)
	return int(ij[0]) + int(float64(u*(ij[1]-ij[0]+1))), err
}

// z99 is the 99th percentile of the standard normal distribution.
const z99 = 2.3263478740408408

// lognormal turns a draw into a number of a log-normal distribution, as latencies
// are drawn.
func lognormal(args ...any) (any, error) {
	mp, err := numbersOf("lognormal", args[1:])
	if err != nil {
		return nil, err
	}
	if !(mp[0] > 0 && mp[1] >= mp[0]) {
		return nil, fmt.Errorf("lognormal needs 0 < median <= 99th percentile, got %v and %v", mp[0], mp[1])
	}
	u, err := draw(args)
	z := math.Sqrt2 * math.Erfinv(float64(2*max(u, 1e-15))-1)
	return float64(mp[0] * math.Exp(float64(math.Log(mp[1]/mp[0])/z99*z))), err
}

// hexDigits come from one draw: 8 digits are 32 bits of the draw's 53.
const hexDigits = 8

func hexid(args ...any) (any, error) {
	n, ok := number(args[1])
	if !ok || n < 1 || n > 64 {
		return nil, fmt.Errorf("hexid needs a number of digits between 1 and 64, got %s", describe(args[1]))
	}
	id := ""
	for len(id) < int(n) {
		u, err := draw(args)
		if err != nil {
			return nil, err
		}
		id += fmt.Sprintf("%0*x", hexDigits, uint32(u*(1<<32)))
	}
	return id[:int(n)], nil
}

// toCents rounds money to whole cents, halves away from zero. What is within a
// millionth of a cent of a half counts as a half: 1.005 is meant as written,
// though no float64 is exactly that.
func toCents(x float64) float64 {
	c := math.Floor(float64(math.Abs(x)*100) + 0.5 + 1e-6)
	return math.Copysign(c, x)
}

func cents(args ...any) (any, error) {
	x, err := numbersOf("cents", args)
	if err != nil {
		return nil, err
	}
	return int(toCents(x[0])), nil
}

func round2(args ...any) (any, error) {
	x, err := numbersOf("round2", args)
	if err != nil {
		return nil, err
	}
	return toCents(x[0]) / 100, nil
}

// reserved are the words that cannot name a value in expressions.
func reserved() []string {
	words := append([]string{"steps", "task", "context", "let", "if", "else", "in", "not", "and", "or", "true", "false", "nil",
		"matches", "contains", "startsWith", "endsWith"}, functionNames()...)
	return append(words, builtin.Names...)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
