package stats

import "math"

// ClopperPearson is the exact interval for k of n: both tails at least alpha/2.
// It never covers less than it says. Clopper and Pearson, Biometrika 26 (1934)
// 404; the tails are incomplete beta functions.
func ClopperPearson(k, n int, alpha float64) Interval {
	if !valid(k, n) {
		return all
	}
	i := all
	if k > 0 { // P(X ≥ k | p) = I_p(k, n−k+1) grows with p
		i.Low = bisect(0, 1, func(p float64) bool { return incompleteBeta(float64(k), float64(n-k+1), p) < alpha/2 })
	}
	if k < n { // P(X ≤ k | p) = 1 − I_p(k+1, n−k)
		i.High = bisect(0, 1, func(p float64) bool { return incompleteBeta(float64(n-k), float64(k+1), 1-p) > alpha/2 })
	}
	return i
}

// McNemar is the exact two-sided p-value for a paired comparison in which b pairs
// differ one way and c the other: under "no difference" each of them is the toss
// of a fair coin. McNemar, Psychometrika 12 (1947) 153.
func McNemar(b, c int) float64 {
	n, k := b+c, min(b, c)
	if b < 0 || c < 0 || b == c {
		return 1
	}
	return min(1, 2*incompleteBeta(float64(n-k), float64(k+1), 0.5))
}

// incompleteBeta is the regularised incomplete beta function I_x(a, b) by its
// continued fraction (DLMF 8.17.22), evaluated by Lentz's method.
func incompleteBeta(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2): // the fraction converges fast on the other side
		return 1 - incompleteBeta(b, a, 1-x)
	}
	front := math.Exp(a*math.Log(x) + b*math.Log1p(-x) - logBeta(a, b))
	return front / (a * betaFraction(a, b, x))
}

// betaFraction is 1 + d₁/(1 + d₂/(1 + …)) with the d of DLMF 8.17.23.
func betaFraction(a, b, x float64) float64 {
	const tiny, steps = 1e-300, 10_000
	f, c, d := 1.0, 1.0, 0.0
	for j := 1; j <= steps; j++ {
		m := float64(j / 2)
		t := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		if j%2 == 1 {
			t = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 / nonzero(1+t*d, tiny)
		c = nonzero(1+t/c, tiny)
		f *= c * d
		if math.Abs(c*d-1) < 1e-14 {
			break
		}
	}
	return f
}

func nonzero(x, tiny float64) float64 {
	if x == 0 {
		return tiny
	}
	return x
}
