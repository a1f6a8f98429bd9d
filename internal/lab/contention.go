package lab

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"

	"tasker-sim/internal/engine"
)

// contentionLaws are about many clients that want the same row. No service of a
// scenario locks optimistically, so that this is a small model of its own; the
// waits are the engine's.
func contentionLaws() []Oracle {
	return []Oracle{{
		ID: "O18", Law: "calls: full < equal < decorrelated < exponential < none; time: decorrelated < full < equal < exponential", About: "Clients that update one row under optimistic locking, and which jitter helps (AWS). A model of its own, with the engine's waits.",
		Params: []Param{
			{Name: "clients", Doc: "clients that begin at once", Default: "50", kind: count, low: 50, high: 200},
			{Name: "trials", Doc: "how often", Default: "100", kind: count, low: 50, high: 1000},
		},
		Cases: []string{"clients=50"},
		pose:  poseContention,
	}}
}

// The strategies of the comparison.
func contenders() []contender {
	const ms = 1000
	r := engine.Retry{Limit: math.MaxInt32, Base: 5 * ms, Cap: 2000 * ms, Factor: 2}
	with := func(name string, g engine.Growth, s engine.Spread) contender {
		r := r
		r.Growth, r.Spread = g, s
		if g == engine.Exponential {
			r.Base *= 2 // the article's exponent begins at 1, the engine's at 0
		}
		return contender{name: name, retry: r}
	}
	return []contender{
		with("none", engine.AtOnce, engine.Symmetric),
		with("exponential", engine.Exponential, engine.Symmetric),
		with("equal", engine.Exponential, engine.HalfJitter),
		with("full", engine.Exponential, engine.FullJitter),
		with("decorrelated", engine.Decorrelated, engine.Symmetric),
	}
}

// contender is one way to wait, and what it came to on average over the trials.
type contender struct {
	name  string
	retry engine.Retry
	calls float64 // writes that were tried
	time  float64 // until the last client is through, in milliseconds
}

// try is something a client does at an instant.
type try struct {
	at     engine.Time
	client int
	writes bool // it writes what it has read; else it reads
}

// turn is the order of tries by time, ties by client.
type turn []try

func (q turn) Len() int      { return len(q) }
func (q turn) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q turn) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].client < q[j].client
}
func (q *turn) Push(x any) { *q = append(*q, x.(try)) }
func (q *turn) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// contend lets clients read a version and write if it is still the same. Each
// way takes |N(10, 2)| milliseconds.
func (c *contender) contend(clients int, rng *rand.Rand) (calls int, end engine.Time) {
	hop := func() engine.Time { return engine.Time(math.Abs(10+2*rng.NormFloat64()) * 1000) }
	version, saw := 0, make([]int, clients)
	failed, last := make([]int, clients), make([]engine.Time, clients)
	q := turn{}
	for i := range clients {
		heap.Push(&q, try{at: hop(), client: i})
	}
	for len(q) > 0 {
		t := heap.Pop(&q).(try)
		i := t.client
		if !t.writes {
			saw[i] = version
			heap.Push(&q, try{at: t.at + hop() + hop(), client: i, writes: true})
			continue
		}
		calls++
		back := t.at + hop()
		if saw[i] == version {
			version++
			end = max(end, back)
			continue
		}
		failed[i]++
		last[i] = c.retry.After(failed[i], last[i], rng.Float64())
		heap.Push(&q, try{at: back + last[i] + hop(), client: i})
	}
	return calls, end
}

func poseContention(v values, t *trial) error {
	clients, trials := v.count("clients"), v.count("trials")
	all := contenders()
	for k := range all {
		c := &all[k]
		for n := range trials {
			calls, end := c.contend(clients, rand.New(rand.NewPCG(t.seed, uint64(k*trials+n))))
			c.calls += float64(calls) / float64(trials)
			c.time += float64(end) / 1000 / float64(trials)
		}
	}
	none, exponential, equal, full, decorrelated := all[0], all[1], all[2], all[3], all[4]
	for _, cs := range [][2]contender{{full, equal}, {equal, decorrelated}, {decorrelated, exponential}, {exponential, none}} {
		t.find(fmt.Sprintf("calls, %s below %s", cs[0].name, cs[1].name), "calls", below{cs[0].calls, cs[1].calls, trials})
	}
	t.find("calls, full below half of none", "calls", below{full.calls, none.calls / 2, trials})
	for _, cs := range [][2]contender{{decorrelated, full}, {full, equal}, {equal, exponential}} {
		t.find(fmt.Sprintf("time, %s below %s", cs[0].name, cs[1].name), "s", below{cs[0].time / 1000, cs[1].time / 1000, trials})
	}
	return nil
}

// below is an order of two means that are far apart: got must be less than most.
type below struct {
	got, most float64
	n         int
}

func (e below) predicted() float64 { return e.most }
func (e below) measured() float64  { return e.got }
func (e below) size() int          { return e.n }
func (e below) test() string       { return exactTest }
func (e below) p() float64 {
	if e.got < e.most {
		return 1
	}
	return 0
}
func (e below) with(o evidence) evidence {
	f := o.(below)
	n := float64(e.n + f.n)
	mean := func(a, b float64) float64 { return (a*float64(e.n) + b*float64(f.n)) / n }
	return below{mean(e.got, f.got), mean(e.most, f.most), e.n + f.n}
}
