package responder

import (
	"fmt"
	"math"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/logline"
	"tasker-sim/internal/scenario"
)

// execution is one attempt at a step as a span shows it: open from its start.
type execution struct {
	task       int32
	attempt    int16
	start, end event.Time // end is never as long as it is open
	failed     bool
}

// executions are the recent ones of a step, in order of their start.
type executions struct{ list []execution }

// begin opens an execution and forgets those that ended before the instant.
func (x *executions) begin(e *event.Event, before event.Time) {
	x.list = slices.DeleteFunc(x.list, func(o execution) bool { return o.end != never && o.end < before })
	x.list = append(x.list, execution{task: e.Task, attempt: e.Attempt, start: e.At, end: never})
}

func (x *executions) finish(e *event.Event) {
	for i := len(x.list) - 1; i >= 0; i-- {
		if o := &x.list[i]; o.task == e.Task && o.attempt == e.Attempt {
			refused := e.Class == event.ClassDecline || e.Class == event.ClassSoldOut // that is an answer
			o.end, o.failed = e.At, e.Kind != event.StepSucceeded && !refused
			return
		}
	}
}

// drop forgets the executions of a task whose process died.
func (x *executions) drop(task int32) {
	x.list = slices.DeleteFunc(x.list, func(o execution) bool { return o.task == task && o.end == never })
}

// verdict is when it is known whether the execution is slow, and whether it is;
// with errors one that fails counts as slow.
func (o *execution) verdict(over event.Time, errors bool) (at event.Time, slow bool) {
	if o.end != never && o.end-o.start <= over {
		return o.end, errors && o.failed
	}
	return o.start + over, true
}

// slow counts the executions that became slow in [from, to), of all about which
// it became known.
func (x *executions) slow(over event.Time, errors bool, from, to event.Time) (slow, all int) {
	for i := range x.list {
		at, is := x.list[i].verdict(over, errors)
		if at < from || at >= to {
			continue
		}
		all++
		if is {
			slow++
		}
	}
	return slow, all
}

// rule is an alert rule at work.
type rule struct {
	*scenario.AlertRule
	pending event.Time // since when it holds without a break
	fired   event.Time
}

// evaluate looks at every rule. A rule is not looked at before its window is full.
func (d *Desk) evaluate() {
	for i := range d.rules {
		r := &d.rules[i]
		if d.now < r.Window {
			continue
		}
		slow, all := d.steps[r.Step].slow(r.Over, r.Errors, d.now-r.Window, d.now)
		holds := all > 0 && float64(slow) > float64(r.Share*float64(all))
		switch {
		case holds && r.pending == never:
			r.pending = d.now
		case !holds:
			r.pending = never
		}
		switch {
		case holds && r.fired == never && d.now-r.pending >= r.For:
			r.fired = d.now
			what := "took over " + r.Over.Duration().String()
			if r.Errors {
				what = "failed or " + what
			}
			text := fmt.Sprintf("%d of %d executions of %s %s", slow, all, d.run.Steps[r.Step].Name, what)
			d.alert(event.AlertFired, r.Name, r.Step, !r.Raw, text, 0)
		case !holds && r.fired != never:
			d.alert(event.AlertResolved, r.Name, r.Step, !r.Raw, "", d.now-r.fired)
			r.fired = never
		}
	}
}

// alert says that an alarm began or ended; one that calls wakes the responder.
func (d *Desk) alert(kind event.Kind, name string, step int, calls bool, text string, dur event.Time) {
	ev := event.Event{Kind: kind, Class: name, Step: int16(step), Service: event.None, Text: text, Dur: dur}
	if step >= 0 {
		ev.Service = int16(d.run.Steps[step].Service)
	}
	if calls {
		ev.Amount = 1
	}
	d.say(ev)
	if calls && kind == event.AlertFired && d.work.act == "" {
		d.called()
	}
}

// alarmed tells whether an alarm that calls is on.
func (d *Desk) alarmed() bool {
	return d.kpi.fired > 0 || slices.ContainsFunc(d.rules, func(r rule) bool { return !r.Raw && r.fired != never })
}

// conversion is the business's own figure, by buckets.
type conversion struct {
	buckets []bucket
	read    int        // buckets that were published
	next    event.Time // when the next one is
	good    []float64  // of those that were not low
	row     int        // last ones in a row that speak against how things stand
	fired   event.Time // 0: it is not on
}

type bucket struct{ started, done int }

// The mean is taken over so many good buckets, the latest of them left out: an
// incident that begins within a bucket must not lower what it is held against.
const (
	goodBuckets = 8
	leftOut     = 2
)

// bucket is the one that the instant falls into.
func (c *conversion) bucket(at, length event.Time) *bucket {
	i := int(at / length)
	for len(c.buckets) <= i {
		c.buckets = append(c.buckets, bucket{})
	}
	return &c.buckets[i]
}

// ConversionAlert is the name of the alarm on the business's own figure.
const ConversionAlert = "conversion"

// publish makes the next bucket known. As many in a row as make the alarm fire
// make it end; while it is on, the mean that it is held against stays.
func (d *Desk) publish() {
	c, p := &d.kpi, &d.plan.KPI
	b := *c.bucket(event.Time(c.read)*p.Bucket, p.Bucket)
	c.read++
	c.next += p.Bucket
	if b.started == 0 {
		return
	}
	share := float64(b.done) / float64(b.started)
	normal := c.normal()
	low := share <= float64(normal*(1-p.Drop))
	if low == (c.fired > 0) {
		if c.row = 0; !low {
			c.keep(share)
		}
		return
	}
	if c.row++; c.row < p.Buckets {
		return
	}
	c.row = 0
	if low {
		c.fired = d.now
		d.alert(event.AlertFired, ConversionAlert, event.None, true,
			fmt.Sprintf("conversion is down by %.0f %%", math.Round(100*(1-share/normal))), 0)
		return
	}
	d.alert(event.AlertResolved, ConversionAlert, event.None, true, "", d.now-c.fired)
	c.fired = 0
	c.keep(share)
}

// keep adds a good bucket.
func (c *conversion) keep(share float64) {
	if c.good = append(c.good, share); len(c.good) > goodBuckets+leftOut {
		c.good = c.good[1:]
	}
}

// normal is the mean of the good buckets, 0 as long as there are too few.
func (c *conversion) normal() float64 {
	if len(c.good) < 2*leftOut {
		return 0
	}
	sum, known := 0.0, c.good[:len(c.good)-leftOut]
	for _, x := range known {
		sum += x
	}
	return sum / float64(len(known))
}

// minutes is what a service wrote to its log, by minute.
type minutes struct{ list []minute }

type minute struct{ lines, started, ended int }

func (m *minutes) add(e *event.Event) {
	n := logline.Count(e)
	if n == 0 {
		return
	}
	i := int(e.At / event.Minute)
	for len(m.list) <= i {
		m.list = append(m.list, minute{})
	}
	m.list[i].lines += n
	switch e.Kind {
	case event.StepStarted:
		m.list[i].started++
	case event.StepSucceeded, event.StepRetrying, event.StepFailed:
		m.list[i].ended++
	}
}

// sum adds up the whole minutes in [from, to).
func (m *minutes) sum(from, to event.Time) (all minute) {
	for i := int(max(from, 0) / event.Minute); i < len(m.list) && event.Time(i+1)*event.Minute <= to; i++ {
		all.lines += m.list[i].lines
		all.started += m.list[i].started
		all.ended += m.list[i].ended
	}
	return all
}
