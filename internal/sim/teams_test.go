package sim

import (
	"reflect"
	"slices"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// untold are the events without the marks of a kill.
func untold(l lived) (events []event.Event) {
	for _, e := range l.events {
		if e.Kind != event.ProcessDied {
			e.Text = ""
			events = append(events, e)
		}
	}
	return events
}

// TestTeamsSurviveAKill: killed at any time, in whatever collision, with children
// out and names before the committee, the run goes on to the same end.
func TestTeamsSurviveAKill(t *testing.T) {
	sc := parse(t, "team-scaling", "load.tasks=900", "load.duration=336h")
	whole, _ := crashing(t, sc, 7, event.Hour)
	for _, kill := range [][]int{{40}, {203}, {215, 3}, {228}, {250, 20, 5}} {
		cut, _ := crashing(t, sc, 7, event.Hour, kill...)
		for k := range whole.state.Strategies {
			if a, b := business(whole, int8(k)), business(cut, int8(k)); !reflect.DeepEqual(a, b) {
				t.Fatalf("killed at %v: other business in strategy %d", kill, k)
			}
		}
		a, b := untold(whole), untold(cut)
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Fatalf("killed at %v: event %d is %+v, want %+v", kill, i, b[min(i, len(b)-1)], a[i])
			}
		}
		if cut.state.Checks.Violations > 0 || cut.world.Unmet() > 0 {
			t.Errorf("killed at %v: %s; %d rows unmet", kill, cut.state.Checks.First, cut.world.Unmet())
		}
	}
}

// held tells of every claim whether it holds; quoted ones are left out.
func held(l lived) (holds, fails []string) {
	for _, c := range report.Judge(l.state) {
		switch {
		case c.Kind == report.Quoted:
		case c.Holds != nil && *c.Holds:
			holds = append(holds, c.Name)
		default:
			fails = append(fails, c.Name)
		}
	}
	return holds, fails
}

// TestTeamsClaims: the rows of the ledger of claims, 47 conflicts, 12 incidents,
// three days, six hours a week, four times the releases.
func TestTeamsClaims(t *testing.T) {
	t.Parallel()
	seeds := []uint64{7}
	if !testing.Short() {
		seeds = append(seeds, 5, 24)
	}
	for _, seed := range seeds {
		holds, fails := held(run(t, parse(t, "team-scaling"), seed))
		if len(holds) != 10 || len(fails) > 0 {
			t.Errorf("seed %d: %d claims hold, these do not: %v", seed, len(holds), fails)
		}
	}
}

// TestTeamsWithoutMechanisms: each claim is false without the mechanism that it
// stands for, and no other is.
func TestTeamsWithoutMechanisms(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("six quarters")
	}
	for _, c := range []struct {
		set   string
		fails []string
	}{
		{"strategies.orchestrated.registry.namespaces=off", []string{"name conflicts", "incidents by collisions", "refunds that ran the wrong workflow", "paid without approval", "broken calls between teams"}},
		{"strategies.orchestrated.registry.pins=off", []string{"broken calls between teams"}},
		{"strategies.orchestrated.keys=off", []string{"handed over twice", "refunded twice"}},
		{"strategies.orchestrated.registry.committee=on", []string{"days until a name is approved", "naming meetings a week", "releases in the quarter"}},
		{"releases.explicit=100%", []string{"incidents by collisions"}},
		{"services.payments_api.lost_response.rate=0%", []string{"handed over twice"}},
	} {
		if _, fails := held(run(t, parse(t, "team-scaling", c.set), 7)); !slices.Equal(fails, c.fails) {
			t.Errorf("%s: these fail: %v, want %v", c.set, fails, c.fails)
		}
	}
}

