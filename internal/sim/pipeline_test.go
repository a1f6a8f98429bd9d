package sim

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// nights is a short pipeline: a month, made once for the tests that look at it.
func nights(t *testing.T, sets ...string) lived {
	t.Helper()
	return run(t, parse(t, "data-pipeline", append([]string{"load.tasks=30"}, sets...)...), 7)
}

// life are the events of a night in a strategy.
func (l lived) life(strategy int8, task int32) (events []event.Event) {
	for _, e := range l.events {
		if e.Strategy == strategy && e.Task == task {
			events = append(events, e)
		}
	}
	return events
}

// told writes what happened to a night: "start extract_orders 1; …".
func (l lived) told(strategy int8, task int32) string {
	var b strings.Builder
	for _, e := range l.life(strategy, task) {
		if e.Step >= 0 && e.Kind >= event.StepStarted && e.Kind <= event.StepFailed {
			fmt.Fprintf(&b, "%s %s %d; ", e.Kind, l.world.run.Steps[e.Step].Label, e.Attempt)
		} else if e.Kind >= event.TaskSubmitted && e.Kind <= event.TaskRedriven {
			fmt.Fprintf(&b, "%s %s; ", e.Kind, e.Class)
		}
	}
	return b.String()
}

// TestPipelineIsParallel is P2-01, P2-03 and P2-10: eight steps complete, the
// three extracts begin at the same instant, a transform begins when its own two
// extracts are done, and the end of the night comes last.
func TestPipelineIsParallel(t *testing.T) {
	l := nights(t, "faults=off")
	begun, done := map[string]event.Time{}, map[string]event.Time{}
	events := l.life(1, 1)
	for _, e := range events {
		switch e.Kind {
		case event.StepStarted:
			begun[l.world.run.Steps[e.Step].Name] = e.At
		case event.StepSucceeded:
			done[l.world.run.Steps[e.Step].Name] = e.At
		}
	}
	if len(begun) != 8 || len(done) != 8 {
		t.Fatalf("%d steps began, %d are done, want 8", len(begun), len(done))
	}
	for _, extract := range []string{"extract_orders", "extract_users", "extract_products"} {
		if begun[extract] != 0 {
			t.Errorf("%s began at %s, want at once", extract, begun[extract].Clock())
		}
	}
	if want := max(done["extract_orders"], done["extract_users"]); begun["transform_customer_metrics"] != want {
		t.Errorf("customer metrics began at %s, want %s", begun["transform_customer_metrics"].Clock(), want.Clock())
	}
	if want := max(done["transform_customer_metrics"], done["transform_product_metrics"]); begun["generate_insights"] != want {
		t.Errorf("insights began at %s, want %s", begun["generate_insights"].Clock(), want.Clock())
	}
	if last := events[len(events)-2]; last.Kind != event.TaskSucceeded { // the last is what a subscriber made of it
		t.Errorf("the last event is %s", last.Kind)
	}
	if s := l.state.Strategies; s[0].Calls != 0 || s[0].Wasted != 0 || s[0].OnTime != 30 || s[1].OnTime != 30 {
		t.Errorf("without faults: %d calls, %v wasted, %d and %d on time", s[0].Calls, s[0].Wasted, s[0].OnTime, s[1].OnTime)
	}
	naive, orchestrated := l.state.Strategies[0].Outcome.Mean(), l.state.Strategies[1].Outcome.Mean()
	if h := naive.Seconds() / 3600; h < 5.5 || h > 6.5 {
		t.Errorf("the naive job takes %.1f h, the post says 6", h)
	}
	if orchestrated > naive*2/3 {
		t.Errorf("side by side it takes %s, one after the other %s", orchestrated.Duration(), naive.Duration())
	}
}

