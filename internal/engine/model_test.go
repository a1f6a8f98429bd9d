package engine_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

var episodes = flag.Uint64("episodes", 60, "how many stores TestModel fills at least")

// model drives a core and the oracle with the same random commands.
type model struct {
	t     *testing.T
	rng   *rand.Rand
	cfg   engine.Config
	core  *engine.Core
	dumb  *oracle
	kept  *oracle // what the oracle was when the core was flushed last
	now   engine.Time
	said  []string
	log   []string       // commands and what they returned
	did   map[string]int // commands that succeeded
	kinds map[engine.Kind]int
}

// TestModel compares a core with the oracle after each of many random commands,
// crashes among them, until every command has succeeded and every kind of record
// was written.
func TestModel(t *testing.T) {
	did, kinds := map[string]int{}, map[engine.Kind]int{}
	for n := uint64(0); n < *episodes || len(missing(did, kinds)) > 0; n++ {
		if n == *episodes+600 {
			t.Fatalf("after %d episodes never: %v", n, missing(did, kinds))
		}
		m := &model{t: t, rng: rand.New(rand.NewPCG(7, n)), did: did, kinds: kinds}
		m.episode(n)
	}
	t.Logf("commands that succeeded: %v", did)
}

// notHere are kinds of records that this test cannot have.
func notHere() map[engine.Kind]string {
	return map[engine.Kind]string{
		engine.Left:    "the front writes it when it is closed",
		engine.Stalled: "it is off here: it changes no state, and the twins and its own script have it",
	}
}

// commands by name.
func (m *model) commands() map[string]func() error {
	return map[string]func() error{
		"submit": m.submit, "turn": m.turn, "succeed": m.succeed, "choose": m.choose, "fail": m.fail, "checkpoint": m.checkpoint,
		"redrive": func() error {
			id := m.task()
			return m.both(m.core.Redrive(m.now, id, "ops", "why"), m.dumb.redrive(id))
		},
		"cancel": func() error {
			id := m.task()
			return m.both(m.core.Cancel(m.now, id, "ops", "why"), m.dumb.cancel(id))
		},
		"reset": func() error { return m.operate(engine.Reset) }, "resolve": func() error { return m.operate(engine.Resolved) },
		"complete": func() error { return m.operate(engine.Supplied) },
		"pause":    func() error { m.core.Pause(); m.dumb.paused = true; return nil },
		"resume":   func() error { m.core.Resume(); m.dumb.paused = false; return nil },
		"flush":    m.flush, "crash": m.crash,
	}
}

func missing(did map[string]int, kinds map[engine.Kind]int) (list []string) {
	for name := range (&model{}).commands() {
		if did[name] == 0 {
			list = append(list, name)
		}
	}
	for k := engine.Submitted; !strings.HasPrefix(k.String(), "kind("); k++ {
		if kinds[k] == 0 && notHere()[k] == "" {
			list = append(list, k.String())
		}
	}
	return list
}

// episode is one life of a store.
func (m *model) episode(n uint64) {
	m.cfg = m.config()
	m.cfg.Store = new(engine.Memory)
	if n%10 == 0 {
		store, err := bolt.Open(filepath.Join(m.t.TempDir(), "engine.db"), bolt.Options{NoSync: true})
		if err != nil {
			m.t.Fatal(err)
		}
		defer store.Close()
		m.cfg.Store = store
	}
	m.now = 1000
	m.dumb = newOracle(m.cfg)
	m.dumb.now = m.now
	m.kept = m.dumb.copy()
	m.open()
	weights := strings.Fields("submit submit submit turn turn turn turn turn turn turn succeed succeed succeed succeed choose choose " +
		"fail fail fail fail checkpoint redrive redrive cancel reset resolve complete pause resume resume resume flush crash")
	cmds := m.commands()
	for range 150 {
		name := weights[m.rng.IntN(len(weights))]
		m.log = append(m.log, fmt.Sprintf("%d %s", m.now, name))
		if err := cmds[name](); err == nil {
			m.did[name]++
		}
		m.compare(n)
	}
}

// config makes up templates, services and policies.
func (m *model) config() engine.Config {
	r := m.rng
	cfg := engine.Config{Poison: 1000}
	for i := range 2 {
		s := engine.Service{Name: fmt.Sprintf("s%d", i), Limit: r.IntN(4)}
		if r.IntN(3) > 0 {
			s.Breaker = &engine.Breaker{Failures: 1 + r.IntN(3), Cooldown: engine.Time(1 + r.IntN(400)), Probes: r.IntN(3)}
		}
		cfg.Services = append(cfg.Services, s)
	}
	for i := range 2 {
		t := engine.Template{Ref: engine.Ref{Name: fmt.Sprintf("w%d", i)}, UndoOnError: r.IntN(2) == 0, UndoOnCancel: r.IntN(2) == 0}
		for j := range 1 + r.IntN(5) {
			s := engine.Step{Name: fmt.Sprintf("a%d", j), Timeout: engine.Time(r.IntN(2) * 150), Service: []string{"", "s0", "s1"}[r.IntN(3)],
				Decides: r.IntN(4) == 0, Undo: []string{"", "back"}[r.IntN(2)],
				Retry: engine.Retry{Limit: 1 + r.IntN(3), Base: engine.Time(1 + r.IntN(100)), Factor: 2, Cap: 150}}
			for k := range j {
				if r.IntN(2) == 0 {
					s.DependsOn = append(s.DependsOn, fmt.Sprintf("a%d", k))
				}
			}
			t.Steps = append(t.Steps, s)
		}
		cfg.Templates = append(cfg.Templates, t)
	}
	return cfg
}

