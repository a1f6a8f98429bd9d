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
			ID: "O13", Law: "a failure takes a token, a success gives ratio; retries while more than half are there", About: "The throttle of gRPC (A6), its share of allowed retries by the Markov chain of the tokens.",
			Params: []Param{
				fails("0.1"), limit("4"),
				{Name: "tokens", Doc: "tokens at most", Default: "10", kind: count, low: 2, high: 100},
				{Name: "ratio", Doc: "what a success gives back, in hundredths", Default: "10", kind: count, low: 1, high: 100},
				tasks("20000"),
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
	s, err := t.live(c.as(onEngine), watch)
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
	free, err := t.live(c.as(onEngine), nil)
	if err != nil {
		return err
	}
	c.switches = "budget: on"
	bound, err := t.live(c.as(onEngine), nil)
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

// tokens is the throttle as a Markov chain over its tokens, in the largest unit
// that fits, from one task to the next. Of the retries that were asked for and allowed so far it
// knows, by state, the moments of z = allowed - share*asked.
type tokens struct {
	at          []sums
	f           float64
	ratio, most int // what a success gives back, tokens at most
	failure     int // what a failure takes
	limit       int
	share       float64
}

// sums are a state's probability, and the first two moments of z there.
type sums struct{ p, z, zz float64 }

// move adds what arrives with probability q and a step of z.
func (s *sums) move(from sums, q, step float64) {
	s.p += q * from.p
	s.z += q * (from.z + step*from.p)
	s.zz += q * (from.zz + 2*step*from.z + step*step*from.p)
}

// pass lets one task pass, and adds up the failures that might have been tried
// again and those that were, on average.
func (k *tokens) pass(asked, allowed *float64) {
	next, now := make([]sums, len(k.at)), k.at
	for n := 1; n <= k.limit; n++ {
		again := make([]sums, len(now))
		for level, from := range now {
			if from.p == 0 {
				continue
			}
			next[min(level+k.ratio, k.most)].move(from, 1-k.f, 0)
			left := max(level-k.failure, 0)
			switch {
			case n == k.limit:
				next[left].move(from, k.f, 0)
			case 2*left > k.most:
				*asked, *allowed = *asked+from.p*k.f, *allowed+from.p*k.f
				again[left].move(from, k.f, 1-k.share)
			default:
				*asked += from.p * k.f
				next[left].move(from, k.f, -k.share)
			}
		}
		now = again
	}
	k.at = next
}

// after are the share of retries that are allowed of n tasks, from full tokens,
// and the variance of z.
func (k *tokens) after(n int) (share, variance float64) {
	for range 2 { // the share first, then the moments around it
		k.at = make([]sums, k.most+1)
		k.at[k.most].p = 1
		asked, allowed := 0.0, 0.0
		for range n {
			k.pass(&asked, &allowed)
		}
		k.share = allowed / asked
	}
	for _, s := range k.at {
		variance += s.zz
	}
	return k.share, variance
}

// depending is a share whose numerator and denominator depend on each
// other and on the past; only its variance is known.
type depending struct {
	k, n           int
	want, variance float64 // of k - want*n
}

func (e depending) predicted() float64 { return e.want }
func (e depending) measured() float64  { return ratio(float64(e.k), e.n) }
func (e depending) size() int          { return e.n }
func (e depending) test() string       { return "Chebyshev's bound" }
func (e depending) p() float64 {
	off := float64(e.k) - e.want*float64(e.n)
	return min(1, e.variance/(off*off))
}
func (e depending) with(o evidence) evidence {
	f := o.(depending)
	return depending{e.k + f.k, e.n + f.n, e.want, e.variance + f.variance}
}

func poseThrottle(v values, t *trial) error {
	n, ratio, most := v.count("n"), v.count("ratio"), 100*v.count("tokens")
	c := bounded(v, n, fmt.Sprintf("throttle: {tokens: %d, ratio: %d%%}", v.count("tokens"), ratio))
	c.switches = "throttle: on"
	level, asked, allowed := most, 0, 0
	var wrong identity
	if _, err := t.live(c.as(onEngine), func(e *event.Event) {
		switch e.Kind {
		case event.StepSucceeded:
			level = min(level+ratio, most)
		case event.StepRetrying, event.StepFailed:
			level = max(level-100, 0)
			if int(e.Attempt) == n {
				return
			}
			if asked++; e.Kind == event.StepRetrying {
				allowed++
			}
			wrong.hold((2*level > most) == (e.Kind == event.StepRetrying), func() string { return fmt.Sprintf("task %d, attempt %d", e.Task, e.Attempt) })
		}
	}); err != nil {
		return err
	}
	if f := v.number("f"); f > 0 {
		unit := int(gcd(event.Time(ratio), 100))
		law := tokens{f: f, ratio: ratio / unit, most: most / unit, failure: 100 / unit, limit: n}
		want, variance := law.after(v.count("tasks"))
		t.find("retries allowed", "share", depending{allowed, asked, want, variance})
	}
	t.find("wrong decisions", "failures", wrong)
	return nil
}