// TestTeamsWorkflows is P4-01 to P4-04, P4-06 to P4-11, P4-14 to P4-20, P4-22 to
// P4-26, P4-36 to P4-49 and P4-51: one name in two namespaces, with versions, steps,
// dependencies, limits and timeouts of its own.
func TestTeamsWorkflows(t *testing.T) {
	sc := parse(t, "team-scaling")
	for i, want := range []struct {
		id       string
		steps    []string
		limits   []int
		timeouts []event.Time
	}{
		{"payments/process_refund@2.1.0", []string{"validate_payment_eligibility", "process_gateway_refund", "update_payment_records", "notify_customer"},
			[]int{3, 2, 3, 5}, []event.Time{15, 30, 20, 10}},
		{"customer_success/process_refund@1.3.0", []string{"validate_refund_request", "check_refund_policy", "get_manager_approval", "execute_refund_workflow", "update_ticket_status"},
			[]int{3, 2, 1, 3, 3}, []event.Time{15, 10, 300, 30, 15}},
	} {
		w := &sc.Workflows[i]
		if w.ID() != want.id || len(w.Steps) != len(want.steps) {
			t.Fatalf("workflow %d is %s with %d steps", i, w.ID(), len(w.Steps))
		}
		for j := range w.Steps {
			s := &w.Steps[j]
			chain := j == 0 && len(s.DependsOn) == 0 || j > 0 && slices.Equal(s.DependsOn, []int{j - 1})
			if s.Name != want.steps[j] || s.Retry.Limit != want.limits[j] || s.Timeout != want.timeouts[j]*event.Second || !chain {
				t.Errorf("%s, step %d: %s, %d attempts, %s, after %v", want.id, j, s.Name, s.Retry.Limit, s.Timeout.Duration(), s.DependsOn)
			}
		}
	}
	if d := sc.Workflows[1].Steps[3].Delegates; d == nil || sc.Workflows[d.Workflow].ID() != "payments/process_refund@2.1.0" {
		t.Error("execute_refund_workflow does not hand over to Payments")
	}
}

