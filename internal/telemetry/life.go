package telemetry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"tasker-sim/internal/event"
)

// Attribute keys.
const (
	keyCorrelation = attribute.Key("tasker.correlation_id")
	keyNamespace   = attribute.Key("tasker.namespace")
	keyTaskName    = attribute.Key("tasker.task_name")
	keyVersion     = attribute.Key("tasker.version")
	keyTaskID      = attribute.Key("tasker.task_id")
	keyStep        = attribute.Key("tasker.step")
	keyAttempt     = attribute.Key("tasker.attempt")
	keyLimit       = attribute.Key("tasker.retry_limit")
	keyClass       = attribute.Key("tasker.class")
	keyWait        = attribute.Key("tasker.wait_seconds")
	keyStatus      = attribute.Key("tasker.status")
	keyUnfinished  = attribute.Key("tasker.unfinished")
	keyOperation   = attribute.Key("tasker.operation")
	keyPeer        = attribute.Key("peer.service")
	keyErrorType   = attribute.Key("error.type")
)

// life is a task of which something is still to be told.
type life struct {
	ctx   context.Context // of its span
	span  trace.Span
	attrs []attribute.KeyValue // what all its spans and records bear
	first int                  // of its workflow's steps
	steps []thread
	over  bool
	open  int // attempts without an answer, and children that run
	kids  []kid
}

// thread is a step of a task.
type thread struct {
	ctx     context.Context
	span    trace.Span // nil: not open
	rounds  int        // spans so far
	since   event.Time // when it began to wait
	waiting bool
	try     trace.Span // the attempt without an answer; nil: none
	tryCtx  context.Context
}

// begin opens the trace of a task.
func (w *weaver) begin(e *event.Event) {
	wf := &w.run.Workflows[workflowOf(w.run, e)]
	l := &life{first: wf.First, steps: make([]thread, wf.End-wf.First)}
	l.attrs = []attribute.KeyValue{
		keyCorrelation.String(w.ids.correlation(e.Task, w.at(e.At).UnixMilli())),
		keyNamespace.String(wf.Namespace), keyTaskName.String(wf.Name), keyVersion.String(wf.Version),
		keyTaskID.Int64(int64(e.Task)),
	}
	w.deck.trace = w.ids.trace(e.Strategy, e.Task)
	l.ctx, l.span = w.start(context.Background(), e, -1, spanOfTask, wf.Namespace+"/"+wf.Name, trace.SpanKindServer, l,
		keyOperation.String("tasker.task.execution"))
	w.lives[e.Strategy][e.Task] = l
	w.log(l.ctx, e, l)
}

// start opens a span with an id of its own.
func (w *weaver) start(ctx context.Context, e *event.Event, step int16, part int, name string, kind trace.SpanKind, l *life, more ...attribute.KeyValue) (context.Context, trace.Span) {
	w.deck.span = w.ids.span(e.Strategy, e.Task, step, part)
	return w.tracer[e.Strategy].Start(ctx, name, trace.WithTimestamp(w.at(e.At)), trace.WithSpanKind(kind),
		trace.WithAttributes(l.attrs...), trace.WithAttributes(more...))
}

// thread is where the event's step stands; nil if the step is none of the task's.
func (l *life) thread(e *event.Event) *thread {
	if i := int(e.Step) - l.first; e.Step >= 0 && i >= 0 && i < len(l.steps) {
		return &l.steps[i]
	}
	return nil
}

// open opens the span of a step, unless it is.
func (w *weaver) open(l *life, t *thread, e *event.Event) {
	if t.span != nil {
		return
	}
	step := &w.run.Steps[e.Step]
	t.ctx, t.span = w.start(l.ctx, e, e.Step, spanOfStep+t.rounds, step.Name, trace.SpanKindInternal, l,
		keyOperation.String("tasker.step.execution"), keyStep.String(step.Name), keyLimit.Int(step.Limit))
	t.rounds++
}

// attempt opens the span of an attempt.
func (w *weaver) attempt(l *life, e *event.Event) {
	t := l.thread(e)
	if t == nil {
		return
	}
	if t.try != nil {
		t.leave(w.at(e.At)) // nobody heard of its answer
		l.open--
	}
	w.open(l, t, e)
	attrs := []attribute.KeyValue{
		keyOperation.String("tasker.step.attempt"), keyStep.String(w.run.Steps[e.Step].Name), keyAttempt.Int(int(e.Attempt)),
		keyPeer.String(serviceName(w.run, int(e.Service))),
	}
	if t.waiting {
		attrs = append(attrs, keyWait.Float64((e.At - t.since).Seconds()))
		t.waiting = false
	}
	name := fmt.Sprintf("%s attempt %d", w.run.Steps[e.Step].Name, e.Attempt)
	t.tryCtx, t.try = w.start(t.ctx, e, e.Step, int(e.Attempt), name, trace.SpanKindClient, l, attrs...)
	l.open++
}

