package crash

import (
	"fmt"
	"hash/fnv"

	"tasker-sim/internal/engine"
)

// plan is what a run is to do: everything in it is a function of shape and seed.
// Processes and the judge make the same one.
type plan struct {
	shape  string
	seed   uint64
	orders int
	poison int // Options.Poison
}

// never is so many crashes that no step is given up for them.
const never = 1000

const (
	second  = engine.Time(1_000_000)
	timeout = 5 * second
	limit   = 3 // attempts of a round
)

// shapes are the workflows by name.
func shapes() []engine.Template {
	step := func(name, service string, after ...string) engine.Step {
		return engine.Step{Name: name, Service: service, DependsOn: after, Timeout: timeout,
			Retry: engine.Retry{Limit: limit, Base: second, Factor: 2, Cap: 10 * second, Jitter: 0.5}}
	}
	line := engine.Template{Ref: engine.Ref{Name: "linear"}, Steps: []engine.Step{
		step("check", ""), step("charge", "bank", "check"), step("reserve", "", "charge"),
		step("ship", "post", "reserve"), step("mail", "", "ship")}}
	diamond := engine.Template{Ref: engine.Ref{Name: "diamond"}, Steps: []engine.Step{
		step("check", ""), step("charge", "bank", "check"), step("reserve", "", "check"),
		step("ship", "post", "charge", "reserve"), step("mail", "", "ship")}}
	wide := engine.Template{Ref: engine.Ref{Name: "wide"}, Steps: []engine.Step{step("split", "")}}
	var rows []string
	for i := range 6 {
		rows = append(rows, fmt.Sprintf("row%d", i))
		wide.Steps = append(wide.Steps, step(rows[i], []string{"", "bank", "post"}[i%3], "split"))
	}
	wide.Steps = append(wide.Steps, step("sum", "", rows...))
	saga := engine.Template{Ref: engine.Ref{Name: "saga"}, UndoOnError: true, Steps: []engine.Step{
		step("check", ""), step("route", "", "check"), step("parcel", "post", "route"), step("courier", "", "route"),
		step("charge", "bank", "parcel", "courier"), step("close", "", "charge")}}
	saga.Steps[1].Decides = true
	saga.Steps[2].Undo, saga.Steps[3].Undo, saga.Steps[4].Undo = "back", "back", "back"
	return []engine.Template{line, diamond, wide, saga}
}

func (p plan) template() engine.Template {
	for _, t := range shapes() {
		if t.Name == p.shape {
			return t
		}
	}
	panic("no shape " + p.shape)
}

// services: calls to nobody have no limit, so that their times are known.
func services() []engine.Service {
	return []engine.Service{
		{Name: "bank", Limit: 4, Breaker: &engine.Breaker{Failures: 2, Cooldown: 20 * second, Probes: 1}},
		{Name: "post", Limit: 2},
	}
}

// fate is how an attempt ends.
type fate int

const (
	fateOK      fate = iota
	fateRefuse       // 503, nothing was done
	fateLater        // 429 with a wait, nothing was done
	fateLost         // it was done, the answer is an error
	fateHang         // it was done, and no answer comes before the deadline
	fateDecline      // a permanent no
)

func (f fate) effect() bool { return f == fateOK || f == fateLost || f == fateHang }

// draw is a number in [0,1) for each set of words.
func (p plan) draw(words ...any) float64 {
	h := fnv.New64a()
	fmt.Fprintln(h, append([]any{p.shape, p.seed}, words...)...)
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// fate of an attempt: one step in eight fails for a whole round, others now and then.
//
// Suspects of poison run one after the other, which the clock does not know: so
// none of them hangs where a step may be poison.
func (p plan) fate(order, step string, n int) fate {
	f := p.anyFate(order, step, n)
	if f == fateHang && p.poison < never {
		return fateLost
	}
	return f
}

func (p plan) anyFate(order, step string, n int) fate {
	switch bad := p.draw("bad", order, step); {
	case bad < 0.02 || step == "close" && bad < 0.4:
		return fateDecline
	case bad < 0.12 && n <= limit:
		return []fate{fateRefuse, fateLost, fateHang}[(n+int(bad*1000))%3]
	}
	return pick(p.draw("fate", order, step, n))
}

func pick(x float64) fate {
	for _, c := range []struct {
		upTo float64
		fate fate
	}{{0.10, fateRefuse}, {0.14, fateLater}, {0.22, fateLost}, {0.29, fateHang}} {
		if x < c.upTo {
			return c.fate
		}
	}
	return fateOK
}

// redriven tells whether somebody drives the order again when it is parked.
func (p plan) redriven(order string) bool { return p.draw("redrive", order) < 0.6 }

// choice is what the step that decides chooses.
func (p plan) choice(order string) string {
	if p.draw("choice", order) < 0.5 {
		return "parcel"
	}
	return "courier"
}

// poisoned is the order whose first step ends the process, in the test of that. It
// is one that nobody drives again.
func (p plan) poisoned() string {
	for i := range p.orders {
		if !p.redriven(p.order(i)) {
			return p.order(i)
		}
	}
	return ""
}

func (p plan) jitter(a engine.Attempt) float64 { return p.draw("jitter", a.Task, a.Name, a.N) }

func (p plan) order(i int) string { return fmt.Sprintf("order%d", i) }
