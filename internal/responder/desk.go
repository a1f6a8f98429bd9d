package responder

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// World is what a responder may ask beside looking at events.
type World interface {
	// Roll is uniform in [0,1) for the key (what, n).
	Roll(what string, n int) float64
	// Sick tells whether the service has the incident at the instant, and what it
	// says when it is asked how it is.
	Sick(service int, at event.Time) (says string, is bool)
}

// Desk is the responder of one strategy.
type Desk struct {
	run      *event.Run
	plan     *scenario.Responder
	world    World
	strategy int8
	metrics  bool
	traces   bool

	now     event.Time // everything due up to here was done
	out     []event.Event
	kpi     conversion
	steps   []executions // in the order of Run.Steps
	logs    []minutes    // in the order of Run.Services
	rules   []rule
	kept    event.Time // executions that ended before this long ago are forgotten
	ticks   event.Time // the next instant at which rules are evaluated
	work    work
	opened  int // logs that were opened so far, over the whole run
	detours int
	order   []int // services still to be searched in this round
	cleared []bool
}

// New makes the desk of a strategy at the beginning of a run.
func New(run *event.Run, plan *scenario.Responder, strategy int, world World) *Desk {
	d := &Desk{
		run: run, plan: plan, world: world, strategy: int8(strategy),
		metrics: run.Strategies[strategy].Metrics, traces: run.Strategies[strategy].Traces && plan.Sampling > 0,
		steps: make([]executions, len(run.Steps)), logs: make([]minutes, len(run.Services)),
		cleared: make([]bool, len(run.Steps)), ticks: plan.Every, kept: plan.Path.Window,
	}
	d.kpi.next = plan.KPI.Bucket + plan.KPI.Late
	for i := range plan.Alerts {
		a := &plan.Alerts[i]
		if a.Raw == d.metrics {
			continue
		}
		d.rules = append(d.rules, rule{AlertRule: a, pending: never, fired: never})
		d.kept = max(d.kept, a.Window)
	}
	return d
}

// never is an instant that has not come.
const never = event.Time(-1)

// Next is the instant at which the desk has something to do by itself.
func (d *Desk) Next() event.Time {
	t := min(d.ticks, d.kpi.next)
	if d.work.act != "" {
		t = min(t, d.work.due)
	}
	return t
}

// Until lets the desk do everything that is due up to and including the instant.
// It decides by what happened before, not by what else happens at that instant.
func (d *Desk) Until(t event.Time) {
	for at := d.Next(); at <= t; at = d.Next() {
		d.now = at
		if at == d.kpi.next {
			d.publish()
		}
		if at == d.ticks {
			d.ticks += d.plan.Every
			d.evaluate()
		}
		if d.work.act != "" && d.work.due == at {
			d.conclude()
		}
	}
	d.now = max(d.now, t)
}

// Note folds an event of the strategy. Those of the desk itself are left out: it
// knows what it did.
func (d *Desk) Note(e *event.Event) {
	d.Until(e.At)
	switch e.Kind {
	case event.TaskSubmitted:
		d.kpi.bucket(e.At, d.plan.KPI.Bucket).started++
	case event.TaskSucceeded:
		d.kpi.bucket(e.At, d.plan.KPI.Bucket).done++
	case event.StepStarted:
		d.steps[e.Step].begin(e, d.now-d.kept)
	case event.StepSucceeded, event.StepRetrying, event.StepFailed:
		d.steps[e.Step].finish(e)
	case event.TaskFailed, event.TaskParked:
		if e.Class == event.ClassDied {
			for i := range d.steps {
				d.steps[i].drop(e.Task)
			}
		}
	}
	if e.Service >= 0 {
		d.logs[e.Service].add(e)
	}
}

// Take hands over what the desk did since the last call.
func (d *Desk) Take() []event.Event {
	out := d.out
	d.out = nil
	return out
}

// say puts an event of the present instant on the way.
func (d *Desk) say(ev event.Event) {
	ev.At, ev.Strategy, ev.Effect = d.now, d.strategy, event.None
	d.out = append(d.out, ev)
}
