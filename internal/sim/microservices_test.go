package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// The steps of the registration.
const (
	stepBilling = 1
	stepWelcome = 3
)

// TestBillingOutage (P3-22): of the registrations that come in the twenty minutes
// of the outage the naive ones are lost; the others wait and are done within two
// minutes of its end, nobody by hand.
func TestBillingOutage(t *testing.T) {
	sc := parse(t, "microservices")
	window := sc.Services[1].Windows[0]
	for seed := uint64(1); seed <= 5; seed++ {
		l := run(t, sc, seed)
		naive, orch := pair(l)
		came := 0
		for _, at := range l.world.arrivals {
			if window.From <= at && at < window.To-event.Second {
				came++
			}
		}
		if naive.Tasks.Failed < came-2 {
			t.Errorf("seed %d: %d came in the outage, only %d failed naively", seed, came, naive.Tasks.Failed)
		}
		if n := orch.Tasks; n.Succeeded != 423 || n.FirstPassFailed > 8 {
			t.Errorf("seed %d: orchestrated %+v, want all 423 done and few ever parked", seed, n)
		}
		b := orch.Backlog
		if b.Queued < came-3 || b.Queued > came+3 || b.Done != b.Queued || b.Drained > 2*event.Minute {
			t.Errorf("seed %d: %d came in the outage; backlog %+v, want these, done within two minutes", seed, came, b)
		}
		for i, p := range orch.Promises {
			if p.Broken != 0 || p.Twice != 0 {
				t.Errorf("seed %d: promise %d orchestrated: %+v, want none broken", seed, i, p)
			}
		}
		probes(t, l)
	}
}

// probes holds (P3-03): while the breaker of a service is open no call reaches it,
// and once it half-opens one probe does.
func probes(t *testing.T, l lived) {
	t.Helper()
	open, opened := event.Time(-1), 0
	for i := range l.events {
		e := &l.events[i]
		if e.Strategy != 1 || e.Service != 1 {
			continue
		}
		switch e.Kind {
		case event.BreakerOpened:
			open = e.At
			opened++
		case event.BreakerHalfOpened:
			if e.At-open != 60*event.Second {
				t.Errorf("half-open after %s, want 60 s", (e.At - open).Duration())
			}
			open = -1
		case event.StepStarted:
			if open >= 0 {
				t.Errorf("task %d calls billing at %s, its breaker is open", e.Task, e.At.Clock())
			}
		}
	}
	if opened < 15 {
		t.Errorf("the breaker of billing opened %d times in twenty minutes, want about 19", opened)
	}
}

// TestBreakerSparesTheDead: without breakers the same registrations are saved, but
// nearly all have used up their attempts and were parked, and a service that is
// down gets several times the calls.
func TestBreakerSparesTheDead(t *testing.T) {
	sc := parse(t, "microservices")
	if err := sc.Choose([]string{"no_breaker", "orchestrated"}); err != nil {
		t.Fatal(err)
	}
	l := run(t, sc, 7)
	without, with := pair(l)
	if without.Tasks.Succeeded != 423 || with.Tasks.Succeeded != 423 {
		t.Errorf("%d and %d succeeded, want all 423", without.Tasks.Succeeded, with.Tasks.Succeeded)
	}
	if without.Tasks.EverParked < 40 || with.Tasks.EverParked > 8 {
		t.Errorf("%d parked without breakers, %d with, want many and few", without.Tasks.EverParked, with.Tasks.EverParked)
	}
	if a, b := without.Steps[stepBilling].Failures, with.Steps[stepBilling].Failures; a < 4*b {
		t.Errorf("%d calls to a dead service without breakers, %d with", a, b)
	}
}

// TestBreakerHarm: at five signups a second a brown-out that refuses half of the
// calls keeps the breaker open: nearly all who come in its ten minutes wait,
// where retries alone would have got most of them through at once.
func TestBreakerHarm(t *testing.T) {
	if testing.Short() {
		t.Skip("a rush of 6,000")
	}
	sc := parse(t, "microservices", "load.tasks=6000", "load.duration=20m",
		"services.notification_service.rate_limit=off", "services.billing_service.windows=brownout(50%)@5m/10m")
	if err := sc.Choose([]string{"no_breaker", "orchestrated"}); err != nil {
		t.Fatal(err)
	}
	without, with := pair(run(t, sc, 7))
	if a, b := without.Backlog.Queued, with.Backlog.Queued; a > 150 || b < 2700 {
		t.Errorf("of some 3,000 in the brown-out %d waited at its end without breakers, %d with; want some and nearly all", a, b)
	}
}

// TestParallelSaves (P3-09): billing and preferences that take 5 s each take ten
// one after the other, five as a diamond.
func TestParallelSaves(t *testing.T) {
	l := run(t, parse(t, "microservices", "faults=off", "services.billing_service.latency.median=5s", "services.billing_service.latency.p99=5s",
		"services.preferences_service.latency.median=5s", "services.preferences_service.latency.p99=5s"), 7)
	for k, want := range [][2]event.Time{{10 * event.Second, 11 * event.Second}, {5 * event.Second, 6 * event.Second}} {
		if got, _ := l.state.Strategies[k].Outcome.Quantile(.5); got < want[0] || got > want[1] {
			t.Errorf("%s: half were done in %s, want %s to %s", l.world.run.Strategies[k].Name, got.Duration(), want[0].Duration(), want[1].Duration())
		}
	}
}

