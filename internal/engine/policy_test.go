package engine

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestWaits: the kinds of growth and spread, at three draws.
func TestWaits(t *testing.T) {
	const s = 1_000_000
	r := Retry{Base: 1 * s, Cap: 10 * s, Factor: 2, Jitter: 0.1}
	with := func(g Growth, sp Spread) Retry { r := r; r.Growth, r.Spread = g, sp; return r }
	for _, c := range []struct {
		name           string
		retry          Retry
		k              int
		last           Time
		low, mid, high Time // at draws 0, 1/2 and 3/4
	}{
		{"exponential", with(Exponential, Symmetric), 3, 0, 3_600_000, 4 * s, 4_200_000},
		{"fixed", with(Fixed, Symmetric), 3, 0, 900_000, 1 * s, 1_050_000},
		{"at once", with(AtOnce, Symmetric), 3, 0, 0, 0, 0},
		{"full", with(Exponential, FullJitter), 3, 0, 0, 2 * s, 3 * s},
		{"equal", with(Exponential, HalfJitter), 3, 0, 2 * s, 3 * s, 3_500_000},
		{"decorrelated, the first", with(Decorrelated, Symmetric), 1, 9 * s, 1 * s, 2 * s, 2_500_000},
		{"decorrelated, after 3 s", with(Decorrelated, Symmetric), 2, 3 * s, 1 * s, 5 * s, 7 * s},
		{"decorrelated, capped", with(Decorrelated, FullJitter), 9, 9 * s, 1 * s, 10 * s, 10 * s},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := [3]Time{c.retry.After(c.k, c.last, 0), c.retry.After(c.k, c.last, 0.5), c.retry.After(c.k, c.last, 0.75)}
			if want := [3]Time{c.low, c.mid, c.high}; got != want {
				t.Errorf("waits %v, want %v", got, want)
			}
		})
	}
}

// TestWindow: whatever the answers, a window by count opens exactly when the
// share of failures among the last Calls is reached.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := &Window{Calls: rapid.IntRange(1, 130).Draw(rt, "calls"), Share: rapid.Float64Range(0.01, 1).Draw(rt, "share")}
		var w window
		var all []bool
		for i := range rapid.IntRange(1, 400).Draw(rt, "answers") {
			all = append(all, rapid.Bool().Draw(rt, "good"))
			got := w.note(p, all[i], Time(i))
			last := all[max(0, len(all)-p.Calls):]
			ill := 0
			for _, good := range last {
				if !good {
					ill++
				}
			}
			if want := len(last) == p.Calls && float64(ill) >= p.Share*float64(p.Calls); got != want {
				rt.Fatalf("after %v: opens %v, want %v", all, got, want)
			}
		}
	})
}

// TestBreakerByShare: half of the answers are failures and never two in a row;
// only the window sees it, by count and by time.
func TestBreakerByShare(t *testing.T) {
	for _, c := range []struct {
		name   string
		window *Window
		opens  int // with this answer
	}{
		{"in a row only", nil, 0},
		{"of the last 10", &Window{Calls: 10, Share: 0.5}, 11},
		{"of the last second", &Window{Calls: 4, Over: 1_000_000, Share: 0.5}, 5},
	} {
		p := &Breaker{Failures: 2, Cooldown: 1_000_000, Window: c.window}
		var b breaker
		opened := 0
		for i := 1; i <= 40 && opened == 0; i++ {
			if b.answer(p, i%2 == 0, 0, Time(i*10_000)) == BreakerOpened {
				opened = i
			}
		}
		if opened != c.opens {
			t.Errorf("%s: opened with answer %d, want %d", c.name, opened, c.opens)
		}
	}
}

// budgeted makes n requests with failures of probability f at a guard, each tried
// again up to 3 times while that is allowed, and counts the calls and successes.
func budgeted(s Service, f float64, n int) (calls, good int) {
	g, err := NewGuard(s)
	if err != nil {
		panic(err)
	}
	x := uint64(1)
	fails := func() bool { // a generator of Knuth's, MMIX
		x = x*6364136223846793005 + 1442695040888963407
		return float64(x>>11)/(1<<53) < f
	}
	for range n {
		for try := range 4 {
			calls++
			ok := !fails()
			if g.End(ok, 0, 0); ok {
				good++
				break
			}
			if try == 3 || !g.Retry() {
				break
			}
		}
	}
	return calls, good
}

