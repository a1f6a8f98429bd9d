package tui

import (
	"cmp"
	"io"
	"math/rand/v2"
	"slices"

	"tasker-sim/internal/event"
)

// storyRun is a checkout as the tests see it: two strategies, five steps.
func storyRun(tasks int) *event.Run {
	step := func(i int, name, label string, limit int) event.Step {
		s := event.Step{Name: name, Label: label, Service: i, Limit: limit, Timeout: 15 * event.Second, Base: event.Second, Factor: 2, Cap: 30 * event.Second}
		if i > 0 {
			s.DependsOn = []int{i - 1}
		}
		return s
	}
	return &event.Run{
		Schema: event.Schema, Scenario: "checkout", Title: "Black Friday checkout", Seed: 7, Tasks: tasks, Duration: event.Hour,
		Noun: event.Noun{One: "order", Many: "orders"},
		Strategies: []event.Strategy{
			{Name: "naive", Title: "straight-line code"},
			{Name: "orchestrated", Title: "durable workflow", Durable: true, Keyed: true, Retries: true},
		},
		Workflows: []event.Workflow{{Namespace: "ecommerce", Name: "process_order", Version: "1.0.0", End: 5}},
		Steps: []event.Step{
			step(0, "validate_cart", "cart", 3), step(1, "process_payment", "payment", 3), step(2, "update_inventory", "inventory", 2),
			step(3, "create_order", "order", 3), step(4, "send_confirmation", "e-mail", 5),
		},
		Services: []event.Service{
			{Name: "catalogue", Title: "catalogue"}, {Name: "payment_gateway", Title: "payment gateway"}, {Name: "inventory", Title: "inventory"},
			{Name: "orders_db", Title: "orders database"}, {Name: "mailer", Title: "mailer"},
		},
		Effects: []event.Effect{
			{Name: "charge", Many: "charges", Verb: "charged", Unit: "cents"}, {Name: "reservation", Many: "reservations", Verb: "reserved", Unit: "units"},
			{Name: "order", Many: "orders", Verb: "made the order"}, {Name: "mail", Many: "mails", Verb: "mailed"},
		},
		Promises: []event.Promise{
			{Effect: 0, Owes: 2, Broken: "charged_no_order", Parked: "charged_parked", Unknown: "charge_unknown", Twice: "charged_twice"},
			{Effect: 1, Owes: 2, Broken: "orphan_stock"},
		},
		Impact: event.Impact{ContactBroken: .7, ContactUntold: .2, ContactClean: .05, MinutesPerCase: 5, Engineers: 3},
		Claims: []event.Claim{
			{Name: "failed checkouts", Source: "post 1", Kind: "measured", Measure: "first_pass_failure_rate", SaysBefore: "15 %", SaysAfter: "0.2 %",
				Before: &event.Range{Low: .11, High: .2}, After: &event.Range{High: .009}, Unit: "share"},
			{Name: "recovered by themselves", Source: "post 1", Kind: "measured", Measure: "rescued_share", SaysAfter: "98 %",
				After: &event.Range{Low: .95, High: 1}, Unit: "share"},
		},
	}
}

// storyStep is what a step of the story takes, and how often it fails.
type storyStep struct {
	latency event.Time
	fails   float64
	effect  int16
	class   string
	text    string
}

var storySteps = [...]storyStep{
	{45 * event.Millisecond, .010, event.None, "503", "catalogue is busy"},
	{1200 * event.Millisecond, .012, 0, "timeout", "no answer within 30 s"},
	{250 * event.Millisecond, .033, 1, "timeout", "no answer within 20 s"},
	{150 * event.Millisecond, .015, 2, "500", "deadlock found"},
	{500 * event.Millisecond, .050, 3, "429", "too many mails"},
}

// story tells a run of the given number of tasks: payment bursts, retries, a few
// parked tasks. It is no model of anything; it only obeys the grammar of events.
type story struct {
	run    *event.Run
	rng    *rand.Rand
	events []event.Event
	bursts []event.Time
	made   map[[3]int]bool // effects by strategy, task, step
	outage [2]event.Time   // by hand, of the payment gateway
}

