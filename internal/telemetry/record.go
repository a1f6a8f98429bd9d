package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// severity is how loud an event is; 0: it is not logged. A refusal of the business
// is no error.
func severity(e *event.Event) log.Severity {
	if e.Class == event.ClassDecline || e.Class == event.ClassSoldOut {
		return log.SeverityInfo
	}
	if e.Kind == event.ChildEnded && e.Class != "" {
		return log.SeverityError
	}
	switch e.Kind {
	case event.ChildEnded, event.RunStarted, event.RunEnded, event.TaskSubmitted, event.TaskSucceeded, event.TaskDeclined, event.TaskRejected,
		event.TaskRedriven, event.StepDeferred, event.BreakerHalfOpened, event.BreakerClosed, event.FaultEnded,
		event.AlertResolved, event.ResponderActs, event.ResponderFound, event.IncidentMended,
		event.RemedySwitched, event.ChildCreated, event.ReleaseBuilt, event.ReleaseSentBack, event.ReleaseApproved,
		event.ReleaseRegistered, event.CollisionSettled, event.ContractAdapted:
		return log.SeverityInfo
	case event.StepRetrying, event.TaskParked, event.BreakerOpened, event.FaultBegan, event.FaultInjected, event.ProcessDied,
		event.AlertFired, event.StepFellBack, event.ReleaseRefused, event.CollisionNoticed:
		return log.SeverityWarn
	case event.StepFailed, event.TaskFailed:
		return log.SeverityError
	}
	return 0
}

// log writes a record of the event, if it is worth one. ctx holds the span it
// belongs to.
func (w *weaver) log(ctx context.Context, e *event.Event, l *life) {
	level := severity(e)
	if level == 0 {
		return
	}
	var r log.Record
	r.SetTimestamp(w.at(e.At))
	r.SetObservedTimestamp(w.at(e.At))
	r.SetSeverity(level)
	r.SetSeverityText(level.String())
	r.SetEventName("tasker." + e.Kind.String())
	r.SetBody(attribute.StringValue(report.Sentence(w.run, *e)))
	if l != nil {
		r.AddAttributes(l.attrs...)
	}
	r.AddAttributes(w.details(e)...)
	if e.Strategy < 0 {
		w.world.Emit(ctx, r)
		return
	}
	w.logger[e.Strategy].Emit(ctx, r)
}

// details are the fields of an event that say something.
func (w *weaver) details(e *event.Event) []attribute.KeyValue {
	var a []attribute.KeyValue
	if e.Step >= 0 {
		a = append(a, keyStep.String(w.run.Steps[e.Step].Name))
	}
	if e.Attempt > 0 {
		a = append(a, keyAttempt.Int(int(e.Attempt)))
	}
	if e.Service >= 0 {
		a = append(a, keyPeer.String(w.run.Services[e.Service].Name))
	}
	if e.Dur > 0 {
		a = append(a, attribute.Float64("tasker.duration_seconds", e.Dur.Seconds()))
	}
	if e.Due > 0 {
		a = append(a, keyWait.Float64((e.Due - e.At).Seconds()))
	}
	if e.Class != "" {
		a = append(a, keyClass.String(e.Class))
	}
	if e.Text != "" {
		a = append(a, attribute.String("tasker.message", e.Text))
	}
	return a
}