// TestNothingIsFoundByNameAlone: the engine's templates are known by namespace,
// name and version; two of the three find nothing, and not the other team's.
func TestNothingIsFoundByNameAlone(t *testing.T) {
	w, err := New(parse(t, "team-scaling"), Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	whole := engineRef(&w.sc.Strategies[1], &w.sc.Workflows[0])
	for _, ref := range []engine.Ref{
		{Name: whole.Name}, {Name: whole.Name, Version: whole.Version}, {Namespace: whole.Namespace, Name: whole.Name},
		{Namespace: whole.Namespace, Name: whole.Name, Version: "1.3.0"}, {Namespace: whole.Namespace, Name: whole.Name, Version: "0.1.0"},
	} {
		if _, err := w.core.Submit(0, ref, engine.Submission{}); err == nil {
			t.Errorf("%+v finds a template", ref)
		}
	}
	if _, err := w.core.Submit(0, whole, engine.Submission{}); err != nil {
		t.Error(err)
	}
}

// TestTeamsAnswers is P4-28, P4-56, P4-58 to P4-61 and P4-71 to P4-75: what is
// permanent is not tried again, what is not is, up to the step's limit; and P4-21:
// a refund of Payments has no ticket, one of Customer Success has.
func TestTeamsAnswers(t *testing.T) {
	l := run(t, parse(t, "team-scaling", "load.tasks=2500"), 7)
	permanent := map[string]bool{
		"missing_payment_id": true, "payment_ineligible": true, "insufficient_funds": true, "missing_ticket_id": true,
		"ticket_closed": true, "ticket_cancelled": true, "ticket_duplicate": true, "exceeds_limit": true, "approval_denied": true,
		event.ClassContract: true, event.ClassStranger: true,
		"processing": false, "timeout": false, "429": false, "503": false, "pending": false, "record_locked": false,
		"ticket_locked": false, "requires_review": false,
	}
	seen := map[string]int{}
	for _, e := range l.events {
		if e.Kind != event.StepRetrying && e.Kind != event.StepFailed {
			continue
		}
		hard, known := permanent[e.Class]
		limit := l.world.run.Steps[e.Step].Limit
		switch {
		case !known:
			t.Errorf("nobody said what %s is", e.Class)
		case hard && e.Kind == event.StepRetrying:
			t.Errorf("refund %d: %s is tried again", e.Task, e.Class)
		case !hard && e.Kind == event.StepFailed && int(e.Attempt)%limit != 0:
			t.Errorf("refund %d: %s is not tried again after attempt %d of %d", e.Task, e.Class, e.Attempt, limit)
		}
		seen[e.Class]++
	}
	for class := range permanent {
		if seen[class] == 0 && class != event.ClassStranger {
			t.Errorf("%s never came", class)
		}
	}
	for task := int32(1); task <= 200; task++ {
		c := l.world.payloads.fresh(task).context
		if ours := c["team"] == "payments"; ours != (c["ticket_id"] == "") || ours && c["payment_id"] == "" {
			t.Errorf("refund %d of %v: payment %v, ticket %v", task, c["team"], c["payment_id"], c["ticket_id"])
		}
	}
}

// TestTeamsHandOver is P4-15, P4-19 and P4-66 to P4-70, and the three runs of the
// newest code (§1.5 H): both teams' refunds are complete with four and five steps;
// with a key one hand-over makes one refund, without as many as calls came through.
func TestTeamsHandOver(t *testing.T) {
	l := run(t, parse(t, "team-scaling", "load.tasks=1500"), 7)
	created := [2]map[int32]int{{}, {}}
	refunds := [2]map[int32]int{{}, {}}
	steps := map[int32]int{}
	for _, e := range l.events {
		switch {
		case e.Kind == event.ChildCreated:
			created[e.Strategy][e.Task]++
		case e.Kind == event.EffectMade && e.Effect == 0:
			refunds[e.Strategy][e.Task]++
		case e.Strategy == 1 && (e.Kind == event.StepSucceeded || e.Kind == event.StepSkipped):
			steps[e.Task]++
		case e.Strategy == 1 && e.Kind == event.TaskSucceeded:
			want := 4
			if l.world.figures.of(e.Task).workflow == 1 {
				want = 5
			}
			if steps[e.Task] != want {
				t.Errorf("refund %d is complete with %d steps, want %d", e.Task, steps[e.Task], want)
			}
		}
	}
	twice := 0
	for task, n := range created[1] {
		if n > 1 || refunds[1][task] > 1 {
			t.Errorf("with a key refund %d was handed over %d times and paid %d times", task, n, refunds[1][task])
		}
	}
	for task, n := range created[0] {
		if n > 1 {
			twice++
		}
		if refunds[0][task] > n {
			t.Errorf("refund %d was handed over %d times and paid %d times: a child pays once", task, n, refunds[0][task])
		}
	}
	if c := l.state.Strategies; twice == 0 || c[0].Children.Doubled < twice || c[1].Children.Met == 0 {
		t.Errorf("%d refunds were handed over twice without a key; %+v and %+v", twice, c[0].Children, c[1].Children)
	}
}

// TestTuesday: the refunds that run the wrong workflow are exactly those of the
// team whose name was taken; with a payment they are paid and nobody has approved
// them, without one they fail.
func TestTuesday(t *testing.T) {
	l := run(t, parse(t, "team-scaling", "load.tasks=900", "load.duration=336h"), 7)
	paid, approved := map[int32]bool{}, map[int32]bool{}
	strays, outcome := map[int32]string{}, map[int32]event.Kind{}
	for _, e := range l.events {
		if e.Strategy != 0 {
			if e.Kind == event.TaskMisrouted {
				t.Errorf("with namespaces refund %d is misrouted", e.Task)
			}
			continue
		}
		switch e.Kind {
		case event.TaskMisrouted:
			strays[e.Task] = e.Class
		case event.EffectMade:
			paid[e.Task] = paid[e.Task] || e.Effect == 0
			approved[e.Task] = approved[e.Task] || e.Effect == 3
		case event.TaskSucceeded, event.TaskFailed, event.TaskRejected:
			outcome[e.Task] = e.Kind
		}
	}
	through := 0
	for task, team := range strays {
		c := l.world.payloads.fresh(task).context
		if team == "payments" && (c["team"] != "customer_success" || approved[task] || paid[task] && c["payment_id"] == "") {
			t.Errorf("refund %d of %v ran Payments' workflow: paid %t, approved %t, payment %v", task, c["team"], paid[task], approved[task], c["payment_id"])
		}
		if team == "customer_success" && (c["team"] != "payments" || outcome[task] != event.TaskFailed) {
			t.Errorf("refund %d of %v ran the other workflow and came to %s", task, c["team"], outcome[task])
		}
		if paid[task] {
			through++
		}
	}
	if through == 0 || through != l.state.Strategies[0].Registry.Paid {
		t.Errorf("%d of %d misrouted refunds were paid, the fold counts %d", through, len(strays), l.state.Strategies[0].Registry.Paid)
	}
}

// TestTeamsInjectedFaultSurvivesAKill: an outage by hand of the service that children
// call, and the end of the process in its middle.
func TestTeamsInjectedFaultSurvivesAKill(t *testing.T) {
	sc := parse(t, "team-scaling", "load.tasks=500", "load.duration=168h")
	outage := []string{"payment_gateway @ 60h..62h: outage", "payment_gateway @ 100h..: brownout(rate=60%, lat=x3)", "clear @ 110h"}
	lives := func(kills ...int) lived {
		l, _ := crashingWith(t, sc, Options{Seed: 3, Window: 10 * event.Minute, Journal: outage}, event.Hour, kills...)
		return l
	}
	whole := untold(lives())
	failed := 0
	for _, e := range whole {
		if e.Kind == event.ChildEnded && e.Class == "503" {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no child met the outage")
	}
	for _, kill := range []int{211, 219, 335, 352} {
		if got := untold(lives(kill)); !slices.Equal(got, whole) {
			t.Errorf("killed at append %d the run goes on otherwise", kill)
		}
	}
}
