package telemetry

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"tasker-sim/internal/event"
)

// TestTracesAtAReceiver looks at what a receiver of OTLP gets of a run: one trace
// for each task and strategy, its steps below it, their attempts below these, in
// the numbers of the tape.
func TestTracesAtAReceiver(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	sendTo(t, r, s, 1)
	byID := map[string]*receivedSpan{}
	for i := range r.spans {
		id := hex.EncodeToString(r.spans[i].SpanId)
		if byID[id] != nil {
			t.Fatalf("span id %s came twice", id)
		}
		byID[id] = &r.spans[i]
	}
	var tally struct{ tasks, attempts, good, bad, retries, deferred, effects, parked int }
	for i := range r.spans {
		sp := &r.spans[i]
		if sp.EndTimeUnixNano < sp.StartTimeUnixNano {
			t.Errorf("%s ends before it begins", sp.Name)
		}
		parent := byID[hex.EncodeToString(sp.ParentSpanId)]
		checkParent(t, sp, parent)
		switch sp.attrs["tasker.operation"] {
		case "tasker.task.execution":
			tally.tasks++
			tally.parked += eventsOf(sp, "parked")
		case "tasker.step.execution":
			tally.retries += eventsOf(sp, "retry")
			tally.deferred += eventsOf(sp, "deferred")
		case "tasker.step.attempt":
			tally.attempts++
			if sp.Status.Code == tracepb.Status_STATUS_CODE_OK {
				tally.good++
			} else {
				tally.bad++
			}
		}
		tally.effects += eventsOf(sp, "effect") + eventsOf(sp, "effect repeated")
	}
	n := kinds(s.events)
	want := tally
	want.tasks, want.attempts = n[event.TaskSubmitted], n[event.StepStarted]
	want.good, want.bad = n[event.StepSucceeded], n[event.StepRetrying]+n[event.StepFailed]
	want.retries, want.deferred, want.parked = n[event.StepRetrying], n[event.StepDeferred], n[event.TaskParked]
	want.effects = n[event.EffectMade] + n[event.EffectRepeated]
	if tally != want {
		t.Errorf("spans %+v\ntape  %+v", tally, want)
	}
	if want.retries < 20 || want.deferred == 0 || want.parked == 0 {
		t.Errorf("the run is too tame to show anything: %+v", want)
	}
}

// checkParent wants a task to be a root, a step to be a child of its task and an
// attempt one of its step, within the time of its parent.
func checkParent(t *testing.T, sp, parent *receivedSpan) {
	t.Helper()
	wantOf := map[string]string{
		"tasker.task.execution": "", "tasker.step.execution": "tasker.task.execution", "tasker.step.attempt": "tasker.step.execution",
	}
	want, ok := wantOf[sp.attrs["tasker.operation"]]
	switch {
	case !ok:
		t.Fatalf("span %q is of no known operation", sp.Name)
	case want == "":
		if len(sp.ParentSpanId) != 0 {
			t.Fatalf("task %s has a parent", sp.Name)
		}
		return
	case parent == nil || parent.attrs["tasker.operation"] != want || !bytes.Equal(parent.TraceId, sp.TraceId):
		t.Fatalf("span %q is not below a %s of its trace", sp.Name, want)
	}
	for _, key := range []string{"tasker.correlation_id", "tasker.namespace", "tasker.version", "tasker.task_name", "tasker.task_id"} {
		if sp.attrs[key] == "" || sp.attrs[key] != parent.attrs[key] {
			t.Fatalf("span %q: %s is %q, its parent's %q", sp.Name, key, sp.attrs[key], parent.attrs[key])
		}
	}
	if sp.attrs["tasker.step"] == "" || want == "tasker.step.execution" && sp.attrs["tasker.step"] != parent.attrs["tasker.step"] {
		t.Fatalf("span %q is of step %q below %q", sp.Name, sp.attrs["tasker.step"], parent.attrs["tasker.step"])
	}
	if sp.StartTimeUnixNano < parent.StartTimeUnixNano || want == "tasker.step.execution" && sp.EndTimeUnixNano > parent.EndTimeUnixNano {
		t.Fatalf("span %q is not within its parent's time", sp.Name)
	}
}

func eventsOf(sp *receivedSpan, name string) (n int) {
	for _, e := range sp.Events {
		if e.Name == name {
			n++
		}
	}
	return n
}

