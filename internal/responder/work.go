package responder

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/logline"
)

// work is what the responder is doing; act is empty while there is nothing to do.
type work struct {
	act     string
	due     event.Time
	service int // at which they look, or event.None
	step    int // which the table or a trace named, or event.None
	seen    minute
}

// begin starts something.
func (d *Desk) begin(w work, length event.Time, lines int) {
	w.due = d.now + length
	d.work = w
	d.say(event.Event{
		Kind: event.ResponderActs, Class: w.act, Service: int16(w.service), Step: int16(w.step), Dur: length, Due: w.due, Amount: int64(lines),
	})
}

// found says what the present work came to; on: it leads to the next.
func (d *Desk) found(on bool, text string) {
	ev := event.Event{Kind: event.ResponderFound, Class: d.work.act, Service: int16(d.work.service), Step: int16(d.work.step), Text: text}
	if on {
		ev.Amount = 1
	}
	d.say(ev)
}

// called: somebody is woken up. What they begin with depends on what they have.
func (d *Desk) called() {
	d.order = nil
	clear(d.cleared)
	if d.metrics || d.traces {
		d.look()
		return
	}
	d.begin(work{act: event.ActTriage, service: event.None, step: event.None}, d.plan.Search.Triage, 0)
}

// look opens the table of slow steps or, without metrics, any slow task's trace.
func (d *Desk) look() {
	if d.metrics {
		d.begin(work{act: event.ActDashboard, service: event.None, step: event.None}, d.plan.Path.Dashboard, 0)
		return
	}
	d.trace(event.None)
}

func (d *Desk) trace(step int) {
	d.begin(work{act: event.ActTrace, service: event.None, step: step}, d.plan.Path.Trace, 0)
}

// read opens the log of a service.
func (d *Desk) read(service int) {
	p := &d.plan.Search
	to := d.now / event.Minute * event.Minute
	from := max(0, to-p.Window)
	seen := d.logs[service].sum(from, to)
	seen.lines += logline.Chatter(&d.run.Services[service], from, to)
	length := event.Time(math.Round(float64(float64(seen.lines)/p.Speed) * float64(event.Minute)))
	d.opened++
	d.begin(work{act: event.ActLog, service: service, step: event.None, seen: seen}, max(length, event.Second), seen.lines)
}

// readOn opens the next log in the order of this round, which is drawn.
func (d *Desk) readOn() {
	if len(d.order) == 0 {
		for i := range d.run.Services {
			d.order = append(d.order, i)
		}
		for i := len(d.order) - 1; i > 0; i-- {
			j := int(d.world.Roll("order", d.opened*len(d.order)+i) * float64(i+1))
			d.order[i], d.order[j] = d.order[j], d.order[i]
		}
	}
	next := d.order[0]
	d.order = d.order[1:]
	d.read(next)
}

// conclude ends the present work and begins the next.
func (d *Desk) conclude() {
	switch w := d.work; w.act {
	case event.ActTriage:
		d.found(false, fmt.Sprintf("all %d services answer their health checks", len(d.run.Services)))
		d.readOn()
	case event.ActLog:
		d.concludeLog()
	case event.ActDashboard:
		d.concludeDashboard()
	case event.ActTrace:
		d.concludeTrace()
	case event.ActHealth:
		d.concludeHealth()
	case event.ActDetour:
		if !d.standDown() {
			d.look()
		}
	case event.ActFix:
		d.work = work{}
		if _, sick := d.world.Sick(w.service, d.now); sick {
			d.say(event.Event{Kind: event.IncidentMended, Service: int16(w.service), Step: event.None})
		}
	}
}

// standDown ends the work if no alarm is on any more.
func (d *Desk) standDown() bool {
	if d.alarmed() {
		return false
	}
	d.work = work{act: event.ActStandDown, service: event.None, step: event.None}
	d.found(false, "nothing is wrong any more")
	d.work = work{}
	return true
}