// newStory makes the story of a seed.
func newStory(tasks int, seed uint64) *story { return storyOf(storyRun(tasks), seed) }

// storyOf makes the story of a run, which may have other strategies.
func storyOf(run *event.Run, seed uint64) *story {
	tasks := run.Tasks
	s := &story{run: run, made: map[[3]int]bool{}, rng: rand.New(rand.NewPCG(seed, 1))}
	s.say(event.Event{Kind: event.RunStarted, Text: s.run.Scenario, Strategy: event.None})
	for at := event.Time(40 * event.Second); at < s.run.Duration; at += event.Time(60+s.rng.IntN(70)) * event.Second {
		s.burst(at, 5*event.Second)
	}
	s.breakGateway(20*event.Minute, 3*event.Minute)
	for i := range tasks {
		at := event.Time(int64(s.run.Duration) * int64(i) / int64(tasks))
		s.order(int32(i+1), at)
	}
	slices.SortStableFunc(s.events, func(a, b event.Event) int { return cmp.Compare(a.At, b.At) })
	end := max(s.events[len(s.events)-1].At, s.run.Duration)
	s.say(event.Event{At: end, Kind: event.RunEnded, Strategy: event.None})
	return s
}

// say adds an event; indices that were not set and cannot be meant become None.
func (s *story) say(e event.Event) {
	if e.Kind < event.StepStarted || e.Kind > event.EffectRepeated {
		e.Effect = event.None
		if e.Kind != event.TaskFailed && e.Kind != event.TaskParked && e.Kind != event.TaskRedriven && e.Kind != event.TaskDeclined {
			e.Step = event.None
		}
	} else if e.Kind < event.EffectMade {
		e.Effect = event.None
	}
	s.events = append(s.events, e)
}

func (s *story) burst(at, length event.Time) {
	s.bursts = append(s.bursts, at)
	f := event.Event{At: at, Kind: event.FaultBegan, Strategy: event.None, Service: 1, Class: "burst", Text: "4 of 5 calls refused",
		Amount: int64(len(s.bursts))}
	s.say(f)
	f.At, f.Kind = at+length, event.FaultEnded
	s.say(f)
}

// breakGateway is an outage by hand; the orchestrated side's breaker opens.
func (s *story) breakGateway(at, length event.Time) {
	s.outage = [2]event.Time{at, at + length}
	f := event.Event{At: at, Kind: event.FaultInjected, Strategy: event.None, Service: 1, Class: "outage", Text: "every call is refused",
		Due: at + length, Amount: 1000}
	s.say(f)
	b := event.Event{At: at + 30*event.Second, Kind: event.BreakerOpened, Strategy: int8(len(s.run.Strategies) - 1), Service: 1, Amount: 20, Due: at + length}
	s.say(b)
	f.At, f.Kind = at+length, event.FaultEnded
	s.say(f)
	b.At, b.Kind, b.Due = at+length, event.BreakerHalfOpened, 0
	s.say(b)
	b.At, b.Kind, b.Amount, b.Dur = at+length+event.Second, event.BreakerClosed, 0, length-29*event.Second
	s.say(b)
}

func (s *story) down(at event.Time) bool { return at >= s.outage[0] && at < s.outage[1] }

func (s *story) inBurst(at event.Time) bool {
	for _, b := range s.bursts {
		if at >= b && at < b+5*event.Second {
			return true
		}
	}
	return false
}

// order tells both lives of one order, on the same dice.
func (s *story) order(task int32, at event.Time) {
	worth := int64(2000 + s.rng.IntN(11000))
	bad := s.rng.Float64() < .0015
	seed := s.rng.Uint64()
	for k := range s.run.Strategies {
		e := event.Event{At: at, Kind: event.TaskSubmitted, Strategy: int8(k), Task: task, Amount: worth}
		if bad {
			e.Class = event.ClassDecline
		}
		s.say(e)
		s.live(e, rand.New(rand.NewPCG(seed, 2)))
	}
}

