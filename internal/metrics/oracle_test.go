package metrics

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tasker-sim/internal/event"
)

// gambler makes legal lives at random, many at a time, interleaved.
type gambler struct {
	t      *rapid.T
	run    *event.Run
	at     event.Time
	events []event.Event
	lives  []*chance
}

// chance is one task in one strategy.
type chance struct {
	strategy      int8
	task          int32
	bad           bool
	status        Status
	step          int16
	n, spent      int16 // number of the attempt, attempts of the round
	flying        bool
	ever, charged bool // an attempt flies; the step's effect is there (keyed)
}

func (g *gambler) flip(label string, oneIn int) bool {
	return rapid.IntRange(1, oneIn).Draw(g.t, label) == 1
}

func (g *gambler) say(c *chance, k event.Kind, fill func(*event.Event)) {
	e := event.Event{At: g.at, Kind: k, Strategy: c.strategy, Task: c.task, Step: event.None, Service: event.None, Effect: event.None}
	if fill != nil {
		fill(&e)
	}
	g.events = append(g.events, e)
}

func (g *gambler) arrive(task int32) {
	bad, worth := g.flip("bad", 10), int64(100*task)
	for k := range g.run.Strategies {
		c := &chance{strategy: int8(k), task: task, bad: bad, status: Running}
		g.say(c, event.TaskSubmitted, func(e *event.Event) {
			e.Amount = worth
			if bad {
				e.Class = event.ClassDecline
			}
		})
		g.lives = append(g.lives, c)
	}
}

// move lets one life take its next turn.
func (g *gambler) move(c *chance) {
	g.at += event.Time(rapid.IntRange(0, 9_000_000).Draw(g.t, "pause"))
	switch {
	case c.status.Terminal():
		if c.strategy == naive && !c.charged && c.step < mail && g.flip("late", 3) {
			g.effect(c)
		}
	case c.status == Parked:
		if g.flip("redrive", 2) {
			c.status, c.spent = Running, 0
			g.say(c, event.TaskRedriven, func(e *event.Event) { e.Step, e.Service = c.step, c.step })
		}
	case !c.flying:
		if g.flip("defer", 8) {
			g.say(c, event.StepDeferred, func(e *event.Event) { e.Step, e.Service = c.step, c.step })
			return
		}
		c.n++
		c.spent++
		c.flying = true
		g.attempt(c, event.StepStarted)
	default:
		g.finish(c)
	}
}

func (g *gambler) attempt(c *chance, k event.Kind) {
	g.say(c, k, func(e *event.Event) {
		e.Step, e.Service, e.Attempt = c.step, c.step, c.n
		if k != event.StepStarted {
			e.Dur = event.Time(rapid.IntRange(0, 40_000_000).Draw(g.t, "latency"))
		}
		if k == event.StepRetrying {
			e.Due = e.At + event.Second
		}
	})
}

func (g *gambler) effect(c *chance) {
	k := event.EffectMade
	if c.charged && g.run.Strategies[c.strategy].Keyed {
		k = event.EffectRepeated
	}
	c.charged = true
	g.say(c, k, func(e *event.Event) {
		e.Step, e.Service, e.Effect, e.Attempt, e.Amount = c.step, c.step, c.step, max(1, c.n), 700
	})
}

// finish ends the attempt that flies, and what follows from it.
func (g *gambler) finish(c *chance) {
	st := &g.run.Strategies[c.strategy]
	if c.step < mail && g.flip("effect", 2) || c.step < mail && !c.charged && g.flip("effect", 2) {
		g.effect(c)
	}
	c.flying = false
	limit := int16(1)
	if st.Retries {
		limit = int16(g.run.Steps[c.step].Limit)
	}
	switch good := !g.flip("fail", 3) && !c.bad; {
	case good:
		g.attempt(c, event.StepSucceeded)
		c.step, c.n, c.spent, c.charged = c.step+1, 0, 0, false
		if int(c.step) == len(g.run.Steps) {
			g.end(c, Succeeded, event.TaskSucceeded)
		}
	case c.spent < limit:
		g.attempt(c, event.StepRetrying)
	case c.bad:
		g.attempt(c, event.StepFailed)
		g.end(c, Declined, event.TaskDeclined)
	case st.Durable && !g.flip("permanent", 4):
		g.attempt(c, event.StepFailed)
		c.ever = true
		g.end(c, Parked, event.TaskParked)
	case g.flip("sold out", 6):
		g.attempt(c, event.StepFailed)
		g.end(c, Rejected, event.TaskRejected)
	default:
		g.attempt(c, event.StepFailed)
		g.end(c, Failed, event.TaskFailed)
	}
}

