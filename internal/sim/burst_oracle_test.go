package sim

import (
	"math"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// exhaustedInBursts is oracle 7: the chance that all attempts of a step fail
// behind a Gilbert-Elliott chain. v is the distribution over (good, bad), D the
// error rates, and P(w) moves the chain through a wait: its memory decays with
// δ = exp(-c·w), c = 1/good + 1/bad. A wait that varies by ± jitter replaces δ by
// its mean over the range. first is the delay from an attempt to the knowledge of
// its failure, the same for all.
func exhaustedInBursts(good, bad event.Time, eGood, eBad float64, r scenario.Retry, first event.Time) float64 {
	a, b := 1/good.Seconds(), 1/bad.Seconds()
	c, pi := a+b, a/(a+b)
	v := [2]float64{(1 - pi) * eGood, pi * eBad}
	for k := 1; k < r.Limit; k++ {
		w := min(r.Base.Seconds()*math.Pow(r.Factor, float64(k-1)), r.Cap.Seconds())
		delta := math.Exp(-c * (w + first.Seconds()))
		if r.Jitter > 0 {
			x := c * w * r.Jitter
			delta *= math.Sinh(x) / x
		}
		toGood := v[0]*((1-pi)+pi*delta) + v[1]*(1-pi)*(1-delta)
		toBad := v[0]*pi*(1-delta) + v[1]*(pi+(1-pi)*delta)
		v = [2]float64{toGood * eGood, toBad * eBad}
	}
	return v[0] + v[1]
}

// TestOracle7Table: the formula against the published values of the design
// (waits without jitter, marginal error about 5 %).
func TestOracle7Table(t *testing.T) {
	for _, c := range []struct {
		good, bad    event.Time
		eGood, eBad  float64
		base         event.Time
		factor       float64
		limit        int
		want, within float64
	}{
		{40 * event.Second, 10 * event.Second, .01, .21, event.Second, 2, 3, .00140, .00001},
		{240 * event.Second, 60 * event.Second, 0, .25, event.Second, 2, 3, .00297, .00001},
		{380 * event.Second, 20 * event.Second, 0, 1, event.Second, 2, 3, .0431, .0001},
		{380 * event.Second, 20 * event.Second, 0, 1, event.Second, 2, 5, .0238, .0001},
		{95 * event.Second, 5 * event.Second, .01, .80, event.Second, 2, 3, .01426, .00001},
		{95 * event.Second, 5 * event.Second, .01, .80, 5 * event.Second, 4, 3, .00077, .00001},
	} {
		got := exhaustedInBursts(c.good, c.bad, c.eGood, c.eBad, scenario.Retry{Limit: c.limit, Base: c.base, Factor: c.factor, Cap: event.Hour}, 0)
		if math.Abs(got-c.want) > c.within {
			t.Errorf("%+v: %.5f", c, got)
		}
	}
}

// TestCheckoutExactRates: what the shipped scenario must come to in the long run,
// worked out from its own numbers: 14.85 % naive, 0.187 % orchestrated, and about
// 1.1 % with a first wait of 1 s.
func TestCheckoutExactRates(t *testing.T) {
	for _, c := range []struct {
		sets                []string
		naive, orch, within float64
	}{
		{nil, .1485, .00187, .00001},
		{[]string{"steps.process_payment.retry.base=1s"}, .1485, .0111, .0003},
	} {
		sc := parse(t, "checkout", c.sets...)
		okNaive, okOrch := 1.0, 1.0
		for _, st := range sc.Workflows[0].Steps {
			s := &sc.Services[st.Service]
			e := s.Error.Rate + s.Lost.Rate
			one, all := e, math.Pow(e, float64(st.Retry.Limit))
			if b := s.Burst; b != nil {
				one = (e*b.Good.Seconds() + b.Rate*b.Bad.Seconds()) / (b.Good + b.Bad).Seconds()
				all = exhaustedInBursts(b.Good, b.Bad, e, b.Rate, st.Retry, 0)
			}
			okNaive *= 1 - one
			okOrch *= 1 - all
		}
		if n, o := 1-okNaive, 1-okOrch; math.Abs(n-c.naive) > .0001 || math.Abs(o-c.orch) > c.within {
			t.Errorf("%v: naive %.4f %%, orchestrated %.4f %%, want %.4f and %.4f", c.sets, 100*n, 100*o, 100*c.naive, 100*c.orch)
		}
	}
}

// TestOracle7Bursts: the simulated share of exhausted steps behind bursts agrees
// with the formula, which is six times what independent errors of the same mean
// would give. Arrivals are so far apart that hardly two meet the same burst.
func TestOracle7Bursts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many hours, for their rates")
	}
	sc := parseFile(t, "chain.yaml", "load.tasks=150000", "load.duration=800h")
	sv, st := &sc.Services[0], &sc.Workflows[0].Steps[0]
	sc.Workflows[0].Steps, sc.Workflows[0].Steps[0].DependsOn = sc.Workflows[0].Steps[:1], nil
	sv.Error.Rate = .01
	sv.Burst = &scenario.Burst{Good: 95 * event.Second, Bad: 5 * event.Second, Rate: .80, Class: sv.Error.Classes[0]}
	st.Retry = scenario.Retry{Limit: 3, Base: 5 * event.Second, Factor: 4, Cap: 30 * event.Second, Jitter: .1}
	l := run(t, sc, 17)
	naive, orch := pair(l)
	near(t, "naive", naive.Tasks.FirstPassFailed, naive.Tasks.Submitted, .01*.95+.80*.05)
	want := exhaustedInBursts(sv.Burst.Good, sv.Burst.Bad, .01, .80, st.Retry, event.Millisecond)
	near(t, "orchestrated", orch.Tasks.FirstPassFailed, orch.Tasks.Submitted, want)
	if independent := math.Pow(.0495, 3); want < 5*independent {
		t.Errorf("bursts give %.6f, independent errors %.6f: the case proves nothing", want, independent)
	}
}
