package engine

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// twins are two cores that get the same commands. The first is crashed now and
// then, the second never: both must say the same records.
type twins struct {
	rt      *rapid.T
	cfg     Config
	store   *Memory
	mortal  *Core
	other   *Core
	said    [2][]string
	rules   rules
	now     Time
	flushed string // what the mortal one was when last flushed
	since   Time   // when that was
	ids     []TaskID
	paused  bool
}

// drawConfig makes up templates, services and policies.
func drawConfig(rt *rapid.T) Config {
	small := func(lo, hi int, what string) int { return rapid.IntRange(lo, hi).Draw(rt, what) }
	cfg := Config{Recovery: Recovery{After: Time(small(0, 2, "recovery") * 600), Max: small(0, 2, "redrives")}}
	if rapid.Bool().Draw(rt, "stale") {
		cfg.Stale = Staleness{Pending: 500, InProgress: 300, Waiting: 200, Parked: Time(small(0, 1, "parked") * 400), Compensating: 100}
	}
	for i := range 2 {
		s := Service{Name: fmt.Sprintf("s%d", i), Limit: small(0, 3, "limit")}
		if n := small(0, 3, "failures"); n > 0 {
			s.Breaker = &Breaker{Failures: n, Cooldown: Time(small(1, 300, "cooldown")), Probes: small(0, 2, "probes")}
		}
		drawPolicies(small, &s)
		cfg.Services = append(cfg.Services, s)
	}
	for i := range small(1, 2, "templates") {
		t := Template{Ref: Ref{Name: fmt.Sprintf("w%d", i)}, UndoOnError: rapid.Bool().Draw(rt, "undo"), UndoOnCancel: rapid.Bool().Draw(rt, "undo")}
		for j := range small(1, 4, "steps") {
			s := Step{Name: fmt.Sprintf("a%d", j), Timeout: Time(small(0, 1, "timeout") * 150)}
			s.Service = []string{"", "s0", "s1"}[small(0, 2, "service")]
			s.Undo = []string{"", "back"}[small(0, 1, "undo")]
			s.Decides = small(0, 3, "decides") == 0
			s.Retry = Retry{Limit: small(1, 3, "attempts"), Base: Time(small(0, 100, "base")), Factor: 2, Cap: 150, Jitter: 0.5}
			s.Retry.Growth, s.Retry.Spread = Growth(small(0, int(growths)-1, "growth")), Spread(small(0, int(spreads)-1, "spread"))
			for k := range j {
				if rapid.Bool().Draw(rt, "edge") {
					s.DependsOn = append(s.DependsOn, fmt.Sprintf("a%d", k))
				}
			}
			t.Steps = append(t.Steps, s)
		}
		cfg.Templates = append(cfg.Templates, t)
	}
	cfg.Jitter = func(a Attempt) float64 {
		h := fnv.New32a()
		fmt.Fprint(h, a.Task, a.Step, a.N)
		return float64(h.Sum32()%1000) / 1000
	}
	if rapid.Bool().Draw(rt, "fallback") {
		cfg.Fallback = func(a Attempt) ([]byte, bool) { return []byte("less"), a.Name == "a1" || a.Name == "a2" }
	}
	return cfg
}

// drawPolicies adds policies that keep a state of their own.
func drawPolicies(small func(lo, hi int, what string) int, s *Service) {
	if small(0, 2, "budget") == 0 {
		s.Budget = &Budget{Deposit: float64(small(0, 3, "deposit")) / 2, Burst: small(1, 3, "saved")}
	}
	if small(0, 2, "throttle") == 0 {
		s.Throttle = &Throttle{Tokens: small(1, 4, "tokens"), Ratio: 0.3}
	}
	if small(0, 2, "pace") == 0 {
		s.Pace = &Pace{Every: Time(small(1, 200, "every")), Burst: small(1, 2, "at once")}
	}
	if small(0, 2, "window") == 0 && s.Breaker != nil {
		s.Breaker.Window = &Window{Calls: small(1, 4, "window calls"), Over: Time(small(0, 1, "over") * 400), Share: 0.5}
		s.Breaker.Failures = small(0, 2, "in a row")
	}
}

func (w *twins) open(store Store, i int) *Core {
	cfg := w.cfg
	cfg.Store = store
	cfg.Observe = func(r *Record) {
		w.said[i] = append(w.said[i], fmt.Sprintf("%+v", *r))
		if i == 1 {
			w.rules.check(w.rt, r)
		}
	}
	c, err := New(cfg)
	if err != nil {
		w.rt.Fatalf("open: %v", err)
	}
	return c
}

