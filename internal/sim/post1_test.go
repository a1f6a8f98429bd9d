package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// The acceptance facts of the first post, by their numbers. Carts are written as
// the post's tests write them: product × quantity.

// cartOf is the --set argument for a cart: product, quantity, product, …
func cartOf(pairs ...int) string {
	var items []string
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, fmt.Sprintf("{product_id: %d, quantity: %d}", pairs[i], pairs[i+1]))
	}
	return "context.cart={items: [" + strings.Join(items, ", ") + "]}"
}

// single runs one order in a world without faults.
func single(t *testing.T, sets ...string) lived {
	t.Helper()
	return run(t, parse(t, "checkout", append([]string{"faults=off", "load.tasks=1", "load.duration=1s"}, sets...)...), 7)
}

// fate is what became of an order in a strategy: its end, the class of the last
// error, attempts by step and effects.
type fate struct {
	end      event.Kind
	class    string
	at       string
	attempts map[string]int
	waits    []event.Time
	effects  map[string]int
}

func fateOf(l lived, strategy int8, task int32) fate {
	f := fate{attempts: map[string]int{}, effects: map[string]int{}}
	for i := range l.events {
		e := &l.events[i]
		if e.Strategy != strategy || e.Task != task {
			continue
		}
		switch {
		case e.Kind == event.StepStarted:
			f.attempts[l.world.run.Steps[e.Step].Name]++
		case e.Kind == event.EffectMade:
			f.effects[l.world.run.Effects[e.Effect].Name]++
		case e.Kind == event.StepRetrying:
			f.waits = append(f.waits, e.Due-e.At)
		case e.Kind >= event.TaskSucceeded && e.Kind <= event.TaskParked:
			f.end, f.class = e.Kind, e.Class
			if e.Step >= 0 {
				f.at = l.world.run.Steps[e.Step].Name
			}
		}
	}
	return f
}

// output is what a step of an order returns.
func outputOf(l lived, step string) map[string]any {
	i := slices.IndexFunc(l.world.run.Steps, func(s event.Step) bool { return s.Name == step })
	return l.world.payloads.fresh(1).output(i)
}

// TestP1HappyPath: P1-01, and P1-12, P1-24 with the specs' cart.
func TestP1HappyPath(t *testing.T) {
	for _, c := range []struct {
		name, cart, token, brand string
		total                    float64
		lines, units             int
	}{
		{"P1-01", cartOf(1, 2, 3, 1), "test_success_visa_4242424242424242", "visa", 324.56, 2, 3},
		{"P1-12", cartOf(101, 2, 102, 1), "tok_visa_valid", "visa", 124.76, 2, 3},
		{"P1-24", cartOf(101, 2, 102, 1), "test_success_mastercard", "mastercard", 124.76, 2, 3},
	} {
		l := single(t, c.cart, "data.token="+c.token)
		for k := int8(0); k < 2; k++ {
			f := fateOf(l, k, 1)
			if f.end != event.TaskSucceeded || len(f.attempts) != 5 {
				t.Errorf("%s, strategy %d: %v after %v, want five steps and success", c.name, k, f.end, f.attempts)
			}
			for _, what := range []string{"charge", "reservation", "order", "mail"} {
				if f.effects[what] != 1 {
					t.Errorf("%s, strategy %d: %d times %s, want once", c.name, k, f.effects[what], what)
				}
			}
		}
		cart, paid, order := outputOf(l, "validate_cart"), outputOf(l, "process_payment"), outputOf(l, "create_order")
		if cart["total"] != c.total || cart["item_count"] != c.lines || paid["amount_charged"] != c.total || paid["card_brand"] != c.brand {
			t.Errorf("%s: %v, %v", c.name, cart, paid)
		}
		if units := outputOf(l, "update_inventory")["total_items_reserved"]; fmt.Sprint(units) != fmt.Sprint(c.units) {
			t.Errorf("%s: %v units reserved, want %d", c.name, units, c.units)
		}
		if n, ok := order["order_number"].(string); !ok || !strings.HasPrefix(n, "ORD-") || len(n) != 21 || order["order_id"] != 1001 {
			t.Errorf("%s: order %v", c.name, order)
		}
	}
}