// TestOracle11Budget: a budget of δ retries a success bounds the calls of N
// requests by 1 + δ·s + C/N each, s being the successes, and is used up where
// retries would be wanted beyond it.
func TestOracle11Budget(t *testing.T) {
	const n, burst = 20_000, 10
	for _, c := range []struct {
		f     float64
		tight bool // more is wanted than there is
	}{{.05, false}, {.1, true}, {.2, true}, {.5, true}, {.9, true}, {1, true}} {
		calls, good := budgeted(Service{Budget: &Budget{Deposit: .1, Burst: burst}}, c.f, n)
		most := 1 + .1*float64(good)/n + float64(burst)/n
		got := float64(calls) / n
		if got > most+1e-9 || c.tight && got < most-.004 {
			t.Errorf("f = %v: amplification %.4f, bound %.4f", c.f, got, most)
		}
		free, _ := budgeted(Service{}, c.f, n)
		want := 4.0
		if c.f < 1 {
			want = (1 - math.Pow(c.f, 4)) / (1 - c.f)
		}
		if got := float64(free) / n; math.Abs(got-want) > .03 {
			t.Errorf("f = %v, no budget: amplification %.4f, want %.4f", c.f, got, want)
		}
	}
}

// TestOracle13Throttle: gRPC's throttle allows retries in the long run only while
// less than r/(1+r) of the calls fail: 9.09 % with r = 0.1.
func TestOracle13Throttle(t *testing.T) {
	const n = 200_000
	for _, c := range []struct{ f, low, high float64 }{
		{.05, .97, 1}, {.08, .6, .8}, {.10, .1, .35}, {.12, 0, .08}, {.20, 0, .001},
	} {
		s := Service{Throttle: &Throttle{Tokens: 10, Ratio: .1}}
		a := newAllowance(&s)
		allowed, failed := 0, 0
		x := uint64(7)
		for range n {
			x = x*6364136223846793005 + 1442695040888963407
			good := float64(x>>11)/(1<<53) >= c.f
			if a.note(&s, good); !good {
				failed++
				if a.allows(&s) {
					allowed++
				}
			}
		}
		if got := float64(allowed) / float64(failed); got < c.low || got > c.high {
			t.Errorf("f = %v: %.3f of the failures may be tried again, want %v to %v", c.f, got, c.low, c.high)
		}
	}
}

