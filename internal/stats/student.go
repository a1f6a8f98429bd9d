package stats

import "math"

// StudentQuantile is the quantile p of Student's t distribution with df degrees
// of freedom: P(T ≤ t) = p. The tail is I_x(df/2, 1/2)/2 with x = df/(df+t²)
// (DLMF 8.17; Abramowitz and Stegun 26.7.1). NaN unless 0 < p < 1 and df > 0.
func StudentQuantile(p, df float64) float64 {
	switch {
	case !(p > 0 && p < 1 && df > 0):
		return math.NaN()
	case p == 0.5:
		return 0
	case p < 0.5:
		return -StudentQuantile(1-p, df)
	}
	tail := func(t float64) float64 { return incompleteBeta(df/2, 0.5, df/(df+t*t)) / 2 }
	high := 1.0
	for tail(high) > 1-p && high < 1e300 {
		high *= 2
	}
	return bisect(0, high, func(t float64) bool { return tail(t) > 1-p })
}