// TestP1Tokens: the test cards (P1-02, 03, 06, 07, 20): how often each is tried,
// what the order comes to, and what it leaves behind.
func TestP1Tokens(t *testing.T) {
	const declined, parked, ok = event.TaskDeclined, event.TaskParked, event.TaskSucceeded
	for _, c := range []struct {
		name, token, cart string
		attempts          int
		naive, orch       event.Kind
		class             string
	}{
		{"P1-02", "test_insufficient_funds", cartOf(2, 1), 1, declined, declined, "insufficient_funds"},
		{"P1-03", "test_timeout_slow_gateway", cartOf(4, 1), 3, event.TaskFailed, parked, "timeout"},
		{"P1-06", "test_insufficient_funds", cartOf(2, 3), 1, declined, declined, "insufficient_funds"},
		{"P1-07 timeout", "test_timeout_slow_gateway", cartOf(1, 1), 3, event.TaskFailed, parked, "timeout"},
		{"P1-07 rate limit", "test_rate_limit_api", cartOf(1, 1), 3, event.TaskFailed, parked, "429"},
		{"P1-07 temporary", "test_temp_fail_network", cartOf(1, 1), 3, event.TaskFailed, ok, ""},
		{"P1-07 funds", "test_insufficient_funds", cartOf(1, 1), 1, declined, declined, "insufficient_funds"},
		{"P1-20 token", "test_invalid_card", cartOf(1, 1), 1, declined, declined, "invalid_card"},
	} {
		l := single(t, c.cart, "data.token="+c.token, "recovery=off")
		naive, orch := fateOf(l, 0, 1), fateOf(l, 1, 1)
		if orch.end != c.orch || orch.class != c.class || orch.attempts["process_payment"] != c.attempts {
			t.Errorf("%s: orchestrated %v (%s) after %d attempts, want %v (%s) after %d", c.name, orch.end, orch.class, orch.attempts["process_payment"], c.orch, c.class, c.attempts)
		}
		if naive.end != c.naive || naive.attempts["process_payment"] != 1 {
			t.Errorf("%s: naive %v after %d attempts, want %v after 1", c.name, naive.end, naive.attempts["process_payment"], c.naive)
		}
		if c.orch != ok && (len(orch.attempts) != 2 || len(orch.effects) != 0 || orch.at != "process_payment") {
			t.Errorf("%s: steps %v, effects %v, stopped at %s: nothing may happen after the payment", c.name, orch.attempts, orch.effects, orch.at)
		}
		for i := 1; i < len(orch.waits); i++ {
			if orch.waits[i] < orch.waits[i-1] && c.class != "429" {
				t.Errorf("%s: waits %v do not grow", c.name, orch.waits)
			}
		}
	}
}

// TestP1RateLimitAsksToWait: P1-07: the gateway's 30 s rule over a shorter backoff.
func TestP1RateLimitAsksToWait(t *testing.T) {
	f := fateOf(single(t, "data.token=test_rate_limit_api", "recovery=off"), 1, 1)
	if len(f.waits) != 2 || slices.Min(f.waits) < 30*event.Second {
		t.Errorf("waits %v, want two of at least 30 s", f.waits)
	}
}

// TestP1Oversell: P1-04: a hundred of fifteen are refused before anything is
// charged, and as the post's code has it three times before that is the end.
func TestP1Oversell(t *testing.T) {
	for _, c := range []struct {
		units    int
		sets     []string
		attempts int
		end      event.Kind
	}{
		{100, nil, 1, event.TaskRejected},
		{20, nil, 1, event.TaskRejected},
		{15, nil, 1, event.TaskSucceeded},
		{100, []string{"steps.validate_cart.checks.permanent=off", "recovery=off"}, 3, event.TaskParked},
	} {
		l := single(t, append(c.sets, cartOf(5, c.units), "resources.stock.units.5=15")...)
		f := fateOf(l, 1, 1)
		if f.end != c.end || f.attempts["validate_cart"] != c.attempts {
			t.Errorf("%d of 15: %v after %d attempts, want %v after %d", c.units, f.end, f.attempts["validate_cart"], c.end, c.attempts)
		}
		if c.end != event.TaskSucceeded && (len(f.effects) != 0 || f.class != event.ClassSoldOut) {
			t.Errorf("%d of 15: effects %v, class %s; want none, sold_out", c.units, f.effects, f.class)
		}
	}
}