// TestPace: steps that are ready together begin Every apart after the first
// Burst, and no attempt is spent on waiting.
func TestPace(t *testing.T) {
	c, err := New(Config{
		Store: Discard{}, Services: []Service{{Name: "s", Pace: &Pace{Every: 100, Burst: 2}}},
		Templates: []Template{{Ref: Ref{Name: "w"}, Steps: []Step{{Name: "a", Service: "s", Retry: Retry{Limit: 1}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := c.SubmitTo(1000, 0, Submission{}); err != nil {
			t.Fatal(err)
		}
	}
	var began []Time
	for now := Time(1000); ; {
		for _, a := range c.Claim(now, nil) {
			began = append(began, a.Start)
		}
		next, ok := c.Next()
		if !ok {
			break
		}
		now = next
		c.Tick(now)
	}
	want := []Time{1000, 1000, 1100, 1200, 1300}
	if len(began) != len(want) {
		t.Fatalf("attempts began at %v, want %v", began, want)
	}
	for i := range want {
		if began[i] != want[i] {
			t.Fatalf("attempts began at %v, want %v", began, want)
		}
	}
}

// TestBudgetParks: a retry that the budget does not pay for exhausts its step,
// although its limit would allow another.
func TestBudgetParks(t *testing.T) {
	c, err := New(Config{
		Store: Discard{}, Services: []Service{{Name: "s", Budget: &Budget{Burst: 1}}},
		Templates: []Template{{Ref: Ref{Name: "w"}, Steps: []Step{{Name: "a", Service: "s", Retry: Retry{Limit: 9}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.SubmitTo(0, 0, Submission{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		c.Tick(Time(n))
		as := c.Claim(Time(n), nil)
		if len(as) == 0 {
			if n != 3 || c.open[id].state != TaskParked {
				t.Errorf("after %d attempts the task is %v, want it parked after 2", n-1, c.open[id].state)
			}
			return
		}
		if err := c.Fail(Time(n), as[0], Failure{Class: "503"}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFallback: a step whose attempts all failed is complete with its lesser
// output, and the steps behind it run; a permanent failure has no such way out.
func TestFallback(t *testing.T) {
	for _, permanent := range []bool{false, true} {
		c, err := New(Config{
			Store:    Discard{},
			Fallback: func(a Attempt) ([]byte, bool) { return []byte("less"), a.Name == "a" },
			Templates: []Template{{Ref: Ref{Name: "w"}, Steps: []Step{
				{Name: "a", Retry: Retry{Limit: 2}}, {Name: "b", DependsOn: []string{"a"}, Retry: Retry{Limit: 1}},
			}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SubmitTo(0, 0, Submission{}); err != nil {
			t.Fatal(err)
		}
		var ran []string
		for now := Time(0); now < 9; now++ {
			c.Tick(now)
			for _, a := range c.Claim(now, nil) {
				ran = append(ran, a.Name)
				if a.Name == "a" {
					err = c.Fail(now, a, Failure{Class: "503", Permanent: permanent})
				} else {
					err = c.Succeed(now, a, nil)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		want := "[a a b]"
		if permanent {
			want = "[a]"
		}
		if got := fmt.Sprint(ran); got != want || len(c.open) != 0 {
			t.Errorf("permanent %v: ran %s, %d tasks open, want %s and none", permanent, got, len(c.open), want)
		}
	}
}

// TestDeadline: a task's deadline cuts its attempts short and allows no retry that
// would begin after it; driven again later, a step has its whole timeout.
func TestDeadline(t *testing.T) {
	c, err := New(Config{
		Store:     Discard{},
		Templates: []Template{{Ref: Ref{Name: "w"}, Steps: []Step{{Name: "a", Timeout: 100, Retry: Retry{Limit: 9, Base: 30, Cap: 30}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.SubmitTo(0, 0, Submission{Deadline: 250})
	if err != nil {
		t.Fatal(err)
	}
	var deadlines []Time
	now := Time(0)
	for range 9 {
		for _, a := range c.Claim(now, nil) {
			deadlines = append(deadlines, a.Deadline)
		}
		next, ok := c.Next()
		if !ok {
			break
		}
		now = next
		c.Tick(now)
	}
	if want := "[100 230]"; fmt.Sprint(deadlines) != want || c.open[id].state != TaskParked || now != 230 {
		t.Errorf("attempts until %v, at %d the task is %v; want %s and it is parked at 230", deadlines, now, c.open[id].state, want)
	}
	if err := c.Redrive(500, id, "ops", ""); err != nil {
		t.Fatal(err)
	}
	if as := c.Claim(500, nil); len(as) != 1 || as[0].Deadline != 600 {
		t.Errorf("driven again: %+v, want one attempt until 600", as)
	}
}

// TestThrottleCountsTheFailureThatAsks: a failure takes its token before it is
// decided whether it is tried again, in the engine as in a guard. Of four tokens
// the second failure leaves two: not more than half.
func TestThrottleCountsTheFailureThatAsks(t *testing.T) {
	svc := Service{Name: "desk", Throttle: &Throttle{Tokens: 4, Ratio: 0.1}}
	c, err := New(Config{
		Store:     Discard{},
		Services:  []Service{svc},
		Templates: []Template{{Ref: Ref{Namespace: "t", Name: "one", Version: "1"}, Steps: []Step{{Name: "ask", Service: "desk", Retry: Retry{Limit: 9}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Submit(0, Ref{Namespace: "t", Name: "one", Version: "1"}, Submission{}); err != nil {
		t.Fatal(err)
	}
	g, err := NewGuard(svc)
	if err != nil {
		t.Fatal(err)
	}
	var engine, guard int
	for now := Time(0); ; now++ {
		c.Tick(now)
		as := c.Claim(now, nil)
		if len(as) == 0 {
			break
		}
		engine++
		if err := c.Fail(now, as[0], Failure{Class: "503"}); err != nil {
			t.Fatal(err)
		}
	}
	for again := true; again; again = g.Retry() {
		guard++
		g.Begin(0)
		g.End(false, 0, 0)
	}
	if engine != 2 || guard != 2 {
		t.Errorf("%d attempts by the engine, %d by the guard, want 2", engine, guard)
	}
}
