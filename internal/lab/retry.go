package lab

import (
	"fmt"
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

// instant is how long a call takes where its length does not matter.
const instant = event.Millisecond

func errorRate(def string) Param {
	return Param{Name: "p", Doc: "chance that an attempt fails", Default: def, kind: share, low: 0, high: 1}
}

func limit(def string) Param {
	return Param{Name: "n", Doc: "attempts in all", Default: def, kind: count, low: 1, high: 20}
}

//tidy:long a table
func retryLaws() []Oracle {
	return []Oracle{
		{
			ID: "O1", Law: "P(exhausted) = p^n", About: "All n attempts of a step fail, if each fails with chance p.",
			Params: []Param{errorRate("0.05"), limit("3"), tasks("40000")},
			Cases:  []string{"p=0.05 n=1", "p=0.05 n=2", "p=0.05 n=3", "p=0.05 n=4", "p=0.15 n=3", "p=0.30 n=5"},
			pose:   poseExhausted,
		},
		{
			ID: "O2", Law: "E[attempts] = (1-p^n)/(1-p)", About: "Attempts that a step costs.",
			Params: []Param{errorRate("0.05"), limit("3"), tasks("20000")},
			Cases:  []string{"p=0.05 n=3", "p=0.15 n=3", "p=0.5 n=3"},
			pose:   poseAttempts,
		},
		{
			ID: "O3", Law: "P(fail) = d(1-t^n)/(1-t) + t^n", About: "An attempt fails for good with chance d, for now with chance t.",
			Params: []Param{
				{Name: "d", Doc: "chance of a permanent error", Default: "0.03", kind: share, high: 1},
				{Name: "t", Doc: "chance of a transient one", Default: "0.05", kind: share, high: 1},
				limit("3"), tasks("40000"),
			},
			Cases: []string{"d=0.03 t=0.05", "d=0.002 t=0.12"},
			fits: func(v values) error {
				if d, t := v.number("d"), v.number("t"); d+t > 1 || d+t == 0 {
					return fmt.Errorf("d=%g and t=%g: want them to add up to more than 0 and at most 1", d, t)
				}
				return nil
			},
			pose: posePermanent,
		},
		{
			ID: "O4", Law: "E[backoff] = sum p^k w_k", About: "Waits between attempts: w_k = min(base·factor^(k-1), cap), varied by jitter: ± a share, full (half of it on average) or equal (three quarters).",
			Params: []Param{
				errorRate("0.5"), limit("5"), tasks("20000"),
				{Name: "base", Doc: "first wait", Default: "1s", kind: length, low: 0.001, high: 3600},
				{Name: "factor", Doc: "growth from wait to wait", Default: "2", kind: number, low: 1, high: 10},
				{Name: "cap", Doc: "longest wait before jitter", Default: "1h", kind: length, low: 0.001, high: 36000},
				jitterParam(),
			},
			Cases: []string{"p=0.5 n=5", "p=0.15 n=3", "p=1 n=5 tasks=500", "p=0.5 n=5 jitter=0.1", "p=0.5 n=5 jitter=full", "p=0.5 n=5 jitter=equal", "p=0.5 n=6 base=5s factor=4 cap=30s jitter=0.5"},
			fits: func(v values) error {
				if v.length("cap") < v.length("base") {
					return fmt.Errorf("cap=%s: want at least base, %s", span(v.length("cap")), span(v.length("base")))
				}
				return nil
			},
			pose: poseBackoff,
		},
		{
			ID: "O27", Law: "w_k uniform in [base, 3 w_(k-1)], at most cap", About: "Decorrelated jitter: each wait follows from the one before.",
			Params: []Param{
				errorRate("0.6"), limit("6"), tasks("10000"),
				{Name: "base", Doc: "least wait", Default: "1s", kind: length, low: 0.001, high: 3600},
				{Name: "cap", Doc: "longest wait", Default: "1h", kind: length, low: 0.001, high: 36000},
			},
			Cases: []string{"cap=1h", "cap=5s"},
			fits: func(v values) error {
				if v.length("cap") < v.length("base") {
					return fmt.Errorf("cap=%s: want at least base, %s", span(v.length("cap")), span(v.length("base")))
				}
				return nil
			},
			pose: poseDecorrelated,
		},
	}
}

// lone is a chain of one step that fails with chance p.
func lone(v values) chain {
	n := v.count("tasks")
	return chain{tasks: n, duration: event.Time(n) * event.Second / 10, links: []link{{
		answer: instant, rate: v.number("p"), limit: v.count("n"), retry: "base: 1s, factor: 2, jitter: 0%",
	}}}
}

// agree counts the tasks that end otherwise in the second strategy than in the
// first: a path that is no engine must come to what the engine comes to.
func agree(fates []map[int32]bool, tasks int) identity {
	var e identity
	for task := int32(1); int(task) <= tasks; task++ {
		e.hold(fates[0][task] == fates[1][task], func() string { return fmt.Sprintf("task %d", task) })
	}
	return e
}

func poseExhausted(v values, t *trial) error {
	c := lone(v)
	failed := []map[int32]bool{{}, {}}
	s, err := t.live(c.as(loop, onEngine), func(e *event.Event) {
		if e.Kind == event.TaskFailed || e.Kind == event.TaskParked {
			failed[e.Strategy][e.Task] = true
		}
	})
	if err != nil {
		return err
	}
	want := math.Pow(v.number("p"), float64(v.count("n")))
	t.find("exhausted", "share", hits{s.Strategies[1].Tasks.EverParked, c.tasks, want})
	t.find("loop and engine differ", "tasks", agree(failed, c.tasks))
	return nil
}

// attempts is the law of the number of attempts, less the first.
func attempts(p float64, n int) stats.Law {
	l := make(stats.Law, n)
	for k := range n - 1 {
		l[k] = math.Pow(p, float64(k)) * (1 - p)
	}
	l[n-1] = math.Pow(p, float64(n-1))
	return l
}

// part is n draws of the law.
func part(law stats.Law, n int) []stats.Part { return []stats.Part{{Law: law, N: n}} }

func poseAttempts(v values, t *trial) error {
	c := lone(v)
	s, err := t.live(c.as(onEngine), nil)
	if err != nil {
		return err
	}
	st := &s.Strategies[0]
	law := append(stats.Law{0}, attempts(v.number("p"), v.count("n"))...)
	t.find("attempts a task", "attempts", total{[]stats.Part{{Law: law, N: c.tasks}}, st.Attempts, 1})
	t.find("attempts less retries", "tasks", counted(st.Attempts-st.Retries, c.tasks))
	return nil
}

// counted is the identity of two counts.
func counted(got, want int) identity {
	var e identity
	e.hold(got == want, func() string { return fmt.Sprintf("%d, not %d", got, want) })
	return e
}

func posePermanent(v values, t *trial) error {
	d, tr, n := v.number("d"), v.number("t"), v.count("n")
	m := v.count("tasks")
	c := chain{tasks: m, duration: event.Time(m) * event.Second / 10, links: []link{{
		answer: instant, limit: n, retry: "base: 1s, jitter: 0%",
		error: fmt.Sprintf(`{rate: %s, classes: {invalid: {share: %s, permanent: on, latency: 1ms}, "503": {share: %s, latency: 1ms}}}`,
			plain(d+tr), plain(d/(d+tr)), plain(tr/(d+tr))),
	}}}
	s, err := t.live(c.as(onEngine), nil)
	if err != nil {
		return err
	}
	parked := math.Pow(tr, float64(n))
	failed := d * float64(n)
	if tr < 1 {
		failed = d * (1 - parked) / (1 - tr)
	}
	tasks := s.Strategies[0].Tasks
	t.find("failed for good", "share", hits{tasks.Failed, m, failed})
	t.find("exhausted", "share", hits{tasks.EverParked, m, parked})
	t.find("not done at first", "share", hits{tasks.FirstPassFailed, m, failed + parked})
	return nil
}
