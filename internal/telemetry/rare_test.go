package telemetry

import (
	"encoding/hex"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"tasker-sim/internal/event"
)

// TestWorkHandedOver: what a step hands over to another workflow has a span of its
// own, below the attempt that did it, and what the other workflow did is told there.
func TestWorkHandedOver(t *testing.T) {
	s := play(t, "team-scaling", nil, "load.tasks=200")
	r := newReceiver(t)
	send(t, r, s, 1, s.run.Duration)
	byID := map[string]*receivedSpan{}
	for i := range r.spans {
		byID[hex.EncodeToString(r.spans[i].SpanId)] = &r.spans[i]
	}
	children, failed, effects := 0, 0, 0
	for i := range r.spans {
		sp := &r.spans[i]
		if sp.attrs["tasker.operation"] != "tasker.child.execution" {
			continue
		}
		children++
		effects += eventsOf(sp, "effect")
		if sp.Status.Code == tracepb.Status_STATUS_CODE_ERROR {
			failed++
		}
		parent := byID[hex.EncodeToString(sp.ParentSpanId)]
		if parent == nil || parent.attrs["tasker.operation"] != "tasker.step.attempt" || parent.attrs["tasker.attempt"] != sp.attrs["tasker.attempt"] {
			t.Fatalf("%s is not below its attempt", sp.Name)
		}
	}
	n := kinds(s.events)
	wantFailed := 0
	for i := range s.events {
		if e := &s.events[i]; e.Kind == event.ChildEnded && e.Class != "" {
			wantFailed++
		}
	}
	if children != n[event.ChildCreated] || failed != wantFailed || children == 0 || effects == 0 {
		t.Errorf("%d spans, %d of them failed, %d effects; the tape has %d children, %d failed", children, failed, effects, n[event.ChildCreated], wantFailed)
	}
}

// TestEveryStoryIsTold sends each shipped scenario past a receiver: every task is a
// trace, every attempt a span, and nothing is left open but what the run left open.
func TestEveryStoryIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("six runs")
	}
	for name, sets := range map[string][]string{
		"checkout": {"load.tasks=150"}, "data-pipeline": {"load.tasks=30", "load.duration=720h"}, "microservices": {"load.tasks=150"},
		"team-scaling": {"load.tasks=150"}, "observability": {"load.tasks=150"}, "security": {"load.tasks=150"},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, name, nil, sets...)
			r := newReceiver(t)
			send(t, r, s, 1, s.run.Duration)
			tasks, attempts, open := 0, 0, 0
			for i := range r.spans {
				switch sp := &r.spans[i]; sp.attrs["tasker.operation"] {
				case "tasker.task.execution":
					tasks++
				case "tasker.step.attempt":
					attempts++
					if sp.attrs["tasker.unfinished"] == "true" {
						open++
					}
				}
			}
			n := kinds(s.events)
			if tasks != n[event.TaskSubmitted] || attempts != n[event.StepStarted] {
				t.Errorf("%d tasks and %d attempts; the tape has %d and %d", tasks, attempts, n[event.TaskSubmitted], n[event.StepStarted])
			}
			if want := n[event.StepStarted] - n[event.StepSucceeded] - n[event.StepRetrying] - n[event.StepFailed]; open != want {
				t.Errorf("%d attempts are shown as unfinished, %d are", open, want)
			}
		})
	}
}
