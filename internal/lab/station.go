package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
)

// stationLaws are those of a service with servers and a line before them, and of
// what retries do to it.
func stationLaws() []Oracle {
	return []Oracle{
		triggerLaw(),
		{
			ID: "O8", Law: "M/M/c: P(wait) = C, Wq = C/(c·mu-lambda), P(wait > t) = C·exp(-(c·mu-lambda)t)", About: "Waiting for one of c servers; C by Erlang's recursion.",
			Params: []Param{
				{Name: "c", Doc: "servers", Default: "1", kind: count, low: 1, high: 1000},
				{Name: "rho", Doc: "load of a server", Default: "0.8", kind: share, low: 0.05, high: 0.98},
				{Name: "mean", Doc: "mean of a call's work", Default: "1s", kind: length, low: 0.001, high: 60},
				tasks("60000"),
			},
			Cases: []string{"c=1", "c=2", "c=5", "c=10", "c=10 rho=0.9 tasks=100000", "c=50 rho=0.9 tasks=100000"},
			pose:  poseServers,
		},
		{
			ID: "O15", Law: "a retry storm stays iff rho > 1/(1+R)", About: "First come, first served, with R retries at once after a timeout: work for callers who are gone keeps the servers busy for ever, or not.",
			Params: []Param{storm("0.55"), retries("1"), servers(), timeout(), slow("20s")},
			Cases:  []string{"R=1 rho=0.45", "R=1 rho=0.55", "R=2 rho=0.28", "R=2 rho=0.38", "R=3 rho=0.2", "R=3 rho=0.3"},
			fits: func(v values) error {
				if edge := 1 / (1 + v.number("R")); math.Abs(v.number("rho")-edge) < 0.045 {
					return fmt.Errorf("rho=%g with R=%d: %.3f is the edge, want 0.045 away from it", v.number("rho"), v.count("R"), edge)
				}
				return triggers(v)
			},
			pose: poseStorm,
		},
		{
			ID: "O17", Law: "at rho=0.7, R=2: backoff and jitter stay stuck; a budget, the newest first, deadlines recover", About: "What ends a retry storm, and what only puts it off.",
			Params: []Param{storm("0.7"), retries("2"), servers(), timeout(), slow("20s")},
			Cases:  []string{"rho=0.7 R=2"},
			fits: func(v values) error {
				if (1+v.number("R"))*v.number("rho") < 1.1 {
					return fmt.Errorf("rho=%g with R=%d: the storm does not stay, there is nothing to cure", v.number("rho"), v.count("R"))
				}
				return triggers(v)
			},
			pose: poseRemedies,
		},
	}
}

// triggers wants a trigger that is long enough: over three timeouts.
func triggers(v values) error {
	if longest := 3 * event.Time(v.count("T")) * work; v.length("for") < longest {
		return fmt.Errorf("for=%s with T=%d: want at least three timeouts, %s", span(v.length("for")), v.count("T"), span(longest))
	}
	return nil
}

// work is how long a call of a storm takes when nothing is wrong.
const work = 100 * event.Millisecond

func storm(def string) Param {
	return Param{Name: "rho", Doc: "load of the servers without retries", Default: def, kind: share, low: 0.15, high: 0.85}
}

func retries(def string) Param {
	return Param{Name: "R", Doc: "retries after the first attempt", Default: def, kind: count, low: 1, high: 9}
}

func servers() Param {
	return Param{Name: "c", Doc: "servers", Default: "10", kind: count, low: 1, high: 200}
}

func timeout() Param {
	return Param{Name: "T", Doc: "timeout of the callers, in units of a call's work", Default: "10", kind: count, low: 5, high: 100}
}

func slow(def string) Param {
	return Param{Name: "for", Doc: "how long work takes ten times as long: the trigger", Default: def, kind: length, low: 1, high: 600}
}

// erlang is the chance to wait for one of c servers at load rho each, by
// Erlang's recursion, first for loss and then for waiting.
func erlang(c int, rho float64) float64 {
	a, b := float64(c)*rho, 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b / (1 - rho*(1-b))
}

