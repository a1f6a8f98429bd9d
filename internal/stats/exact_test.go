package stats

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func about(got, want, within float64) bool { return math.Abs(got-want) <= within }

// Tails summed term by term, and a textbook case: 7 heads of 10.
func TestBinomialTails(t *testing.T) {
	if got := BinomialTails(7, 10, 0.5); !about(got.High, 0.171875, 1e-12) || !about(got.Low, 0.9453125, 1e-12) {
		t.Errorf("7 heads of 10: %v", got)
	}
	for _, n := range []int{1, 5, 60, 400} {
		for _, p := range []float64{0, 0.001, 0.05, 0.5, 0.93, 1} {
			for k := 0; k <= n; k += 1 + n/13 {
				got := BinomialTails(k, n, p)
				low, high := binomialSum(0, k, n, p), binomialSum(k, n, n, p)
				if !about(got.Low, low, 1e-10) || !about(got.High, high, 1e-10) {
					t.Errorf("%d of %d at %v: %v, summed %v %v", k, n, p, got, low, high)
				}
			}
		}
	}
	if got := BinomialTails(4, 3, 0.5); got.Low != 1 || got.High != 0 {
		t.Errorf("4 of 3: %v", got)
	}
}

func binomialSum(from, to, n int, p float64) (sum float64) {
	for k := from; k <= to; k++ {
		if p > 0 && p < 1 {
			sum += math.Exp(lgamma(float64(n+1)) - lgamma(float64(k+1)) - lgamma(float64(n-k+1)) + xlog(float64(k), p) + xlog(float64(n-k), 1-p))
		} else if k == int(p)*n {
			sum++
		}
	}
	return sum
}

// The t table: two-sided 95 % and 99.9 %; the quantiles have a test of their own.
func TestStudentTable(t *testing.T) {
	for _, c := range []struct{ freedom, tail, want float64 }{
		{1, 0.025, 12.706}, {2, 0.025, 4.303}, {5, 0.025, 2.571}, {10, 0.025, 2.228}, {30, 0.025, 2.042}, {120, 0.025, 1.980},
		{1, 0.0005, 636.619}, {5, 0.0005, 6.869}, {10, 0.0005, 4.587}, {30, 0.0005, 3.646},
	} {
		if got := StudentTails(-c.want, c.freedom).Low; !about(got, c.tail, c.tail/200) {
			t.Errorf("tail of t = -%v with %v degrees: %v, want %v", c.want, c.freedom, got, c.tail)
		}
	}
	if got := NormalTails(1.959964).High; !about(got, 0.025, 1e-8) {
		t.Errorf("normal tail at 1.96: %v", got)
	}
}

// Student's own sleep data (differences of ten patients): t = 4.06, p = 0.0028.
func TestStudentTest(t *testing.T) {
	sleep := []float64{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4}
	if got := StudentTest(sleep, 0); !about(got, 0.00283, 0.00001) {
		t.Errorf("p = %v, want 0.00283", got)
	}
	for _, c := range []struct {
		xs   []float64
		want float64
	}{{[]float64{1}, 1}, {[]float64{2, 2, 2}, 0}, {[]float64{0, 0}, 1}} {
		if got := StudentTest(c.xs, 0); got != c.want {
			t.Errorf("%v: p = %v, want %v", c.xs, got, c.want)
		}
	}
}