// both runs a command on both cores; they must agree on what it returns.
func (w *twins) both(f func(c *Core) string) {
	a, b := f(w.mortal), f(w.other)
	if a != b {
		w.rt.Fatalf("at %d: the one that crashed says %q, the other %q", w.now, a, b)
	}
	w.compare()
}

func (w *twins) compare() {
	if !slices.Equal(w.said[0], w.said[1]) {
		w.rt.Fatalf("at %d: records differ.\ncrashed:\n%s\nnever crashed:\n%s",
			w.now, strings.Join(w.said[0], "\n"), strings.Join(w.said[1], "\n"))
	}
	w.said[0], w.said[1] = w.said[0][:0], w.said[1][:0]
}

// turn lets time pass, fires what is due and begins what may begin.
func (w *twins) turn() {
	w.now += Time(rapid.IntRange(0, 200).Draw(w.rt, "later"))
	w.both(func(c *Core) string {
		c.Tick(w.now)
		return fmt.Sprint(c.Claim(w.now, nil))
	})
	w.both(func(c *Core) string {
		due, ok := c.Next()
		return fmt.Sprint(due, ok)
	})
}

func (w *twins) submit() {
	i := rapid.IntRange(0, len(w.cfg.Templates)-1).Draw(w.rt, "template")
	priority := rapid.SampledFrom([]int32{0, 0, 5, -5}).Draw(w.rt, "priority")
	key := rapid.SampledFrom([]string{"", "", "k1", "k2"}).Draw(w.rt, "key")
	deadline := rapid.SampledFrom([]Time{0, 0, w.now + 120, w.now + 400}).Draw(w.rt, "deadline")
	w.both(func(c *Core) string {
		id, err := c.SubmitTo(w.now, i, Submission{Context: []byte("ctx"), Key: key, Priority: priority, Deadline: deadline})
		if !slices.Contains(w.ids, id) {
			w.ids = append(w.ids, id)
		}
		return fmt.Sprint(id, err)
	})
}

// answer ends one of the attempts in flight, or one that is over.
func (w *twins) answer() {
	running := w.other.InFlight()
	if len(running) == 0 {
		return
	}
	a := running[rapid.IntRange(0, len(running)-1).Draw(w.rt, "attempt")]
	a.N -= rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(w.rt, "earlier")
	how := rapid.SampledFrom([]string{"ok", "ok", "ok", "503", "503", "decline", "429", "checkpoint"}).Draw(w.rt, "how")
	step := w.cfg.Templates[a.Template].Steps[a.Step]
	var children []string
	for _, s := range w.cfg.Templates[a.Template].Steps {
		if slices.Contains(s.DependsOn, step.Name) && rapid.IntRange(0, 2).Draw(w.rt, "chosen") > 0 {
			children = append(children, s.Name)
		}
	}
	w.both(func(c *Core) string {
		switch how {
		case "checkpoint":
			return fmt.Sprint(c.Checkpoint(w.now, a, Checkpoint{Data: []byte{7}, Done: a.Saved.Done + 1, Total: 3}))
		case "ok":
			if step.Decides && a.Undo == "" {
				return fmt.Sprint(c.Choose(w.now, a, []byte(a.Key()), children...))
			}
			return fmt.Sprint(c.Succeed(w.now, a, []byte(a.Key())))
		case "429":
			return fmt.Sprint(c.Fail(w.now, a, Failure{Class: how, RetryAfter: 170}))
		}
		return fmt.Sprint(c.Fail(w.now, a, Failure{Class: how, Message: "m", Permanent: how == "decline"}))
	})
}

func (w *twins) operate() {
	if len(w.ids) == 0 {
		return
	}
	id := rapid.SampledFrom(w.ids).Draw(w.rt, "task")
	what := rapid.SampledFrom([]string{"redrive", "redrive", "reset", "resolve", "complete", "cancel", "pause", "resume", "resume"}).Draw(w.rt, "what")
	a := StepAction{Task: id, Step: fmt.Sprintf("a%d", rapid.IntRange(0, 3).Draw(w.rt, "step")), By: "ops", Why: "why"}
	w.both(func(c *Core) string {
		switch what {
		case "redrive":
			return fmt.Sprint(c.Redrive(w.now, id, "ops", "why"))
		case "reset":
			return fmt.Sprint(c.ResetAttempts(w.now, a))
		case "resolve":
			return fmt.Sprint(c.ResolveStep(w.now, a))
		case "complete":
			return fmt.Sprint(c.CompleteStep(w.now, a, []byte("by hand")))
		case "pause":
			w.paused = true
			c.Pause()
			return fmt.Sprint(c.Drained())
		case "resume":
			w.paused = false
			c.Resume()
			return ""
		}
		return fmt.Sprint(c.Cancel(w.now, id, "ops", ""))
	})
	w.both(func(c *Core) string { return fmt.Sprint(c.DeadLetters(DeadLetterFilter{})) })
}