// live tells one life: attempts until the limit, effects, the end.
func (s *story) live(sub event.Event, dice *rand.Rand) {
	now := sub.At
	for i := range storySteps {
		limit := 1
		if s.run.Strategies[sub.Strategy].Retries {
			limit = s.run.Steps[i].Limit
		}
		var ok bool
		if ok, now = s.attempts(sub, i, limit, now, dice); !ok {
			return
		}
	}
	s.say(event.Event{At: now, Kind: event.TaskSucceeded, Strategy: sub.Strategy, Task: sub.Task, Dur: now - sub.At})
}

func (s *story) attempts(sub event.Event, i, limit int, now event.Time, dice *rand.Rand) (bool, event.Time) {
	st := storySteps[i]
	for a := 1; ; a++ {
		e := event.Event{At: now, Kind: event.StepStarted, Strategy: sub.Strategy, Task: sub.Task, Step: int16(i), Service: int16(i), Attempt: int16(a)}
		s.say(e)
		took := st.latency/2 + event.Time(dice.Int64N(int64(st.latency)))
		failed, lost := dice.Float64() < st.fails, dice.Float64() < .1
		e.Class, e.Text = st.class, st.text
		if refused := dice.Float64() < .8; i == 1 && (s.down(now) || s.inBurst(now) && refused) {
			failed, lost, took, e.Class, e.Text = true, false, 50*event.Millisecond, "503", "gateway refused"
		}
		if i == 1 && sub.Class == event.ClassDecline {
			s.decline(e, now+took, sub)
			return false, now + took
		}
		now += took
		e.At, e.Dur = now, took
		if !failed || lost {
			s.effect(e, st.effect, sub)
		}
		if !failed {
			e.Class, e.Text = "", ""
			e.Kind = event.StepSucceeded
			s.say(e)
			return true, now
		}
		if a >= limit {
			s.giveUp(e, sub)
			return false, now
		}
		e.Kind = event.StepRetrying
		e.Due = now + event.Second<<(a-1)
		s.say(e)
		now = e.Due
	}
}

func (s *story) effect(e event.Event, effect int16, sub event.Event) {
	if effect < 0 {
		return
	}
	e.Kind, e.Effect, e.Class, e.Text, e.Dur = event.EffectMade, effect, "", "", 0
	e.Amount = 1
	if effect == 0 {
		e.Amount = sub.Amount
	}
	key := [3]int{int(e.Strategy), int(e.Task), int(e.Step)}
	if s.made[key] && s.run.Strategies[e.Strategy].Keyed {
		e.Kind = event.EffectRepeated
	}
	s.made[key] = true
	s.say(e)
}

func (s *story) decline(e event.Event, at event.Time, sub event.Event) {
	e.Dur, e.At = at-e.At, at
	e.Kind, e.Class, e.Text = event.StepFailed, event.ClassDecline, "card declined"
	s.say(e)
	e.Kind, e.Attempt, e.Dur = event.TaskDeclined, 0, at-sub.At
	s.say(e)
}

func (s *story) giveUp(e event.Event, sub event.Event) {
	e.Kind = event.StepFailed
	s.say(e)
	e.Kind, e.Attempt, e.Dur = event.TaskFailed, 0, e.At-sub.At
	if s.run.Strategies[sub.Strategy].Durable {
		e.Kind = event.TaskParked
	}
	s.say(e)
}

// tape is a source over events in a slice. It takes no faults.
type tape struct {
	run    *event.Run
	events []event.Event
	at     int
}

func (s *story) tape() *tape { return &tape{run: s.run, events: s.events} }

func (t *tape) Run() *event.Run { return t.run }

func (t *tape) Advance(until event.Time) ([]event.Event, error) {
	from := t.at
	for t.at < len(t.events) && t.events[t.at].At <= until {
		t.at++
	}
	if t.at == len(t.events) {
		return t.events[from:], io.EOF
	}
	return t.events[from:t.at], nil
}
