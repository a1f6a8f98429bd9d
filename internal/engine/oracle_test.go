package engine_test

import (
	"cmp"
	"fmt"
	"slices"

	"tasker-sim/internal/engine"
)

// oracle is a second engine, as dumb as can be: it has no queues, no counters and
// no storage, and looks at every step of every task each time. It was written
// from the rules in the package's comment, not from its code. It says what it
// does in words, which must be those of the records of the core.
type oracle struct {
	cfg    engine.Config
	now    engine.Time
	tasks  []*otask // by number, from 1; over ones too
	brakes map[string]*brake
	paused bool
	said   []string
}

type otask struct {
	id       engine.TaskID
	tpl      engine.Template
	state    string
	key      string
	prio     int32
	steps    []ostep
	ending   string // how it ends when all is undone; "": it is not given up
	undo     int    // the step that is taken back; -1: none
	redrives int
	parked   engine.Time
	class    string // by whom it was cancelled, while it is undone for that
	count    int    // counts what happens, for the order
}

type ostep struct {
	engine.Step
	state           string
	lacks, deferred bool // a parent is not settled; a breaker holds it back
	pass            bool // nothing is to be done for it
	attempts, round int
	deadline, ready engine.Time
	start           engine.Time
	output          string
	saved           int64
	done, failed    int // when it was completed, when it failed last
	permanent       bool
	class           string
	crashes         int
}

// brake is a breaker.
type brake struct {
	state    string // closed, open, half
	failures int
	until    engine.Time
	half     engine.Time
	probes   int
}

func newOracle(cfg engine.Config) *oracle {
	o := &oracle{cfg: cfg, brakes: map[string]*brake{}}
	for _, s := range cfg.Services {
		o.brakes[s.Name] = &brake{state: "closed"}
	}
	return o
}

// copy is for a crash that forgets what was not flushed.
func (o *oracle) copy() *oracle {
	c := newOracle(o.cfg)
	c.now, c.paused = o.now, o.paused
	for _, t := range o.tasks {
		d := *t
		d.steps = slices.Clone(t.steps)
		c.tasks = append(c.tasks, &d)
	}
	for name, b := range o.brakes {
		d := *b
		c.brakes[name] = &d
	}
	return c
}

func (o *oracle) say(kind engine.Kind, t *otask, i int, due engine.Time) {
	s := fmt.Sprintf("%d %v task %d", o.now, kind, t.id)
	if kind == engine.Interrupted {
		s = fmt.Sprintf("%v task %d", kind, t.id)
	}
	if i >= 0 {
		s += fmt.Sprintf(" %s #%d", t.steps[i].Name, t.steps[i].attempts)
	}
	if due > 0 {
		s += fmt.Sprintf(" due %d", due)
	}
	o.said = append(o.said, s)
}

func (s *ostep) settled() bool {
	return s.state == "complete" || s.state == "resolved" || s.state == "skipped" || s.state == "passed"
}

// step finds a step by its name; -1: there is none.
func (t *otask) step(name string) int {
	return slices.IndexFunc(t.steps, func(s ostep) bool { return s.Name == name })
}

func (t *otask) over() bool {
	return t.state == "complete" || t.state == "error" || t.state == "cancelled"
}

// look follows up a change: what has only skipped parents is skipped, and what
// lacks no parent any more is ready from now on.
func (t *otask) look(now engine.Time) {
	if t.ending != "" {
		return
	}
	for range t.steps {
		for i := range t.steps {
			s := &t.steps[i]
			skipped, lacks := len(s.DependsOn) > 0, false
			for _, up := range s.DependsOn {
				p := &t.steps[t.step(up)]
				skipped = skipped && p.state == "skipped"
				lacks = lacks || !p.settled()
			}
			if s.state == "pending" && s.lacks && !lacks {
				s.ready = now
			}
			s.lacks = lacks
			if skipped && s.state == "pending" {
				s.state = "skipped"
			}
			if s.pass && !lacks && s.state == "pending" {
				s.state = "passed"
			}
		}
	}
}

// may tells whether a step may start.
func (t *otask) may(i int, now engine.Time) bool {
	s := &t.steps[i]
	alive := t.state == "pending" || t.state == "in_progress" || t.state == "compensating" && t.undo == i
	return alive && (s.state == "pending" || s.state == "waiting_for_retry") && !s.lacks && s.ready <= now && s.round < s.Retry.Limit
}

// submit: the same key, the same task. pass are the steps that are passed over,
// never all of them.
func (o *oracle) submit(tpl int, key string, prio int32, pass []string) engine.TaskID {
	for _, t := range o.tasks {
		if key != "" && t.key == key {
			return t.id
		}
	}
	t := &otask{id: engine.TaskID(len(o.tasks) + 1), tpl: o.cfg.Templates[tpl], state: "pending", key: key, prio: prio, undo: -1}
	for _, s := range t.tpl.Steps {
		t.steps = append(t.steps, ostep{Step: s, state: "pending", ready: o.now, lacks: len(s.DependsOn) > 0})
	}
	o.tasks = append(o.tasks, t)
	o.say(engine.Submitted, t, -1, 0)
	for _, name := range pass {
		t.steps[t.step(name)].pass = true
		o.say(engine.Passed, t, t.step(name), 0)
	}
	t.look(o.now)
	return t.id
}

