package engine_test

import (
	"errors"
	"fmt"
	"slices"

	"tasker-sim/internal/engine"
)

// This file has the commands of TestModel. Each is given to the core and to the
// oracle, and returns the core's error.

func (m *model) task() engine.TaskID { return engine.TaskID(m.rng.IntN(len(m.dumb.tasks) + 2)) }

func (m *model) submit() error {
	tpl, prio := m.rng.IntN(2), int32(m.rng.IntN(3)/2)
	key := []string{"", "", "k1", "k2", "k3"}[m.rng.IntN(5)]
	var pass []string
	for _, s := range m.cfg.Templates[tpl].Steps[1:] {
		if m.rng.IntN(8) == 0 {
			pass = append(pass, s.Name)
		}
	}
	if n := len(pass); n > 0 && m.rng.IntN(2) == 0 { // the first step instead of another
		pass[n-1] = m.cfg.Templates[tpl].Steps[0].Name
	}
	id, err := m.core.SubmitTo(m.now, tpl, engine.Submission{Key: key, Priority: prio, Pass: pass})
	m.same("submit", id, m.dumb.submit(tpl, key, prio, pass))
	return m.both(err, nil)
}

// turn lets time pass, fires what is due and begins what may begin.
func (m *model) turn() error {
	m.now += engine.Time(m.rng.IntN(150))
	m.core.Tick(m.now)
	m.dumb.tick(m.now)
	m.same("claim", attempts(m.core.Claim(m.now, nil)), m.dumb.claim())
	return nil
}

// some is an attempt in flight, or one that is over.
func (m *model) some(decides bool) (a engine.Attempt, ok bool) {
	list := slices.DeleteFunc(m.core.InFlight(), func(a engine.Attempt) bool {
		return decides && !m.cfg.Templates[a.Template].Steps[a.Step].Decides
	})
	if len(list) == 0 {
		return a, false
	}
	a = list[m.rng.IntN(len(list))]
	if m.rng.IntN(6) == 0 {
		a.N--
	}
	return a, true
}

var errNothing = errors.New("there is nothing to do it to")

func (m *model) succeed() error {
	a, ok := m.some(false)
	if !ok {
		return errNothing
	}
	core := m.core.Succeed(m.now, a, []byte("done"))
	t, i, err := m.dumb.running(a.Task, a.Name, a.N)
	if err == nil {
		err = m.dumb.succeed(t, i, "done", nil)
	}
	return m.both(core, err)
}

func (m *model) choose() error {
	a, ok := m.some(m.rng.IntN(8) > 0)
	if !ok {
		return errNothing
	}
	names := m.names(m.cfg.Templates[a.Template], a.Name)
	core := m.core.Choose(m.now, a, []byte("done"), names...)
	t, i, err := m.dumb.running(a.Task, a.Name, a.N)
	if err == nil {
		err = m.dumb.succeed(t, i, "done", names)
	}
	return m.both(core, err)
}

// names are some children of a step, or others now and then; not nil.
func (m *model) names(t engine.Template, step string) []string {
	names := []string{}
	for _, s := range t.Steps {
		if (slices.Contains(s.DependsOn, step) && m.rng.IntN(2) == 0) || m.rng.IntN(20) == 0 {
			names = append(names, s.Name)
		}
	}
	return names
}

func (m *model) fail() error {
	a, ok := m.some(false)
	if !ok {
		return errNothing
	}
	f := engine.Failure{Class: "503", Permanent: m.rng.IntN(6) == 0, RetryAfter: engine.Time(m.rng.IntN(5) / 4 * 170)}
	core := m.core.Fail(m.now, a, f)
	t, i, err := m.dumb.running(a.Task, a.Name, a.N)
	if err == nil {
		m.dumb.fail(t, i, f.Class, f.Permanent, f.RetryAfter)
	}
	return m.both(core, err)
}

func (m *model) checkpoint() error {
	a, ok := m.some(false)
	if !ok {
		return errNothing
	}
	core := m.core.Checkpoint(m.now, a, engine.Checkpoint{Done: a.Saved.Done + 1})
	t, i, err := m.dumb.running(a.Task, a.Name, a.N)
	if err == nil {
		s := &t.steps[i]
		s.saved = a.Saved.Done + 1
		if s.Timeout > 0 {
			s.deadline = m.now + s.Timeout
		}
		m.dumb.say(engine.Checkpointed, t, i, s.deadline)
	}
	return m.both(core, err)
}

func (m *model) operate(kind engine.Kind) error {
	a := engine.StepAction{Task: m.task(), Step: fmt.Sprintf("a%d", m.rng.IntN(5)), By: "ops", Why: "why"}
	switch kind {
	case engine.Reset:
		return m.both(m.core.ResetAttempts(m.now, a), m.dumb.operate(kind, a.Task, a.Step, nil))
	case engine.Resolved:
		return m.both(m.core.ResolveStep(m.now, a), m.dumb.operate(kind, a.Task, a.Step, nil))
	}
	var names []string
	if int(a.Task) <= len(m.dumb.tasks) && a.Task > 0 {
		names = m.names(m.dumb.tasks[a.Task-1].tpl, a.Step)
		if i := m.dumb.tasks[a.Task-1].step(a.Step); i >= 0 && !m.dumb.tasks[a.Task-1].steps[i].Decides && m.rng.IntN(5) > 0 {
			names = nil
		}
	}
	return m.both(m.core.CompleteStep(m.now, a, []byte("by hand"), names...), m.dumb.operate(kind, a.Task, a.Step, names))
}

func (m *model) flush() error {
	m.kept = m.dumb.copy()
	return m.both(m.core.Flush(nil), nil)
}

// crash makes a new core on the store. What was not flushed never was.
func (m *model) crash() error {
	if m.rng.IntN(2) == 0 {
		if err := m.flush(); err != nil {
			return err
		}
	}
	paused := m.dumb.paused
	m.dumb = m.kept.copy()
	m.dumb.paused = paused
	m.said = nil
	m.open()
	m.same("in flight after the crash", attempts(m.core.Retake(m.now, nil)), m.dumb.crash(m.now))
	m.core.Tick(m.now)
	m.dumb.tick(m.now)
	if paused {
		m.core.Pause()
	}
	return nil
}