// poseServers runs the same tasks on the same dice with c servers and with one
// for each: the difference is what each of them waited.
func poseServers(v values, t *trial) error {
	m, n, rho, mean := v.count("tasks"), v.count("c"), v.number("rho"), v.length("mean")
	lambda := float64(n) * rho / mean.Seconds()
	over := event.Time(float64(m) / lambda * float64(event.Second))
	took := [2][]event.Time{make([]event.Time, m+1), make([]event.Time, m+1)}
	for k, serves := range [][]string{nil, {fmt.Sprintf("servers: %d", n)}} {
		c := chain{tasks: m, duration: over, links: []link{{
			limit: 1, latency: fmt.Sprintf("{kind: exponential, mean: %s}", span(mean)), error: "{rate: 0%}", serves: serves,
		}}}
		if _, err := t.live(c.as(naive), func(e *event.Event) {
			if e.Kind == event.TaskSucceeded {
				took[k][e.Task] = e.Dur
			}
		}); err != nil {
			return err
		}
	}
	wait := erlang(n, rho)
	spare := float64(n)/mean.Seconds() - lambda
	long := math.Log(wait/0.1) / spare // exceeded by one in ten, if so many wait
	waited, did, far := make([]float64, m), make([]float64, m), make([]float64, m)
	for i := range m {
		w := (took[1][i+1] - took[0][i+1]).Seconds()
		waited[i] = w
		if w > 0 {
			did[i] = 1
		}
		if w > long {
			far[i] = 1
		}
	}
	t.find("wait", "s", batched(waited, wait/spare))
	t.find("has to wait", "share", batched(did, wait))
	if long > 0 {
		t.find(fmt.Sprintf("waits more than %s", digits(math.Round(long*1000)/1000)+" s"), "share", batched(far, 0.1))
	}
	return nil
}

// overload is a service that is slow for a while, under callers who give up and
// try again; switches are those of the strategy loop.
func overload(v values, retry, switches string) chain {
	n := v.count("c")
	rate := v.number("rho") * float64(n) / work.Seconds()
	from, to := event.Minute, event.Minute+v.length("for")
	over := to + 10*event.Minute
	return chain{tasks: int(rate * over.Seconds()), duration: over, switches: switches, links: []link{{
		limit: v.count("R") + 1, retry: retry,
		latency: fmt.Sprintf("{kind: constant, mean: %s}", span(work)), error: "{rate: 0%}",
		step:   []string{"timeout: " + span(event.Time(v.count("T"))*work)},
		serves: []string{fmt.Sprintf("servers: %d", n), fmt.Sprintf("windows: brownout(0%%,10x)@%s/%s", span(from), span(to-from)), "budget: {deposit: 10%, burst: 10}"},
	}}}
}

// late counts what became of the tasks that came in the last five minutes.
type late struct{ tasks, good, calls int }

func (t *trial) lately(c chain) (l late, err error) {
	since := c.duration - 5*event.Minute
	came := map[int32]bool{}
	_, err = t.live(c.as(loop), func(e *event.Event) {
		switch {
		case e.Kind == event.TaskSubmitted && e.At >= since:
			came[e.Task] = true
			l.tasks++
		case e.Kind == event.StepStarted && came[e.Task]:
			l.calls++
		case e.Kind == event.TaskSucceeded && came[e.Task]:
			l.good++
		}
	})
	return l, err
}

func poseStorm(v values, t *trial) error {
	l, err := t.lately(overload(v, "backoff: none, jitter: none", ""))
	if err != nil {
		return err
	}
	stuck := v.number("rho") > 1/(1+v.number("R"))
	t.after(l, stuck, v.count("R"), "")
	return nil
}

// after says what the last five minutes should be like: nobody is served and
// everybody calls R+1 times, or hardly anybody waits so long as to call again.
func (t *trial) after(l late, stuck bool, r int, of string) {
	if stuck {
		t.find("served at last"+of, "share", exactly{l.good, 0, l.tasks})
		t.find("calls a task at last"+of, "calls", exactly{l.calls, l.tasks * (r + 1), l.tasks})
		return
	}
	t.find("lost at last"+of, "share", below{ratio(float64(l.tasks-l.good), l.tasks), 0.01, l.tasks})
	t.find("calls a task at last"+of, "calls", below{ratio(float64(l.calls), l.tasks), 1.02, l.tasks})
}

// exactly is a mean that has to come out to the last task.
type exactly struct{ got, want, n int }

func (e exactly) predicted() float64 { return ratio(float64(e.want), e.n) }
func (e exactly) measured() float64  { return ratio(float64(e.got), e.n) }
func (e exactly) size() int          { return e.n }
func (e exactly) test() string       { return exactTest }
func (e exactly) p() float64 {
	if e.got == e.want {
		return 1
	}
	return 0
}
func (e exactly) with(o evidence) evidence {
	f := o.(exactly)
	return exactly{e.got + f.got, e.want + f.want, e.n + f.n}
}

func poseRemedies(v values, t *trial) error {
	const now = "backoff: none, jitter: none"
	for _, r := range []struct {
		name, retry, switches string
		stuck                 bool
	}{
		{"nothing", now, "", true},
		{"jitter of 1 s", "backoff: fixed, base: 1s, jitter: full", "", true},
		{"jitter of 8 s", "backoff: fixed, base: 8s, jitter: full", "", true},
		{"a budget", now, "budget: on", false},
		{"newest first", now, "lifo: on", false},
		{"deadlines", now, "deadlines: on", false},
	} {
		l, err := t.lately(overload(v, r.retry, r.switches))
		if err != nil {
			return err
		}
		t.after(l, r.stuck, v.count("R"), ", "+r.name)
	}
	return nil
}
