package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// signups are the first registration of each plan, with what their steps return.
func signups(t *testing.T, l lived) map[string]map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]map[string]any{}
	for task := int32(1); len(all) < 3 && task <= 423; task++ {
		plan, _ := l.world.payloads.fresh(task).context["plan"].(string)
		if all[plan] != nil {
			continue
		}
		all[plan] = map[string]map[string]any{}
		for i, s := range l.world.run.Steps {
			var out map[string]any
			if err := json.Unmarshal([]byte(l.world.Detail(1, task, i).Output), &out); err != nil {
				t.Fatal(err)
			}
			all[plan][s.Name] = out
		}
	}
	return all
}

// TestSignups (P3-01, P3-11 to P3-13, P3-15, P3-16, P3-18, P3-20, P3-21): who signs
// up for a free, a pro and an enterprise plan has all five steps done, and their
// results are those of the plan.
func TestSignups(t *testing.T) {
	l := run(t, parse(t, "microservices", "faults=off"), 7)
	for k := range l.state.Strategies {
		if st := &l.state.Strategies[k]; st.Tasks.Succeeded != 423 || st.Steps[4].Done != 423 {
			t.Errorf("%s: %+v, want all 423 done", l.world.run.Strategies[k].Name, st.Tasks)
		}
	}
	all := signups(t, l)
	for plan, want := range map[string]struct {
		billing  string
		price    float64
		channels string
	}{
		"free": {"skipped_free_plan", 0, "email in_app"}, "pro": {"active", 29.99, "email in_app"}, "enterprise": {"active", 299.99, "email in_app sms"},
	} {
		steps := all[plan]
		if b := steps["setup_billing_profile"]; b["status"] != want.billing || b["price"] != want.price {
			t.Errorf("%s: billing %v", plan, b)
		}
		var channels []string
		for _, c := range steps["send_welcome_sequence"]["channels"].([]any) {
			channels = append(channels, c.(string))
		}
		if got := strings.Join(channels, " "); got != want.channels {
			t.Errorf("%s is welcomed by %s, want %s", plan, got, want.channels)
		}
		last := steps["update_user_status"]
		if last["correlation_id"] != steps["create_user_account"]["correlation_id"] || last["correlation_id"] == "" || last["user_id"] != steps["create_user_account"]["user_id"] {
			t.Errorf("%s: the correlation id or the user is not the same from first to last: %v, %v", plan, steps["create_user_account"], last)
		}
		if n := len(last["services_completed"].([]any)); n != 4 {
			t.Errorf("%s: %d services completed, want 4", plan, n)
		}
	}
}

// TestOrderOfSteps (P3-11): the account before billing and preferences, both before
// the welcome, and that before the user is activated, in every task.
func TestOrderOfSteps(t *testing.T) {
	l := run(t, parse(t, "microservices", "faults=off"), 7)
	done := map[int32][]string{}
	for i := range l.events {
		if e := &l.events[i]; e.Strategy == 1 && e.Kind == event.StepSucceeded {
			done[e.Task] = append(done[e.Task], l.world.run.Steps[e.Step].Label)
		}
	}
	for task, order := range done {
		slices.Sort(order[1:3])
		if got := strings.Join(order, " "); got != "account billing preferences welcome activate" {
			t.Fatalf("task %d: %s", task, got)
		}
	}
}

// TestSlowBilling (P3-02): billing takes 35 s for ten minutes; the caller gives up
// after 30 s and comes back, preferences do not mind, and all are done once billing
// is well again.
func TestSlowBilling(t *testing.T) {
	l := run(t, parse(t, "microservices", "faults=off", "services.billing_service.windows=brownout(0%,350x)@0s/10m"), 7)
	_, orch := pair(l)
	if orch.Tasks.Succeeded != 423 || orch.Steps[stepBilling].Retries == 0 || orch.Steps[stepBilling+1].Failures != 0 {
		t.Errorf("%+v, billing %d retries, preferences %d failures", orch.Tasks, orch.Steps[stepBilling].Retries, orch.Steps[stepBilling+1].Failures)
	}
	for i := range l.events {
		if e := &l.events[i]; e.Attempt > 0 && e.Step == stepBilling && e.Class == event.ClassTimeout && e.Dur != 30*event.Second {
			t.Fatalf("a call of billing was given up after %s, want 30 s", e.Dur.Duration())
		}
	}
}

// TestInvalidAddress (P3-17): an address that is none is refused for good, at the
// first attempt, in every strategy.
func TestInvalidAddress(t *testing.T) {
	sc := parse(t, "microservices")
	text := strings.Replace(sc.Text, `email: string(task) + "." + person.email`, `email: task % 10 == 0 ? "invalid-email" : string(task) + "." + person.email`, 1)
	sc, problems := scenario.Parse("microservices.yaml", []byte(text), []string{"faults=off"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	l := run(t, sc, 7)
	for k := range l.state.Strategies {
		if st := &l.state.Strategies[k]; st.Tasks.Failed != 42 || st.Steps[0].Retries != 0 || st.Effects[0].Count != 423-42 {
			t.Errorf("%s: %+v, want the 42 with a bad address failed at once, without an account", l.world.run.Strategies[k].Name, st.Tasks)
		}
	}
}
