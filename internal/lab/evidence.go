package lab

import (
	"math"
	"math/cmplx"
	"slices"

	"tasker-sim/internal/stats"
)

// evidence is what a run says about one figure of a law.
type evidence interface {
	// predicted and measured are the figure by the law and by the run.
	predicted() float64
	measured() float64
	// size is the number of trials behind it.
	size() int
	// p is the probability that chance alone is at least that far off.
	p() float64
	// test names how p is found.
	test() string
	// with pools the evidence with that of another seed.
	with(evidence) evidence
}

// hits is k of n independent trials that come true with one probability.
type hits struct {
	k, n int
	want float64
}

func (e hits) predicted() float64 { return e.want }
func (e hits) measured() float64  { return ratio(float64(e.k), e.n) }
func (e hits) size() int          { return e.n }
func (e hits) p() float64         { return stats.BinomialTails(e.k, e.n, e.want).Both() }
func (e hits) test() string       { return "binomial" }
func (e hits) with(o evidence) evidence {
	f := o.(hits)
	return hits{e.k + f.k, e.n + f.n, e.want}
}

func ratio(x float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return x / float64(n)
}

// tries is how many trials it took until k had come true.
type tries struct {
	k, n int
	want float64
}

func (e tries) predicted() float64 { return e.want }
func (e tries) measured() float64  { return ratio(float64(e.k), e.n) }
func (e tries) size() int          { return e.n }
func (e tries) test() string       { return "negative binomial" }
func (e tries) p() float64 {
	if e.k == 0 { // none came: nothing is known of how long one takes
		return 1
	}
	// The k-th comes at trial n or before if n trials have at least k of them.
	return stats.Tails{
		Low:  stats.BinomialTails(e.k, e.n, e.want).High,
		High: stats.BinomialTails(e.k-1, e.n-1, e.want).Low,
	}.Both()
}
func (e tries) with(o evidence) evidence {
	f := o.(tries)
	return tries{e.k + f.k, e.n + f.n, e.want}
}

// total is the sum of independent whole numbers of known laws; one is worth unit.
type total struct {
	parts []stats.Part
	sum   int
	unit  float64
}

func (e total) predicted() float64 {
	mean := 0.0
	for _, p := range e.parts {
		m, _ := p.Law.Moments()
		mean += float64(p.N) * m
	}
	return e.unit * ratio(mean, e.size())
}
func (e total) measured() float64 { return e.unit * ratio(float64(e.sum), e.size()) }
func (e total) test() string      { return "sum of known laws" }
func (e total) p() float64        { return stats.SumTails(e.parts, e.sum).Both() }
func (e total) size() (n int) {
	for _, p := range e.parts {
		n += p.N
	}
	return n
}
func (e total) with(o evidence) evidence {
	f := o.(total)
	t := total{parts: slices.Clone(e.parts), sum: e.sum + f.sum, unit: e.unit}
	for _, p := range f.parts {
		i := slices.IndexFunc(t.parts, func(q stats.Part) bool { return slices.Equal(q.Law, p.Law) })
		if i < 0 {
			t.parts = append(t.parts, p)
		} else {
			t.parts[i].N += p.N
		}
	}
	return t
}

// smooth is the sum of n draws of a variable with a known characteristic function.
type smooth struct {
	one      func(w float64) complex128
	mean, sd float64 // of one draw
	sum      float64
	n        int
}

func (e smooth) predicted() float64 { return e.mean }
func (e smooth) measured() float64  { return ratio(e.sum, e.n) }
func (e smooth) size() int          { return e.n }
func (e smooth) test() string       { return "sum of known laws" }
func (e smooth) p() float64 {
	if e.n == 0 || e.sd == 0 {
		return 1
	}
	n := complex(float64(e.n), 0)
	return stats.Smooth{
		At:   func(w float64) complex128 { return cmplx.Pow(e.one(w), n) },
		Mean: float64(e.n) * e.mean, SD: math.Sqrt(float64(e.n)) * e.sd,
	}.Tails(e.sum).Both()
}
func (e smooth) with(o evidence) evidence {
	f := o.(smooth)
	e.sum, e.n = e.sum+f.sum, e.n+f.n
	return e
}

// draws should have the distribution function.
type draws struct {
	xs   []float64
	upTo func(x float64) float64
}

func (e draws) predicted() float64 { return 0 }
func (e draws) size() int          { return len(e.xs) }
func (e draws) test() string       { return "greatest distance (DKW)" }
func (e draws) p() float64         { return stats.FarthestP(e.measured(), len(e.xs)) }
func (e draws) measured() (d float64) {
	xs := slices.Sorted(slices.Values(e.xs))
	for i, x := range xs {
		u := e.upTo(x)
		d = max(d, u-float64(i)/float64(len(xs)), float64(i+1)/float64(len(xs))-u)
	}
	return d
}
func (e draws) with(o evidence) evidence {
	return draws{slices.Concat(e.xs, o.(draws).xs), e.upTo}
}

// batches are means over long stretches of one run, which hardly depend on each
// other.
type batches struct {
	means []float64
	want  float64
	n     int
}

func (e batches) predicted() float64 { return e.want }
func (e batches) size() int          { return e.n }
func (e batches) test() string       { return "batch means, Student's t" }
func (e batches) p() float64         { return stats.StudentTest(e.means, e.want) }
func (e batches) measured() float64 {
	mean, _ := stats.Moments(e.means)
	return mean
}
func (e batches) with(o evidence) evidence {
	f := o.(batches)
	return batches{slices.Concat(e.means, f.means), e.want, e.n + f.n}
}

// exactTest names the test of what chance cannot excuse.
const exactTest = "identity"

// identity is a law without chance: it holds in each of n comparisons or it is
// broken. first says where.
type identity struct {
	broken, n int
	first     string
}

// hold counts a comparison.
func (e *identity) hold(ok bool, where func() string) {
	e.n++
	if !ok {
		e.broken++
		if e.first == "" {
			e.first = where()
		}
	}
}

func (e identity) predicted() float64 { return 0 }
func (e identity) measured() float64  { return float64(e.broken) }
func (e identity) size() int          { return e.n }
func (e identity) test() string       { return exactTest }
func (e identity) p() float64 {
	if e.broken > 0 {
		return 0
	}
	return 1
}
func (e identity) with(o evidence) evidence {
	f := o.(identity)
	if e.first == "" {
		e.first = f.first
	}
	e.broken, e.n = e.broken+f.broken, e.n+f.n
	return e
}

// same is a figure that must come out alike in two ways, to the last digit.
type same struct {
	want, got float64
	differ    int // seeds at which it does not
	n         int
}

func (e same) predicted() float64 { return e.want }
func (e same) measured() float64  { return e.got }
func (e same) size() int          { return e.n }
func (e same) test() string       { return exactTest }
func (e same) p() float64         { return identity{broken: e.differ}.p() }
func (e same) with(o evidence) evidence {
	f := o.(same)
	n := float64(e.n + f.n)
	mean := func(a, b float64) float64 { return (a*float64(e.n) + b*float64(f.n)) / n }
	return same{mean(e.want, f.want), mean(e.got, f.got), e.differ + f.differ, e.n + f.n}
}
