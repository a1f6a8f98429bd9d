package sim

import (
	"fmt"
	"strings"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// durables drives the engine for all durable strategies. Task n of the k-th of m
// durable strategies is the engine's task (n-1)·m + k + 1.
type durables struct {
	w        *World
	lanes    []*durable
	ready    []engine.Attempt
	flying   map[engine.TaskID][]engine.Attempt // attempts in progress, by task
	services int
}

// durable is one strategy on the engine.
type durable struct {
	all      *durables
	lane     int8
	index    int // among the durable lanes
	strategy *scenario.Strategy
}

func newDurables(w *World) *durables {
	return &durables{w: w, services: len(w.services), flying: map[engine.TaskID][]engine.Attempt{}}
}

// add makes the lane of a durable strategy.
func (d *durables) add(lane int, st *scenario.Strategy) *durable {
	l := &durable{all: d, lane: int8(lane), index: len(d.lanes), strategy: st}
	d.lanes = append(d.lanes, l)
	return l
}

// config is the engine's configuration for all the lanes.
func (d *durables) config(store engine.Store) engine.Config {
	cfg := engine.Config{Store: store, Jitter: d.jitter, Observe: d.observe, Fallback: d.fallback}
	for _, l := range d.lanes {
		cfg.Templates = append(cfg.Templates, templates(d.w.sc, l.strategy)...)
		cfg.Services = append(cfg.Services, policies(d.w.sc, l.strategy)...)
		if l.strategy.Recovery {
			cfg.Recovery = engine.Recovery{After: engine.Time(d.w.sc.Recovery.After), Max: d.w.sc.Recovery.Max}
		}
	}
	return cfg
}

// id is the engine's name for a task of the lane.
func (l *durable) id(task int32) engine.TaskID {
	return engine.TaskID(int(task-1)*len(l.all.lanes) + l.index + 1)
}

// lane and task behind an engine's id.
func (d *durables) whose(id engine.TaskID) (*durable, int32) {
	n, m := int(id)-1, len(d.lanes)
	return d.lanes[n%m], int32(n/m) + 1
}

// first is the index in Run.Steps of the first step of the engine's template.
func (d *durables) first(template int) int {
	return d.w.run.Workflows[template%len(d.w.run.Workflows)].First
}

func (d *durables) jitter(a engine.Attempt) float64 {
	_, task := d.whose(a.Task)
	return d.w.jitter(int16(d.first(int(a.Template))+int(a.Step)), task, int16(a.N))
}

// fallback is the lesser output of the attempt's step, if it has one.
func (d *durables) fallback(a engine.Attempt) (output []byte, ok bool) {
	l, task := d.whose(a.Task)
	step := d.first(int(a.Template)) + int(a.Step)
	if !d.w.fallsBack(l.lane, task, int16(step)) {
		return nil, false
	}
	if d.w.disk.keep {
		output = text(d.w.payloads.get(task).fallback(step))
	}
	return output, true
}

func (l *durable) submit(task int32) {
	w := l.all.w
	s := engine.Submission{Pass: w.passes(l.lane, task)}
	if w.disk.keep || w.guards.privacy != nil {
		s.Context = w.guards.rest(l.lane, task, "context", w.payloads.get(task).context)
	}
	if d := w.deadline(l.lane, task); d > 0 {
		s.Deadline = w.engineNow() + engine.Time(d-w.now)
	}
	id, err := w.core.Submit(w.engineNow(), engineRef(l.strategy, &w.sc.Workflows[w.flow(l.lane, task)]), s)
	if err != nil || id != l.id(task) {
		panic(fmt.Sprintf("sim: task %d of %s: engine gave id %d: %v", task, l.strategy.Name, id, err))
	}
	w.guards.sees(l.lane, task, sinkStore, string(s.Context))
}

// claim starts every step that may start now.
func (d *durables) claim() {
	w := d.w
	d.ready = w.core.Claim(w.engineNow(), d.ready[:0])
	for i := range d.ready {
		d.drive(d.ready[i])
	}
}

// drive makes the call of an attempt. Whether an answer arrives in time or not:
// the engine keeps the deadline itself.
func (d *durables) drive(a engine.Attempt) {
	l, task := d.whose(a.Task)
	d.flying[a.Task] = append(d.flying[a.Task], a)
	id := callID{l.lane, task, int16(d.first(int(a.Template)) + int(a.Step)), int16(a.N)}
	d.w.call(id.lane, id.task, id.step, id.attempt, d.w.began(id, a))
}

// land takes the attempt of the call out of those in progress.
func (d *durables) land(id engine.TaskID, step int16) (engine.Attempt, bool) {
	as := d.flying[id]
	for i := range as {
		if int16(d.first(int(as[i].Template))+int(as[i].Step)) == step {
			a := as[i]
			as[i] = as[len(as)-1]
			if len(as) == 1 {
				delete(d.flying, id)
			} else {
				d.flying[id] = as[:len(as)-1]
			}
			return a, true
		}
	}
	return engine.Attempt{}, false
}

func (l *durable) replied(o *occurrence) {
	w := l.all.w
	if w.skew.set && !l.all.flies(l.id(o.task), o) {
		return // the engine's clock was set on: it has given the attempt up
	}
	a, ok := l.all.land(l.id(o.task), o.step)
	if !ok || int16(a.N) != o.attempt {
		panic(fmt.Sprintf("sim: an answer for attempt %d of step %d of task %d, which is not in progress", o.attempt, o.step, o.task))
	}
	var err error
	if o.class == answered {
		var output []byte
		if a.Undo == "" && (w.disk.keep || w.guards.privacy != nil) {
			output = w.guards.rest(l.lane, o.task, w.steps[o.step].Name, w.payloads.get(o.task).output(int(o.step)))
			w.guards.sees(l.lane, o.task, sinkStore, string(output))
		}
		err = w.core.Succeed(w.engineNow(), a, output)
	} else {
		sv := w.steps[o.step].service
		c := &sv.refusals[o.class]
		err = w.core.Fail(w.engineNow(), a, engine.Failure{
			Class: c.Name, Message: w.refusal(o), Permanent: c.Permanent, RetryAfter: engine.Time(c.RetryAfter),
		})
	}
	if err != nil {
		panic(fmt.Sprintf("sim: engine refused the answer for %s: %v", a.Key(), err))
	}
}

func (l *durable) woke(o *occurrence) {
	if o.kind == occCall {
		l.helped(o)
		return
	}
	panic(fmt.Sprintf("sim: %s has no occurrence of kind %d: the engine keeps its own timers", l.strategy.Name, o.kind))
}

// about is an event with what every record tells.
func (d *durables) about(l *durable, task int32, r *engine.Record) event.Event {
	ev := event.Event{Strategy: l.lane, Task: task, Step: event.None, Service: event.None, Effect: event.None, Class: r.Class, Text: r.Text}
	if r.Step >= 0 {
		ev.Step = int16(d.first(int(r.Template)) + int(r.Step))
		ev.Service = int16(d.w.steps[ev.Step].Service)
	}
	ev.Attempt, ev.Due = int16(r.Attempt), event.Time(r.Due)
	if r.Start > 0 || r.Kind != engine.Started {
		ev.Dur = event.Time(r.At - r.Start)
	}
	return ev
}

// observe turns the engine's records into events, one to one.
func (d *durables) observe(r *engine.Record) {
	w := d.w
	if r.Task == 0 {
		d.observeBreaker(r)
		return
	}
	l, task := d.whose(r.Task)
	ev := d.about(l, task, r)
	switch r.Kind {
	case engine.Submitted:
		w.emitSubmitted(l.lane, task)
		return
	case engine.Compensating:
		ev.Kind, ev.Amount, ev.Attempt = event.TaskGivenUp, r.Count, 0
	case engine.Undone:
		ev.Kind = event.StepUndone
	case engine.Passed:
		ev.Kind, ev.Dur = event.StepSkipped, 0
	case engine.Started:
		ev.Kind, ev.Due, ev.Dur = event.StepStarted, 0, 0
	case engine.Succeeded:
		ev.Kind = event.StepSucceeded
	case engine.Checkpointed:
		ev.Kind, ev.Amount, ev.Text, ev.Due = event.StepProgress, r.Count, ofRows(r.Extra), 0
	case engine.Retrying:
		ev.Kind = event.StepRetrying
		d.timedOut(r, &ev)
	case engine.Exhausted, engine.Failed:
		ev.Kind = event.StepFailed
		d.timedOut(r, &ev)
	case engine.Supplied:
		ev.Kind, ev.Attempt, ev.Dur = event.StepFellBack, 0, 0
		ev.Class, ev.Text, _ = strings.Cut(r.Text, ": ")
	case engine.Deferred:
		ev.Kind, ev.Attempt, ev.Dur = event.StepDeferred, 0, 0
	case engine.Parked:
		ev.Kind, ev.Attempt = event.TaskParked, 0
		w.callHelp(&ev)
	case engine.Redriven:
		ev.Kind, ev.Attempt = event.TaskRedriven, 0
		ev.Class = event.ClassOperator
		if r.Class == engine.ByRecovery {
			ev.Class = event.ClassRecovery
		}
	case engine.Completed:
		ev.Kind, ev.Attempt = event.TaskSucceeded, 0
	case engine.Errored:
		ev.Kind, ev.Attempt = w.ending(task, r.Class), 0
	default:
		panic(fmt.Sprintf("sim: no event for the engine's record %s", r.Kind))
	}
	w.book.undos.tell(&ev)
	if w.skew.set {
		w.correct(&ev, event.Time(r.Start))
	}
	w.emit(ev)
}

// timedOut takes an attempt that the engine ended itself out of those in
// progress and says in the service's words what happened.
func (d *durables) timedOut(r *engine.Record, ev *event.Event) {
	if r.Class != engine.ClassTimeout {
		return
	}
	if _, ok := d.land(r.Task, ev.Step); ok {
		waited := event.Time(r.At - r.Start)
		if d.w.skew.set {
			waited = d.w.now - d.w.began(callID{ev.Strategy, ev.Task, ev.Step, ev.Attempt}, engine.Attempt{Start: r.Start})
		}
		ev.Class, ev.Text = event.ClassTimeout, timeoutText(d.w, ev.Step, waited)
	}
}

func (d *durables) observeBreaker(r *engine.Record) {
	ev := event.Event{
		Strategy: d.lanes[int(r.Service)/d.services].lane, Service: int16(int(r.Service) % d.services),
		Step: event.None, Effect: event.None, Due: event.Time(r.Due), Amount: r.Count,
	}
	switch r.Kind {
	case engine.BreakerOpened:
		ev.Kind = event.BreakerOpened
	case engine.BreakerHalfOpened:
		ev.Kind = event.BreakerHalfOpened
	case engine.BreakerClosed:
		ev.Kind, ev.Dur = event.BreakerClosed, event.Time(r.At-r.Start)
	default:
		panic(fmt.Sprintf("sim: no event for the engine's record %s", r.Kind))
	}
	if d.w.skew.set {
		d.w.correct(&ev, event.Time(r.Start))
	}
	d.w.emit(ev)
}
