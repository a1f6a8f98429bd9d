package metrics

import (
	"fmt"

	"tasker-sim/internal/event"
)

// checker holds the invariants of a run against every event. It keeps its own
// account of every task and shares nothing with the fold but the events, so that
// a mistake in one of the two shows.
type checker struct {
	run    *event.Run
	tally  *Checks
	shapes []shape
	last   event.Kind // the last kind there is
	at     event.Time // of the last event
	ended  bool
	odd    event.Event // the first that tells a wrong length of time; Kind 0: none
	orders []order
	books  []book // in the order of Run.Strategies
	// keyless are the services that ignore keys, or ever did.
	keyless []bool
}

// book is the checker's account of one strategy.
type book struct {
	tasks  []watched // by task − 1
	counts Tasks
	made   []int // effects, in the order of Run.Effects
	open   []watch
	free   []int32

	inside, calls presence // tasks and attempts
	breakers      []Breaker
	children      map[child]int  // created so far
	given         map[given]bool // those that run
	theirs        map[child]bool // steps of children that made their effect
}

// watched is one task as the checker sees it.
type watched struct {
	made   uint64 // steps that made their effect
	undone uint64 // of those, taken back
	open   int32  // index into book.open, −1 once nothing of it can run
	status Status
	flow   int16 // its workflow, or event.None if there is only one
}

// watch is what is held against the attempts of a task that may still move.
type watch struct {
	running, done uint64
	skipped       uint64  // of those done
	last          []int16 // number of the last attempt of each step
	spent         []int16 // attempts of each step in this round
	workflow      int     // −1 until a step tells
	given         bool    // up: it is being undone

	came  event.Time   // when it was submitted
	began []event.Time // when the last attempt of each step began
}

func newChecker(run *event.Run, tally *Checks) checker {
	c := checker{run: run, tally: tally, shapes: shapesOf(run), books: make([]book, len(run.Strategies))}
	for i := range run.Services {
		c.keyless = append(c.keyless, run.Services[i].Keyless)
	}
	for i := range c.books {
		c.books[i].made = make([]int, len(run.Effects))
		c.books[i].breakers = make([]Breaker, len(run.Services))
		c.books[i].tasks = make([]watched, 0, reserve(run))
	}
	c.orders = make([]order, 0, reserve(run))
	c.last = event.Kind(len(event.Kinds()))
	for _, w := range run.Workflows {
		if w.End-w.First > MaxSteps {
			c.breach(nil, "workflow %s has %d steps, %d can be followed", w.Name, w.End-w.First, MaxSteps)
		}
	}
	return c
}

// hold counts a comparison; text says what is wrong if it failed.
func (c *checker) hold(ok bool, e *event.Event, text string) bool {
	c.tally.Checked++
	if !ok {
		c.breach(e, "%s", text)
	}
	return ok
}

// breach counts a failed comparison and keeps the first one in words.
func (c *checker) breach(e *event.Event, format string, args ...any) {
	c.tally.Violations++
	if c.tally.First == "" {
		c.tally.First = fmt.Sprintf(format, args...) + c.where(e)
	}
}

// where names task, strategy, step and time of an event, as far as they apply.
func (c *checker) where(e *event.Event) string {
	if e == nil {
		return ""
	}
	s := ": " + e.Kind.String()
	if e.Task != 0 {
		s += fmt.Sprintf(" of task %d", e.Task)
	}
	if inside(int(e.Strategy), len(c.run.Strategies)) {
		s += " in " + c.run.Strategies[e.Strategy].Name
	}
	if inside(int(e.Step), len(c.run.Steps)) {
		s += ", step " + c.run.Steps[e.Step].Name
	}
	return s + fmt.Sprintf(", at %s (%d µs)", e.At.Clock(), e.At)
}

func inside(i, n int) bool { return i >= 0 && i < n }