// TestPipelineValues is P2-13: the sample data's exact figures, and P2-20: what
// the context says is preserved.
func TestPipelineValues(t *testing.T) {
	d := NewDetails(parse(t, "data-pipeline"), 7)
	step := func(i int) (out map[string]any) {
		if err := json.Unmarshal([]byte(d.Detail(1, 1, i).Output), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	revenue := func(list any) string {
		var b strings.Builder
		for _, v := range list.([]any) {
			m := v.(map[string]any)
			fmt.Fprintf(&b, "%v %v, ", m["id"], m["total_revenue"])
		}
		return b.String()
	}
	byName := map[string]int{}
	for i, s := range d.book.steps {
		byName[s.Name] = i
	}
	insights := step(byName["generate_insights"])
	for what, pair := range map[string][2]string{
		"customers":     {revenue(step(byName["transform_customer_metrics"])["customer_metrics"]), "101 89.99, 102 149.5, 103 299.99, 104 89.99, 105 199.99, "},
		"products":      {revenue(step(byName["transform_product_metrics"])["product_metrics"]), "201 179.98, 202 149.5, 203 299.99, 204 0, 205 199.99, "},
		"top customers": {revenue(insights["top_customers"]), "103 299.99, 105 199.99, 102 149.5, "},
		"top products":  {revenue(insights["top_products"]), "203 299.99, 205 199.99, 201 179.98, "},
		"segments":      {fmt.Sprint(insights["segment_analysis"]), "map[premium:3 standard:2]"},
		"categories":    {fmt.Sprint(insights["category_performance"]), "map[gadgets:349.49 tools:299.99 widgets:179.98]"},
		"count":         {fmt.Sprint(insights["insights_count"]), "4"},
		"channels":      {fmt.Sprint(step(byName["send_notifications"])["channels"]), "[#data-team #analytics]"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
}

// TestPipelineStuckSteps is P2-14 to P2-17: a service that never answers stops
// the night there, after as many attempts as the limit allows; what does not
// depend on it is complete.
func TestPipelineStuckSteps(t *testing.T) {
	for _, c := range []struct {
		number, service, class, other, step, message string
		attempts, complete                           int
	}{
		{"P2-14", "warehouse", "timeout", "lock_timeout", "extract_orders", "Database connection timeout", 3, 2},
		{"P2-15", "customer_compute", "out_of_memory", "", "transform_customer_metrics", "Out of memory during transformation", 2, 4},
		{"P2-16", "dashboard", "503", "timeout", "update_dashboard", "Dashboard API authentication failed", 3, 6},
		{"P2-17", "slack", "429", "timeout", "send_notifications", "Slack API rate limit exceeded", 5, 7},
	} {
		sets := []string{"load.tasks=1", "strategies.orchestrated.on_call=off", "services." + c.service + ".error.classes." + c.class + ".share=100%"}
		if c.other != "" {
			sets = append(sets, "services."+c.service+".error.classes."+c.other+".share=0%")
		}
		for _, s := range parse(t, "data-pipeline").Services {
			rate := "0%"
			if s.Name == c.service {
				rate = "100%"
			}
			sets = append(sets, "services."+s.Name+".error.rate="+rate)
		}
		l := run(t, parse(t, "data-pipeline", sets...), 7)
		complete, attempts, said := 0, 0, false
		for i := range l.world.run.Steps {
			st := &l.state.Strategies[1].Steps[i]
			if complete += st.Done; l.world.run.Steps[i].Name == c.step {
				attempts = st.Attempts
			}
		}
		for _, e := range l.life(1, 1) {
			said = said || e.Kind == event.StepFailed && e.Text == c.message
		}
		if complete != c.complete || attempts != c.attempts || l.state.Strategies[1].Tasks.Parked != 1 {
			t.Errorf("%s: %d steps complete, %d attempts, %d parked; want %d, %d, 1", c.number, complete, attempts, l.state.Strategies[1].Tasks.Parked, c.complete, c.attempts)
		}
		if !said {
			t.Errorf("%s: nothing says %q", c.number, c.message)
		}
		if calls := l.state.Strategies[0].Calls; calls != 10 || l.state.Strategies[0].Tasks.Failed != 1 {
			t.Errorf("%s: the naive run called %d times and failed %d, want 10 and 1", c.number, calls, l.state.Strategies[0].Tasks.Failed)
		}
	}
}

// TestPipelineRetriesTheFailedStepOnly is P2-06 and P2-07, on the same dice: what
// costs the naive job a night from zero costs the other one attempt. The naive
// attempts go on counting, so that both meet the same dice.
func TestPipelineRetriesTheFailedStepOnly(t *testing.T) {
	l := nights(t)
	seen := 0
	for task := int32(1); task <= 30; task++ {
		naive, orchestrated := l.told(0, task), l.told(1, task)
		if !strings.Contains(naive, "step.failed users 1; task.parked 503; task.redriven restart; ") || strings.Count(naive, "restart") != 1 {
			continue
		}
		seen++
		want := "task.redriven restart; step.started orders 2; step.succeeded orders 2; step.started users 2; "
		if !strings.Contains(naive, want) {
			t.Errorf("night %d, naive: %s\nwant in it %s", task, naive, want)
		}
		if !strings.Contains(orchestrated, "step.retrying users 1; ") || !strings.Contains(orchestrated, "step.started users 2; ") || strings.Contains(orchestrated, "started orders 2") {
			t.Errorf("night %d, orchestrated: %s", task, orchestrated)
		}
	}
	if seen == 0 {
		t.Error("no night in which the CRM failed once with 503: choose another seed")
	}
}

// TestPipelineYears holds ten years to the exact probabilities of the file and
// to the post's figures. The bounds are four standard deviations.
func TestPipelineYears(t *testing.T) {
	if testing.Short() {
		t.Skip("ten years, for their rates")
	}
	sc := parse(t, "data-pipeline", "load.tasks=3650")
	l := run(t, sc, 1)
	pass, exhaust := 1.0, 1.0
	for i := range l.world.steps {
		p := l.world.steps[i].service.Error.Rate
		pass *= 1 - p
		exhaust *= 1 - math.Pow(p, float64(l.world.steps[i].Retry.Limit))
	}
	near := func(what string, got, want, sd float64) {
		if math.Abs(got-want) > 4*sd {
			t.Errorf("%s: %.4f, want %.4f ± %.4f", what, got, want, sd)
		}
	}
	n := 3650.0
	naive, orchestrated := &l.state.Strategies[0], &l.state.Strategies[1]
	p, q := 1-pass, 1-exhaust
	near("naive nights that need a human", float64(naive.Tasks.FirstPassFailed)/n, p, math.Sqrt(p*(1-p)/n))
	near("orchestrated ones", float64(orchestrated.Tasks.FirstPassFailed)/n, q, math.Sqrt(q*(1-q)/n))
	near("calls a night", float64(naive.Calls)/n, p/pass, math.Sqrt(p/n)/pass)
	if weekly := l.state.CallsPerWeek(0); weekly < 3 {
		t.Errorf("%.1f calls a week, the post says 3 and more", weekly)
	}
	if share := l.state.OnTimeRate(0).Share(); share < .78 || share > .88 {
		t.Errorf("%.1f %% on time, the post says 85", 100*share)
	}
	if share := l.state.OnTimeRate(1).Share(); share < .999 {
		t.Errorf("%.2f %% on time, the post says 99.9", 100*share)
	}
	if half, _ := naive.Recovery.Quantile(.5); half < 6*event.Hour || half > 8*event.Hour {
		t.Errorf("recovery takes %s, the post says 6 to 8 h", half.Duration())
	}
	if r := l.state.RescuedRate(); r.Share() < .95 {
		t.Errorf("%.1f %% rescued, the post says 95", 100*r.Share())
	}
	if int64(naive.Tasks.Succeeded) != 3650 || int64(orchestrated.Tasks.Succeeded) != 3650 {
		t.Errorf("%d and %d nights came through, want all", naive.Tasks.Succeeded, orchestrated.Tasks.Succeeded)
	}
}

// TestPipelineWithoutMechanisms: what a mechanism buys is gone with it. Without
// retries the orchestrated nights need a human as often as the naive ones, on
// the same dice.
func TestPipelineWithoutMechanisms(t *testing.T) {
	l := nights(t, "retry_limit=1")
	for task := int32(1); task <= 30; task++ {
		if a, b := strings.Contains(l.told(0, task), "parked"), strings.Contains(l.told(1, task), "parked"); a && !b {
			t.Errorf("night %d: %s\n%s", task, l.told(0, task), l.told(1, task))
		}
	}
	off := nights(t, "strategies.naive.on_call=off")
	if s := &off.state.Strategies[0]; s.Calls != 0 || s.Tasks.Failed == 0 || s.Tasks.Failed != s.Tasks.FirstPassFailed {
		t.Errorf("with nobody on call: %d calls, %d failed, %d first", s.Calls, s.Tasks.Failed, s.Tasks.FirstPassFailed)
	}
}

// TestPipelineSurvivesKills: the orchestrated nights end as without a kill; the
// naive ones that died are noticed by whoever is on call, as any other failure.
// Calls that were waiting when the process died are followed all the same.
func TestPipelineSurvivesKills(t *testing.T) {
	sc := parse(t, "data-pipeline", "load.tasks=30", "steps.transform_customer_metrics.retry.limit=1", "services.customer_compute.error.rate=30%")
	whole := run(t, sc, 7)
	for _, kills := range [][]int{{3}, {40}, {77}, {20, 5, 9}} {
		l, _ := crashing(t, sc, 7, event.Hour, kills...)
		want, got := business(whole, 1), business(l, 1)
		for task := range want {
			if want[task] != got[task] {
				t.Errorf("kills %v: orchestrated night %d came to\n%s, without a crash to\n%s", kills, task, got[task], want[task])
			}
		}
		dead := died(l)
		want, got = business(whole, 0), business(l, 0)
		for task := range want {
			if want[task] != got[task] && !dead[task] {
				t.Errorf("kills %v: naive night %d, which did not die, came to\n%s, without a crash to\n%s", kills, task, got[task], want[task])
			}
		}
		if n := l.state.Strategies[0].Tasks.Succeeded; n != 30 {
			t.Errorf("kills %v: %d naive nights came through in the end, want 30", kills, n)
		}
	}
}