// answer closes the span of an attempt, and that of the step if it is over.
func (w *weaver) answer(l *life, e *event.Event) {
	t := l.thread(e)
	if t == nil || t.try == nil {
		return
	}
	w.log(t.tryCtx, e, l)
	end := trace.WithTimestamp(w.at(e.At))
	defer func() {
		t.try.End(end)
		t.try = nil
		l.open--
	}()
	if e.Kind == event.StepSucceeded {
		t.try.SetStatus(codes.Ok, "")
		t.close(codes.Ok, "", end)
		return
	}
	bad(t.try, e, end)
	if e.Kind == event.StepFailed {
		bad(t.span, e, end)
		t.close(codes.Error, problem(e), end)
		return
	}
	t.since, t.waiting = e.At, true
	t.span.AddEvent("retry", end, trace.WithAttributes(keyAttempt.Int(int(e.Attempt)), keyClass.String(e.Class), keyWait.Float64((e.Due-e.At).Seconds())))
}

// bad marks a span whose call failed.
func bad(s trace.Span, e *event.Event, at trace.SpanEventOption) {
	s.SetAttributes(keyClass.String(e.Class), keyErrorType.String(e.Class))
	s.SetStatus(codes.Error, problem(e))
	s.AddEvent("exception", at, trace.WithAttributes(attribute.String("exception.type", e.Class), attribute.String("exception.message", e.Text)))
}

// problem is what went wrong, in a line.
func problem(e *event.Event) string {
	return strings.Trim(e.Class+": "+e.Text, ": ")
}

// close ends the span of the step.
func (t *thread) close(code codes.Code, why string, end trace.SpanEndOption) {
	t.span.SetStatus(code, why)
	t.span.End(end)
	t.span, t.waiting = nil, false
}

// deferred tells that a step has to wait although it could start.
func (w *weaver) deferred(l *life, e *event.Event) {
	t := l.thread(e)
	if t == nil {
		return
	}
	w.open(l, t, e)
	w.log(t.ctx, e, l)
	if !t.waiting {
		t.since, t.waiting = e.At, true
	}
	t.span.AddEvent("deferred", trace.WithTimestamp(w.at(e.At)), trace.WithAttributes(
		keyPeer.String(serviceName(w.run, int(e.Service))), keyWait.Float64((e.Due-e.At).Seconds())))
}

// effect tells on the attempt what it did to the world. One that shows itself
// after the answer is told on the task.
func (w *weaver) effect(l *life, e *event.Event) {
	span := l.span
	switch t := l.thread(e); {
	case t != nil && t.try != nil:
		span = t.try
	case t == nil && len(l.kids) > 0: // a step of work that was handed over
		span = l.kids[0].span
	}
	if e.Effect < 0 {
		return
	}
	name := "effect"
	if e.Kind == event.EffectRepeated {
		name = "effect repeated"
	}
	span.AddEvent(name, trace.WithTimestamp(w.at(e.At)), trace.WithAttributes(
		attribute.String("tasker.effect", w.run.Effects[e.Effect].Name), attribute.Int64("tasker.amount", e.Amount), keyAttempt.Int(int(e.Attempt))))
}

// pause tells on the task that it was parked or goes on.
func (w *weaver) pause(l *life, e *event.Event) {
	name := "parked"
	if e.Kind == event.TaskRedriven {
		name = "redriven"
	}
	at := w.at(e.At)
	l.span.AddEvent(name, trace.WithTimestamp(at), trace.WithAttributes(keyClass.String(e.Class), keyPeer.String(serviceName(w.run, int(e.Service)))))
	if e.Class == event.ClassDied {
		l.leaveSteps(at)
	}
}

// end closes the span of a task. Attempts that are still on their way have their
// answer yet to come, unless their process died.
func (w *weaver) end(l *life, e *event.Event) {
	at := w.at(e.At)
	s := statusOf(e.Kind)
	l.span.SetAttributes(keyStatus.String(s.String()))
	switch s {
	case failed:
		l.span.SetAttributes(keyClass.String(e.Class), keyErrorType.String(e.Class))
		l.span.SetStatus(codes.Error, problem(e))
	default:
		l.span.SetStatus(codes.Ok, "")
	}
	if e.Class == event.ClassDied {
		l.leaveSteps(at)
	}
	for i := range l.steps {
		if t := &l.steps[i]; t.span != nil && t.try == nil {
			t.close(codes.Error, "the task ended", trace.WithTimestamp(at))
		}
	}
	l.span.End(trace.WithTimestamp(at))
	l.over = true
}

// leave ends what is open of a task, marked as unfinished.
func (l *life) leave(at time.Time) {
	l.leaveSteps(at)
	for _, k := range l.kids {
		unfinished(k.span, at)
	}
	if !l.over {
		unfinished(l.span, at)
	}
}

func (l *life) leaveSteps(at time.Time) {
	for i := range l.steps {
		t := &l.steps[i]
		if t.try != nil {
			l.open--
			t.leave(at)
		}
		if t.span != nil {
			unfinished(t.span, at)
			t.span = nil
		}
	}
}

// leave ends the attempt that is under way.
func (t *thread) leave(at time.Time) {
	unfinished(t.try, at)
	t.try = nil
}

// unfinished ends a span that had no end of its own.
func unfinished(s trace.Span, at time.Time) {
	s.SetAttributes(keyUnfinished.Bool(true))
	s.SetStatus(codes.Error, "unfinished")
	s.End(trace.WithTimestamp(at))
}