func (g *gambler) end(c *chance, s Status, k event.Kind) {
	c.status = s
	g.say(c, k, func(e *event.Event) {
		if s != Succeeded {
			e.Step, e.Service = c.step, c.step
		}
		e.Dur = event.Time(rapid.IntRange(0, 20_000_000).Draw(g.t, "total"))
	})
}

// recount works out the figures of one strategy the slow way, from all events.
type recount struct {
	Tasks                    Tasks
	Promise                  Promise
	Lost, Done               int64
	Clean, Untold            int
	Attempts, Retries, Count int
	StepsRunning             int
}

// past is what the recount knows of one task.
type past struct {
	status     Status
	ever, bad  bool
	worth      int64
	effects    [3]int
	knows      bool // of its charge
	flying     map[int16]bool
	tries, new int // attempts, and those among them that were a step's first
}

func slow(run *event.Run, events []event.Event, k int8) recount {
	lives := map[int32]*past{}
	for _, e := range events {
		if e.Strategy != k {
			continue
		}
		if e.Kind == event.TaskSubmitted {
			lives[e.Task] = &past{status: Running, bad: e.Class == event.ClassDecline, worth: e.Amount, flying: map[int16]bool{}}
		} else {
			lives[e.Task].live(e)
		}
	}
	var r recount
	for _, l := range lives { // sums only: the order does not matter
		r.add(l)
	}
	return r
}

func (l *past) live(e event.Event) {
	switch e.Kind {
	case event.StepStarted:
		l.flying[e.Step] = true
		l.tries++
		if e.Attempt == 1 {
			l.new++
		}
	case event.StepSucceeded:
		l.knows = l.knows || e.Step == pay && l.effects[charge] > 0
		delete(l.flying, e.Step)
	case event.StepRetrying, event.StepFailed:
		delete(l.flying, e.Step)
	case event.EffectMade:
		l.effects[e.Effect]++
	case event.StepDeferred, event.EffectRepeated:
	default:
		l.status = statusOf[e.Kind]
		l.ever = l.ever || l.status == Parked
	}
}

func (r *recount) add(l *past) {
	t := &r.Tasks
	t.Submitted++
	t.count(l.status, 1)
	t.EverParked += one(l.ever)
	t.Recovered += one(l.ever && l.status == Succeeded)
	t.Undecided += one(!l.ever && l.status == Running)
	t.FirstPassFailed += one((l.ever || l.status == Failed) && !l.bad)
	switch l.status {
	case Failed, Parked:
		r.Lost += l.worth
	case Succeeded:
		r.Done += l.worth
	}
	r.Untold += one(l.status == Failed && l.effects[charge] > 0 && l.effects[parcel] > 0)
	r.Clean += one(l.status == Failed && l.effects == [3]int{})
	r.Attempts, r.Retries = r.Attempts+l.tries, r.Retries+l.tries-l.new
	r.Count += l.effects[charge] + l.effects[parcel] + l.effects[mail]
	r.StepsRunning += len(l.flying)
	r.promise(l)
}

