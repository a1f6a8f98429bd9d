package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

// budgetLaws are those of what bounds retries.
func budgetLaws() []Oracle {
	fails := func(def string) Param {
		return Param{Name: "f", Doc: "chance that a call fails", Default: def, kind: share, high: 1}
	}
	deposit := Param{Name: "delta", Doc: "share of a retry that a success earns", Default: "0.1", kind: share, low: 0.001, high: 0.9}
	burst := Param{Name: "burst", Doc: "retries in hand at the beginning, and at most", Default: "10", kind: count, low: 1, high: 10000}
	return []Oracle{
		{
			ID: "O11", Law: "calls a task = (1 + C/N)/(1 - delta(1-f)) where the budget binds", About: "A retry budget: every success earns delta of a retry, C are in hand. Retries never exceed what was earned.",
			Params: []Param{fails("0.5"), deposit, burst, limit("10"), tasks("20000")},
			Cases:  []string{"f=0.2", "f=0.5", "f=0.9", "f=1", "f=0.5 delta=0.3 burst=100"},
			fits:   binds,
			pose:   poseBudget,
		},
		{
			ID: "O12", Law: "three attempts: (1-f^3)/(1-f) calls a task; with a budget of 10 % at most 1.1", About: "What the SRE book says of a retry cap and a budget.",
			Params: []Param{fails("0.9"), burst, tasks("20000")},
			Cases:  []string{"f=0.1", "f=0.5", "f=0.9", "f=1"},
			pose:   poseCap,
		},
		{
			ID: "O13", Law: "a failure takes a token, a success gives ratio; retries while more than half are there", About: "The throttle of gRPC (A6), its share of allowed retries by the stationary distribution of the tokens.",
			Params: []Param{
				fails("0.1"), limit("4"),
				{Name: "tokens", Doc: "tokens at most", Default: "10", kind: count, low: 2, high: 100},
				{Name: "ratio", Doc: "what a success gives back, in hundredths", Default: "10", kind: count, low: 1, high: 100},
				tasks("40000"),
			},
			Cases: []string{"f=0.05", "f=0.08", "f=0.1", "f=0.12", "f=0.2"},
			pose:  poseThrottle,
		},
	}
}

// binds wants more failures than the budget has retries for.
func binds(v values) error {
	f, delta := v.number("f"), v.number("delta")
	if wanted := f / (1 - f); f < 1 && wanted < 1.2*delta/(1-delta*(1-f)) {
		return fmt.Errorf("f=%g with delta=%g: the budget hardly ever binds; want more failures or a smaller budget", f, delta)
	}
	return nil
}

// bounded is a step with a service that bounds retries, task after task.
func bounded(v values, limit int, more string) chain {
	return chain{tasks: v.count("tasks"), every: event.Second, links: []link{{
		answer: instant, rate: v.number("f"), limit: limit, retry: "backoff: none, jitter: none", serves: []string{more},
	}}}
}

// bucket is a budget as the law has it, in millionths of a retry.
type bucket struct{ level, deposit, most int64 }

const one = 1_000_000

// answer takes an answer of the service.
func (b *bucket) answer(good bool) {
	if good {
		b.level = min(b.level+b.deposit, b.most)
	}
}

// decisions compares each decision to try again with the bucket's.
func (b *bucket) decisions(limit int) (watch func(*event.Event), e *identity, retries *[]float64) {
	e, retries = &identity{}, &[]float64{}
	again := 0
	return func(ev *event.Event) {
		if ev.Strategy != 0 {
			return
		}
		switch ev.Kind {
		case event.TaskSubmitted:
			again = 0
		case event.StepSucceeded:
			b.answer(true)
		case event.StepRetrying:
			e.hold(b.level >= one && int(ev.Attempt) < limit, func() string { return fmt.Sprintf("task %d, attempt %d: tried again", ev.Task, ev.Attempt) })
			b.level -= one
			again++
		case event.StepFailed:
			e.hold(b.level < one || int(ev.Attempt) == limit, func() string { return fmt.Sprintf("task %d, attempt %d: not tried again", ev.Task, ev.Attempt) })
		case event.TaskSucceeded, event.TaskFailed, event.TaskParked:
			*retries = append(*retries, float64(again))
		}
	}, e, retries
}

func newBucket(delta float64, burst int) *bucket {
	return &bucket{int64(burst) * one, int64(math.Round(delta * one)), int64(burst) * one}
}