// crash flushes, kills the mortal core and lets it resume.
func (w *twins) crash() {
	if err := w.mortal.Flush(nil); err != nil {
		w.rt.Fatal(err)
	}
	w.flushed = dump(w.mortal, w.now)
	w.mortal = w.open(w.store, 0)
	if w.paused {
		w.mortal.Pause()
	}
	if got := dump(w.mortal, w.now); got != w.flushed {
		w.rt.Fatalf("at %d: after the crash\n%s\nbefore\n%s", w.now, got, w.flushed)
	}
	w.mortal.Tick(w.now)
	w.compare() // it says nothing new
}

// TestTwins: a core that is crashed at any point after a flush does the same for
// ever as one that is not: no counter, wait, breaker or order is lost.
func TestTwins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &twins{rt: rt, cfg: drawConfig(rt), store: new(Memory)}
		w.rules.cfg = w.cfg
		w.mortal, w.other = w.open(w.store, 0), w.open(new(Memory), 1)
		actions := map[string]func(*rapid.T){}
		for name, f := range map[string]func(){
			"turn": w.turn, "submit": w.submit, "answer": w.answer, "answer again": w.answer, "operate": w.operate, "crash": w.crash,
		} {
			actions[name] = func(*rapid.T) { f() }
		}
		rt.Repeat(actions)
		for _, id := range w.ids {
			w.both(func(c *Core) string { return views(c, id) })
		}
	})
}

// views draws what a look-up says of a task.
func views(c *Core, id TaskID) string {
	v, err := c.Task(id)
	return fmt.Sprintf("%+v %+v %v", v, v.Attempts(), err)
}

// TestCrashForgetsOnlyUnflushed: after a crash at any point the state is that of
// the last flush.
func TestCrashForgetsOnlyUnflushed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &twins{rt: rt, cfg: drawConfig(rt), store: new(Memory)}
		w.rules.cfg = w.cfg
		w.mortal = w.open(w.store, 0)
		w.flushed = dump(w.mortal, 0)
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			w.alone()
			if rapid.IntRange(0, 2).Draw(rt, "flush") == 0 {
				if err := w.mortal.Flush(nil); err != nil {
					rt.Fatal(err)
				}
				w.flushed, w.since = dump(w.mortal, w.now), w.now
			}
		}
		w.mortal = w.open(w.store, 0)
		if got := dump(w.mortal, w.since); got != w.flushed {
			rt.Fatalf("after the crash\n%s\nlast flushed\n%s", got, w.flushed)
		}
	})
}

// alone does something to the mortal core only.
func (w *twins) alone() {
	w.now += Time(rapid.IntRange(0, 100).Draw(w.rt, "later"))
	if _, err := w.mortal.SubmitTo(w.now, 0, Submission{}); err != nil {
		w.rt.Fatal(err)
	}
	w.mortal.Tick(w.now)
	for _, a := range w.mortal.Claim(w.now, nil) {
		var err error
		switch rapid.IntRange(0, 2).Draw(w.rt, "how") {
		case 0:
			if err = w.mortal.Succeed(w.now, a, nil); errors.Is(err, ErrChoice) {
				err = w.mortal.Choose(w.now, a, nil)
			}
		case 1:
			err = w.mortal.Fail(w.now, a, Failure{Class: "503"})
		}
		if err != nil {
			w.rt.Fatal(err)
		}
	}
}

// dump draws all of a core that must survive. now is any later time, up to
// which the counts of health are moved on.
func dump(c *Core, now Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "last %d, services' records %d\n", c.last, c.seq)
	for _, id := range c.OpenTasks() {
		t := *c.open[id]
		steps := t.steps
		t.plan, t.steps, t.watched = nil, nil, 0
		fmt.Fprintf(&b, "%+v\n", t)
		for _, s := range steps {
			fmt.Fprintf(&b, "    %+v\n", s)
		}
	}
	for _, s := range c.services {
		h := s.health
		if c.recovery.After > 0 {
			h.advance(now, c.recovery.After)
		}
		if w := s.Breaker; w != nil && w.Window != nil {
			s.breaker.window.recent.advance(now, w.Window.Over)
		}
		fmt.Fprintf(&b, "%s: in flight %d, breaker %+v, health %+v, checked %d, allowed %+v, full %d\n", s.Name, s.inFlight, s.breaker, h, s.checked, s.allowed, s.full)
	}
	return b.String()
}
