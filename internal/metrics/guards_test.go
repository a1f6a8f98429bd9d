package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// guardedShop is the shop with tags, senders, needles and records.
func guardedShop(t *testing.T) *story {
	run := shop()
	run.Tags, run.Senders, run.Needles = []string{"stolen", "rush"}, true, 3
	run.Audit = &event.Audit{Questions: 60, Answered: 1, Unanswered: 31}
	run.Steps[pay].Mechanism = "gate"
	return &story{t: t, s: New(run)}
}

// tag marks a task, as of all strategies.
func (y *story) tag(task int32, name string) *story {
	return y.task(event.TaskTagged, event.None, task, class(name))
}

// TestTags follows two tagged orders: one that is done and one that is refused. An
// order without the tag counts nowhere, and a tag twice only once.
func TestTags(t *testing.T) {
	y := guardedShop(t)
	y.order(1).order(2).order(3).tag(1, "stolen").tag(1, "stolen").tag(2, "stolen").tag(2, "nobody knows")
	y.task(event.EffectMade, naive, 3, at(pay), effect(charge), amount(900))
	y.ok(naive, 1, pay).ok(naive, 1, ship).ok(naive, 1, mail).task(event.TaskSucceeded, naive, 1)
	y.task(event.TaskRejected, orchestrated, 1, at(pay))
	for _, c := range []struct {
		k                            int
		submitted, done, no, running int
		cents                        int64
	}{{naive, 2, 1, 0, 1, 10000}, {orchestrated, 2, 0, 1, 1, 0}} {
		g := y.s.Strategies[c.k].Tagged[0]
		if n := g.Tasks; n.Submitted != c.submitted || n.Succeeded != c.done || n.Rejected != c.no || n.Running != c.running || g.Effects[charge].Amount != c.cents {
			t.Errorf("strategy %d: %+v, %d cents", c.k, n, g.Effects[charge].Amount)
		}
	}
	if n := y.s.Strategies[naive].Tagged[1].Tasks; n != (Tasks{}) {
		t.Errorf("nobody is in a rush: %+v", n)
	}
}

// TestSendersSecretsRecords shows the other figures, each from its own events.
func TestSendersSecretsRecords(t *testing.T) {
	y := guardedShop(t)
	for task, people := range []int16{4, 6} {
		y.task(event.TaskSubmitted, naive, int32(task+1), amount(100), try(people))
		y.task(event.TaskSubmitted, orchestrated, int32(task+1), amount(100), try(1))
	}
	if a, b := y.s.Suspects(naive), y.s.Suspects(orchestrated); a != 5 || b != 1 {
		t.Errorf("an action may have come from %v and %v people, want 5 and 1", a, b)
	}
	y.task(event.SecretSeen, naive, 1, class(event.SinkLog), amount(3)).task(event.SecretSeen, naive, 2, class(event.SinkError), amount(1))
	if a, b := y.s.Leaks(naive), y.s.Leaks(orchestrated); a != 4 || b != 0 {
		t.Errorf("%d and %d secrets seen, want 4 and none", a, b)
	}
	y.ok(orchestrated, 1, pay) // two transitions beside the two submissions
	y.task(event.TrailCounted, orchestrated, 0, class(event.TrailRecords), amount(3))
	y.task(event.TrailCounted, orchestrated, 0, class(event.TrailBytes), amount(900))
	if c := y.s.Coverage(orchestrated); c != 0.75 {
		t.Errorf("coverage %v: 3 records of 4 transitions", c)
	}
	if c := y.s.Coverage(naive); c != 0 {
		t.Errorf("coverage %v without records", c)
	}
	// 60 questions: a quarter at 31 minutes, the rest at one; and all at 31.
	if a, b := y.s.PrepHours(orchestrated), y.s.PrepHours(naive); a != 8.5 || b != 31 {
		t.Errorf("an audit takes %v h and %v h to prepare, want 8.5 and 31", a, b)
	}
	if d := y.s.MechanismTime(orchestrated, "gate"); d != y.s.Strategies[orchestrated].Steps[pay].Spent/2 || d == 0 {
		t.Errorf("the gate takes %v a task", d)
	}
}

// TestLetIn: in a run in which some tasks should not be done, the list of what only
// the first strategy met has those that it did and the last one refused.
func TestLetIn(t *testing.T) {
	y := guardedShop(t)
	y.s.Run.Audit.Never = "stolen"
	y.log = NewLog(y.s.Run, 10)
	y.order(1).order(2).task(event.TaskSucceeded, naive, 1).task(event.TaskRejected, orchestrated, 1, at(pay))
	y.task(event.TaskFailed, naive, 2, at(pay)).task(event.TaskSucceeded, orchestrated, 2)
	if got := y.log.Tasks(FilterOnlyFirst); len(got) != 1 || got[0] != 1 {
		t.Errorf("let in: %v, want order 1", got)
	}
}
