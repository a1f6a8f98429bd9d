package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// shop is a run small enough to follow by hand: charge, then ship, then mail;
// a charge owes a parcel.
func shop() *event.Run {
	step := func(name string, service int, limit int, after ...int) event.Step {
		return event.Step{Name: name, Service: service, Limit: limit, DependsOn: after, Base: event.Second, Factor: 2}
	}
	return &event.Run{
		Scenario: "shop", Noun: event.Noun{One: "order", Many: "orders"}, Tasks: 100, Duration: event.Hour,
		Strategies: []event.Strategy{
			{Name: "naive"}, {Name: "orchestrated", Durable: true, Keyed: true, Retries: true},
		},
		Workflows: []event.Workflow{{Name: "checkout", End: 3}},
		Steps:     []event.Step{step("pay", 0, 3), step("ship", 1, 2, 0), step("mail", 2, 2, 1)},
		Services:  []event.Service{{Name: "gateway"}, {Name: "warehouse"}, {Name: "post"}},
		Effects:   []event.Effect{{Name: "charge", Many: "charges", Unit: "cents"}, {Name: "parcel", Many: "parcels"}},
		Promises: []event.Promise{{Effect: 0, Owes: 1, Broken: "charged_no_parcel", Parked: "charged_parked",
			Unknown: "charge_unknown", Twice: "charged_twice"}},
		Impact: event.Impact{ContactBroken: 0.6, ContactUntold: 0.2, ContactClean: 0.03, MinutesPerCase: 5, Engineers: 4},
	}
}

const (
	naive        = 0
	orchestrated = 1
)

// The steps and effects of shop.
const (
	pay    = 0
	ship   = 1
	mail   = 2
	charge = 0
	parcel = 1
)

// story builds a stream of events by hand; every call happens a second later.
type story struct {
	t   *testing.T
	s   *State
	log *Log // may be nil
	at  event.Time
}

func tell(t *testing.T) *story { return &story{t: t, s: New(shop())} }

// say applies an event, with the index fields that are not set as None.
func (y *story) say(e event.Event) *story {
	y.at += event.Second
	e.At = y.at
	y.s.Apply(&e)
	if y.log != nil {
		y.log.Add(&e)
	}
	return y
}

func (y *story) task(k event.Kind, strategy int8, task int32, more ...func(*event.Event)) *story {
	e := event.Event{Kind: k, Strategy: strategy, Task: task, Step: event.None, Service: event.None, Effect: event.None}
	for _, f := range more {
		f(&e)
	}
	return y.say(e)
}

func at(step int16) func(*event.Event) {
	return func(e *event.Event) { e.Step, e.Service = step, step }
}

func class(c string) func(*event.Event)    { return func(e *event.Event) { e.Class = c } }
func dur(d event.Time) func(*event.Event)  { return func(e *event.Event) { e.Dur = d } }
func amount(n int64) func(*event.Event)    { return func(e *event.Event) { e.Amount = n } }
func try(n int16) func(*event.Event)       { return func(e *event.Event) { e.Attempt = n } }
func effect(i int16) func(*event.Event)    { return func(e *event.Event) { e.Effect = i } }
func due(t event.Time) func(*event.Event)  { return func(e *event.Event) { e.Due = t } }
func service(i int16) func(*event.Event)   { return func(e *event.Event) { e.Service = i } }
func (y *story) order(task int32) *story   { return y.orderWith(task, "") }
func (y *story) badCard(task int32) *story { return y.orderWith(task, event.ClassDecline) }

// orderWith submits a task of $100 to both strategies.
func (y *story) orderWith(task int32, c string) *story {
	y.task(event.TaskSubmitted, naive, task, amount(10_000), class(c))
	return y.task(event.TaskSubmitted, orchestrated, task, amount(10_000), class(c))
}

// start and end of an attempt that takes 100 ms.
func (y *story) attempt(k event.Kind, strategy int8, task int32, step int16, n int16) *story {
	y.task(event.StepStarted, strategy, task, at(step), try(n))
	if k == event.StepSucceeded && step < mail {
		y.makes(strategy, task, step, n)
	}
	d := event.Time(0)
	if k == event.StepRetrying {
		d = y.at + 5*event.Second
	}
	return y.task(k, strategy, task, at(step), try(n), class("503"), dur(100*event.Millisecond), due(d))
}

func (y *story) makes(strategy int8, task int32, step, n int16) *story {
	return y.task(event.EffectMade, strategy, task, at(step), try(n), effect(step), amount(10_000))
}

func (y *story) ok(strategy int8, task int32, steps ...int16) *story {
	for _, step := range steps {
		y.attempt(event.StepSucceeded, strategy, task, step, 1)
	}
	return y
}

// fine runs a task through without any trouble.
func (y *story) fine(strategy int8, task int32) *story {
	return y.ok(strategy, task, pay, ship, mail).task(event.TaskSucceeded, strategy, task, dur(2*event.Second))
}

// sound fails the test if an invariant did not hold.
func (y *story) sound() *State {
	y.t.Helper()
	if c := y.s.Checks; c.Violations > 0 {
		y.t.Fatalf("%d of %d checks failed, first: %s", c.Violations, c.Checked, c.First)
	}
	return y.s
}