// TestPreferencesFail (P3-05): half of the calls to one service fail; three
// attempts get 87.5 % through, the others are parked, and no other step suffers.
func TestPreferencesFail(t *testing.T) {
	l := run(t, parse(t, "microservices", "faults=off", "services.preferences_service.error.rate=50%", "policies=off", "load.tasks=2000"), 7)
	_, orch := pair(l)
	if orch.Tasks.EverParked < 250-60 || orch.Tasks.EverParked > 250+60 || orch.Steps[stepBilling].Failures != 0 {
		t.Errorf("%d of 2,000 parked, %d failures of billing, want about 250 and none", orch.Tasks.EverParked, orch.Steps[stepBilling].Failures)
	}
}

// TestNothingTwice (P3-04): calls whose answer is lost are made again and meet
// their own account and profile.
func TestNothingTwice(t *testing.T) {
	l := run(t, parse(t, "microservices", "services.user_service.lost_response.rate=20%", "services.billing_service.lost_response.rate=20%"), 7)
	_, orch := pair(l)
	for i := range 2 {
		if e := orch.Effects[i]; e.Count != 423 || e.Repeated == 0 {
			t.Errorf("%s: %+v, want one each, and some met again", l.world.run.Effects[i].Many, e)
		}
	}
}

// TestRateLimit (P3-06): no strategy gets more welcomes through than the bucket
// holds, those that were refused come back when the service said, and all get
// through in the end.
func TestRateLimit(t *testing.T) {
	const calls, burst = 5, 4
	l := run(t, parse(t, "microservices", "services.notification_service.rate_limit.calls=5", "services.notification_service.rate_limit.burst=4"), 7)
	for k := range l.state.Strategies {
		refused := 0
		var taken []event.Time
		for i := range l.events {
			e := &l.events[i]
			if int(e.Strategy) != k || e.Step != stepWelcome {
				continue
			}
			began := e.At - e.Dur
			switch {
			case e.Class == "429":
				refused++
				if e.Kind == event.StepRetrying && e.Due < e.At+30*event.Second {
					t.Fatalf("task %d comes back after %s, the service said 30 s", e.Task, (e.Due - e.At).Duration())
				}
			case e.Kind == event.StepSucceeded:
				taken = append(taken, began)
			}
		}
		if refused == 0 {
			t.Errorf("%s: no call was refused", l.world.run.Strategies[k].Name)
		}
		for i := range taken {
			n := 0
			for _, at := range taken {
				if at >= taken[i] && at < taken[i]+event.Minute {
					n++
				}
			}
			if n > calls+burst {
				t.Errorf("%s: %d welcomes in the minute from %s, the bucket holds %d and gets %d", l.world.run.Strategies[k].Name, n, taken[i].Clock(), burst, calls)
			}
		}
	}
	if _, orch := pair(l); orch.Tasks.Succeeded != 423 {
		t.Errorf("%+v, want all 423 done", orch.Tasks)
	}
}

// TestRateLimitSurvivesCrash: the buckets are made again from the past. What the
// orchestrated strategy does is the same event by event as without a kill.
func TestRateLimitSurvivesCrash(t *testing.T) {
	sc := parse(t, "microservices", "load.tasks=80", "load.duration=4m", "services.billing_service.windows=outage@1m/1m",
		"services.notification_service.rate_limit.calls=12", "services.notification_service.rate_limit.burst=3")
	for seed := uint64(1); seed <= 3; seed++ {
		want := doings(run(t, sc, seed))
		refused := 0
		for _, e := range want {
			if e.Class == "429" {
				refused++
			}
		}
		if refused < 10 {
			t.Fatalf("seed %d: %d calls refused: nothing is proven", seed, refused)
		}
		for _, kills := range [][]int{{5}, {17}, {18}, {24}, {33}, {40}, {12, 3, 5}} {
			l, _ := crashing(t, sc, seed, 4*event.Second, kills...)
			got := doings(l)
			for i := range min(len(want), len(got)) {
				if got[i] != want[i] {
					t.Fatalf("seed %d, kills %v: event %d is\n%+v, without a kill\n%+v", seed, kills, i, got[i], want[i])
				}
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d, kills %v: %d events, without a kill %d", seed, kills, len(got), len(want))
			}
		}
	}
}

// doings are the events of the last strategy.
func doings(l lived) (list []event.Event) {
	for i := range l.events {
		if e := l.events[i]; int(e.Strategy) == len(l.state.Strategies)-1 {
			list = append(list, e)
		}
	}
	return list
}

// TestBucket: a bucket of three that gets one token every ten seconds.
func TestBucket(t *testing.T) {
	w, err := New(parse(t, "microservices", "services.notification_service.rate_limit.calls=6", "services.notification_service.rate_limit.burst=3"), Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := w.services[3]
	for i, c := range []struct {
		at   event.Time
		want bool
	}{{0, true}, {0, true}, {0, true}, {0, false}, {9, false}, {10, true}, {10, false}, {25, true}, {30, true}, {30, false}, {90, true}, {90, true}, {90, true}, {90, false}} {
		if got := w.buckets.take(1, s, c.at*event.Second); got != c.want {
			t.Errorf("call %d at %d s: taken %v, want %v", i, c.at, got, c.want)
		}
	}
	if !w.buckets.take(0, s, 90*event.Second) {
		t.Error("one strategy empties the bucket of another")
	}
}