// kinds counts events by kind.
func kinds(evs []event.Event) map[event.Kind]int {
	n := map[event.Kind]int{}
	for i := range evs {
		n[evs[i].Kind]++
	}
	return n
}

// TestARetryInATrace reads one trace as a person would in a viewer: a first attempt
// that fails, a wait, a second that goes through.
func TestARetryInATrace(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	sendTo(t, r, s, 1)
	for i := range s.events {
		e := &s.events[i]
		if e.Kind != event.StepRetrying || e.Attempt != 1 {
			continue
		}
		name := s.run.Steps[e.Step].Name
		first := find(t, r, s, e, name+" attempt 1")
		second := find(t, r, s, e, name+" attempt 2")
		at := func(v event.Time) uint64 { return uint64(testEpoch().UnixNano()) + uint64(v)*1000 }
		if first.Status.Code != tracepb.Status_STATUS_CODE_ERROR || !strings.HasPrefix(first.Status.Message, e.Class) || first.attrs["tasker.class"] != e.Class {
			t.Errorf("the first attempt says %v, class %q", first.Status, first.attrs["tasker.class"])
		}
		if first.EndTimeUnixNano != at(e.At) || first.StartTimeUnixNano != at(e.At-e.Dur) {
			t.Errorf("the first attempt is not at its time")
		}
		if first.Kind != tracepb.Span_SPAN_KIND_CLIENT || first.attrs["peer.service"] != s.run.Services[e.Service].Name {
			t.Errorf("the first attempt is %v to %q", first.Kind, first.attrs["peer.service"])
		}
		wait, err := strconv.ParseFloat(second.attrs["tasker.wait_seconds"], 64)
		if got := float64(second.StartTimeUnixNano-first.EndTimeUnixNano) / 1e9; err != nil || got-wait > 1e-6 || wait-got > 1e-6 {
			t.Errorf("the second attempt says it waited %v s, and began %v s later", wait, got)
		}
		if first.resource["service.name"] != "checkout-"+s.run.Strategies[e.Strategy].Name {
			t.Errorf("service %q", first.resource["service.name"])
		}
		return
	}
	t.Fatal("nothing was tried again")
}

// find is the span of that name in the trace of the event's task.
func find(t *testing.T, r *receiver, s *story, e *event.Event, name string) *receivedSpan {
	t.Helper()
	id := newIDs(s.run).trace(e.Strategy, e.Task)
	for i := range r.spans {
		if sp := &r.spans[i]; bytes.Equal(sp.TraceId, id[:]) && sp.Name == name {
			return sp
		}
	}
	t.Fatalf("no span %q in trace %s", name, id)
	return nil
}

