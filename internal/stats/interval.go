package stats

import "math"

// Interval is a closed range of a share, within 0 and 1.
type Interval struct{ Low, High float64 }

// Width is the distance between the ends.
func (i Interval) Width() float64 { return i.High - i.Low }

// Meets tells whether the two intervals have a point in common.
func (i Interval) Meets(low, high float64) bool { return i.Low <= high && low <= i.High }

// Two-sided quantiles of the normal distribution, and the levels they belong to.
const (
	Z95       = 1.959963984540054 // 95 %
	Z9999     = 3.890591886413119 // 99.99 %
	Alpha95   = 0.05
	Alpha9999 = 0.0001
)

// all is what is known of a share when nothing was counted.
var all = Interval{0, 1}

// Wilson is the score interval for k of n at the normal quantile z. It is for an
// n that was fixed beforehand: Wilson, JASA 22 (1927) 209.
func Wilson(k, n int, z float64) Interval {
	if !valid(k, n) {
		return all
	}
	p, m := float64(k)/float64(n), float64(n)
	zz := float64(z*z) / m
	middle := p + zz/2
	half := z * math.Sqrt(float64(p*(1-p))/m+zz/(4*m))
	i := Interval{max(0, (middle-half)/(1+zz)), min(1, (middle+half)/(1+zz))}
	if k == 0 {
		i.Low = 0
	}
	if k == n {
		i.High = 1
	}
	return i
}

func valid(k, n int) bool { return n > 0 && k >= 0 && k <= n }

// AnytimeInterval is [Anytime] at 95 %.
func AnytimeInterval(k, n int) Interval { return Anytime(k, n, Alpha95) }

// Anytime is an interval that holds at every moment of a growing sample at once,
// with probability 1−alpha, however often one looks: the shares p whose
// likelihood is not less than alpha times that of the mixture over the
// Beta(½,½) prior (Robbins, Ann. Math. Stat. 41 (1970) 1397, by Ville's
// inequality):
//
//	log m(k,n) − log L(p) < log(1/alpha)
func Anytime(k, n int, alpha float64) Interval {
	if !valid(k, n) {
		return all
	}
	a, b := float64(k), float64(n-k)
	bound := logBeta(a+0.5, b+0.5) - logBeta(0.5, 0.5) + math.Log(alpha)
	inside := func(p float64) bool { return xlog(a, p)+xlog(b, 1-p) > bound }
	top := a / float64(n)
	i := Interval{0, 1}
	if k > 0 {
		i.Low = bisect(0, top, func(p float64) bool { return !inside(p) })
	}
	if k < n {
		i.High = bisect(top, 1, inside)
	}
	return i
}

// xlog is x·log p, 0 for x = 0 whatever p.
func xlog(x, p float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(p)
}

func logBeta(a, b float64) float64 { return lgamma(a) + lgamma(b) - lgamma(a+b) }

func lgamma(x float64) float64 {
	y, _ := math.Lgamma(x)
	return y
}

// bisect finds where holds turns from true to false between low and high.
func bisect(low, high float64, holds func(float64) bool) float64 {
	for range 60 {
		mid := low + (high-low)/2
		if holds(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2
}
