package telemetry

import (
	"tasker-sim/internal/event"
)

// sample is the value of one series at an instant.
type sample struct {
	family id
	labels []string // values, in the order of the family's names
	value  float64
	hist   buckets // of a histogram
}

// reading is every series at an instant, the series of a family together.
type reading struct {
	at      event.Time
	samples [familyEnd][]sample
}

// read copies the tally: what it returns is not written to any more.
func (t *tally) read() *reading {
	r := &reading{at: t.now}
	for i := range t.columns {
		strategy, c := t.run.Strategies[i].Name, &t.columns[i]
		for w := range c.tasks {
			r.tasks(t.run, strategy, w, &c.tasks[w])
		}
		for s := range c.steps {
			r.step(t.run, strategy, s, &c.steps[s])
		}
		r.services(t.run, strategy, c)
		r.others(t.run, strategy, c)
	}
	for i, n := range t.faults {
		r.put(simFaults, float64(n), t.run.Services[i].Name)
	}
	r.put(simDeaths, float64(t.deaths))
	r.put(simTime, t.now.Seconds())
	return r
}

func (r *reading) put(f id, v float64, labels ...string) {
	r.samples[f] = append(r.samples[f], sample{family: f, labels: labels, value: v})
}

func (r *reading) putHist(f id, b *buckets, labels ...string) {
	r.samples[f] = append(r.samples[f], sample{family: f, labels: labels, hist: b.copied()})
}

func (r *reading) tasks(run *event.Run, strategy string, workflow int, n *taskCount) {
	w := &run.Workflows[workflow]
	with := func(more ...string) []string {
		return append([]string{strategy, w.Namespace, w.Name, w.Version}, more...)
	}
	r.put(tasksStarted, float64(n.started), with()...)
	r.put(tasksParked, float64(n.parked), with()...)
	r.put(tasksRunning, float64(n.running), with()...)
	r.put(tasksParkedNow, float64(n.parkedNow), with()...)
	r.put(revenue, float64(n.processed), with("processed")...)
	r.put(revenue, float64(n.lost), with("loss")...)
	for s := range statusEnd {
		r.put(tasksEnded, float64(n.ended[s]), with(s.String())...)
		r.putHist(taskDuration, &n.duration[s], with(s.String())...)
	}
	for i, cause := range causes() {
		r.put(tasksRedriven, float64(n.redriven[i]), with(cause)...)
	}
}

func (r *reading) step(run *event.Run, strategy string, step int, n *stepCount) {
	st := &run.Steps[step]
	w := &run.Workflows[st.Workflow]
	with := func(more ...string) []string {
		return append([]string{strategy, w.Namespace, w.Name, w.Version, st.Name, serviceName(run, st.Service)}, more...)
	}
	r.put(stepAttempts, float64(n.attempts), with()...)
	r.put(stepRetries, float64(n.retries), with()...)
	r.put(stepDeferred, float64(n.deferred), with()...)
	r.put(stepSkipped, float64(n.skipped), with()...)
	r.put(stepRunning, float64(n.running), with()...)
	r.putHist(stepDuration, &n.duration, with()...)
	r.put(stepFallbacks, float64(n.fallbacks), with()...)
	for _, f := range n.failures {
		r.put(stepFailures, f.n, with(f.one, f.two)...)
	}
	for _, c := range n.children {
		r.put(children, c.n, with(c.one)...)
	}
}

func (r *reading) services(run *event.Run, strategy string, c *column) {
	for i := range c.effects {
		for s := range run.Services {
			service, effect := run.Services[s].Name, run.Effects[i].Name
			if n := c.effects[i].made[s]; n > 0 {
				r.put(effects, float64(n), strategy, service, effect)
			}
			if n := c.effects[i].repeated[s]; n > 0 {
				r.put(effectsRepeated, float64(n), strategy, service, effect)
			}
		}
	}
	for _, a := range c.alerts {
		firing := 0.0
		if a.firing {
			firing = 1
		}
		r.put(alertsFired, float64(a.fired), strategy, a.name)
		r.put(alertsFiring, firing, strategy, a.name)
	}
	for s := range c.breakers {
		r.put(breakerOpened, float64(c.breakers[s].opened), strategy, run.Services[s].Name)
		r.put(breakerState, float64(c.breakers[s].state), strategy, run.Services[s].Name)
	}
}

// others are the series that only some scenarios have.
func (r *reading) others(run *event.Run, strategy string, c *column) {
	for s := range c.work {
		w := &c.work[s]
		for _, o := range w.outcomes {
			r.put(work, o.n, strategy, run.Services[s].Name, o.one)
		}
		if w.wait.n != nil {
			r.putHist(workWait, &w.wait, strategy, run.Services[s].Name)
		}
	}
	for _, w := range c.releases {
		r.put(releases, w.n, strategy, w.one, w.two)
	}
	for _, w := range c.trail {
		r.put(auditTrail, w.n, strategy, w.one)
	}
	for _, w := range c.secrets {
		r.put(simSecrets, w.n, strategy, w.one)
	}
	if c.misrouted > 0 {
		r.put(simMisrouted, float64(c.misrouted), strategy)
	}
}

// serviceName is the name of a service, "" if there is none.
func serviceName(run *event.Run, i int) string {
	if i < 0 || i >= len(run.Services) {
		return ""
	}
	return run.Services[i].Name
}
