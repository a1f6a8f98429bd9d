package sim

import (
	"slices"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// Describe is the description of the run that the scenario and the options make.
func Describe(sc *scenario.Scenario, opts Options) *event.Run {
	run := &event.Run{
		Schema: event.Schema, Scenario: sc.Name, Title: sc.Title, Noun: sc.Noun, Seed: opts.Seed,
		Tasks: sc.Load.Tasks, Duration: sc.Load.Duration,
		Effects: sc.Effects, Promises: sc.Promises, Impact: sc.Impact, Claims: sc.Claims, Beats: sc.Beats,
		Source: sc.Text, Sets: sc.Sets, Journal: opts.Journal,
	}
	for i := range sc.Tags {
		run.Tags = append(run.Tags, sc.Tags[i].Name)
	}
	run.Senders, run.Audit = sc.Identity != nil, audited(sc)
	if sc.Privacy != nil {
		run.Needles = len(sc.Privacy.Needles)
	}
	if sc.Load.Every > 0 {
		run.Schedule = &event.Schedule{Every: sc.Load.Every, Begins: sc.Load.Begins}
	}
	if run.Deadline = sc.Load.Deadline; sc.Load.Patience != event.Patience {
		run.Patience = sc.Load.Patience
	}
	if l := sc.Releases; l != nil {
		run.Releases = describeReleases(l)
	}
	for i := range sc.Strategies {
		s := &sc.Strategies[i]
		st := event.Strategy{Name: s.Name, Title: s.Title, Durable: s.Engine, Keyed: s.Keys, Retries: s.Retries}
		st.Metrics, st.Traces, st.Compensates = s.Metrics, s.Traces, s.Compensation
		if s.OnCall != nil {
			st.OnCall = s.OnCall.After
		}
		for j, m := range sc.Mechanisms {
			if s.Has[j] {
				st.Mechanisms = append(st.Mechanisms, m.Name)
			}
		}
		if g := s.Registry; g != nil {
			st.Registry = &event.Registry{Namespaces: g.Namespaces, Committee: g.Committee, Pins: g.Pins}
		}
		st.Remedies = remediesFor(sc, s)
		run.Strategies = append(run.Strategies, st)
	}
	for i := range sc.Resources {
		run.Resources = append(run.Resources, event.Resource{Name: sc.Resources[i].Name, Over: sc.Resources[i].Over})
	}
	for i := range sc.Services {
		sv := &sc.Services[i]
		run.Services = append(run.Services, event.Service{Name: sv.Name, Title: sv.Title, Chatter: sv.Chatter, Servers: sv.Servers, Keyless: keyless(sc, i)})
	}
	for i := range sc.Subscribers {
		run.Subscribers = append(run.Subscribers, event.Subscriber{Name: sc.Subscribers[i].Name, Routes: sc.Subscribers[i].Routes})
	}
	for i := range sc.Workflows {
		describeWorkflow(run, &sc.Workflows[i], i, sc.Mechanisms)
	}
	describeWatch(run, sc)
	return run
}

func describeReleases(l *scenario.Releases) *event.Releases {
	r := &event.Releases{Teams: l.Teams, Names: l.Names, Held: make([]string, len(l.Names)), Booked: l.Committee.Booked()}
	for _, h := range l.Held {
		r.Held[h.Name] = l.Teams[h.Team]
	}
	return r
}

func describeWorkflow(run *event.Run, wf *scenario.Workflow, index int, mechanisms []scenario.Mechanism) {
	first := len(run.Steps)
	for i := range wf.Steps {
		s := &wf.Steps[i]
		step := event.Step{
			Name: s.Name, Label: s.Label, Workflow: index, Service: s.Service, Limit: s.Retry.Limit, Timeout: s.Timeout,
			Base: s.Retry.Base, Factor: s.Retry.Factor, Cap: s.Retry.Cap, Jitter: s.Retry.Jitter, Spread: s.Retry.Spread,
		}
		if s.Retry.Backoff != scenario.Exponential {
			step.Backoff = s.Retry.Backoff
		}
		if s.Mechanism != scenario.None {
			step.Mechanism = mechanisms[s.Mechanism].Name
		}
		for _, d := range s.DependsOn {
			step.DependsOn = append(step.DependsOn, first+d)
		}
		run.Steps = append(run.Steps, step)
	}
	run.Workflows = append(run.Workflows, event.Workflow{Namespace: wf.Namespace, Name: wf.Name, Version: wf.Version, First: first, End: len(run.Steps)})
}

// templates are the engine's templates of one durable strategy. All durable
// strategies share one engine, one store and so one transaction; each has
// templates and services of its own, told apart by the strategy's name in front.
func templates(sc *scenario.Scenario, st *scenario.Strategy) []engine.Template {
	var ts []engine.Template
	for i := range sc.Workflows {
		wf := &sc.Workflows[i]
		t := engine.Template{Ref: engineRef(st, wf), UndoOnError: st.Compensation}
		for j := range wf.Steps {
			s := &wf.Steps[j]
			step := engine.Step{
				Name: s.Name, Service: engineService(st, &sc.Services[s.Service]), Timeout: engine.Time(s.Timeout), Retry: engineRetry(st.RetryOf(s.Retry)),
			}
			if st.Compensation {
				step.Undo = s.Undo
			}
			for _, d := range s.DependsOn {
				step.DependsOn = append(step.DependsOn, wf.Steps[d].Name)
			}
			t.Steps = append(t.Steps, step)
		}
		ts = append(ts, t)
	}
	return ts
}

func engineRef(st *scenario.Strategy, wf *scenario.Workflow) engine.Ref {
	return engine.Ref{Namespace: st.Name + ":" + wf.Namespace, Name: wf.Name, Version: wf.Version}
}

func engineService(st *scenario.Strategy, s *scenario.Service) string { return st.Name + ":" + s.Name }

// keyless tells whether the scenario has the service ignore keys.
func keyless(sc *scenario.Scenario, service int) bool {
	s := &sc.Services[service]
	for _, f := range s.Faults {
		if f.Name() == event.ClassKeyless {
			return true
		}
	}
	return slices.ContainsFunc(sc.Faults, func(f fault.Fault) bool {
		return f.Name() == event.ClassKeyless && slices.Contains(f.Services, s.Name)
	})
}
