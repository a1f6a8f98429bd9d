package scenario

import (
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/expr-lang/expr/types"
	"pgregory.net/rapid"
)

// mustCompile compiles an expression that sees the names.
func mustCompile(t testing.TB, text string, names map[string]any) *Expr {
	t.Helper()
	known := scope{}
	for _, k := range sortedKeys(names) {
		known[k] = types.Any
	}
	x, _, msg, hint := compile(text, spot{place: place{line: 1, col: 1}, file: "test"}, known)
	if x == nil {
		t.Fatalf("%s: %s (%s)", text, msg, hint)
	}
	return x
}

// draws is a Draw that yields the values one after the other.
func draws(list ...float64) func() float64 {
	i := -1
	return func() float64 { i++; return list[i] }
}

func TestEval(t *testing.T) {
	list := []any{map[string]any{"n": 1, "weight": 1}, map[string]any{"n": 2, "weight": 3}}
	for _, c := range []struct {
		text  string
		draws []float64
		want  any
	}{
		{"a + 1", nil, 3},
		{"sum(list, .n * 10)", nil, 30},
		{"map(list, let x = .n; {double: x * 2})[1].double", nil, 4},
		{"a > 1 ? 'many' : 'one'", nil, "many"},
		{"cents(29.99 * 3)", nil, 8997},
		{"cents(1.005)", nil, 101},
		{"cents(1.0049)", nil, 100},
		{"cents(-1.005)", nil, -101},
		{"round2(109.97 * 0.08)", nil, 8.80},
		{"round2(24.99 * 3)", nil, 74.97},
		{"pick(list).n", []float64{0.24}, 1},
		{"pick(list).n", []float64{0.26}, 2},
		{"pick([5, 6, 7])", []float64{0.99}, 7},
		{"chance(0.3)", []float64{0.29}, true},
		{"chance(0.3)", []float64{0.3}, false},
		{"chance(0)", []float64{0}, false},
		{"uniform(10, 20)", []float64{0.25}, 12.5},
		{"between(1, 6)", []float64{0}, 1},
		{"between(1, 6)", []float64{0.9999}, 6},
		{"hexid(8)", []float64{0.5}, "80000000"},
		{"hexid(10)", []float64{0, 0.9999999999}, "00000000ff"},
		{"[chance(0.5), chance(0.5)]", []float64{0.1, 0.9}, []any{true, false}},
	} {
		names := map[string]any{"a": 2, "list": list}
		x := mustCompile(t, c.text, names)
		got, err := x.Eval(&Env{Names: names, Draw: draws(c.draws...)})
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s = %v (%T), %v; want %v (%T)", c.text, got, got, err, c.want, c.want)
		}
	}
}

func TestEvalFails(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"pick([])", "pick needs a list with elements, got a list"},
		{"pick([{weight: 0}])", "pick needs weights whose sum is more than 0"},
		{"chance(2)", "chance needs a probability between 0 and 1, got 2"},
		{"between(6, 1)", "between needs its smaller end first, got 6 and 1"},
		{"hexid(0)", "hexid needs a number of digits between 1 and 64, got 0"},
		{"nothing.field", "cannot fetch field from <nil>"},
		{"cents(nothing)", "cents needs a number, got nothing (nil)"},
	} {
		names := map[string]any{"nothing": nil}
		x := mustCompile(t, c.text, names)
		_, err := x.Eval(&Env{Names: names, Draw: draws(0.5, 0.5)})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "test:1:") {
			t.Errorf("%s fails with %v, want test:1:…: %s", c.text, err, c.want)
		}
	}
	x := mustCompile(t, "chance(0.5)", nil)
	if _, err := x.Eval(&Env{}); err == nil {
		t.Error("a draw without a Draw succeeds")
	}
}

func TestIntAndBool(t *testing.T) {
	env := &Env{}
	for text, want := range map[string]int64{"1.5": 2, "-1.5": -2, "2.4999": 2, "7": 7} {
		if got, err := mustCompile(t, text, nil).Int(env); got != want || err != nil {
			t.Errorf("%s as a whole number: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"'x'", "nil", "1e300", "[1]"} {
		if got, err := mustCompile(t, text, nil).Int(env); err == nil {
			t.Errorf("%s as a whole number: %d, want an error", text, got)
		}
	}
	if got, err := mustCompile(t, "1 < 2", nil).Bool(env); !got || err != nil {
		t.Errorf("1 < 2: %v, %v", got, err)
	}
	if _, err := mustCompile(t, "1", nil).Bool(env); err == nil {
		t.Error("1 passes for true or false")
	}
}

// TestDrawsStayInside holds the ranges of the functions that draw, for any draw.
func TestDrawsStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(t, "u")
		i := rapid.IntRange(-1000, 1000).Draw(t, "i")
		n := rapid.IntRange(0, 1000).Draw(t, "n")
		env := &Env{Draw: func() float64 { return u }}
		between, err := between(env, i, i+n)
		if b, ok := between.(int); err != nil || !ok || b < i || b > i+n {
			t.Fatalf("between(%d, %d) at %v = %v, %v", i, i+n, u, between, err)
		}
		id, err := hexid(env, n%64+1)
		if s, ok := id.(string); err != nil || !ok || len(s) != n%64+1 || strings.Trim(s, "0123456789abcdef") != "" {
			t.Fatalf("hexid(%d) at %v = %v, %v", n%64+1, u, id, err)
		}
	})
}

// TestPickByWeight holds that pick follows the weights: its steps lie where the
// running sums do.
func TestPickByWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 8).Draw(t, "weights")
		total, list := 0, []any{}
		for i, w := range weights {
			total += w
			list = append(list, map[string]any{"i": i, "weight": w})
		}
		if total == 0 {
			t.Skip("nothing to pick")
		}
		k := rapid.IntRange(0, total-1).Draw(t, "k")
		u := (float64(k) + 0.5) / float64(total)
		got, err := pick(&Env{Draw: func() float64 { return u }}, list)
		if err != nil {
			t.Fatal(err)
		}
		want, sum := 0, weights[0]
		for sum <= k {
			want++
			sum += weights[want]
		}
		if i := got.(map[string]any)["i"]; i != want {
			t.Fatalf("pick at %v of %v = %v, want %d", u, weights, i, want)
		}
	})
}

// TestExprIsShared evaluates one expression in two goroutines; the race detector
// watches.
func TestExprIsShared(t *testing.T) {
	x := mustCompile(t, "sum(map(list, # * a)) + between(1, 1)", map[string]any{"a": 0, "list": nil})
	var wg sync.WaitGroup
	for a := range 2 {
		wg.Go(func() {
			env := &Env{Names: map[string]any{"a": a, "list": []any{1, 2, 3}}, Draw: func() float64 { return 0 }}
			for range 100 {
				if got, err := x.Int(env); got != int64(6*a+1) || err != nil {
					t.Errorf("a = %d: %d, %v", a, got, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestFunctionsAreDocumented holds that every function's text shows how it is called.
func TestFunctionsAreDocumented(t *testing.T) {
	for _, f := range ours() {
		if !strings.HasPrefix(f.doc, f.name+"(") {
			t.Errorf("%s is documented as %q", f.name, f.doc)
		}
		args := reflect.TypeOf(f.sign).Elem().NumIn()
		if f.draws {
			args--
		}
		shown := strings.Count(f.doc[:strings.IndexByte(f.doc, ')')], ",") + 1
		if shown != args {
			t.Errorf("%s takes %d arguments, its text shows %d", f.name, args, shown)
		}
	}
}