// TestP1LastUnit: P1-05, P1-16: two customers see the last one. Both pay. One gets
// it; the other's reservation is tried twice, then the order is parked with its
// payment recorded, and after a restock it goes on and is not charged again. In
// straight-line code both get it, and there was one.
func TestP1LastUnit(t *testing.T) {
	sets := []string{"faults=off", "load.tasks=2", "load.duration=200ms", cartOf(4, 1), "resources.stock.units.4=1"}
	l := run(t, parse(t, "checkout", append(sets, "recovery=off")...), 7)
	var parked, served int
	for task := int32(1); task <= 2; task++ {
		switch f := fateOf(l, 1, task); f.end {
		case event.TaskParked:
			parked++
			if f.attempts["update_inventory"] != 2 || f.effects["charge"] != 1 || f.effects["order"] != 0 || f.class != event.ClassSoldOut {
				t.Errorf("the one without: %+v", f)
			}
		case event.TaskSucceeded:
			served++
		}
	}
	if parked != 1 || served != 1 {
		t.Errorf("%d parked and %d served, want one of each", parked, served)
	}
	if naive := &l.state.Strategies[0]; naive.Tasks.Succeeded != 2 || naive.Over[0] != 1 {
		t.Errorf("naive: %d served, %d oversold, want 2 and 1", naive.Tasks.Succeeded, naive.Over[0])
	}
}

// TestP1Restock: P1-05, P1-10: after a restock the operator drives the parked
// orders again. Steps that are done stay done: nobody is charged twice.
func TestP1Restock(t *testing.T) {
	sc := parse(t, "checkout", "faults=off", "recovery=off", "load.tasks=120", "load.duration=1m", cartOf(4, 1),
		"resources.stock.units.4=10", "resources.stock.refill.at=40s", "resources.stock.refill.share=20")
	w, err := New(sc, Options{Seed: 7, Window: event.Second, Journal: []string{"redrive(orchestrated) @ 45s"}})
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, w, event.Second)
	st := &l.state.Strategies[1]
	if st.Tasks.EverParked == 0 || st.Tasks.Recovered != st.Tasks.EverParked || st.Tasks.Parked != 0 {
		t.Errorf("%+v: want some parked, and all of them recovered", st.Tasks)
	}
	if c := st.Effects[0].Count; c != st.Tasks.Succeeded || st.Promises[0].Twice != 0 {
		t.Errorf("%d charges for %d orders, %d twice", c, st.Tasks.Succeeded, st.Promises[0].Twice)
	}
	for task := int32(1); task <= 120; task++ {
		if f := fateOf(l, 1, task); f.attempts["update_inventory"] > 1 && (f.attempts["process_payment"] != 1 || f.attempts["validate_cart"] != 1) {
			t.Errorf("order %d began again before the step that stopped it: %v", task, f.attempts)
		}
	}
	if l.state.Strategies[0].Over[0] == 0 {
		t.Error("naive: nothing oversold")
	}
}

// TestP1Tiers: P1-13, P1-14, P1-19: tier and priority are kept with the order and
// change nothing about its way.
func TestP1Tiers(t *testing.T) {
	plain := single(t)
	for _, c := range []struct{ set, key, want string }{
		{`context.priority="express"`, "priority", "express"},
		{`context.customer_info=customers[2]`, "tier", "premium"},
		{`context.customer_info=customers[0]`, "tier", "standard"},
	} {
		l := single(t, c.set)
		pl := l.world.payloads.fresh(1)
		customer, _ := pl.context["customer_info"].(map[string]any)
		if got := fmt.Sprint(pl.context[c.key], customer[c.key]); !strings.Contains(got, c.want) {
			t.Errorf("--set %s: %s is %s, want %s", c.set, c.key, got, c.want)
		}
		if got, want := fateOf(l, 1, 1), fateOf(plain, 1, 1); got.end != event.TaskSucceeded || fmt.Sprint(got.attempts) != fmt.Sprint(want.attempts) {
			t.Errorf("--set %s: %v, without %v", c.set, got, want)
		}
		noted, _ := pl.context["processing"].(map[string]any)
		if (noted["express"] != nil) != (c.want == "express") || (noted["premium"] != nil) != (c.want == "premium") {
			t.Errorf("--set %s: noted %v", c.set, noted)
		}
		if mail := outputOf(l, "send_confirmation"); mail["recipient"] != customer["email"] {
			t.Errorf("P1-19: mail to %v, customer %v", mail["recipient"], customer)
		}
	}
}

// TestP1OneTransientFailure: P1-15: one failure of the gateway, two attempts, one
// charge.
func TestP1OneTransientFailure(t *testing.T) {
	f := fateOf(single(t, "data.token=test_temp_fail_network", "steps.process_payment.answers.8.attempts=1"), 1, 1)
	if f.end != event.TaskSucceeded || f.attempts["process_payment"] != 2 || f.effects["charge"] != 1 {
		t.Errorf("%+v, want success after two attempts at the payment and one charge", f)
	}
}

