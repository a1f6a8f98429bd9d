package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// contract are the keys that the product promises, as paths.
const contract = `
schema scenario seed virtual_ms wall_ms rescued_share
strategies.*.tasks.submitted strategies.*.tasks.succeeded strategies.*.tasks.failed strategies.*.tasks.declined
strategies.*.tasks.rejected strategies.*.tasks.parked strategies.*.tasks.running strategies.*.tasks.recovered
strategies.*.failure_rate strategies.*.first_pass_failure_rate strategies.*.failure_rate_ci95 strategies.*.ci_kind
strategies.*.attempts strategies.*.retries
strategies.*.steps.send_parcel.attempts strategies.*.steps.send_parcel.retries strategies.*.steps.send_parcel.failures
strategies.*.steps.send_parcel.p50_ms strategies.*.steps.send_parcel.p95_ms strategies.*.steps.send_parcel.p99_ms
strategies.*.latency_ms.p50 strategies.*.latency_ms.p95 strategies.*.latency_ms.p99 strategies.*.waited_over_10s_share
strategies.*.effects.charges strategies.*.effects.parcels strategies.*.effects.charged_no_parcel
strategies.*.effects.charged_parked strategies.*.effects.charge_unknown strategies.*.effects.charged_twice
strategies.*.impact.support_tickets strategies.*.impact.manual_recovery_hours strategies.*.impact.revenue_lost_cents
paired.both_ok paired.only_first_failed paired.only_second_failed paired.both_failed paired.declined
claims.0.name claims.0.source claims.0.kind claims.0.says_before claims.0.says_after
claims.0.measured_before claims.0.measured_after claims.0.holds
invariants.checked invariants.violations invariants.first
crashes.0.at_ms crashes.0.in_flight crashes.0.repeated_calls crashes.0.effects_already_there crashes.0.recovery_ms`

func TestJSONHasThePromisedKeys(t *testing.T) {
	r := New(play(t, shop(), 3000, true), 0)
	r.Crashes = append(r.Crashes, Crash{})
	var b bytes.Buffer
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(b.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(contract) {
		for _, name := range []string{"naive", "orchestrated"} {
			if !reach(tree, strings.Split(strings.Replace(path, "*", name, 1), ".")) {
				t.Errorf("no %s", path)
			}
		}
	}
}

func reach(at any, path []string) bool {
	for _, key := range path {
		switch x := at.(type) {
		case map[string]any:
			v, ok := x[key]
			if !ok {
				return false
			}
			at = v
		case []any:
			if key != "0" || len(x) == 0 {
				return false
			}
			at = x[0]
		default:
			return false
		}
	}
	return true
}

// One strategy alone, nothing at all yet, and a run that was left early: every
// writer has something sensible to say.
func TestOddRuns(t *testing.T) {
	one := shop()
	one.Strategies = one.Strategies[1:]
	bare := shop()
	bare.Promises, bare.Claims, bare.Impact = nil, nil, event.Impact{}
	for name, s := range map[string]*metrics.State{
		"one":   play(t, one, 300, true),
		"empty": metrics.New(shop()),
		"early": play(t, shop(), 150, false),
		"bare":  play(t, bare, 50, true),
	} {
		r := New(s, 0)
		var b bytes.Buffer
		for _, write := range []func() error{
			func() error { return r.Text(&b) },
			func() error { return r.Summary(&b, Place{}) },
		} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
			b.WriteString("--\n")
		}
		golden(t, "odd-"+name+".txt", b.Bytes())
		if err := r.JSON(&b); err != nil {
			t.Error(err)
		}
		if err := r.Markdown(&b, Place{}); err != nil {
			t.Error(err)
		}
	}
}

func TestPageFits(t *testing.T) {
	r := New(play(t, shop(), 3000, true), 0)
	var b bytes.Buffer
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n > 30 {
		t.Errorf("the page has %d lines", n)
	}
}