// room is how many attempts of a service may start.
func (o *oracle) room(name string) int {
	b := o.brakes[name]
	if b == nil {
		return 1
	}
	s := o.service(name)
	room := 1000
	if s.Limit > 0 {
		room = s.Limit
		for _, t := range o.tasks {
			for i := range t.steps {
				if t.steps[i].Service == name && t.steps[i].state == "in_progress" {
					room--
				}
			}
		}
	}
	switch b.state {
	case "open":
		return 0
	case "half":
		return min(room, max(s.Breaker.Probes, 1)-b.probes)
	}
	return room
}

func (o *oracle) service(name string) engine.Service {
	return o.cfg.Services[slices.IndexFunc(o.cfg.Services, func(s engine.Service) bool { return s.Name == name })]
}

// claim starts what may start and has room, and notes what a breaker holds back.
func (o *oracle) claim() (keys []string) {
	if o.paused {
		return nil
	}
	type who struct {
		t *otask
		i int
	}
	var list []who
	for _, t := range o.tasks {
		for i := range t.steps {
			if t.may(i, o.now) {
				list = append(list, who{t, i})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b who) int {
		return cmp.Or(cmp.Compare(b.t.prio, a.t.prio), cmp.Compare(a.t.steps[a.i].ready, b.t.steps[b.i].ready))
	})
	for _, w := range list {
		s, b := &w.t.steps[w.i], o.brakes[w.t.steps[w.i].Service]
		switch {
		case o.room(s.Service) > 0:
			o.begin(w.t, w.i)
			keys = append(keys, w.t.attempt(w.i))
		case b.state != "closed" && !s.deferred:
			s.deferred = true
			due := engine.Time(0)
			if b.state == "open" {
				due = b.until
			}
			o.sayDeferred(w.t, w.i, due)
		}
	}
	return keys
}

// sayDeferred: it is about no attempt.
func (o *oracle) sayDeferred(t *otask, i int, due engine.Time) {
	n := t.steps[i].attempts
	t.steps[i].attempts = 0
	o.say(engine.Deferred, t, i, due)
	t.steps[i].attempts = n
}

func (t *otask) attempt(i int) string {
	key := fmt.Sprintf("t%d/%s", t.id, t.steps[i].Name)
	if t.undo == i {
		key += "/undo"
	}
	s := &t.steps[i]
	return fmt.Sprintf("%s #%d until %d saved %d", key, s.attempts, s.deadline, s.saved)
}

func (o *oracle) begin(t *otask, i int) {
	s := &t.steps[i]
	s.attempts++
	s.round++
	s.state, s.start, s.deadline, s.deferred, s.crashes = "in_progress", o.now, 0, false, 0
	if s.Timeout > 0 {
		s.deadline = o.now + s.Timeout
	}
	if t.state == "pending" {
		t.state = "in_progress"
	}
	if b := o.brakes[s.Service]; b != nil && b.state == "half" {
		b.probes++
	}
	o.say(engine.Started, t, i, s.deadline)
}

// running finds a running attempt.
func (o *oracle) running(id engine.TaskID, name string, n int) (*otask, int, error) {
	if int(id) > len(o.tasks) {
		return nil, 0, engine.ErrStale
	}
	t := o.tasks[id-1]
	i := t.step(name)
	if t.over() || t.steps[i].state != "in_progress" || t.steps[i].attempts != n {
		return nil, 0, engine.ErrStale
	}
	return t, i, nil
}

// succeed is the good end of an attempt; choice nil: none was made.
func (o *oracle) succeed(t *otask, i int, output string, choice []string) error {
	s := &t.steps[i]
	if decides := s.Decides && t.undo != i; decides != (choice != nil) || !t.fits(i, choice) {
		return engine.ErrChoice
	}
	start := s.start
	t.count++
	if t.undo == i {
		s.state = "undone"
		o.say(engine.Undone, t, i, 0)
		s.failed, s.permanent, s.class = 0, false, ""
		t.undoNext(o.now)
	} else {
		o.say(engine.Succeeded, t, i, 0)
		t.complete(i, output, choice, o.now)
	}
	o.answer(s.Service, true, start)
	o.conclude(t)
	return nil
}

// fits tells whether all names are children of a deciding step.
func (t *otask) fits(i int, names []string) bool {
	for _, n := range names {
		j := t.step(n)
		if !t.steps[i].Decides || j < 0 || !slices.Contains(t.steps[j].DependsOn, t.steps[i].Name) {
			return false
		}
	}
	return true
}

// complete settles a step with its output, and skips the children that it did
// not choose, if it decides.
func (t *otask) complete(i int, output string, choice []string, now engine.Time) {
	s := &t.steps[i]
	s.state, s.output, s.done = "complete", output, t.count
	s.failed, s.permanent, s.class = 0, false, ""
	for j := range t.steps {
		ch := &t.steps[j]
		if s.Decides && slices.Contains(ch.DependsOn, s.Name) && !slices.Contains(choice, ch.Name) && ch.state == "pending" {
			ch.state = "skipped"
		}
	}
	t.look(now)
}

// fail is the bad end of an attempt.
func (o *oracle) fail(t *otask, i int, class string, permanent bool, after engine.Time) {
	s := &t.steps[i]
	t.count++
	s.failed, s.permanent, s.class = t.count, permanent, class
	kind, due := engine.Exhausted, engine.Time(0)
	switch {
	case permanent:
		kind, s.state = engine.Failed, "error"
	case s.round >= s.Retry.Limit:
		s.state = "error"
	default:
		wait := s.Retry.Base
		for range s.round - 1 {
			wait *= 2
		}
		due = o.now + max(min(wait, s.Retry.Cap), after)
		kind, s.state, s.ready = engine.Retrying, "waiting_for_retry", due
	}
	o.say(kind, t, i, due)
	o.answer(s.Service, permanent, s.start)
	o.conclude(t)
}