// TestP1MailBudget: P1-17, P1-20: the mail is tried five times at growing
// distances; the order stays confirmed whatever becomes of it.
func TestP1MailBudget(t *testing.T) {
	l := single(t, "services.mailer.windows=outage@0s/10m", "policies=off", "recovery=off")
	f := fateOf(l, 1, 1)
	if f.end != event.TaskParked || f.attempts["send_confirmation"] != 5 || f.effects["order"] != 1 || f.effects["mail"] != 0 {
		t.Errorf("%+v, want five attempts, the order made and no mail", f)
	}
	for i := 1; i < len(f.waits); i++ {
		if f.waits[i] <= f.waits[i-1] {
			t.Errorf("waits %v do not grow", f.waits)
		}
	}
}

// TestP1ErrorTable: P1-20, the rest of it: the order's database is tried again, and
// an outage of the inventory takes two attempts.
func TestP1ErrorTable(t *testing.T) {
	for _, c := range []struct {
		service, step string
		attempts      int
	}{{"catalogue", "validate_cart", 3}, {"payment_gateway", "process_payment", 3}, {"inventory", "update_inventory", 2}, {"orders_db", "create_order", 3}} {
		f := fateOf(single(t, "services."+c.service+".windows=outage@0s/10m", "policies=off", "recovery=off"), 1, 1)
		if f.end != event.TaskParked || f.at != c.step || f.attempts[c.step] != c.attempts {
			t.Errorf("%s out: %v at %s after %d attempts, want parked at %s after %d", c.service, f.end, f.at, f.attempts[f.at], c.step, c.attempts)
		}
	}
}

// TestP1Refusals: P1-21, P1-22 and the codes of the error table: what is wrong with
// an order is told once, and nothing happens.
func TestP1Refusals(t *testing.T) {
	for _, c := range []struct{ set, class, at string }{
		{"context.cart={items: []}", "missing_cart_items", "validate_cart"},
		{"context.cart={items: [{quantity: 1}]}", "missing_product_id", "validate_cart"},
		{cartOf(1, 0), "invalid_quantity", "validate_cart"},
		{"context.cart={items: [{product_id: 1}]}", "invalid_quantity", "validate_cart"},
		{cartOf(999, 1), "product_not_found", "validate_cart"},
		{cartOf(109, 1), "product_inactive", "validate_cart"},
		{`context.payment_info={method: "credit_card", amount: total + 1, token: token, currency: "USD"}`, "payment_amount_mismatch", "process_payment"},
		{`context.payment_info={method: "", amount: total, token: token, currency: "USD"}`, "missing_payment_method", "process_payment"},
		{`context.payment_info={method: "credit_card", amount: total, token: "", currency: "USD"}`, "missing_payment_token", "process_payment"},
		{`context.customer_info={id: 1, name: "No Mail", email: "nobody", tier: "standard"}`, "invalid_email", "send_confirmation"},
	} {
		l := single(t, c.set)
		for k := int8(0); k < 2; k++ {
			f := fateOf(l, k, 1)
			if f.end != event.TaskFailed || f.class != c.class || f.at != c.at || f.attempts[c.at] != 1 {
				t.Errorf("--set %s: strategy %d: %v (%s) at %s after %d attempts; want failed (%s) at %s after 1", c.set, k, f.end, f.class, f.at, f.attempts[f.at], c.class, c.at)
			}
			if c.at != "send_confirmation" && len(f.effects) != 0 {
				t.Errorf("--set %s: %v happened", c.set, f.effects)
			}
		}
	}
}

// TestP1Load: P1-08: ten checkouts at once: all complete, and what is counted while
// they run adds up (P1-09, P1-11: status and drill-down are the dashboard's).
func TestP1Load(t *testing.T) {
	l := run(t, parse(t, "checkout", "faults=off", "load.tasks=10", "load.duration=1ms", cartOf(1, 1), "data.token=test_success_visa"), 7)
	for k := range l.state.Strategies {
		if st := &l.state.Strategies[k]; st.Tasks.Succeeded != 10 || st.Effects[0].Amount != 10*14638 {
			t.Errorf("strategy %d: %+v", k, st.Tasks)
		}
	}
}

// TestP1Workflow: P1-18: the workflow's name and its five steps.
func TestP1Workflow(t *testing.T) {
	w := parse(t, "checkout").Workflows[0]
	var names []string
	for _, s := range w.Steps {
		names = append(names, s.Name)
	}
	want := []string{"validate_cart", "process_payment", "update_inventory", "create_order", "send_confirmation"}
	if w.ID() != "ecommerce/process_order@1.0.0" || !slices.Equal(names, want) {
		t.Errorf("%s: %v", w.ID(), names)
	}
}
