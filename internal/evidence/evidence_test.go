package evidence_test

import (
	"strings"
	"testing"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/evidence"
	"tasker-sim/internal/metrics"
)

// refunds is a run of two requests, of which the second should not have been made,
// with the trail of the strategy that keeps one.
func refunds() evidence.Source {
	run := &event.Run{
		Scenario: "refunds", Seed: 3, Noun: event.Noun{One: "request", Many: "requests"}, Tasks: 2, Duration: event.Hour,
		Strategies: []event.Strategy{{Name: "naive"}, {Name: "guarded", Durable: true, Mechanisms: []string{"gate"}}},
		Workflows:  []event.Workflow{{Name: "refund", End: 1}}, Steps: []event.Step{{Name: "pay", Limit: 1}}, Services: []event.Service{{Name: "bank"}},
		Tags: []string{"illegitimate"}, Senders: true, Needles: 2, Audit: &event.Audit{Never: "illegitimate"},
	}
	src := evidence.Source{State: metrics.New(run)}
	var chain audit.Chain
	say := func(k event.Kind, strategy int8, task int32, more func(*event.Event)) {
		e := event.Event{Kind: k, Strategy: strategy, Task: task, Step: event.None, Service: event.None, Effect: event.None, At: event.Time(len(src.Rows)) * event.Second}
		if more != nil {
			more(&e)
		}
		src.State.Apply(&e)
		if strategy == 1 && k.Transition() {
			r := audit.Record{Chain: "guarded", At: int64(e.At), Actor: "priya", Action: k.String(), Outcome: "ok", Task: task, Workflow: "refund@1", Data: "restricted"}
			src.Rows = append(src.Rows, chain.Append(&r))
		}
	}
	one := func(e *event.Event) { e.Attempt = 1 }
	for task := int32(1); task <= 2; task++ {
		for k := range int8(2) {
			say(event.TaskSubmitted, k, task, one)
		}
	}
	say(event.TaskTagged, event.None, 2, func(e *event.Event) { e.Class = "illegitimate" })
	pay := func(k event.Kind) func(int8, int32) {
		return func(s int8, task int32) {
			say(k, s, task, func(e *event.Event) { e.Step, e.Service, e.Attempt = 0, 0, 1 })
		}
	}
	for task := int32(1); task <= 2; task++ {
		for k := range int8(2) {
			pay(event.StepStarted)(k, task)
			if k == 1 && task == 2 {
				pay(event.StepFailed)(k, task)
				say(event.TaskRejected, k, task, func(e *event.Event) { e.Step, e.Service = 0, 0 })
				continue
			}
			pay(event.StepSucceeded)(k, task)
			say(event.TaskSucceeded, k, task, nil)
		}
	}
	say(event.TrailCounted, 1, 0, func(e *event.Event) { e.Class, e.Amount = event.TrailRecords, int64(len(src.Rows)) })
	src.Report = audit.Verify(src.Rows, nil)
	src.Stored = []evidence.Stored{{Strategy: "naive", Contexts: 2}, {Strategy: "guarded", Contexts: 2, Sealed: 2}}
	return src
}

// TestPack: the pack of the strategy that let everything through has exceptions,
// that of the other one has none, and neither says that anything passed.
func TestPack(t *testing.T) {
	src := refunds()
	for k, want := range []map[string]int{
		{"logical access": 1, "encryption at rest": 2, "monitoring": 8},
		{},
	} {
		p := evidence.Collect(src, k)
		for _, c := range p.Controls {
			if c.Exceptions != want[c.Label] {
				t.Errorf("strategy %d, %s: %d exceptions of %d, want %d", k, c.Label, c.Exceptions, c.Population, want[c.Label])
			}
		}
		var b strings.Builder
		if err := p.Markdown(&b); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); strings.Contains(text, "passed") || !strings.Contains(text, "nobody has examined it") {
			t.Errorf("strategy %d:\n%s", k, text)
		}
	}
	p := evidence.Collect(src, 1)
	if p.Answered != 10 || p.Questions != 10 || p.Samples[1].Outcome != "rejected (ok)" || p.Samples[1].Who != "priya" {
		t.Errorf("%d of %d questions answered, %+v", p.Answered, p.Questions, p.Samples)
	}
	if p := evidence.Collect(src, 0); p.Head != "" || p.Questions != 0 {
		t.Errorf("a strategy without records: %+v", p)
	}
}
