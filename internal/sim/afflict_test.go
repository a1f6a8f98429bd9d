package sim

import (
	"slices"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

// afflicted lives the scenario of the fault tests under a journal.
func afflicted(t *testing.T, journal ...string) lived {
	t.Helper()
	w, err := New(parseFile(t, "faults.yaml"), Options{Seed: 5, Window: event.Minute, Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	return live(t, w, event.Minute)
}

// Strategies of testdata/faults.yaml.
const (
	bare = iota
	retries
	keyed
)

// first are the ends of the first attempts of a strategy at a step, by task.
func (l *lived) ends(lane int8, step int16, attempt int16) map[int32]event.Event {
	m := map[int32]event.Event{}
	for _, e := range l.events {
		if e.Strategy == lane && e.Step == step && e.Attempt == attempt &&
			(e.Kind == event.StepSucceeded || e.Kind == event.StepRetrying || e.Kind == event.StepFailed) {
			m[e.Task] = e
		}
	}
	return m
}

// made counts the effects of a strategy at a step, by task.
func (l *lived) made(lane int8, step int16) map[int32]int {
	m := map[int32]int{}
	for _, e := range l.events {
		if e.Kind == event.EffectMade && e.Strategy == lane && e.Step == step {
			m[e.Task]++
		}
	}
	return m
}

// exactly fails the test if k of n is outside of what the exact binomial
// distribution of p has in all but one of a million runs.
func exactly(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	if i := stats.ClopperPearson(k, n, 1e-6); !i.Meets(p, p) {
		t.Errorf("%s: %d of %d, which does not go together with %g", what, k, n, p)
	}
}

func count[K comparable, V any](m map[K]V, is func(V) bool) (n int) {
	for _, v := range m {
		if is(v) {
			n++
		}
	}
	return n
}

// TestFaultAsSeen: what a first attempt meets, how often, and whether the service
// did its work all the same. Every strategy meets the same.
func TestFaultAsSeen(t *testing.T) {
	for _, c := range []struct {
		fault  string
		class  string
		share  float64
		effect bool // … although the caller reads of a failure
		dur    event.Time
		text   string
	}{
		{"bank: 20%error(conflict, lat=30ms)", "conflict", .2, false, 30 * event.Millisecond, "bank answered conflict"},
		{"bank: 20%http(503)", "503", .2, false, 100 * event.Millisecond, "bank answered 503"},
		{"bank: 20%hang", "timeout", .2, false, event.Second, "bank did not answer within 1s"},
		{"bank: 20%lost_response", "timeout", .2, true, event.Second, "bank did not answer within 1s"},
		{"bank: 20%reset(before)", "connection_reset", .2, false, 50 * event.Millisecond, "bank reset the connection"},
		{"bank: 20%reset(after)", "connection_reset", .2, true, 100 * event.Millisecond, "bank reset the connection"},
		{"bank: 20%garble", "garbled", .2, true, 100 * event.Millisecond, "the answer of bank cannot be read"},
		{"bank: 20%poison", "poison", .2, false, 100 * event.Millisecond, "bank cannot take this payload"},
		{"bank: 20%late(delay=3s)", "timeout", .2, true, event.Second, "bank did not answer within 1s"},
		{"bank: brownout(rate=20%, lat=x1)", "503", .2, false, 50 * event.Millisecond, "bank is unavailable"},
		{"bank: brownout(rate=20%, lat=x1) where key%1==0", "503", .2, false, 50 * event.Millisecond, "bank is unavailable"},
		{"bank: outage where key%5==2", "503", .2, false, 50 * event.Millisecond, "bank is unavailable"},
		{"bank: ge(good=80s, e=0%; bad=20s, e=100%)", "503", -1, false, 50 * event.Millisecond, "bank is unavailable"},
	} {
		l := afflicted(t, c.fault)
		var met [3]map[int32]event.Event
		for lane := range int8(3) {
			met[lane] = l.ends(lane, 0, 1)
			hit := count(met[lane], func(e event.Event) bool { return e.Class == c.class })
			if c.share >= 0 {
				exactly(t, c.fault, hit, len(met[lane]), c.share)
			}
			if hit == 0 || len(met[lane]) != 3000 || count(met[lane], func(e event.Event) bool { return e.Class != "" }) != hit {
				t.Errorf("%s: %d of %d first attempts, and others that failed", c.fault, hit, len(met[lane]))
			}
		}
		charged := l.made(bare, 0)
		for task, e := range met[bare] {
			if o := met[keyed][task]; o.Class != e.Class || met[retries][task].Class != e.Class {
				t.Fatalf("%s: task %d meets %q, orchestrated %q", c.fault, task, e.Class, o.Class)
			}
			if e.Class != "" && (e.Dur != c.dur || e.Text != c.text) {
				t.Fatalf("%s: task %d: %q after %d us, want %q after %d", c.fault, task, e.Text, e.Dur, c.text, c.dur)
			}
			if want := e.Class == "" || c.effect; want != (charged[task] == 1) {
				t.Fatalf("%s: task %d met %q and was charged %d times", c.fault, task, e.Class, charged[task])
			}
		}
	}
}

// TestHigherRateOnlyAddsFailures: one draw decides, so whoever is hit at a lower
// rate is hit at a higher one.
func TestHigherRateOnlyAddsFailures(t *testing.T) {
	few, many := afflicted(t, "bank: 5%hang"), afflicted(t, "bank: 15%hang")
	a, b := few.ends(bare, 0, 1), many.ends(bare, 0, 1)
	for task := range a {
		if a[task].Class != "" && b[task].Class == "" {
			t.Errorf("task %d is hit at 5%% and not at 15%%", task)
		}
	}
}

// TestPermanentError: it ends the task at its first attempt, in every strategy.
func TestPermanentError(t *testing.T) {
	for _, fault := range []string{"bank: error(bug, permanent=on)", "bank: http(400)"} {
		l := afflicted(t, fault+" where task%10==0")
		for lane := range 3 {
			if s := &l.state.Strategies[lane]; s.Tasks.Failed != 300 || s.Steps[0].Attempts != 3000 {
				t.Errorf("%s, strategy %d: %d failed in %d attempts", fault, lane, s.Tasks.Failed, s.Steps[0].Attempts)
			}
		}
	}
}

// TestLatencyFaults: times as long, and more, growing or fading over the window.
func TestLatencyFaults(t *testing.T) {
	const ms = event.Millisecond
	for _, c := range []struct {
		fault string
		want  func(at event.Time) event.Time // of an attempt that begins at the instant
	}{
		{"bank @ 0s..: latency(x3, add=50ms)", func(event.Time) event.Time { return 350 * ms }},
		{"bank @ 1000s..2000s: latency(x3)", func(at event.Time) event.Time {
			if at > 1000*event.Second && at <= 2000*event.Second {
				return 300 * ms
			}
			return 100 * ms
		}},
		{"bank @ 0s..1000s: latency(x9, ramp=up)", func(at event.Time) event.Time {
			return 100*ms + 800*ms*min(at, 1000*event.Second)/(1000*event.Second)*event.Time(b2i(at <= 1000*event.Second))
		}},
		{"bank @ 0s..1000s: latency(x9, ramp=down)", func(at event.Time) event.Time {
			return 100*ms + 800*ms*max(0, 1000*event.Second-at)/(1000*event.Second)
		}},
	} {
		l := afflicted(t, c.fault)
		for task, e := range l.ends(keyed, 0, 1) {
			if want := c.want(e.At - e.Dur); max(want-e.Dur, e.Dur-want) > 1 {
				t.Fatalf("%s: task %d at %s took %s, want %s", c.fault, task, (e.At - e.Dur).Duration(), e.Dur.Duration(), want.Duration())
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestScript: a script counts attempts of a step: three are swallowed, the next
// are refused as likely as said.
func TestScript(t *testing.T) {
	l := afflicted(t, "bank: 1*timeout -> 1*error(busy) -> 40%http(503) -> ok")
	for n, class := range map[int16]string{1: "timeout", 2: "busy"} {
		for task, e := range l.ends(keyed, 0, n) {
			if e.Class != class {
				t.Fatalf("attempt %d of task %d: %q, want %q", n, task, e.Class, class)
			}
		}
	}
	third := l.ends(keyed, 0, 3)
	exactly(t, "third attempts", count(third, func(e event.Event) bool { return e.Class == "503" }), len(third), .4)
	if n := count(l.ends(bare, 0, 1), func(e event.Event) bool { return e.Class == "timeout" }); n != 3000 {
		t.Errorf("%d naive orders met the first term, want all", n)
	}
}

// TestPoisonBlocksNobody: a poisoned payload fails whenever it is tried and stays
// parked; all others go their way as if it were not there.
func TestPoisonBlocksNobody(t *testing.T) {
	quiet, l := afflicted(t), afflicted(t, "bank: 2%poison")
	sick := map[int32]bool{}
	for _, e := range l.events {
		if e.Strategy == keyed && e.Class == "poison" && e.Kind == event.StepFailed {
			sick[e.Task] = true
		}
	}
	exactly(t, "poisoned", len(sick), 3000, .02)
	if s := &l.state.Strategies[keyed]; s.Tasks.Parked != len(sick) || s.Tasks.Succeeded != 3000-len(sick) {
		t.Errorf("%d parked and %d succeeded, want %d parked", s.Tasks.Parked, s.Tasks.Succeeded, len(sick))
	}
	well := func(l lived) (list []event.Event) {
		for _, e := range l.events {
			if e.Strategy == keyed && e.Kind == event.TaskSucceeded && !sick[e.Task] {
				list = append(list, e)
			}
		}
		return list
	}
	if a, b := well(quiet), well(l); !slices.Equal(a, b) {
		t.Error("tasks that are not poisoned end otherwise than without poison")
	}
}

// TestDuplicateDelivery: without a key the work is done twice, with one it is met.
func TestDuplicateDelivery(t *testing.T) {
	l := afflicted(t, "bank: 10%duplicate(delay=250ms)")
	twice := func(lane int8) int { return count(l.made(lane, 0), func(n int) bool { return n == 2 }) }
	exactly(t, "naive, done twice", twice(bare), 3000, .1)
	met := 0
	for _, e := range l.events {
		if e.Kind == event.EffectRepeated && e.Strategy == keyed {
			met++
		}
	}
	if twice(keyed) != 0 || met != twice(bare) {
		t.Errorf("keyed: %d done twice, %d met; without keys %d done twice", twice(keyed), met, twice(bare))
	}
}

// TestLateArrival: the first attempt's work lands after the second's.
func TestLateArrival(t *testing.T) {
	l := afflicted(t, "bank: 1*late(delay=5s) -> ok")
	order := map[int32][]int16{}
	for _, e := range l.events {
		if e.Strategy == retries && e.Step == 0 && e.Kind == event.EffectMade {
			order[e.Task] = append(order[e.Task], e.Attempt)
		}
	}
	if n := count(order, func(a []int16) bool { return slices.Equal(a, []int16{2, 1}) }); n != 3000 {
		t.Errorf("%d of 3000 were charged by the second attempt and then by the first", n)
	}
	if n := count(l.made(keyed, 0), func(n int) bool { return n > 1 }); n != 0 {
		t.Errorf("%d keyed tasks were charged twice", n)
	}
}

// TestStickyError: a service that keeps errors under keys answers them for ever
// to who sends one; who sends none is healed by another attempt.
func TestStickyError(t *testing.T) {
	l := afflicted(t, "bank: idempotency(replay_all)", "bank: 10%error(internal)")
	n := count(l.ends(keyed, 0, 1), func(e event.Event) bool { return e.Class != "" })
	s := &l.state.Strategies[keyed]
	if s.Tasks.Parked < n {
		t.Errorf("%d first attempts met an error and %d tasks are parked for good", n, s.Tasks.Parked)
	}
	if again := l.ends(keyed, 0, 2); count(again, func(e event.Event) bool { return e.Class == "internal" }) != len(again) {
		t.Error("a second attempt under the same key got another answer")
	}
	exactly(t, "without a key, failed", l.state.Strategies[retries].Tasks.Failed, 3000, .001)
	if l := afflicted(t, "bank: idempotency(replay_all)", "bank: 10%http(429)"); l.state.Strategies[keyed].Tasks.Parked > 30 {
		t.Error("a 429 is kept under its key")
	}
}

// TestIgnoredKeys: a service that does not look at keys does its work again.
func TestIgnoredKeys(t *testing.T) {
	l := afflicted(t, "bank: idempotency(none)", "bank: 10%lost_response")
	exactly(t, "charged twice", count(l.made(keyed, 0), func(n int) bool { return n > 1 }), 3000, .1)
}

// TestRateLimitByHand: no more calls go through than tokens have come.
func TestRateLimitByHand(t *testing.T) {
	l := afflicted(t, "bank @ 0s..: rate_limit(calls=30, per=60s, burst=5, retry_after=10s)")
	for lane := range int8(3) {
		var at []event.Time
		for _, e := range l.events {
			if e.Strategy == lane && e.Step == 0 && e.Kind == event.StepSucceeded {
				at = append(at, e.At-e.Dur)
			}
		}
		for i := range at {
			for j := i; j < len(at); j++ {
				if tokens := 5 + int((at[j]-at[i])/(2*event.Second)); j-i+1 > tokens {
					t.Fatalf("strategy %d: %d calls between %s and %s", lane, j-i+1, at[i].Duration(), at[j].Duration())
				}
			}
		}
		if len(at) < 1400 {
			t.Errorf("strategy %d: %d calls went through, want most of the 1500 tokens used", lane, len(at))
		}
	}
	waits := 0
	for _, e := range l.events {
		if e.Strategy == keyed && e.Kind == event.StepRetrying && e.Class == "429" {
			if waits++; e.Due-e.At != 10*event.Second {
				t.Fatalf("after a 429 the next attempt is %s later, want 10s", (e.Due - e.At).Duration())
			}
		}
	}
	if waits == 0 {
		t.Error("nobody met the limit")
	}
}

// TestSharedCause: a chain over two services is bad for both at the same time;
// two chains are each their own.
func TestSharedCause(t *testing.T) {
	bursts := func(l lived, service int16) (at []event.Time) {
		for _, e := range l.events {
			if e.Kind == event.FaultBegan && e.Class == "burst" && e.Service == service {
				at = append(at, e.At, e.Due)
			}
		}
		return at
	}
	one := afflicted(t, "bank+post ~ ge(good=80s, e=0%; bad=20s, e=90%)")
	if a, b := bursts(one, 0), bursts(one, 1); len(a) < 20 || !slices.Equal(a, b) {
		t.Errorf("one cause: bank at %v, post at %v", a, b)
	}
	two := afflicted(t, "bank ~ ge(good=80s, e=0%; bad=20s, e=90%)", "post ~ ge(good=80s, e=0%; bad=20s, e=90%)")
	if a, b := bursts(two, 0), bursts(two, 1); slices.Equal(a, b) {
		t.Error("two chains are bad at the same times")
	}
	in, hit := 0, 0
	for _, e := range one.ends(bare, 0, 1) {
		for at := bursts(one, 0); len(at) > 0; at = at[2:] {
			if begin := e.At - e.Dur; begin >= at[0] && begin < at[1] {
				in++
				hit += b2i(e.Class != "")
			}
		}
	}
	exactly(t, "in the bad state", hit, in, .9)
}

// TestScenarioFaults: what a scenario declares acts as what is injected, from its
// first instant up to its last, and windows are told.
func TestScenarioFaults(t *testing.T) {
	sc := parseFile(t, "faults.yaml", "services.bank.faults=5%error(conflict) where step==pay; hang @ 1000s/100s", "faults=bank+post @ 2000s..2100s: outage")
	l := run(t, sc, 5)
	told := map[string][]event.Time{}
	for _, e := range l.events {
		if e.Kind == event.FaultBegan || e.Kind == event.FaultEnded {
			told[e.Class] = append(told[e.Class], e.At/event.Second)
		}
	}
	if !slices.Equal(told["hang"], []event.Time{1000, 1100}) || !slices.Equal(told["outage"], []event.Time{2000, 2000, 2100, 2100}) || len(told) != 2 {
		t.Errorf("told of %v", told)
	}
	conflicts := 0
	for _, e := range l.ends(bare, 0, 1) {
		at, want := (e.At-e.Dur)/event.Second, ""
		switch {
		case e.Class == "conflict": // it stands first
			conflicts++
			continue
		case at >= 1000 && at < 1100:
			want = event.ClassTimeout
		case at >= 2000 && at < 2100:
			want = "503"
		}
		if e.Class != want {
			t.Fatalf("at %d s: %q, want %q", at, e.Class, want)
		}
	}
	exactly(t, "conflicts", conflicts, 3000, .05)
	if off := run(t, parseFile(t, "faults.yaml", "services.bank.faults=5%hang", "faults=off"), 5); off.state.Strategies[bare].Tasks.Failed != 0 {
		t.Error("faults=off leaves some")
	}
}
