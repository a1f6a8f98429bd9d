package scenario

import (
	"math"
	"slices"
	"testing"

	"tasker-sim/internal/event"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sameScenario compares two scenarios but for their --set arguments and the
// places of their expressions.
var sameScenario = cmp.Options{
	cmpopts.IgnoreFields(Scenario{}, "Sets"),
	cmp.AllowUnexported(Scenario{}),
	cmp.Comparer(func(a, b *Expr) bool { return a == b || a != nil && b != nil && a.Text() == b.Text() }),
}

// TestParamsRoundTrip sets every parameter to the value that it has: everything
// must be accepted and nothing may change.
func TestParamsRoundTrip(t *testing.T) {
	s := checkout(t)
	var sets []string
	for _, p := range s.Params() {
		sets = append(sets, p.Path+"="+p.Value)
	}
	if diff := cmp.Diff(s, checkout(t, sets...), sameScenario); diff != "" {
		t.Errorf("setting every parameter to its own value changes the scenario:\n%s", diff)
	}
}

// TestParamsTell holds that a parameter shows both its value and the file's.
func TestParamsTell(t *testing.T) {
	s := checkout(t, "steps.process_payment.retry.base=1s", "services.mailer.burst=off", "data.decline_rate=3%")
	for path, want := range map[string][2]string{
		"steps.process_payment.retry.base": {"1s", "5s"},
		"data.decline_rate":                {"3%", "0.15%"},
		"load.tasks":                       {"4500", "4500"},
	} {
		i := slices.IndexFunc(s.Params(), func(p Param) bool { return p.Path == path })
		if i < 0 {
			t.Fatalf("no parameter %s", path)
		}
		if p := s.Params()[i]; p.Value != want[0] || p.Default != want[1] {
			t.Errorf("%s: value %s, default %s, want %s and %s", path, p.Value, p.Default, want[0], want[1])
		}
	}
}

func service(t *testing.T, s *Scenario, name string) Service {
	t.Helper()
	i := slices.Index(s.serviceNames(), name)
	if i < 0 {
		t.Fatalf("no service %s", name)
	}
	return s.Services[i]
}

func step(t *testing.T, s *Scenario, name string) Step {
	t.Helper()
	for _, w := range s.Workflows {
		for _, st := range w.Steps {
			if st.Name == name {
				return st
			}
		}
	}
	t.Fatalf("no step %s", name)
	return Step{}
}

func TestSet(t *testing.T) {
	for _, c := range []struct {
		name string
		sets []string
		ok   func(s *Scenario) bool
	}{
		{"a knob of a step", []string{"steps.process_payment.retry.base=1s"},
			func(s *Scenario) bool { return step(t, s, "process_payment").Retry.Base == event.Second }},
		{"the last one wins", []string{"load.tasks=10", "load.tasks=20"},
			func(s *Scenario) bool { return s.Load.Tasks == 20 }},
		{"a peak", []string{"load.peak=20x@30m/1m"},
			func(s *Scenario) bool { return *s.Load.Peak == Peak{20, 30 * event.Minute, event.Minute} }},
		{"a star for any name", []string{"services.*.latency.p99=9s"},
			func(s *Scenario) bool {
				return service(t, s, "mailer").Latency.P99 == 9*event.Second && service(t, s, "inventory").Latency.P99 == 9*event.Second
			}},
		{"a rate as a share", []string{"services.mailer.error.rate=0.5"},
			func(s *Scenario) bool { return service(t, s, "mailer").Error.Rate == 0.5 }},
		{"a block off", []string{"services.payment_gateway.burst=off"},
			func(s *Scenario) bool { return service(t, s, "payment_gateway").Burst == nil }},
		{"a block that the file has not", []string{"services.mailer.burst.rate=50%", "services.mailer.burst.good=1m", "services.mailer.burst.bad=2s"},
			func(s *Scenario) bool {
				b := service(t, s, "mailer").Burst
				return b.Rate == 0.5 && b.Good == event.Minute && b.Bad == 2*event.Second && b.Class.Name == "503"
			}},
		{"a scheduled outage", []string{"services.payment_gateway.windows=outage@20m/3m+brownout(50%,3x)@40m/5m"},
			func(s *Scenario) bool {
				w := service(t, s, "payment_gateway").Windows
				return len(w) == 2 && w[0] == Window{"outage", 20 * event.Minute, 23 * event.Minute, 1, 1} &&
					w[1] == Window{"brownout", 40 * event.Minute, 45 * event.Minute, 0.5, 3}
			}},
		{"policies=off", []string{"policies=off"},
			func(s *Scenario) bool {
				return !slices.ContainsFunc(s.Services, func(v Service) bool { return v.Breaker != nil || v.Limit != 0 })
			}},
		{"retry_limit=1", []string{"retry_limit=1"},
			func(s *Scenario) bool {
				return !slices.ContainsFunc(s.Workflows[0].Steps, func(st Step) bool { return st.Retry.Limit != 1 })
			}},
		{"recovery=off", []string{"recovery=off"},
			func(s *Scenario) bool { return s.Recovery.After == 0 }},
		{"a mechanism of a strategy", []string{"strategies.orchestrated.keys=off"},
			func(s *Scenario) bool { return !s.Strategies[1].Keys && s.Strategies[1].Engine }},
		{"a declared figure", []string{"impact.minutes_per_case=5"},
			func(s *Scenario) bool { return s.Impact.MinutesPerCase == 5 }},
		{"a value of the data", []string{"data.decline_rate=3%"},
			func(s *Scenario) bool { return s.Data["decline_rate"] == 0.03 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s := checkout(t, c.sets...); !c.ok(s) {
				t.Errorf("%v has not the effect that it should have", c.sets)
			}
		})
	}
}

// TestFaultsOff holds that faults=off takes every fault away, and that a later
// --set brings back the one that it names.
func TestFaultsOff(t *testing.T) {
	s := checkout(t, "faults=off")
	for _, v := range s.Services {
		if v.Error.Rate != 0 || v.Lost.Rate != 0 || v.Burst != nil || v.Windows != nil {
			t.Errorf("%s still has faults: %+v", v.Name, v)
		}
	}
	if s.Bad != nil {
		t.Errorf("cards are still bad: %s", s.Bad.Text())
	}
	s = checkout(t, "faults=off", "services.inventory.error.rate=5%", "services.payment_gateway.burst.rate=60%")
	if got := service(t, s, "inventory").Error.Rate; got != 0.05 {
		t.Errorf("inventory fails with %v, want 0.05", got)
	}
	b := service(t, s, "payment_gateway").Burst
	if b == nil || b.Rate != 0.6 || b.Good != 95*event.Second {
		t.Errorf("the gateway's burst is %+v, want the file's with a rate of 60%%", b)
	}
	if got := service(t, s, "mailer").Error.Rate; got != 0 {
		t.Errorf("the mailer fails with %v, want 0", got)
	}
}

// TestCheckoutImpact works out by expectation what the declared model makes of a
// naive hour, and holds the numbers in the file's comments.
func TestCheckoutImpact(t *testing.T) {
	s := checkout(t)
	n := float64(s.Load.Tasks)
	reach, broken, untold, clean := n, 0.0, 0.0, 0.0
	lost := func(name string) float64 {
		v := service(t, s, name)
		if v.Burst == nil {
			return v.Lost.Rate
		}
		return v.Lost.Rate * v.Burst.Good.Seconds() / (v.Burst.Good + v.Burst.Bad).Seconds()
	}
	for _, st := range s.Workflows[0].Steps {
		name := s.Services[st.Service].Name
		failed := reach * stepFailure(s.Services[st.Service])
		noAnswer := reach * lost(name)
		switch name {
		case "catalogue":
			clean += failed
		case "payment_gateway":
			clean, broken = clean+failed-noAnswer, broken+noAnswer
		case "inventory":
			broken += failed
		case "orders_db":
			broken, untold = broken+failed-noAnswer, untold+noAnswer
		case "mailer":
			untold += failed
		}
		reach -= failed
	}
	im := s.Impact
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"broken promises", broken, 201},
		{"told failed although done", untold, 210},
		{"clean failures", clean, 257},
		{"tickets", broken*im.ContactBroken + untold*im.ContactUntold + clean*im.ContactClean, 196},
	} {
		if math.Abs(c.got-c.want) > 1 {
			t.Errorf("%s: %.1f expected, the file says %v", c.what, c.got, c.want)
		}
	}
	if hours := broken * im.MinutesPerCase / float64(im.Engineers) / 60; math.Abs(hours-6) > 0.1 {
		t.Errorf("repair by hand: %.2f hours expected, the file says 6.0", hours)
	}
}