// concludeLog: a gap between calls that began and calls that ended can be
// noticed, if it is wide enough, with some luck. There is no line that says it.
func (d *Desk) concludeLog() {
	p, w := &d.plan.Search, d.work
	gap := 0.0
	if w.seen.started > 0 {
		gap = 1 - float64(w.seen.ended)/float64(w.seen.started)
	}
	if gap >= p.Gap && d.world.Roll("recognise", d.opened) < p.Recognise {
		d.found(true, fmt.Sprintf("%d calls began, %d ended", w.seen.started, w.seen.ended))
		d.fix(w.service, p.Fix)
		return
	}
	d.found(false, "nothing noticed")
	switch {
	case d.standDown():
	case d.metrics:
		d.look()
	default:
		d.readOn()
	}
}

func (d *Desk) fix(service int, length event.Time) {
	d.begin(work{act: event.ActFix, service: service, step: event.None}, length, 0)
}

// concludeDashboard goes on with the top row of the table, without the steps
// whose services were found well.
func (d *Desk) concludeDashboard() {
	top, slow, all := event.None, 0, 0
	for i := range d.steps {
		s, n := d.steps[i].slow(d.run.Steps[i].Slow, true, d.now-d.plan.Path.Window, d.now)
		if !d.cleared[i] && s > 0 && (top == event.None || s*all > slow*n) {
			top, slow, all = i, s, n
		}
	}
	if top == event.None {
		d.found(false, "no step is slow")
		if !d.standDown() {
			clear(d.cleared)
			d.look()
		}
		return
	}
	d.work.step, d.work.service = top, d.run.Steps[top].Service
	d.found(true, fmt.Sprintf("top of the table: %s, %d of %d failed or over %s", d.run.Steps[top].Name, slow, all, d.run.Steps[top].Slow.Duration()))
	switch {
	case d.standDown():
	case d.traces:
		d.trace(top)
	default:
		d.read(d.run.Steps[top].Service)
	}
}

// concludeTrace opens the latest slow execution whose trace is kept.
func (d *Desk) concludeTrace() {
	step, o := d.slowest(d.work.step)
	if o == nil {
		d.found(false, "no trace of a slow task is kept yet")
		if !d.standDown() {
			d.trace(d.work.step)
		}
		return
	}
	d.work.step, d.work.service = step, d.run.Steps[step].Service
	d.found(true, fmt.Sprintf("%s %d: %s %s", d.run.Noun.One, o.task, d.run.Steps[step].Name, d.fate(o)))
	d.begin(work{act: event.ActHealth, service: d.run.Steps[step].Service, step: step}, d.plan.Path.Health, 0)
}

// fate is what a trace shows of an execution.
func (d *Desk) fate(o *execution) string {
	switch {
	case o.end == never:
		return "open for " + whole(d.now-o.start)
	case o.failed:
		return "failed after " + whole(o.end-o.start)
	}
	return "took " + whole(o.end-o.start)
}

// whole writes a time in whole seconds.
func whole(t event.Time) string { return (t / event.Second * event.Second).Duration().String() }

// slowest is the latest slow execution of a step, or of any, whose trace is kept.
func (d *Desk) slowest(of int) (step int, latest *execution) {
	for i := range d.steps {
		if of != event.None && i != of || d.cleared[i] {
			continue
		}
		for j := range d.steps[i].list {
			o := &d.steps[i].list[j]
			if at, slow := o.verdict(d.run.Steps[i].Slow, true); !slow || at >= d.now || !d.run.Watch.Kept(o.task) {
				continue
			}
			if latest == nil || o.start > latest.start {
				step, latest = i, o
			}
		}
	}
	return step, latest
}

// concludeHealth asks the service itself.
func (d *Desk) concludeHealth() {
	w := d.work
	says, sick := d.world.Sick(w.service, d.now)
	if d.found(sick, says); sick {
		d.fix(w.service, d.plan.Path.Fix)
		return
	}
	d.cleared[w.step] = true
	if d.standDown() {
		return
	}
	p := &d.plan.Path
	d.detours++
	length := p.DetourFrom + event.Time(math.Round(float64(d.world.Roll("detour", d.detours)*float64(p.DetourTo-p.DetourFrom))))
	d.begin(work{act: event.ActDetour, service: event.None, step: event.None}, length, 0)
}
