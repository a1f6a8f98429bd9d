package report

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file below testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s: want (-), got (+):\n%s", name, d)
	}
}

// shop is a checkout of three steps: a charge owes a parcel.
func shop() *event.Run {
	step := func(name, label string, service, limit int, after ...int) event.Step {
		return event.Step{Name: name, Label: label, Service: service, Limit: limit, DependsOn: after}
	}
	between := func(low, high float64) *event.Range { return &event.Range{Low: low, High: high} }
	return &event.Run{
		Scenario: "shop", Title: "A small shop", Noun: event.Noun{One: "order", Many: "orders"}, Seed: 7, Tasks: 3000, Duration: event.Hour,
		Strategies: []event.Strategy{
			{Name: "naive", Title: "one attempt"}, {Name: "orchestrated", Title: "durable workflow", Durable: true, Keyed: true, Retries: true},
		},
		Workflows: []event.Workflow{{Namespace: "shop", Name: "checkout", Version: "1.0.0", End: 3}},
		Steps:     []event.Step{step("process_payment", "payment", 0, 3), step("send_parcel", "parcel", 1, 2, 0), step("send_mail", "mail", 2, 5, 1)},
		Services:  []event.Service{{Name: "payment_gateway", Title: "payment gateway"}, {Name: "warehouse", Title: "warehouse"}, {Name: "mailer"}},
		Effects: []event.Effect{
			{Name: "charge", Many: "charges", Verb: "charged", Unit: "cents"},
			{Name: "parcel", Many: "parcels", Verb: "sent", Unit: "units"}, {Name: "mail", Many: "mails", Verb: "mailed"},
		},
		Promises: []event.Promise{{Effect: 0, Owes: 1, Broken: "charged_no_parcel", Parked: "charged_parked",
			Unknown: "charge_unknown", Twice: "charged_twice"}},
		Impact: event.Impact{ContactBroken: 0.7, ContactUntold: 0.2, ContactClean: 0.05, MinutesPerCase: 9, Engineers: 5},
		Claims: []event.Claim{
			{Name: "failed checkouts", Source: "post 1", Kind: Measured, Measure: "first_pass_failure_rate", Unit: "share",
				SaysBefore: "15 %", SaysAfter: "0.2 %", Before: between(0.11, 0.20), After: between(0, 0.009)},
			{Name: "recovered by themselves", Source: "post 1", Kind: Measured, Measure: "rescued_share", Unit: "share",
				SaysAfter: "98 %", After: between(0.96, 1)},
			{Name: "charged without parcel", Source: "post 1", Kind: Measured, Measure: "effects.charged_no_parcel", Unit: "count",
				SaysBefore: "many", SaysAfter: "none", Before: between(60, 400), After: between(0, 0)},
			{Name: "money lost", Source: "post 1", Kind: Declared, Measure: "impact.revenue_lost_cents", Unit: "cents",
				SaysBefore: "$30,000", SaysAfter: "little", Before: between(1, 2), After: between(0, 350_000)},
			{Name: "weekends", Source: "post 1", Kind: Quoted, SaysBefore: "lost", SaysAfter: "free"},
		},
		Sets: []string{"data.decline_rate=0.5%"}, Journal: nil,
	}
}

// hour plays a shop's hour by dice of its own: steps fail with 5 % in both
// strategies, a step's retry after 2 s.
type hour struct {
	s   *metrics.State
	rng *rand.Rand
	at  event.Time
}

// play runs n of the planned orders of a run through both strategies.
func play(t *testing.T, run *event.Run, n int, end bool) *metrics.State {
	t.Helper()
	h := &hour{s: metrics.New(run), rng: rand.New(rand.NewPCG(7, 7))}
	h.say(event.Event{Kind: event.RunStarted})
	for task := int32(1); task <= int32(n); task++ {
		h.at += event.Second
		bad := h.rng.Float64() < 0.005
		worth := 2000 + h.rng.Int64N(11_000)
		for k := range run.Strategies {
			e := h.task(event.TaskSubmitted, int8(k), task)
			e.Amount = worth
			if bad {
				e.Class = event.ClassDecline
			}
			h.say(e)
			h.order(int8(k), task, worth, bad)
		}
	}
	if end {
		h.say(event.Event{Kind: event.RunEnded})
	}
	if c := h.s.Checks; c.Violations > 0 {
		t.Fatal(c.First)
	}
	return h.s
}

func (h *hour) say(e event.Event) {
	e.At = h.at
	if e.Kind == event.RunStarted || e.Kind == event.RunEnded {
		e.Strategy, e.Step, e.Service, e.Effect = event.None, event.None, event.None, event.None
	}
	h.s.Apply(&e)
}

func (h *hour) task(k event.Kind, strategy int8, task int32) event.Event {
	return event.Event{Kind: k, Strategy: strategy, Task: task, Step: event.None, Service: event.None, Effect: event.None}
}

// order lives one order's life.
func (h *hour) order(k int8, task int32, worth int64, bad bool) {
	begin := h.at
	for step := range int16(len(h.s.Run.Steps)) {
		if kind := h.step(k, task, step, worth, bad); kind != 0 {
			e := h.task(kind, k, task)
			e.Step, e.Service, e.Class, e.Dur = step, step, "timeout", h.at-begin
			h.say(e)
			return
		}
	}
	e := h.task(event.TaskSucceeded, k, task)
	e.Dur = h.at - begin
	h.say(e)
}

// step tries a step as often as the strategy may; 0 or the kind of the task's end.
func (h *hour) step(k int8, task int32, step int16, worth int64, bad bool) event.Kind {
	st := h.s.Run.Strategies[k]
	for attempt := int16(1); ; attempt++ {
		e := h.task(event.StepStarted, k, task)
		e.Step, e.Service, e.Attempt = step, step, attempt
		h.say(e)
		e.Dur = event.Time(50_000 + h.rng.Int64N(900_000))
		h.at += e.Dur
		if bad {
			e.Kind, e.Class = event.StepFailed, event.ClassDecline
			h.say(e)
			return event.TaskDeclined
		}
		if h.rng.Float64() >= 0.05 {
			made := e
			made.Kind, made.Effect, made.Dur, made.Amount = event.EffectMade, step, 0, []int64{worth, 2, 1}[step]
			h.say(made)
			e.Kind = event.StepSucceeded
			h.say(e)
			return 0
		}
		e.Kind, e.Class, e.Text = event.StepFailed, "timeout", "no answer"
		if st.Retries && int(attempt) < h.s.Run.Steps[step].Limit {
			e.Kind, e.Due = event.StepRetrying, h.at+2*event.Second
			h.say(e)
			h.at = e.Due
			continue
		}
		h.say(e)
		if st.Durable {
			return event.TaskParked
		}
		return event.TaskFailed
	}
}

func TestWriters(t *testing.T) {
	r := New(play(t, shop(), 3000, true), 1234e6)
	at := Place{Dir: "/runs/shop-7", Command: Repeat(r.run, "shop")}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"result.json": func(b *bytes.Buffer) error { return r.JSON(b) },
		"result.txt":  func(b *bytes.Buffer) error { return r.Text(b) },
		"result.md":   func(b *bytes.Buffer) error { return r.Markdown(b, at) },
		"summary.txt": func(b *bytes.Buffer) error { return r.Summary(b, at) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}