// TestLogsBelongToSpans: a record of a task bears the ids of a span that came too,
// and there is one for each event that is worth one.
func TestLogsBelongToSpans(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	sendTo(t, r, s, 1)
	spans := map[string]*receivedSpan{}
	for i := range r.spans {
		spans[string(r.spans[i].TraceId)+string(r.spans[i].SpanId)] = &r.spans[i]
	}
	got := map[string]int{}
	for _, l := range r.logs {
		got[l.EventName]++
		if l.attrs["tasker.task_id"] == "" {
			if len(l.TraceId) != 0 {
				t.Errorf("%q is of no task and has a trace", l.Body.GetStringValue())
			}
			continue
		}
		sp := spans[string(l.TraceId)+string(l.SpanId)]
		switch {
		case sp == nil:
			t.Fatalf("%q: its span did not come", l.Body.GetStringValue())
		case sp.attrs["tasker.correlation_id"] != l.attrs["tasker.correlation_id"]:
			t.Fatalf("%q has the correlation id of another", l.Body.GetStringValue())
		case l.attrs["tasker.attempt"] != sp.attrs["tasker.attempt"]:
			t.Fatalf("%q is of attempt %q, its span of %q", l.Body.GetStringValue(), l.attrs["tasker.attempt"], sp.attrs["tasker.attempt"])
		case l.TimeUnixNano < sp.StartTimeUnixNano || l.TimeUnixNano > sp.EndTimeUnixNano:
			t.Fatalf("%q is not in the time of its span", l.Body.GetStringValue())
		}
		if l.SeverityNumber == logspb.SeverityNumber_SEVERITY_NUMBER_UNSPECIFIED || l.Body.GetStringValue() == "" {
			t.Fatalf("a record without severity or words: %v", l)
		}
	}
	want := map[string]int{}
	for i := range s.events {
		if severity(&s.events[i]) != 0 {
			want["tasker."+s.events[i].Kind.String()]++
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tape (-), receiver (+):\n%s", d)
	}
}

// TestUnfinishedIsVisible cuts a run in its midst: what has begun is sent with the
// time of the cut as its end, and says that it is unfinished.
func TestUnfinishedIsVisible(t *testing.T) {
	s := shortCheckout(t)
	s.events = s.events[:len(s.events)/2]
	r := newReceiver(t)
	sendTo(t, r, s, 1)
	open := 0
	for i := range r.spans {
		sp := &r.spans[i]
		if sp.attrs["tasker.unfinished"] != "true" {
			continue
		}
		if sp.Status.Code != tracepb.Status_STATUS_CODE_ERROR || sp.EndTimeUnixNano != uint64(testEpoch().Add(s.events[len(s.events)-1].At.Duration()).UnixNano()) {
			t.Errorf("%s: %v", sp.Name, sp.Status)
		}
		if sp.attrs["tasker.operation"] == "tasker.step.attempt" {
			open++
		}
	}
	n := kinds(s.events)
	if want := n[event.StepStarted] - n[event.StepSucceeded] - n[event.StepRetrying] - n[event.StepFailed]; open != want || want == 0 {
		t.Errorf("%d attempts are shown as unfinished, %d are", open, want)
	}
}

// TestSameRunSameIDs: sent twice, a run makes the same spans, so that a receiver
// can tell that it has them; with another dial it makes others.
func TestSameRunSameIDs(t *testing.T) {
	s := shortCheckout(t)
	a, b, c := newReceiver(t), newReceiver(t), newReceiver(t)
	sendTo(t, a, s, 1)
	sendTo(t, b, s, 1)
	sendTo(t, c, play(t, "checkout", nil, "load.duration=4m", "load.tasks=150", "retry_limit=2"), 1)
	if d := cmp.Diff(spanLines(a), spanLines(b)); d != "" {
		t.Errorf("first (-), second (+):\n%s", d)
	}
	seen := map[string]bool{}
	for i := range a.spans {
		seen[string(a.spans[i].TraceId)] = true
	}
	for i := range c.spans {
		if seen[string(c.spans[i].TraceId)] {
			t.Fatal("a run with another dial has a trace id of the first")
		}
	}
}

func spanLines(r *receiver) (lines []string) {
	for i := range r.spans {
		sp := &r.spans[i]
		lines = append(lines, fmt.Sprintf("%x %x %x %s %d %d %v", sp.TraceId, sp.SpanId, sp.ParentSpanId, sp.Name, sp.StartTimeUnixNano, sp.EndTimeUnixNano, sp.attrs))
	}
	slices.Sort(lines)
	return lines
}

// TestShareOfTraces: a share of the traces, each of them whole.
func TestShareOfTraces(t *testing.T) {
	s := shortCheckout(t)
	all, some := newReceiver(t), newReceiver(t)
	sendTo(t, all, s, 1)
	sendTo(t, some, s, 0.25)
	size := func(r *receiver) map[string]int {
		n := map[string]int{}
		for i := range r.spans {
			n[string(r.spans[i].TraceId)]++
		}
		return n
	}
	whole, part := size(all), size(some)
	for id, n := range part {
		if whole[id] != n {
			t.Errorf("trace %x has %d of %d spans", id, n, whole[id])
		}
	}
	if share := float64(len(part)) / float64(len(whole)); share < 0.15 || share > 0.35 {
		t.Errorf("%d of %d traces", len(part), len(whole))
	}
	if len(all.logs) != len(some.logs) {
		t.Errorf("%d of %d log records", len(some.logs), len(all.logs))
	}
}

// TestCorrelationID: one id for both lives of an order, in the form of the story.
func TestCorrelationID(t *testing.T) {
	s := shortCheckout(t)
	d := newIDs(s.run)
	seen := map[string]bool{}
	for task := int32(1); task < 2000; task++ {
		id := d.correlation(task, testEpoch().Add(time.Duration(task)*time.Second).UnixMilli())
		if len(strings.Split(id, "_")) != 3 || !strings.HasPrefix(id, "tsk_") || len(id) != len("tsk_m42tvnsw_abcdef") {
			t.Fatalf("correlation id %q", id)
		}
		if seen[id] {
			t.Fatalf("%s came twice", id)
		}
		seen[id] = true
	}
}