// open makes a core on the store. What it says is put into the oracle's words.
func (m *model) open() {
	cfg := m.cfg
	cfg.Observe = func(r *engine.Record) {
		m.kinds[r.Kind]++
		s := fmt.Sprintf("%d %v", r.At, r.Kind)
		switch {
		case r.Kind == engine.Interrupted: // it has the time of the last record of an open task
			s = fmt.Sprintf("%v task %d", r.Kind, r.Task)
		case r.Task == 0:
			s += " " + r.Class
		default:
			s += fmt.Sprintf(" task %d", r.Task)
		}
		about := r.Kind != engine.Parked && r.Kind != engine.Errored && r.Kind != engine.Redriven && r.Kind != engine.Compensating && r.Kind != engine.Cancelled
		if r.Step != engine.None && about {
			s += fmt.Sprintf(" %s #%d", m.cfg.Templates[r.Template].Steps[r.Step].Name, r.Attempt)
		}
		if r.Due > 0 {
			s += fmt.Sprintf(" due %d", r.Due)
		}
		m.said = append(m.said, s)
	}
	var err error
	if m.core, err = engine.New(cfg); err != nil {
		m.t.Fatal(err)
	}
}

// both returns the core's error, which must be of the oracle's kind.
func (m *model) both(core, dumb error) error {
	m.log = append(m.log, fmt.Sprintf("    %v", core))
	if (core == nil) != (dumb == nil) || !errors.Is(core, dumb) {
		m.t.Fatalf("after\n%s\nthe core says %v, the oracle %v", strings.Join(m.log, "\n"), core, dumb)
	}
	return core
}

// same compares two lists or values in words.
func (m *model) same(what string, core, dumb any) {
	if c, d := fmt.Sprint(core), fmt.Sprint(dumb); c != d {
		m.t.Fatalf("after\n%s\n%s: the core says\n%s\nthe oracle\n%s", strings.Join(m.log, "\n"), what, c, d)
	}
}

func (m *model) compare(n uint64) {
	m.t.Helper()
	m.log = append(m.log, m.dumb.said...)
	m.same(fmt.Sprintf("episode %d, records", n), strings.Join(m.said, "\n"), strings.Join(m.dumb.said, "\n"))
	m.said, m.dumb.said = nil, nil
	var running []string
	for _, t := range m.dumb.tasks {
		if t.over() {
			state, err := m.core.State(t.id)
			m.same("state", fmt.Sprint(state, err), t.state+" <nil>")
			continue
		}
		v, err := m.core.Task(t.id)
		if err != nil {
			m.t.Fatal(err)
		}
		m.same(fmt.Sprintf("episode %d, task %d", n, t.id), words(v), t.words(m.now))
		for i := range t.steps {
			if t.steps[i].state == "in_progress" {
				running = append(running, t.attempt(i))
			}
		}
	}
	m.same("in flight", attempts(m.core.InFlight()), running)
	at, _ := m.dumb.next(m.now)
	next, ok := m.core.Next()
	if next == m.now && m.dumb.overdue() {
		return // a wait that is over already is set again now and then, which wakes up and does nothing
	}
	m.same("next timer", fmt.Sprint(next, ok), fmt.Sprint(at, at > 0))
}

func attempts(list []engine.Attempt) (keys []string) {
	for _, a := range list {
		keys = append(keys, fmt.Sprintf("%s #%d until %d saved %d", a.Key(), a.N, a.Deadline, a.Saved.Done))
	}
	return keys
}

// words says what a look-up says of a task.
func words(v engine.View) string {
	state := v.State.String()
	if v.State == engine.TaskWaiting {
		state = engine.TaskInProgress.String()
	}
	s := fmt.Sprintf("%s parked %d redriven %d cause %s %s\n", state, v.Parked, v.Redrives, v.Cause, v.Class)
	for _, st := range v.Steps {
		s += fmt.Sprintf("  %s %v attempts %d round %d due %d until %d %s\n", st.Name, st.State, st.Attempts, st.Round, st.Due, st.Deadline, st.Output)
	}
	return s
}

func (t *otask) words(engine.Time) string {
	cause, class := "", t.class
	if i := t.shownCause(); i >= 0 {
		cause, class = t.steps[i].Name, t.steps[i].class
	}
	s := fmt.Sprintf("%s parked %d redriven %d cause %s %s\n", t.state, t.parked, t.redrives, cause, class)
	for i := range t.steps {
		st := &t.steps[i]
		var due, until engine.Time
		if st.state == "waiting_for_retry" {
			due = st.ready
		}
		if st.state == "in_progress" {
			until = st.deadline
		}
		state := st.state
		switch state {
		case "resolved":
			state = engine.StepResolved.String()
		case "passed":
			state = engine.StepSkipped.String()
		}
		s += fmt.Sprintf("  %s %s attempts %d round %d due %d until %d %s\n", st.Name, state, st.attempts, st.round, due, until, st.output)
	}
	return s
}

// shownCause is the step that is to blame: the undo that failed, else the cause.
func (t *otask) shownCause() int {
	if t.undo >= 0 && t.steps[t.undo].state == "error" {
		return t.undo
	}
	if t.ending == "cancelled" {
		return -1
	}
	return t.cause()
}
