package stats

import (
	"math"
	"testing"
)

// TestStudentQuantile holds the quantiles to the printed tables.
func TestStudentQuantile(t *testing.T) {
	for _, c := range []struct{ p, df, want float64 }{
		{0.975, 1, 12.7062}, {0.975, 2, 4.30265}, {0.975, 9, 2.26216}, {0.975, 19, 2.09302}, {0.975, 29, 2.04523},
		{0.95, 5, 2.01505}, {0.995, 10, 3.16927}, {0.9995, 4, 8.61030}, {0.975, 1e6, 1.95997}, {0.025, 9, -2.26216}, {0.5, 3, 0},
	} {
		if got := StudentQuantile(c.p, c.df); math.Abs(got-c.want) > 2e-5*math.Max(1, math.Abs(c.want)) {
			t.Errorf("quantile %v with %v degrees of freedom is %v, want %v", c.p, c.df, got, c.want)
		}
	}
	// Cauchy: one degree of freedom has a closed form.
	for _, p := range []float64{0.6, 0.9, 0.99, 0.9999} {
		if got, want := StudentQuantile(p, 1), math.Tan(math.Pi*(p-0.5)); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("quantile %v of the Cauchy distribution is %v, want %v", p, got, want)
		}
	}
	for _, c := range [][2]float64{{0, 3}, {1, 3}, {0.9, 0}, {math.NaN(), 3}} {
		if got := StudentQuantile(c[0], c[1]); !math.IsNaN(got) {
			t.Errorf("quantile %v with %v degrees of freedom is %v", c[0], c[1], got)
		}
	}
}
