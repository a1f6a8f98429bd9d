package scenario

import (
	"maps"
	"math/rand/v2"
	"testing"

	"tasker-sim/scenarios"
)

func BenchmarkParseCheckout(b *testing.B) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, probs := Parse("checkout.yaml", text, nil); len(probs) > 0 {
			b.Fatal(probs)
		}
	}
}

// BenchmarkTask evaluates every expression of one order.
func BenchmarkTask(b *testing.B) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		b.Fatal(err)
	}
	s, probs := Parse("checkout.yaml", text, nil)
	if len(probs) > 0 {
		b.Fatal(probs)
	}
	env := &Env{Names: maps.Clone(s.Data), Draw: rand.New(rand.NewPCG(1, 1)).Float64}
	b.ReportAllocs()
	for b.Loop() {
		s.evalTask(env, 1, func(_ *Expr, err error) {
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
