package sim

import (
	"math"
	"testing"

	"tasker-sim/internal/event"
)

// openShare is oracle 10: the share of time for which a breaker is open that trips
// at k failures in a row for the time T, with calls at rate λ that fail with p and
// one probe: E[calls to trip] = (p^-k - 1)/(1-p).
func openShare(p float64, k int, lambda, T float64) float64 {
	e := (math.Pow(p, -float64(k)) - 1) / (1 - p)
	return (T / (1 - p)) / ((T+1/lambda)/(1-p) + e/lambda)
}

// TestOracle10Breaker: a breaker in plain code turns a service that fails half of
// the time into one that hardly ever answers: its calls fail at once while it is open.
func TestOracle10Breaker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p, want float64
		k       string
	}{{.3, .4216, "5"}, {.5, .9036, "5"}} {
		if got := openShare(c.p, 5, 10, 30); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("p = %v: open for %.4f of the time, want %.4f", c.p, got, c.want)
		}
		rate := "services.desk.error.rate=30%"
		if c.p == .5 {
			rate = "services.desk.error.rate=50%"
		}
		sc := parseFile(t, "station.yaml", "load.tasks=60000", "load.duration=6000s", "services.desk.servers=off", "services.desk.latency.mean=1ms", rate,
			"services.desk.breaker.failures="+c.k, "services.desk.breaker.cooldown=30s", "strategies.naive.breaker=on", "steps.a.retry.limit=1")
		l := run(t, sc, 8)
		refused := 0
		for i := range l.events {
			if e := &l.events[i]; e.Class == event.ClassBreaker && e.Kind == event.StepFailed && e.Strategy == 0 {
				refused++
			}
		}
		got := float64(refused) / 60000
		trips := float64(l.state.Strategies[0].Breakers[0].Opens)
		if err := 4 * c.want * math.Sqrt(1/trips); math.Abs(got-c.want) > err {
			t.Errorf("p = %v: %.4f of the calls met the open breaker (%v openings), want %.4f ± %.4f", c.p, got, trips, c.want, err)
		}
	}
}

// TestPlainAndDurableWaitAlike: with the same dice plain code and the engine wait
// the same, whatever the kinds of backoff and jitter.
func TestPlainAndDurableWaitAlike(t *testing.T) {
	for _, kind := range []string{"exponential", "fixed", "none", "decorrelated"} {
		for _, jitter := range []string{"10%", "none", "equal", "full"} {
			sc := parseFile(t, "station.yaml", "load.tasks=300", "load.duration=3000s", "services.desk.servers=off", "services.desk.error.rate=60%",
				"strategies.naive.retries=on", "steps.a.retry.limit=5", "steps.a.retry.backoff="+kind, "steps.a.retry.jitter="+jitter, "recovery=off")
			l := run(t, sc, 6)
			due := [2]map[callID]event.Time{{}, {}}
			for i := range l.events {
				if e := &l.events[i]; e.Kind == event.StepRetrying {
					due[e.Strategy][callID{0, e.Task, e.Step, e.Attempt}] = e.Due - e.At
				}
			}
			if len(due[0]) != len(due[1]) || len(due[0]) < 100 {
				t.Fatalf("%s, %s: %d waits in plain code, %d on the engine", kind, jitter, len(due[0]), len(due[1]))
			}
			for id, wait := range due[0] {
				if due[1][id] != wait {
					t.Fatalf("%s, %s: %+v waits %s in plain code, %s on the engine", kind, jitter, id, wait.Duration(), due[1][id].Duration())
				}
			}
		}
	}
}

// TestBudgetsInBothWorlds: a budget of one retry for ten successes bounds the calls
// in plain code and on the engine.
func TestBudgetsInBothWorlds(t *testing.T) {
	sc := parseFile(t, "station.yaml", "load.tasks=4000", "load.duration=4000s", "services.desk.servers=off", "services.desk.latency.mean=1ms",
		"services.desk.error.rate=50%", "services.desk.budget.deposit=10%", "services.desk.budget.burst=5", "steps.a.retry.limit=4", "recovery=off",
		"strategies.naive.retries=on", "strategies.naive.budget=on", "strategies.orchestrated.budget=on")
	l := run(t, sc, 9)
	for k := range l.state.Strategies {
		st := &l.state.Strategies[k]
		if most := int(.1*float64(st.Tasks.Succeeded)) + 5; st.Retries > most || st.Retries < most-5 {
			t.Errorf("%s: %d retries for %d successes, want %d", l.world.run.Strategies[k].Name, st.Retries, st.Tasks.Succeeded, most)
		}
	}
}

// TestPaceInBothWorlds: calls begin no faster than the strategy's own limit, and
// nobody fails for that.
func TestPaceInBothWorlds(t *testing.T) {
	sc := parseFile(t, "station.yaml", "load.tasks=300", "load.duration=100s", "services.desk.servers=off", "services.desk.latency.mean=1ms",
		"services.desk.pace.calls=2", "services.desk.pace.per=1s", "strategies.naive.pace=on", "strategies.orchestrated.pace=on")
	l := run(t, sc, 9)
	var last [2]event.Time
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.StepStarted {
			if e.At-last[e.Strategy] < 500*event.Millisecond && last[e.Strategy] > 0 {
				t.Fatalf("%s calls at %d, %d after the last time", l.world.run.Strategies[e.Strategy].Name, e.At, e.At-last[e.Strategy])
			}
			last[e.Strategy] = e.At
		}
	}
	for k := range l.state.Strategies {
		if tasks := l.state.Strategies[k].Tasks; tasks.Succeeded != 300 {
			t.Errorf("%s: %d of 300 succeeded", l.world.run.Strategies[k].Name, tasks.Succeeded)
		}
	}
}

// TestDeadlines: with deadlines no attempt outlives its task's deadline, in plain
// code and on the engine.
func TestDeadlines(t *testing.T) {
	sc := parseFile(t, "station.yaml", crowded(t, "load.deadline=10s", "recovery=off", "strategies.naive.deadlines=on", "strategies.orchestrated.deadlines=on")...)
	l := run(t, sc, 2)
	ends, expired := 0, 0
	for i := range l.events {
		e := &l.events[i]
		if e.Kind == event.StepFailed || e.Kind == event.StepRetrying {
			if ends++; e.At > l.world.arrivals[e.Task-1]+10*event.Second {
				t.Fatalf("%+v ends after the deadline of its task, which came at %d", e, l.world.arrivals[e.Task-1])
			}
		}
		if e.Class == event.ClassExpired {
			expired++
		}
		if e.Kind == event.WorkBegan && e.At >= min(e.At-e.Dur+7*event.Second, l.world.arrivals[e.Task-1]+10*event.Second) {
			t.Fatalf("%+v: work for a caller who has left", e)
		}
	}
	if ends == 0 || expired == 0 {
		t.Errorf("%d attempts failed, %d calls were dropped since nobody waited: the case proves nothing", ends, expired)
	}
}

// TestFallbacks: where all attempts failed a step goes on with its lesser result,
// in plain code and on the engine, and is counted apart.
func TestFallbacks(t *testing.T) {
	l := run(t, parseFile(t, "fallback.yaml"), 3)
	for k := range l.state.Strategies {
		st := &l.state.Strategies[k]
		if st.Tasks.Succeeded != 2000 || st.Steps[0].Done != 2000 {
			t.Errorf("%s: %+v, want all to succeed", l.world.run.Strategies[k].Name, st.Tasks)
		}
		near(t, l.world.run.Strategies[k].Name+" fell back", st.Steps[0].FellBack, 2000, math.Pow(.4, 2))
	}
}
