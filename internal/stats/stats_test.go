package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Figures from the tables of the literature and from independent programs.
func TestKnownIntervals(t *testing.T) {
	wilson := func(k, n int) Interval { return Wilson(k, n, Z95) }
	exact := func(k, n int) Interval { return ClopperPearson(k, n, Alpha95) }
	for _, c := range []struct {
		name string
		f    func(k, n int) Interval
		k, n int
		want Interval
	}{
		{"wilson", wilson, 9, 4500, Interval{0.00105, 0.00380}},
		{"wilson", wilson, 675, 4500, Interval{0.1399, 0.1607}},
		{"wilson", wilson, 0, 1000, Interval{0, 0.00383}},
		{"wilson", wilson, 20, 10000, Interval{0.00130, 0.00309}},
		{"wilson", wilson, 10, 10, Interval{0.7225, 1}},
		{"anytime", AnytimeInterval, 9, 4500, Interval{0.00039, 0.00576}},
		{"anytime", AnytimeInterval, 675, 4500, Interval{0.1303, 0.1713}},
		{"exact", exact, 0, 10, Interval{0, 0.3085}},
		{"exact", exact, 5, 10, Interval{0.1871, 0.8129}},
		{"exact", exact, 10, 10, Interval{0.6915, 1}},
		{"exact", exact, 1, 1000, Interval{0.0000253, 0.005559}},
		{"wilson", wilson, 0, 0, all},
		{"anytime", AnytimeInterval, 3, 2, all},
		{"exact", exact, -1, 2, all},
	} {
		got := c.f(c.k, c.n)
		if !near(got.Low, c.want.Low) || !near(got.High, c.want.High) {
			t.Errorf("%s %d/%d = %.6f, want %.6f", c.name, c.k, c.n, got, c.want)
		}
	}
}

// near allows for the last digit of a printed table.
func near(got, want float64) bool {
	digit := 1e-4
	if want < 0.01 {
		digit = 1e-5
	}
	return math.Abs(got-want) <= digit
}

func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		b, c int
		want float64
	}{
		{0, 0, 1}, {5, 5, 1}, {0, 5, 0.0625}, {1, 9, 0.021484375}, {9, 1, 0.021484375}, {662, 0, 0},
	} {
		if got := McNemar(c.b, c.c); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("McNemar(%d, %d) = %v, want %v", c.b, c.c, got, c.want)
		}
	}
}

// The exact interval's ends are where a binomial tail, summed term by term, is α/2.
func TestExactAgainstSum(t *testing.T) {
	for _, n := range []int{1, 7, 40, 300} {
		for k := 0; k <= n; k += 1 + n/9 {
			i := ClopperPearson(k, n, Alpha95)
			if k > 0 {
				if got := 1 - binomialCDF(k-1, n, i.Low); math.Abs(got-0.025) > 1e-9 {
					t.Errorf("%d/%d: upper tail at %v is %v", k, n, i.Low, got)
				}
			}
			if k < n {
				if got := binomialCDF(k, n, i.High); math.Abs(got-0.025) > 1e-9 {
					t.Errorf("%d/%d: lower tail at %v is %v", k, n, i.High, got)
				}
			}
		}
	}
}

func binomialCDF(k, n int, p float64) float64 {
	sum := 0.0
	for j := 0; j <= k; j++ {
		sum += math.Exp(lgamma(float64(n+1)) - lgamma(float64(j+1)) - lgamma(float64(n-j+1)) + xlog(float64(j), p) + xlog(float64(n-j), 1-p))
	}
	return sum
}

// Every interval holds its own estimate, and a higher level gives a wider one.
func TestOrder(t *testing.T) {
	for _, n := range []int{1, 10, 100, 4500, 1_000_000} {
		for _, k := range []int{0, 1, n / 500, n / 7, n - 1, n} {
			p := float64(k) / float64(n)
			w, a := Wilson(k, n, Z95), AnytimeInterval(k, n)
			for _, i := range []Interval{w, a, ClopperPearson(k, n, Alpha95)} {
				if !(0 <= i.Low && i.Low <= p && p <= i.High && i.High <= 1) {
					t.Errorf("%d/%d: %v does not hold %v", k, n, i, p)
				}
			}
			if w9, a9 := Wilson(k, n, Z9999), Anytime(k, n, Alpha9999); w9.Width() <= w.Width() || a9.Width() < a.Width() {
				t.Errorf("%d/%d: 99.99 %% is narrower than 95 %%", k, n)
			}
		}
	}
}

// Watching: of 400 growing samples looked at every 50 draws, Wilson excludes the
// truth at some look in far more than 5 % of them, the anytime interval in at most 5 %.
func TestWatching(t *testing.T) {
	const runs, tasks, look, p = 400, 4000, 50, 0.15
	rng := rand.New(rand.NewPCG(1, 2))
	missedWilson, missedAnytime := 0, 0
	for range runs {
		k, w, a := 0, false, false
		for n := 1; n <= tasks; n++ {
			if rng.Float64() < p {
				k++
			}
			if n%look == 0 {
				w = w || !Wilson(k, n, Z95).Meets(p, p)
				a = a || !AnytimeInterval(k, n).Meets(p, p)
			}
		}
		missedWilson, missedAnytime = missedWilson+count(w), missedAnytime+count(a)
	}
	if missedWilson < runs/10 {
		t.Errorf("Wilson, watched, missed in %d of %d runs: the sample does not show the problem", missedWilson, runs)
	}
	if missedAnytime > runs/20 {
		t.Errorf("the anytime interval missed in %d of %d runs", missedAnytime, runs)
	}
}

// Fixed samples: coverage of Wilson near 95 %, of the exact interval not below.
func TestCoverage(t *testing.T) {
	const n = 500
	for _, p := range []float64{0.01, 0.05, 0.15, 0.5} {
		wilson, exact := 0.0, 0.0
		for k := 0; k <= n; k++ {
			mass := math.Exp(lgamma(n+1) - lgamma(float64(k+1)) - lgamma(float64(n-k+1)) + xlog(float64(k), p) + xlog(float64(n-k), 1-p))
			wilson += mass * float64(count(Wilson(k, n, Z95).Meets(p, p)))
			exact += mass * float64(count(ClopperPearson(k, n, Alpha95).Meets(p, p)))
		}
		if wilson < 0.92 || wilson > 0.98 {
			t.Errorf("Wilson covers %v at p=%v", wilson, p)
		}
		if exact < 0.95 {
			t.Errorf("the exact interval covers %v at p=%v", exact, p)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
