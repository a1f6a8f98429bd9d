package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// TestConflict (P3-04, P3-19): a call about something that is there already, since
// its first answer was lost, meets it. With a key the service knows that it is the
// same call, and the step is done; a loop without keys is answered 409 and takes its
// own account for somebody else's. Nobody makes it twice.
func TestConflict(t *testing.T) {
	sc := parse(t, "microservices", "faults=off", "services.user_service.lost_response.rate=20%")
	if err := sc.Choose([]string{"naive", "retries", "orchestrated"}); err != nil {
		t.Fatal(err)
	}
	l := run(t, sc, 7)
	retries, orch := &l.state.Strategies[1], &l.state.Strategies[2]
	conflicts, untold := 0, 0
	for i := range l.events {
		e := &l.events[i]
		if e.Class == "409" && e.Kind == event.StepFailed {
			if conflicts++; e.Strategy != 1 || e.Attempt < 2 {
				t.Errorf("%+v: want only second calls of the loop to be answered 409", *e)
			}
		}
		if e.Class == "409" && e.Kind == event.TaskFailed {
			untold++
		}
	}
	if conflicts == 0 || untold != conflicts || retries.Tasks.Failed < conflicts {
		t.Errorf("%d calls answered 409, %d tasks failed by it, %d of the loop in all: want as many, and some", conflicts, untold, retries.Tasks.Failed)
	}
	if orch.Tasks.Succeeded != orch.Tasks.Submitted || orch.Effects[0].Repeated == 0 {
		t.Errorf("with keys %+v, %+v: want all done, and some met again", orch.Tasks, orch.Effects[0])
	}
	for k := range l.state.Strategies {
		for i, p := range l.state.Strategies[k].Promises {
			if p.Twice > 0 {
				t.Errorf("%s: %d of %s made twice", l.world.run.Strategies[k].Name, p.Twice, l.world.run.Effects[l.world.run.Promises[i].Effect].Many)
			}
		}
	}
	// Without the natural key the loop makes it twice.
	sc = parse(t, "microservices", "faults=off", "services.user_service.lost_response.rate=20%", "steps.create_user_account.conflict=off")
	if err := sc.Choose([]string{"naive", "retries"}); err != nil {
		t.Fatal(err)
	}
	if l := run(t, sc, 7); l.state.Strategies[1].Promises[0].Twice < conflicts {
		t.Errorf("without the conflict %d accounts are made twice, want the %d at least that were refused", l.state.Strategies[1].Promises[0].Twice, conflicts)
	}
}

// TestConflictSurvivesKills: a service knows what is there also after our process died.
func TestConflictSurvivesKills(t *testing.T) {
	sc := parse(t, "microservices", "load.tasks=120", "load.duration=6m", "faults=off", "services.user_service.lost_response.rate=30%")
	if err := sc.Choose([]string{"retries", "orchestrated"}); err != nil {
		t.Fatal(err)
	}
	whole := run(t, sc, 5)
	l, _ := crashing(t, sc, 5, 5*event.Second, 9, 20, 15)
	dead := map[int32]bool{}
	for i := range l.events {
		if e := &l.events[i]; e.Class == event.ClassDied {
			dead[e.Task] = true
		}
	}
	if len(dead) == 0 {
		t.Fatal("nothing was in flight at the kills")
	}
	for k := range int8(2) {
		want, got := business(whole, k), business(l, k)
		for task := range want {
			if want[task] != got[task] && !(k == 0 && dead[task]) {
				t.Errorf("%s: task %d: %q after the kills, %q without", l.world.run.Strategies[k].Name, task, got[task], want[task])
			}
		}
	}
}

// TestDegraded (P3-07, P3-14): billing is out all night. Whoever signs up for a free
// plan is done without it; a paid plan is tried, parked, and waits. Preferences that
// cannot be set are the defaults.
func TestDegraded(t *testing.T) {
	sc := parse(t, "microservices", "faults=off", "services.billing_service.windows=outage@0s/4h", "recovery=off", "policies=off")
	if err := sc.Choose([]string{"orchestrated", "degraded"}); err != nil {
		t.Fatal(err)
	}
	l := run(t, sc, 7)
	whole, less := pair(l)
	if whole.Tasks.Parked != 423 {
		t.Errorf("without fallbacks %+v, want all 423 parked", whole.Tasks)
	}
	free := 0
	for task := int32(1); task <= 423; task++ {
		if l.world.payloads.fresh(task).context["plan"] == "free" {
			free++
		}
	}
	if less.Tasks.Succeeded != free || less.Tasks.Parked != 423-free || less.Promises[0].Broken != 0 {
		t.Errorf("with fallbacks %+v, want the %d of the free plan done, the others parked", less.Tasks, free)
	}

	sc = parse(t, "microservices", "faults=off", "services.preferences_service.windows=outage@0s/4h", "recovery=off")
	if err := sc.Choose([]string{"naive", "degraded"}); err != nil {
		t.Fatal(err)
	}
	if _, less := pair(run(t, sc, 7)); less.Tasks.Succeeded != 423 || less.Effects[2].Count != 0 {
		t.Errorf("without preferences %+v, want all done with the defaults", less.Tasks)
	}
}