func (r *recount) promise(l *past) {
	r.Promise.Twice += max(0, l.effects[charge]-1)
	switch {
	case l.effects[charge] == 0:
	case l.effects[parcel] > 0:
		r.Promise.Kept++
	case l.status.Terminal():
		r.Promise.Broken++
	case !l.knows:
		r.Promise.Unknown++
	case l.status == Parked:
		r.Promise.Parked++
	default:
		r.Promise.Running++
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func fast(s *State, k int) recount {
	st := &s.Strategies[k]
	r := recount{Tasks: st.Tasks, Promise: st.Promises[0], Lost: st.LostCents, Done: st.DoneCents,
		Clean: st.CleanFailures, Untold: st.Untold, Attempts: st.Attempts, Retries: st.Retries}
	for i := range st.Effects {
		r.Count += st.Effects[i].Count
	}
	for i := range st.Steps {
		r.StepsRunning += st.Steps[i].Running
	}
	return r
}

// The fold of every prefix of every legal run breaks no invariant and equals a
// recount from the events.
func TestFoldEqualsRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := shop()
		run.Strategies = append(run.Strategies[:1:1], event.Strategy{Name: "retries", Retries: true}, run.Strategies[1])
		g := &gambler{t: t, run: run}
		tasks := int32(0)
		s := New(run)
		applied := 0
		for range rapid.IntRange(1, 120).Draw(t, "turns") {
			if len(g.lives) == 0 || g.flip("arrival", 6) {
				tasks++
				g.arrive(tasks)
			} else {
				g.move(g.lives[rapid.IntRange(0, len(g.lives)-1).Draw(t, "who")])
			}
			for ; applied < len(g.events); applied++ {
				s.Apply(&g.events[applied])
			}
			if s.Checks.Violations > 0 {
				t.Fatal(s.Checks.First)
			}
			for k := range run.Strategies {
				if d := cmp.Diff(slow(run, g.events, int8(k)), fast(s, k)); d != "" {
					t.Fatalf("%s after %d events: recount (-), fold (+):\n%s", run.Strategies[k].Name, applied, d)
				}
			}
		}
		pairs(t, s, g)
	})
}

// pairs recounts the table of pairs from the lives themselves.
func pairs(t *rapid.T, s *State, g *gambler) {
	var want Pairs
	n := len(g.run.Strategies)
	for i := 0; i < len(g.lives); i += n {
		a, b := g.lives[i], g.lives[i+n-1]
		if a.status == Running && !a.ever || b.status == Running && !b.ever {
			continue
		}
		failedA, failedB := a.ever || a.status == Failed, b.ever || b.status == Failed
		switch {
		case a.bad:
			want.Declined++
			continue
		case failedA && failedB:
			want.BothFailed++
		case failedA:
			want.OnlyFirstFailed++
		case failedB:
			want.OnlyLastFailed++
		default:
			want.BothOK++
		}
		if failedA {
			want.FirstFailed++
			if b.status == Succeeded {
				want.Rescued++
			}
		}
	}
	if d := cmp.Diff(want, s.Pairs); d != "" {
		t.Fatalf("pairs: recount (-), fold (+):\n%s", d)
	}
}

// Whatever is on a tape, the fold and the log do not fall over.
func FuzzApply(f *testing.F) {
	f.Add([]byte{3, 0, 255, 255, 255, 1, 0, 3, 1, 255, 255, 255, 1, 0, 10, 0, 0, 0, 255, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		s := New(shop())
		l := NewLog(shop(), 2)
		at := event.Time(0)
		for ; len(data) >= 7; data = data[7:] {
			at += event.Time(int8(data[6])) * event.Second
			e := event.Event{At: at, Kind: event.Kind(data[0]), Strategy: int8(data[1]), Step: int16(int8(data[2])), Service: int16(int8(data[3])),
				Effect: int16(int8(data[4])), Task: int32(int8(data[5])), Attempt: int16(data[6]), Dur: event.Time(int8(data[6])) * event.Hour}
			s.Apply(&e)
			l.Add(&e)
		}
		for k := range s.Strategies {
			s.FirstPassRate(k).Strict()
			s.Impact(k)
		}
		for f := range filters {
			l.Tasks(f)
		}
	})
}
