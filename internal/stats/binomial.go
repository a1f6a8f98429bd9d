package stats

import "math"

// Tails are the chances that a figure is at most, and at least, what was counted.
// For a figure that takes single values the two overlap and sum to more than 1.
type Tails struct{ Low, High float64 }

// Both is the two-sided p-value: twice the smaller tail.
func (t Tails) Both() float64 { return max(0, min(1, 2*min(t.Low, t.High))) }

// BinomialTails are P(X ≤ k) and P(X ≥ k) of n independent trials that each come
// true with probability p, as exact as incomplete beta functions are.
func BinomialTails(k, n int, p float64) Tails {
	t := Tails{1, 1}
	if k < n { // P(X ≤ k) = I_{1−p}(n−k, k+1)
		t.Low = incompleteBeta(float64(n-k), float64(k+1), 1-p)
	}
	if k > 0 { // P(X ≥ k) = I_p(k, n−k+1)
		t.High = incompleteBeta(float64(k), float64(n-k+1), p)
	}
	if k < 0 {
		t.Low = 0
	}
	if k > n {
		t.High = 0
	}
	return t
}

// NormalTails are P(Z ≤ z) and P(Z ≥ z) of a standard normal variable.
func NormalTails(z float64) Tails {
	return Tails{math.Erfc(-z/math.Sqrt2) / 2, math.Erfc(z/math.Sqrt2) / 2}
}

// StudentTails are P(T ≤ t) and P(T ≥ t) of Student's t with the degrees of freedom.
func StudentTails(t, freedom float64) Tails {
	tail := incompleteBeta(freedom/2, 0.5, freedom/(freedom+float64(t*t))) / 2
	if t > 0 {
		return Tails{1 - tail, tail}
	}
	return Tails{tail, 1 - tail}
}

// Moments are the mean of a sample and its standard deviation (with n−1).
func Moments(xs []float64) (mean, sd float64) {
	for _, x := range xs {
		mean += x
	}
	mean /= float64(len(xs))
	if len(xs) < 2 {
		return mean, 0
	}
	for _, x := range xs {
		sd += float64((x - mean) * (x - mean))
	}
	return mean, math.Sqrt(sd / float64(len(xs)-1))
}

// StudentTest is the two-sided p-value for "the expectation is want" of
// independent values that are about normal, such as means of long batches. Fewer
// than two values say nothing: 1. Values without spread are either want or not.
func StudentTest(xs []float64, want float64) float64 {
	if len(xs) < 2 {
		return 1
	}
	mean, sd := Moments(xs)
	n := float64(len(xs))
	if sd == 0 {
		if mean == want {
			return 1
		}
		return 0
	}
	return StudentTails((mean-want)/(sd/math.Sqrt(n)), n-1).Both()
}

// FarthestP bounds the chance that the empirical distribution function of n
// independent draws is anywhere farther than distance from their true one, for
// every n and every distribution: 2·exp(−2·n·d²). Dvoretzky, Kiefer and Wolfowitz
// 1956, with the constant of Massart, Ann. Probab. 18 (1990) 1269.
func FarthestP(distance float64, n int) float64 {
	return min(1, 2*math.Exp(-2*float64(n)*float64(distance*distance)))
}

// Holm says how small each of the p-values, sorted upwards, must be to be
// rejected if all rejections together are to be wrong with probability alpha at
// most, however the tests depend on each other: the i-th of m against
// alpha/(m−i), as long as all before it were rejected. Holm, Scand. J. Statist. 6
// (1979) 65.
func Holm(alpha float64, i, m int) float64 { return alpha / float64(m-i) }