func poseBudget(v values, t *trial) error {
	n, burst, f := v.count("n"), v.count("burst"), v.number("f")
	c := bounded(v, n, fmt.Sprintf("budget: {deposit: %s, burst: %d}", plain(v.number("delta")), burst))
	b := newBucket(v.number("delta"), burst)
	watch, wrong, retries := b.decisions(n)
	c.switches = "budget: on"
	s, err := t.live(c.as(engine), watch)
	if err != nil {
		return err
	}
	want := 1 / (1 - v.number("delta")*(1-f))
	if f == 1 { // nothing is ever earned: the burst is all there is
		t.find("retries less the burst", "retries", counted(s.Strategies[0].Retries, min(burst, (n-1)*c.tasks)))
	} else {
		e := batched(*retries, want-1)
		for i := range e.means {
			e.means[i]++
		}
		e.want = want
		t.find("calls a task, once the burst is spent", "calls", e)
	}
	earned := float64(burst) + v.number("delta")*float64(s.Strategies[0].Steps[0].Done)
	t.find("more retries than were earned", "retries", counted(min(0, int(earned)-s.Strategies[0].Retries), 0))
	t.find("wrong decisions", "failures", *wrong)
	return nil
}

func poseCap(v values, t *trial) error {
	c := bounded(v, 3, fmt.Sprintf("budget: {deposit: 10%%, burst: %d}", v.count("burst")))
	free, err := t.live(c.as(engine), nil)
	if err != nil {
		return err
	}
	c.switches = "budget: on"
	bound, err := t.live(c.as(engine), nil)
	if err != nil {
		return err
	}
	m := c.tasks
	law := append([]float64{0}, attempts(v.number("f"), 3)...)
	t.find("calls a task, cap only", "calls", total{parts: part(law, m), sum: free.Strategies[0].Attempts, unit: 1})
	most := m + v.count("burst") + m/10
	t.find("calls beyond 1.1 a task", "calls", counted(max(0, bound.Strategies[0].Attempts-most), 0))
	return nil
}

// tokens is the throttle as a chain over its tokens, in hundredths: at is the
// distribution when a task arrives.
type tokens struct {
	at          []float64
	f           float64
	ratio, most int
	limit       int
}

// step lets one task pass: the distribution afterwards, and how many failures
// might have been tried again and how many were, on average.
func (k *tokens) step() (next []float64, asked, allowed float64) {
	next = make([]float64, len(k.at))
	now := append([]float64{}, k.at...)
	for n := 1; n <= k.limit; n++ {
		again := make([]float64, len(now))
		for level, p := range now {
			if p == 0 {
				continue
			}
			next[min(level+k.ratio, k.most)] += p * (1 - k.f)
			left := max(level-100, 0)
			switch {
			case n == k.limit:
				next[left] += p * k.f
			case 2*left > k.most:
				asked, allowed = asked+p*k.f, allowed+p*k.f
				again[left] += p * k.f
			default:
				asked += p * k.f
				next[left] += p * k.f
			}
		}
		now = again
	}
	return next, asked, allowed
}

// settled is the share of retries that are allowed in the long run.
func (k *tokens) settled() float64 {
	k.at = make([]float64, k.most+1)
	k.at[k.most] = 1
	for range 20_000 {
		next, _, _ := k.step()
		moved := 0.0
		for i := range next {
			moved += math.Abs(next[i] - k.at[i])
		}
		if k.at = next; moved < 1e-12 {
			break
		}
	}
	_, asked, allowed := k.step()
	return allowed / asked
}

func poseThrottle(v values, t *trial) error {
	n, ratio, most := v.count("n"), v.count("ratio"), 100*v.count("tokens")
	c := bounded(v, n, fmt.Sprintf("throttle: {tokens: %d, ratio: %d%%}", v.count("tokens"), ratio))
	c.switches = "throttle: on"
	level, seen := most, []float64(nil)
	var wrong identity
	if _, err := t.live(c.as(engine), func(e *event.Event) {
		switch e.Kind {
		case event.StepSucceeded:
			level = min(level+ratio, most)
		case event.StepRetrying, event.StepFailed:
			level = max(level-100, 0)
			if int(e.Attempt) == n {
				return
			}
			allowed := 0.0
			if e.Kind == event.StepRetrying {
				allowed = 1
			}
			wrong.hold((2*level > most) == (allowed == 1), func() string { return fmt.Sprintf("task %d, attempt %d", e.Task, e.Attempt) })
			seen = append(seen, allowed)
		}
	}); err != nil {
		return err
	}
	if f := v.number("f"); f > 0 {
		law := tokens{f: f, ratio: ratio, most: most, limit: n}
		t.find("retries allowed", "share", batched(seen, law.settled()))
	}
	t.find("wrong decisions", "failures", wrong)
	return nil
}
