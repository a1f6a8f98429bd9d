package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReads: what the expressions of the shipped checkout depend on.
func TestReads(t *testing.T) {
	s := checkout(t)
	context := map[string]*Expr{}
	for _, b := range s.Context {
		context[b.Name] = b.Expr
	}
	for _, c := range []struct {
		name string
		expr *Expr
		want Reads
	}{
		{"cart", context["cart"], Reads{Draws: true, Names: []string{"carts", "pick"}, Pick: "carts"}},
		{"total", context["total"], Reads{Names: []string{"subtotal", "tax", "shipping", "round2"}}},
		{"bad", s.Bad, Reads{Draws: true, Names: []string{"decline_rate", "chance"}}},
		{"charge", s.Workflows[0].Steps[1].Effect.Amount, Reads{Names: []string{"cents"}, Fields: []Field{{"validate_cart", "total"}}}},
	} {
		got := c.expr.Reads()
		sortStrings := cmp.Transformer("sorted", func(s []string) map[string]bool {
			m := map[string]bool{}
			for _, x := range s {
				m[x] = true
			}
			return m
		})
		if diff := cmp.Diff(c.want, got, sortStrings); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
