package telemetry

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"tasker-sim/internal/event"
)

// What only some scenarios have in their traces: steps that are passed over, lines
// at services, work that is handed over.

// remark tells on the task what became of a step, or of the task, besides.
func (w *weaver) remark(l *life, e *event.Event) {
	name := map[event.Kind]string{event.StepSkipped: "step skipped", event.StepFellBack: "step fell back", event.TaskMisrouted: "misrouted"}[e.Kind]
	var attrs []attribute.KeyValue
	if e.Step >= 0 {
		attrs = append(attrs, keyStep.String(w.run.Steps[e.Step].Name))
	}
	if e.Class != "" {
		attrs = append(attrs, keyClass.String(e.Class))
	}
	l.span.AddEvent(name, trace.WithTimestamp(w.at(e.At)), trace.WithAttributes(attrs...))
}

// inLine tells on the attempt how long its call stood in line.
func (w *weaver) inLine(l *life, e *event.Event) {
	t := l.thread(e)
	if t == nil || t.try == nil {
		return // its caller has given up: nobody sees this
	}
	name := "work began"
	if e.Kind == event.WorkDropped {
		name = "work dropped"
	}
	t.try.AddEvent(name, trace.WithTimestamp(w.at(e.At)), trace.WithAttributes(keyWait.Float64(e.Dur.Seconds()), keyClass.String(e.Class)))
}

// kid is work that a step has handed over and that is not done yet.
type kid struct {
	ctx     context.Context
	span    trace.Span
	step    int16
	attempt int16
}

// child opens and closes the span of work that was handed over: below the attempt
// that did it, and likely to outlive it, since nobody waits.
func (w *weaver) child(l *life, e *event.Event) {
	at := trace.WithTimestamp(w.at(e.At))
	switch e.Kind {
	case event.ChildCreated:
		w.handOver(l, e)
	case event.ChildMet:
		if t := l.thread(e); t != nil && t.try != nil {
			t.try.AddEvent("child met", at)
		}
	case event.ChildEnded:
		i := slices.IndexFunc(l.kids, func(k kid) bool { return k.step == e.Step && k.attempt == e.Attempt })
		if i < 0 {
			return
		}
		k := l.kids[i]
		w.log(k.ctx, e, l)
		if e.Class != "" {
			k.span.SetAttributes(keyClass.String(e.Class), keyErrorType.String(e.Class))
			k.span.SetStatus(codes.Error, problem(e))
		} else {
			k.span.SetStatus(codes.Ok, "")
		}
		k.span.End(at)
		l.kids = slices.Delete(l.kids, i, i+1)
		l.open--
	}
}

func (w *weaver) handOver(l *life, e *event.Event) {
	above := l.ctx
	if t := l.thread(e); t != nil && t.tryCtx != nil {
		above = t.tryCtx
	}
	k := kid{step: e.Step, attempt: e.Attempt}
	attrs := []attribute.KeyValue{keyOperation.String("tasker.child.execution"), keyAttempt.Int(int(e.Attempt))}
	if e.Step >= 0 {
		attrs = append(attrs, keyStep.String(w.run.Steps[e.Step].Name))
	}
	name := e.Text
	if name == "" {
		name = "child"
	}
	k.ctx, k.span = w.start(above, e, e.Step, spanOfChild+int(e.Attempt), name, trace.SpanKindConsumer, l, attrs...)
	w.log(k.ctx, e, l)
	l.kids = append(l.kids, k)
	l.open++
}
