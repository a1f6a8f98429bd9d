package scenario

import "tasker-sim/internal/event"

// incident reads the fault that somebody has to mend; nil: none.
func (r *reader) incident(o *object) *Incident {
	if o == nil {
		return nil
	}
	n := &Incident{}
	service, at := read(o, texts(), field{key: "service", need: true, hide: true, doc: "the service that has it"})
	if service != "" {
		n.Service, _ = r.indexOf("service", service, at, r.s.serviceNames())
	}
	n.At, _ = read(o, times(), field{key: "at", need: true, doc: "when it begins at the earliest"})
	n.Within, _ = read(o, times(), field{key: "within", def: "0s", doc: "the seed draws the begin within this time after it"})
	n.Hang, _ = read(o, rates(), field{key: "hang", need: true, doc: "share of calls that are never answered, once it is full"})
	n.Ramp, _ = read(o, times(), field{key: "ramp", def: "0s", doc: "time over which that share grows from 0; 0s: at once"})
	n.Cause = o.words("cause", "it does not answer", "what the service says when it is asked how it is")
	o.done()
	return n
}

// instrument reads a switch of a strategy that only a responder makes use of.
func (r *reader) instrument(o *object, key, doc string) bool {
	on, _ := read(o, switches(), field{key: key, def: "off", rare: true, doc: doc})
	return on
}

// responder reads how an incident is noticed and mended; nil: nobody watches.
func (r *reader) responder(o *object) *Responder {
	if o == nil {
		return nil
	}
	p := &Responder{}
	p.Every, _ = read(o, times(), field{key: "every", def: "15s", low: float64(event.Second), doc: "distance at which alert rules are evaluated"})
	p.KPI = r.kpi(o.child("kpi", "the alarm on conversion, the business's own figure"))
	p.Search = r.search(o.child("search", "diagnosis without traces: reading logs"))
	p.Path = r.path(o.child("path", "diagnosis with a table of slow steps, traces and health endpoints"))
	p.Sampling, _ = read(o, rates(), field{key: "sampling", def: "100%", doc: "share of tasks whose traces are kept"})
	for _, e := range o.named("alerts", func(n string) string { return "responder.alerts." + n }, "alarms over the executions of a step") {
		p.Alerts = append(p.Alerts, r.alert(e))
	}
	o.done()
	return p
}

func (r *reader) kpi(o *object) KPI {
	var k KPI
	k.Bucket, _ = read(o, times(), field{key: "bucket", def: "15m", low: float64(event.Second), doc: "length of a bucket of the conversion"})
	k.Buckets, _ = read(o, counts(), field{key: "buckets", def: "2", low: 1, high: 100, doc: "buckets in a row that have to be low"})
	k.Drop, _ = read(o, rates(), field{key: "drop", def: "15%", doc: "a bucket is low that much below the mean of the good ones before"})
	k.Late, _ = read(o, times(), field{key: "late", def: "5m", doc: "time from the end of a bucket until it is known"})
	o.done()
	return k
}

func (r *reader) search(o *object) Search {
	var s Search
	s.Triage, _ = read(o, times(), field{key: "triage", def: "10m", doc: "declared: time spent on what is green"})
	s.Window, _ = read(o, times(), field{key: "window", def: "15m", low: float64(event.Minute), doc: "declared: how much of each log is read"})
	s.Speed, _ = read(o, numbers(), field{key: "speed", def: "95", low: 1, high: 1e6, doc: "declared: lines read in a minute"})
	s.Gap, _ = read(o, rates(), field{key: "gap", def: "20%", doc: "declared: share of calls without an end that can be noticed in a log"})
	s.Recognise, _ = read(o, rates(), field{key: "recognise", def: "60%", doc: "declared: chance that it is noticed"})
	s.Fix, _ = read(o, times(), field{key: "fix", def: "6m", doc: "declared: time to mend what was found"})
	o.done()
	return s
}

func (r *reader) path(o *object) Path {
	var p Path
	p.Window, _ = read(o, times(), field{key: "window", def: "2m", low: float64(event.Second), doc: "time that the table of slow steps tells of"})
	p.Dashboard, _ = read(o, times(), field{key: "dashboard", def: "1m", low: float64(event.Second), doc: "declared: time to read the table"})
	p.Trace, _ = read(o, times(), field{key: "trace", def: "1m", low: float64(event.Second), doc: "declared: time to open a trace"})
	p.Health, _ = read(o, times(), field{key: "health", def: "2m", low: float64(event.Second), doc: "declared: time to ask a service how it is"})
	p.DetourFrom, _ = read(o, times(), field{key: "detour_from", def: "3m", low: float64(event.Second), doc: "declared: what a wrong track costs at least"})
	var at place
	p.DetourTo, at = read(o, times(), field{key: "detour_to", def: "8m", doc: "declared: … and at most"})
	if p.DetourTo < p.DetourFrom {
		r.fail(at, "", "%s.detour_to is %s, less than detour_from (%s)", o.path, writeTime(p.DetourTo), writeTime(p.DetourFrom))
	}
	p.Fix, _ = read(o, times(), field{key: "fix", def: "4m", doc: "declared: time to mend what was found"})
	o.done()
	return p
}

// alert reads a rule over the executions of one step.
func (r *reader) alert(o namedObject) AlertRule {
	a := AlertRule{Name: o.name}
	var names []string
	var slow []event.Time
	for i := range r.s.Workflows {
		for j := range r.s.Workflows[i].Steps {
			names = append(names, r.s.Workflows[i].Steps[j].Name)
			slow = append(slow, r.s.Workflows[i].Steps[j].Slow)
		}
	}
	step, at := read(o.object, texts(), field{key: "step", need: true, hide: true, doc: "the step whose executions it watches"})
	over := "5s"
	if step != "" {
		if i, ok := r.indexOf("step", step, at, names); ok {
			a.Step, over = i, writeTime(slow[i])
		}
	}
	a.Over, _ = read(o.object, times(), field{key: "over", def: over, low: 1, doc: "an execution beyond this is slow; by itself the step's own threshold"})
	a.Share, _ = read(o.object, rates(), field{key: "share", def: "10%", doc: "it holds while more than this share is slow"})
	a.Window, _ = read(o.object, times(), field{key: "window", def: "2m", low: float64(event.Second), doc: "… of the executions in this time"})
	a.For, _ = read(o.object, times(), field{key: "for", def: "1m", doc: "it fires when it has held that long"})
	a.Errors, _ = read(o.object, switches(), field{key: "errors", def: "off", rare: true, doc: "executions that fail count as slow ones"})
	a.Raw, _ = read(o.object, switches(), field{key: "raw", def: "off", rare: true, doc: "an alarm of old: it calls nobody, and strategies with metrics do without"})
	o.done()
	return a
}