// Claims are judged by intervals: a figure beside its range may still hold, a
// small run cannot tell, a live one is not asked.
func TestClaims(t *testing.T) {
	yes, no := true, false
	share := func(low, high float64) *event.Range { return &event.Range{Low: low, High: high} }
	claim := func(measure, unit string, before, after *event.Range) event.Claim {
		return event.Claim{Name: "x", Kind: Measured, Measure: measure, Unit: unit, Before: before, After: after}
	}
	rate := claim("first_pass_failure_rate", "share", share(0.11, 0.2), share(0, 0.009))
	for _, c := range []struct {
		name  string
		claim event.Claim
		tasks int
		sets  []string
		end   bool
		want  *bool
		why   string
	}{
		{"holds", rate, 3000, nil, true, &yes, ""},
		{"before is elsewhere", claim("failure_rate", "share", share(0.3, 0.4), share(0, 0.009)), 3000, nil, true, &no, "the figure before is outside the claimed range"},
		{"after is elsewhere", claim("first_pass_failure_rate", "share", share(0.11, 0.2), share(0.05, 0.06)), 3000, nil, true, &no, "the figure after is outside the claimed range"},
		{"one side", claim("waited_over_10s_share", "share", nil, share(0, 0.01)), 3000, nil, true, &yes, ""},
		{"few tasks", rate, 150, nil, true, nil, tooSmall},
		{"wide interval", claim("effects.charged_twice", "count", share(0, 9), share(0, 9)), 3000, nil, true, nil, tooSmall},
		{"not over", rate, 1000, nil, false, nil, "the run has not come to its end"},
		{"own load, a share", rate, 3000, []string{"load.tasks=3000"}, true, &yes, ""},
		{"own load, a count", claim("effects.charged_no_parcel", "count", share(60, 400), share(0, 0)), 3000, []string{"load.tasks=3000"}, true, nil, "the claim is about the scenario's own load"},
		{"a plain count", claim("attempts", "count", share(8000, 9000), share(9000, 10_000)), 3000, nil, true, &yes, ""},
		{"tickets", claim("impact.support_tickets", "count", share(100, 200), share(0, 10)), 3000, nil, true, &yes, ""},
		{"hours", claim("impact.manual_recovery_hours", "hours", share(8, 9), share(0, 0.1)), 3000, nil, true, &no, "the figure before is outside the claimed range"},
		{"no such figure", claim("effects.refunds", "count", share(0, 1), share(0, 1)), 3000, nil, true, nil, "the run has no such figure"},
	} {
		run := shop()
		run.Claims, run.Sets = []event.Claim{c.claim}, c.sets
		got := Judge(play(t, run, c.tasks, c.end))[0]
		if (got.Holds == nil) != (c.want == nil) || got.Holds != nil && *got.Holds != *c.want || got.Reason != c.why {
			t.Errorf("%s: holds %v (%s), want %v (%s)", c.name, show(got.Holds), got.Reason, show(c.want), c.why)
		}
	}
}

func show(b *bool) string {
	switch {
	case b == nil:
		return "null"
	case *b:
		return "true"
	}
	return "false"
}

func TestLiveRunsAreNotJudged(t *testing.T) {
	s := play(t, shop(), 3000, false)
	for _, e := range []event.Event{{Kind: event.FaultInjected, Class: "outage"}, {Kind: event.RunEnded, Service: event.None}} {
		e.At, e.Strategy, e.Step, e.Effect = s.Now, event.None, event.None, event.None
		s.Apply(&e)
	}
	for _, c := range Judge(s)[:4] {
		if c.Holds != nil || c.Reason != "faults were injected by hand" {
			t.Errorf("%s: %v, %q", c.Name, show(c.Holds), c.Reason)
		}
	}
}

func TestRepeat(t *testing.T) {
	run := shop()
	run.Journal = []string{"payment_gateway @ 30m..33m: outage"}
	want := "tasker-sim run 'my shop.yaml' --seed 7 --set data.decline_rate=0.5% --inject 'payment_gateway @ 30m..33m: outage'"
	if got := Repeat(run, "my shop.yaml"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