// before checks an event by itself and moves the checker's own account. It is
// false if the event cannot be folded.
func (c *checker) before(e *event.Event) bool {
	c.hold(e.At >= c.at, e, "time went back")
	c.hold(!c.ended, e, "an event after the end of the run")
	c.at = max(c.at, e.At)
	c.ended = c.ended || e.Kind == event.RunEnded
	if !c.sound(e) {
		return false
	}
	switch {
	case e.Kind == event.TaskSubmitted:
		return c.submit(e)
	case e.Kind == event.BreakerOpened, e.Kind == event.BreakerHalfOpened, e.Kind == event.BreakerClosed:
		c.breaker(&c.books[e.Strategy], e)
		return true
	case e.Task == 0:
		if e.Class == event.ClassKeyless && e.Service >= 0 {
			c.keyless[e.Service] = true
		}
		return true
	case e.Kind == event.TaskTagged:
		return c.hold(inside(int(e.Task-1), len(c.orders)), e, "a task that was never submitted")
	}
	b := &c.books[e.Strategy]
	if !c.hold(inside(int(e.Task-1), len(b.tasks)), e, "a task that was never submitted") {
		return false
	}
	switch e.Kind {
	case event.EffectMade, event.EffectRepeated:
		c.effect(b, e)
		return true
	case event.StepProgress:
		return c.progress(b, e)
	case event.SubscriberTold, event.SubscriberThrew:
		return true
	case event.WorkBegan, event.WorkDropped:
		return c.work(e)
	case event.StepStarted, event.StepSucceeded, event.StepRetrying, event.StepFailed, event.StepDeferred, event.StepSkipped, event.StepFellBack:
		return c.step(b, e)
	case event.TaskGivenUp, event.UndoStarted, event.UndoRetrying, event.UndoFailed, event.UndoDeferred, event.StepUndone, event.EffectUndone:
		return c.undo(b, e)
	case event.SecretSeen:
		return true
	case event.ChildCreated, event.ChildMet, event.ChildEnded:
		c.child(b, e)
		return true
	case event.TaskMisrouted:
		return c.hold(b.tasks[e.Task-1].status == Running, e, "a task was misrouted that does not run")
	default:
		return c.move(b, e)
	}
}

// subjects are the index fields that an event of a kind must have.
type subjects struct{ strategy, task, step, service, effect bool }

func subjectsOf(k event.Kind) subjects {
	switch k {
	case event.TaskSubmitted, event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected,
		event.TaskParked, event.TaskRedriven:
		return subjects{strategy: true, task: true}
	case event.StepStarted, event.StepSucceeded, event.StepRetrying, event.StepFailed, event.StepDeferred, event.StepSkipped, event.StepFellBack:
		return subjects{strategy: true, task: true, step: true}
	case event.WorkBegan, event.WorkDropped:
		return subjects{strategy: true, task: true, step: true, service: true}
	case event.RemedySwitched:
		return subjects{strategy: true}
	case event.EffectMade, event.EffectRepeated, event.EffectUndone:
		return subjects{strategy: true, task: true, step: true, effect: true}
	case event.TaskGivenUp, event.UndoStarted, event.UndoRetrying, event.UndoFailed, event.UndoDeferred, event.StepUndone:
		return subjects{strategy: true, task: true, step: true}
	case event.TaskTagged:
		return subjects{task: true}
	case event.StepProgress:
		return subjects{strategy: true, task: true, step: true}
	case event.SubscriberTold, event.SubscriberThrew:
		return subjects{strategy: true, task: true}
	case event.SecretSeen:
		return subjects{strategy: true, task: true}
	case event.TrailCounted:
		return subjects{strategy: true}
	case event.FaultBegan, event.FaultInjected, event.FaultEnded:
		return subjects{service: true}
	case event.BreakerOpened, event.BreakerHalfOpened, event.BreakerClosed, event.IncidentMended:
		return subjects{strategy: true, service: true}
	case event.AlertFired, event.AlertResolved, event.ResponderActs, event.ResponderFound:
		return subjects{strategy: true}
	case event.ReleaseBuilt, event.ReleaseSentBack, event.ReleaseApproved, event.ReleaseRefused, event.ReleaseRegistered,
		event.ReleaseOverwrote, event.CollisionNoticed, event.CollisionSettled, event.ContractAdapted:
		return subjects{strategy: true}
	case event.TaskMisrouted, event.ChildCreated, event.ChildMet, event.ChildEnded:
		return subjects{strategy: true, task: true, step: true}
	}
	return subjects{}
}

// sound tells whether everything an event refers to exists.
func (c *checker) sound(e *event.Event) bool {
	want := subjectsOf(e.Kind)
	ok := fits(want.strategy, int(e.Strategy), len(c.run.Strategies)) &&
		fits(want.step, int(e.Step), len(c.run.Steps)) &&
		fits(want.service, int(e.Service), len(c.run.Services)) &&
		fits(want.effect, int(e.Effect), len(c.run.Effects)) &&
		want.task == (e.Task > 0) && e.Task >= 0 && e.At >= 0 && e.Kind >= event.RunStarted && e.Kind <= c.last
	return c.hold(ok, e, "it refers to something that does not exist")
}

// fits tells whether an index that must be there, or may be none, is in a list of n.
func fits(must bool, i, n int) bool {
	return inside(i, n) || !must && i == event.None
}