// A sum of binomials is a binomial; trials with unlike chances and sums of dice
// agree with their convolution.
func TestSumTails(t *testing.T) {
	for _, k := range []int{0, 3, 20, 41, 100} {
		trial := Law{0.8, 0.2}
		got := SumTails([]Part{{trial, 60}, {trial, 40}}, k)
		want := BinomialTails(k, 100, 0.2)
		if !about(got.Low, want.Low, 1e-10) || !about(got.High, want.High, 1e-10) {
			t.Errorf("%d: %v, want %v", k, got, want)
		}
	}
	rng := rand.New(rand.NewPCG(4, 5))
	exact, parts := Law{1}, []Part(nil)
	for range 30 {
		l := Law{rng.Float64(), rng.Float64(), 0, rng.Float64()}
		total := l[0] + l[1] + l[3]
		for i := range l {
			l[i] /= total
		}
		exact, parts = convolve(exact, l), append(parts, Part{l, 1})
	}
	low := 0.0
	for s, p := range exact {
		high := 1 - low
		low += p
		if got := SumTails(parts, s); !about(got.Low, low, 1e-10) || !about(got.High, high, 1e-10) {
			t.Errorf("P(S ≤ %d) = %v, convolved %v", s, got, low)
		}
	}
	if low, high := SumTails(parts, -1), SumTails(parts, 1000); low.Low != 0 || low.High != 1 || high.Low != 1 || high.High != 0 {
		t.Errorf("beyond the ends: %v, %v", low, high)
	}
}

func convolve(a, b Law) Law {
	c := make(Law, len(a)+len(b)-1)
	for i := range a {
		for j := range b {
			c[i+j] += a[i] * b[j]
		}
	}
	return c
}

func TestLawMoments(t *testing.T) {
	if mean, variance := (Law{0.5, 0.25, 0.25}).Moments(); mean != 0.75 || variance != 0.6875 {
		t.Errorf("%v, %v", mean, variance)
	}
}

// The sum of 12 uniform draws has the Irwin-Hall law; that of 5 exponential ones
// is a gamma, whose tail is a Poisson sum.
func TestSmoothTails(t *testing.T) {
	uniform := func(w float64) complex128 {
		return cmplx.Pow(cmplx.Exp(complex(0, w/2))*complex(math.Sin(w/2)/(w/2), 0), 12)
	}
	irwinHall := func(x float64) (p float64) {
		for k := 0; k <= int(x); k++ {
			p += math.Pow(-1, float64(k)) * math.Pow(x-float64(k), 12) / math.Gamma(float64(k+1)) / math.Gamma(float64(13-k))
		}
		return p
	}
	for _, x := range []float64{2, 4, 6, 7.5} {
		if got := (Smooth{uniform, 6, 1}).Tails(x); !about(got.Low, irwinHall(x), 1e-9) {
			t.Errorf("P(sum of 12 ≤ %v) = %v, want %v", x, got.Low, irwinHall(x))
		}
	}
	gamma := func(w float64) complex128 { return cmplx.Pow(1/(1-complex(0, w)), 5) }
	for _, x := range []float64{1, 5, 12} {
		want := math.Exp(-x) * (1 + x + x*x/2 + x*x*x/6 + x*x*x*x/24)
		if got := (Smooth{gamma, 5, math.Sqrt(5)}).Tails(x); !about(got.High, want, 1e-6) {
			t.Errorf("P(gamma ≥ %v) = %v, want %v", x, got.High, want)
		}
	}
}

// What does not die out, a coin, widens both tails instead of lying.
func TestSmoothOfACoin(t *testing.T) {
	coin := func(w float64) complex128 { return complex(0.5, 0) + 0.5*cmplx.Exp(complex(0, w)) }
	if got := (Smooth{coin, 0.5, 0.5}).Tails(0.25); got.Low < 0.5-1e-6 || got.High < 0.5-1e-6 {
		t.Errorf("%v: too narrow", got)
	}
}

func TestHolmAndDistance(t *testing.T) {
	if got := Holm(0.001, 0, 10); got != 0.0001 {
		t.Errorf("first of ten: %v", got)
	}
	if got := Holm(0.001, 9, 10); got != 0.001 {
		t.Errorf("last of ten: %v", got)
	}
	if got := FarthestP(0.0136, 10000); !about(got, 0.0495, 0.0005) { // 1.36/√n: the classical 5 % point
		t.Errorf("distance: %v", got)
	}
}
