package scenario

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"tasker-sim/scenarios"
)

// checkout is the built-in scenario, with --set arguments.
func checkout(t *testing.T, sets ...string) *Scenario {
	t.Helper()
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, probs := Parse("checkout.yaml", text, sets)
	if len(probs) > 0 {
		t.Fatal(probs)
	}
	return s
}

// stepFailure is the share of a service's calls that fail, by expectation over
// good and bad times.
func stepFailure(v Service) float64 {
	plain := v.Error.Rate + v.Lost.Rate
	if v.Burst == nil {
		return plain
	}
	g, b := v.Burst.Good.Seconds(), v.Burst.Bad.Seconds()
	return (plain*g + v.Burst.Rate*b) / (g + b)
}

// TestCheckoutNaiveRate works the naive failure rate out from the file:
// 1 − Π(1 − failure of each step).
func TestCheckoutNaiveRate(t *testing.T) {
	s := checkout(t)
	ok := 1.0
	for _, step := range s.Workflows[0].Steps {
		ok *= 1 - stepFailure(s.Services[step.Service])
	}
	if got := 1 - ok; math.Abs(got-0.1485) > 0.0005 {
		t.Errorf("naive failure rate by expectation: %.4f, want 0.1485", got)
	}
}

// order evaluates the context of an order with a given cart.
func order(t *testing.T, s *Scenario, cart map[string]any) map[string]any {
	t.Helper()
	env := &Env{Names: maps.Clone(s.Data), Draw: rand.New(rand.NewPCG(1, 1)).Float64}
	env.Names["task"] = 1
	for _, b := range s.Context {
		v, err := b.Expr.Eval(env)
		if err != nil {
			t.Fatal(err)
		}
		if b.Name == "cart" && cart != nil {
			v = cart
		}
		env.Names[b.Name] = v
	}
	worth, err := s.Worth.Int(env)
	if err != nil {
		t.Fatal(err)
	}
	env.Names["worth"] = worth
	return env.Names
}

// TestCheckoutTotals holds the totals of the post's and the specs' carts (P1-01,
// 02, 03, 06, 07, 12, 04) and the shipping tiers at their boundaries (P1-23).
func TestCheckoutTotals(t *testing.T) {
	s := checkout(t)
	cart := func(pairs ...int) map[string]any {
		var items []any
		for i := 0; i < len(pairs); i += 2 {
			items = append(items, map[string]any{"product_id": pairs[i], "quantity": pairs[i+1]})
		}
		return map[string]any{"items": items}
	}
	for _, c := range []struct {
		name                string
		cart                map[string]any
		subtotal, tax, ship float64
		total               float64
	}{
		{"P1-01 happy path", cart(1, 2, 3, 1), 294.97, 23.60, 5.99, 324.56},
		{"P1-02 one T-shirt", cart(2, 1), 24.99, 2.00, 5.99, 32.98},
		{"P1-03 yoga mat", cart(4, 1), 39.99, 3.20, 5.99, 49.18},
		{"P1-04 oversell", cart(5, 100), 8999.00, 719.92, 14.99, 9733.91},
		{"P1-04 variant", cart(5, 20), 1799.80, 143.98, 9.99, 1953.77},
		{"P1-06 three T-shirts", cart(2, 3), 74.97, 6.00, 5.99, 86.96},
		{"P1-07 headphones", cart(1, 1), 129.99, 10.40, 5.99, 146.38},
		{"P1-12 specs", cart(101, 2, 102, 1), 109.97, 8.80, 5.99, 124.76},
		{"P1-23 4 units", cart(8, 4), 63.96, 5.12, 5.99, 75.07},
		{"P1-23 5 units", cart(8, 5), 79.95, 6.40, 9.99, 96.34},
		{"P1-23 20 units", cart(8, 20), 319.80, 25.58, 9.99, 355.37},
		{"P1-23 21 units", cart(8, 21), 335.79, 26.86, 14.99, 377.64},
	} {
		got := order(t, s, c.cart)
		if got["subtotal"] != c.subtotal || got["tax"] != c.tax || got["shipping"] != c.ship || got["total"] != c.total {
			t.Errorf("%s: subtotal %v tax %v shipping %v total %v, want %v %v %v %v", c.name,
				got["subtotal"], got["tax"], got["shipping"], got["total"], c.subtotal, c.tax, c.ship, c.total)
		}
		if got["worth"] != int64(math.Round(c.total*100)) {
			t.Errorf("%s: worth %v cents, want %v", c.name, got["worth"], c.total*100)
		}
	}
}

// TestCheckoutOrderValue works out what an order is worth on average.
func TestCheckoutOrderValue(t *testing.T) {
	s := checkout(t)
	sum, weights := 0.0, 0.0
	for _, c := range s.Data["carts"].([]any) {
		cart := c.(map[string]any)
		w := weight(cart)
		sum += w * order(t, s, cart)["total"].(float64)
		weights += w
	}
	if mean := sum / weights; math.Abs(mean-74.80) > 0.05 {
		t.Errorf("an order is worth %.2f on average, want 74.80", mean)
	}
}
