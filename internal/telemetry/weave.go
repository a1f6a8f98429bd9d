package telemetry

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"tasker-sim/internal/event"
)

// scope is the instrumentation scope of everything that is sent.
const scope = "tasker-sim"

// weaver makes spans and log records of the events of a run. It is used by one
// goroutine.
type weaver struct {
	run    *event.Run
	epoch  time.Time
	ids    ids
	deck   *deck
	tracer []trace.Tracer // by strategy
	logger []log.Logger   // by strategy
	world  log.Logger     // of what concerns all strategies
	lives  []map[int32]*life
	now    event.Time
}

// newWeaver makes a weaver whose spans and records go to s. share is the share of
// traces that are kept, by their ids.
func newWeaver(run *event.Run, epoch time.Time, share float64, s *sender) *weaver {
	w := &weaver{run: run, epoch: epoch, ids: newIDs(run), deck: &deck{}}
	w.world = newLogger(worldOf(run, epoch), s)
	for i := range run.Strategies {
		res := resourceOf(run, epoch, &run.Strategies[i])
		tp := sdktrace.NewTracerProvider(
			sdktrace.WithIDGenerator(w.deck), sdktrace.WithResource(res), sdktrace.WithSpanProcessor(s),
			sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(share))))
		w.tracer = append(w.tracer, tp.Tracer(scope))
		w.logger = append(w.logger, newLogger(res, s))
		w.lives = append(w.lives, map[int32]*life{})
	}
	return w
}

func newLogger(res *resource.Resource, s *sender) log.Logger {
	return sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithProcessor(s)).Logger(scope)
}

// resourceOf describes a strategy as the service it would be: checkout-naive.
func resourceOf(run *event.Run, epoch time.Time, s *event.Strategy) *resource.Resource {
	return resource.NewSchemaless(append(about(run, epoch),
		attribute.String("service.name", run.Scenario+"-"+s.Name),
		attribute.String("tasker.strategy", s.Name))...)
}

// worldOf describes what concerns all strategies.
func worldOf(run *event.Run, epoch time.Time) *resource.Resource {
	return resource.NewSchemaless(append(about(run, epoch), attribute.String("service.name", run.Scenario))...)
}

// about is what everything from a run bears.
func about(run *event.Run, epoch time.Time) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("service.namespace", "tasker-sim"),
		attribute.String("deployment.environment.name", "simulation"),
		attribute.String("tasker.sim.scenario", run.Scenario),
		attribute.Int64("tasker.sim.seed", int64(run.Seed)),
		attribute.String("tasker.sim.epoch", epoch.UTC().Format(time.RFC3339)),
	}
}

// at is the instant of virtual time as a date.
func (w *weaver) at(t event.Time) time.Time { return w.epoch.Add(t.Duration()) }

// add takes one event in.
func (w *weaver) add(e *event.Event) {
	w.now = max(w.now, e.At)
	if !known(w.run, e) {
		return
	}
	if e.Strategy < 0 || e.Task < 1 {
		w.log(context.Background(), e, nil)
		return
	}
	l := w.lives[e.Strategy][e.Task]
	switch {
	case e.Kind == event.TaskSubmitted && l == nil:
		w.begin(e)
	case l == nil: // it was over, or never begun
	default:
		w.live(l, e)
	}
}

// live takes in an event of a task that has begun.
func (w *weaver) live(l *life, e *event.Event) {
	switch e.Kind {
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		w.log(l.ctx, e, l)
		w.end(l, e)
	case event.TaskParked, event.TaskRedriven:
		w.log(l.ctx, e, l)
		w.pause(l, e)
	case event.StepStarted:
		w.attempt(l, e)
	case event.StepSucceeded, event.StepRetrying, event.StepFailed:
		w.answer(l, e)
	case event.StepDeferred:
		w.deferred(l, e)
	case event.StepSkipped, event.StepFellBack, event.TaskMisrouted:
		w.log(l.ctx, e, l)
		w.remark(l, e)
	case event.WorkBegan, event.WorkDropped:
		w.inLine(l, e)
	case event.ChildCreated, event.ChildMet, event.ChildEnded:
		w.child(l, e)
	case event.EffectMade, event.EffectRepeated:
		w.effect(l, e)
	}
	if l.over && l.open == 0 {
		delete(w.lives[e.Strategy], e.Task)
	}
}

// finish ends every span that is still open: the run is over, or nobody watches
// it any more.
func (w *weaver) finish() {
	for _, lives := range w.lives {
		for _, task := range slices.Sorted(maps.Keys(lives)) {
			lives[task].leave(w.at(w.now))
		}
		clear(lives)
	}
}
