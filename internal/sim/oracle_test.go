package sim

import (
	"math"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// near fails the test unless got is within 4 standard deviations of the
// probability p in n trials.
func near(t *testing.T, what string, got, n int, p float64) {
	t.Helper()
	sd := math.Sqrt(float64(n) * p * (1 - p))
	if math.Abs(float64(got)-float64(n)*p) > 4*sd {
		t.Errorf("%s: %d of %d, want %.1f ± %.1f", what, got, n, float64(n)*p, sd)
	}
}

// reached counts the tasks that came to the step in the strategy.
func reached(s *metrics.Strategy, step int) int {
	if step == 0 {
		return s.Tasks.Submitted
	}
	return s.Steps[step-1].Done
}

// The oracles are the exact laws that a simulator of retries must obey; p is the
// chance that an attempt fails, n the limit.

// TestOracle1Exhausted: P(all attempts fail) = p^n, for each step on those that
// come to it, with n = 3, 3 and 5, and p itself with one attempt.
func TestOracle1Exhausted(t *testing.T) {
	l := run(t, parseFile(t, "chain.yaml"), 11)
	p, limit := []float64{.05, .15, .30}, []int{3, 3, 5}
	naive, orch := pair(l)
	for i := range p {
		near(t, "naive "+l.world.run.Steps[i].Name, naive.Steps[i].Stopped, reached(naive, i), p[i])
		near(t, "orchestrated "+l.world.run.Steps[i].Name, orch.Steps[i].Stopped, reached(orch, i), math.Pow(p[i], float64(limit[i])))
	}
}

// TestOracle2Attempts: E[attempts] = (1-p^n)/(1-p). The variance of a truncated
// geometric count is below that of the whole one, p/(1-p)².
func TestOracle2Attempts(t *testing.T) {
	l := run(t, parseFile(t, "chain.yaml"), 12)
	p, limit := []float64{.05, .15, .30}, []float64{3, 3, 5}
	_, orch := pair(l)
	for i := range p {
		n := float64(reached(orch, i))
		want := (1 - math.Pow(p[i], limit[i])) / (1 - p[i])
		sd := math.Sqrt(p[i]/n) / (1 - p[i])
		if got := float64(orch.Steps[i].Attempts) / n; math.Abs(got-want) > 4*sd {
			t.Errorf("step %s: %.4f attempts a task, want %.4f ± %.4f", l.world.run.Steps[i].Name, got, want, sd)
		}
	}
}

// TestOracle3Permanent: with permanent errors d and transient ones t per attempt,
// P(fail) = d(1-t^n)/(1-t) + t^n.
func TestOracle3Permanent(t *testing.T) {
	sc := parseFile(t, "chain.yaml")
	sv := &sc.Services[0]
	sv.Error.Rate = .08 // d = .03, t = .05
	transient := sv.Error.Classes[0]
	permanent := transient
	transient.Share, permanent.Share = .05/.08, .03/.08
	permanent.Name, permanent.Permanent = "invalid", true
	sv.Error.Classes = append(sv.Error.Classes[:0], transient, permanent)
	l := run(t, sc, 13)
	_, orch := pair(l)
	near(t, "step a", orch.Steps[0].Stopped, orch.Tasks.Submitted, .03*(1-math.Pow(.05, 3))/.95+math.Pow(.05, 3))
	if orch.Tasks.Failed == 0 || orch.Tasks.EverParked == 0 {
		t.Errorf("%+v: a permanent error fails a task, an exhausted one parks it: want both", orch.Tasks)
	}
}

// TestOracle4Backoff: E[sum of waits] = Σ p^k·w_k over the waits that follow a
// failure; a symmetric jitter changes no mean.
func TestOracle4Backoff(t *testing.T) {
	l := run(t, parseFile(t, "chain.yaml"), 14)
	p, limit := []float64{.05, .15, .30}, []int{3, 3, 5}
	_, orch := pair(l)
	var waited [3]float64
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.StepRetrying && e.Strategy == 1 {
			waited[e.Step] += (e.Due - e.At).Seconds()
		}
	}
	for i := range p {
		n := float64(reached(orch, i))
		want, second := 0.0, 0.0
		for k := 1; k < limit[i]; k++ {
			w := math.Pow(2, float64(k-1))
			want += math.Pow(p[i], float64(k)) * w
			second += math.Pow(p[i], float64(k)) * w * (2*w + 2) // bound of E[sum²] by telescoping
		}
		if got, sd := waited[i]/n, math.Sqrt(second/n); math.Abs(got-want) > 4*sd {
			t.Errorf("step %s: %.4f s of waiting a task, want %.4f ± %.4f", l.world.run.Steps[i].Name, got, want, sd)
		}
	}
}

// TestOracle4Jitter: every wait lies within its jitter, and the draws fill it.
func TestOracle4Jitter(t *testing.T) {
	l := run(t, parseFile(t, "chain.yaml"), 15)
	low, high, n, sum := math.Inf(1), 0.0, 0, 0.0
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.StepRetrying && e.Strategy == 1 && e.Step == 2 && e.Attempt == 1 {
			w := (e.Due - e.At).Seconds()
			low, high, n, sum = min(low, w), max(high, w), n+1, sum+w
		}
	}
	if low < .5 || low > .51 || high > 1.5 || high < 1.49 {
		t.Errorf("waits of 1 s ± 50 %% from %.3f to %.3f s", low, high)
	}
	if mean, sd := sum/float64(n), 1/math.Sqrt(12*float64(n)); math.Abs(mean-1) > 4*sd {
		t.Errorf("mean wait %.4f s of %d, want 1 ± %.4f", mean, n, sd)
	}
}

// TestOracle5Chain: naive = 1-Π(1-p_i), orchestrated = 1-Π(1-p_i^n_i).
func TestOracle5Chain(t *testing.T) {
	l := run(t, parseFile(t, "chain.yaml"), 16)
	naive, orch := pair(l)
	near(t, "naive", naive.Tasks.FirstPassFailed, naive.Tasks.Submitted, 1-.95*.85*.70)
	near(t, "orchestrated", orch.Tasks.FirstPassFailed, orch.Tasks.Submitted,
		1-(1-math.Pow(.05, 3))*(1-math.Pow(.15, 3))*(1-math.Pow(.30, 5)))
}

// TestOracle6Nesting: with faults that do not depend on time, who fails
// orchestrated fails naively as well, exactly.
func TestOracle6Nesting(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		l := run(t, parseFile(t, "chain.yaml"), seed)
		if p := l.state.Pairs; p.OnlyLastFailed != 0 || p.BothFailed == 0 || p.OnlyFirstFailed == 0 {
			t.Errorf("seed %d: %+v, want nobody who fails only orchestrated", seed, p)
		}
	}
}
