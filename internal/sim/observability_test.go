package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
	"tasker-sim/internal/scenario"
)

// Tests of the fifth post. Its fact sheet numbers no acceptance facts; the §
// in a name is the section that the test holds the program to.

// morning is the shipped incident, cut to the hours that a test looks at, at the
// scenario's own 32 orders a minute.
func morning(t *testing.T, hours int, sets ...string) *scenario.Scenario {
	t.Helper()
	return parse(t, "observability", append([]string{fmt.Sprintf("load.tasks=%d", hours*32*60), fmt.Sprintf("load.duration=%dh", hours)}, sets...)...)
}

// watching are the events of alarms and of the person on call in a strategy, in
// words: those of the step before "orchestrated: " are the same in both if what
// they look at is.
func (l lived) watching(strategy int8) string {
	var b strings.Builder
	for i := range l.events {
		e := l.events[i]
		if e.Strategy == strategy && e.Kind >= event.AlertFired && e.Kind <= event.IncidentMended {
			e.Strategy = 0
			fmt.Fprintf(&b, "%d %+v\n", e.At, e)
		}
	}
	return b.String()
}

// claim finds a claim of the story, judged.
func (l lived) claim(t *testing.T, name string) report.Claim {
	t.Helper()
	for _, c := range report.Judge(l.state) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no claim %q", name)
	return report.Claim{}
}

// TestObservabilitySection25: the first case of the post's specs. An order that
// nothing happens to completes five steps, one after the other.
func TestObservabilitySection25(t *testing.T) {
	sc := parse(t, "observability", "faults=off", "load.tasks=40", "load.duration=2m")
	l := run(t, sc, 7)
	want := "validate_cart process_payment update_inventory create_order send_confirmation "
	for k := range l.state.Strategies {
		if n := l.state.Strategies[k].Tasks.Succeeded; n != 40 {
			t.Errorf("%s: %d of 40 succeeded", l.world.run.Strategies[k].Name, n)
		}
		got := ""
		for _, e := range l.life(int8(k), 1) {
			if e.Kind == event.StepSucceeded {
				got += l.world.run.Steps[e.Step].Name + " "
			}
		}
		if got != want {
			t.Errorf("steps of the first order: %s", got)
		}
	}
	worths := map[int64]bool{}
	for _, e := range l.events {
		if e.Kind == event.TaskSubmitted {
			worths[e.Amount] = true
		}
	}
	if !worths[12997] || !worths[9999] {
		t.Error("nobody buys the carts of the specs, 129.97 and 99.99")
	}
}

// TestObservabilitySection28SamePrinciple: same engine, orders, dice and fault;
// only instruments differ. Without them the two strategies are one.
func TestObservabilitySection28SamePrinciple(t *testing.T) {
	l := run(t, morning(t, 3, "strategies.orchestrated.metrics=off", "strategies.orchestrated.traces=off"), 2)
	var lives [2]strings.Builder
	for i := range l.events {
		if e := l.events[i]; e.Strategy >= 0 {
			k := e.Strategy
			e.Strategy = 0
			fmt.Fprintf(&lives[k], "%+v\n", e)
		}
	}
	if lives[0].String() != lives[1].String() {
		t.Error("without instruments the strategies differ")
	}
	if l.state.Strategies[0].Watch.Mended == 0 {
		t.Error("the incident was never mended: choose another seed")
	}
}

// TestObservabilitySection24 holds a quiet day to the exact probability that a
// step runs out of attempts: 0.05³ + 0.02² + 0.03³ of those who buy.
func TestObservabilitySection24(t *testing.T) {
	hours := 8
	if testing.Short() {
		hours = 3
	}
	l := run(t, morning(t, hours, "incident=off"), 3)
	st := &l.state.Strategies[0].Tasks
	n := float64(st.Submitted - st.Declined)
	p := math.Pow(.05, 3) + math.Pow(.02, 2) + math.Pow(.03, 3)
	if got, sd := float64(st.FirstPassFailed), math.Sqrt(n*p); math.Abs(got-n*p) > 4*sd {
		t.Errorf("%v of %v failed, want %.1f ± %.1f", got, n, n*p, sd)
	}
	for k := range l.state.Strategies {
		if w := &l.state.Strategies[k].Watch; w.Began != 0 || w.LostTasks != 0 || w.Mended != 0 {
			t.Errorf("a day without an incident has one: %+v", w)
		}
	}
	if wrong, all := l.state.FalseAlerts(0); wrong != all || all < 20*hours {
		t.Errorf("%d of %d alarms are false on a quiet day, want all, and many without a delay", wrong, all)
	}
	if wrong, all := l.state.FalseAlerts(1); wrong != all || all > 3 {
		t.Errorf("%d of %d alarms with windows and delays are false, want few", wrong, all)
	}
}

// TestObservabilitySection28Fault: while the incident is on, 45 % of the calls
// hang and, with two attempts, 0.45² of the orders that come so far fail. The
// money was taken before (section 2.3.3).
func TestObservabilitySection28Fault(t *testing.T) {
	l := run(t, morning(t, 3), 3)
	w := &l.state.Strategies[0].Watch
	inventory := int16(l.world.incident.Service)
	var calls, hung, ended, lost int
	for _, e := range l.events {
		if e.Strategy != 0 || e.Service != inventory || e.At-e.Dur < w.Began || e.At-e.Dur > w.Mended {
			continue
		}
		switch e.Kind {
		case event.StepSucceeded, event.StepRetrying, event.StepFailed:
			calls++
			if e.Class == event.ClassTimeout {
				hung++
			}
		}
		if e.Kind == event.StepSucceeded || e.Kind == event.StepFailed {
			ended++
		}
		if e.Kind == event.StepFailed {
			lost++
		}
	}
	near := func(what string, k, n int, p float64) {
		if sd := math.Sqrt(p * (1 - p) / float64(n)); math.Abs(float64(k)/float64(n)-p) > 4*sd {
			t.Errorf("%s: %d of %d, want %.3f ± %.3f", what, k, n, p, sd)
		}
	}
	near("calls that hang", hung, calls, .45)
	near("orders that fail", lost, ended, .45*.45)
	if lost != w.LostTasks {
		t.Errorf("%d orders failed in the incident, the fold counts %d", lost, w.LostTasks)
	}
	for k := range l.state.Strategies {
		st := &l.state.Strategies[k]
		if p := st.Promises[0]; p.Parked < st.Watch.LostTasks || p.Parked > st.Tasks.Parked {
			t.Errorf("%d orders are charged and wait, %d were lost to the incident", p.Parked, st.Watch.LostTasks)
		}
	}
}

// TestObservabilitySection41 holds the figures of the ledger of claims: detection
// in 45 and 2 minutes, mended in 3.2 h and 12 minutes, a fifth of $250,000 an hour.
func TestObservabilitySection41(t *testing.T) {
	t.Parallel()
	seeds := []uint64{7}
	if !testing.Short() {
		seeds = append(seeds, 8, 16, 28)
	}
	for _, seed := range seeds {
		l := run(t, parse(t, "observability"), seed)
		for _, c := range report.Judge(l.state) {
			if c.Kind != report.Quoted && (c.Holds == nil || !*c.Holds) {
				t.Errorf("seed %d: %s: %s", seed, c.Name, c.Reason)
			}
		}
		for k := range l.state.Strategies {
			w := &l.state.Strategies[k].Watch
			hours := (w.Mended - w.Began).Seconds() / 3600
			rate := float64(w.LostCents) / 100 / hours
			want := 32 * 60 * 130 * .94 * .45 * .45
			sd := want / math.Sqrt(float64(w.LostTasks)) * math.Sqrt(1+.6*.6)
			if math.Abs(rate-want) > 4*sd {
				t.Errorf("seed %d: $%.0f an hour are lost, want %.0f ± %.0f", seed, rate, want, sd)
			}
		}
	}
}

// TestObservabilitySection28Ramp: connections that run out over half an hour are
// noticed later and cost less, since a task fails only if both its attempts hang.
// It is this fault with which the post's $2,000 to $3,000 come about.
func TestObservabilitySection28Ramp(t *testing.T) {
	l := run(t, morning(t, 3, "incident.ramp=30m"), 7)
	w := &l.state.Strategies[1].Watch
	if d := (w.Noticed - w.Began).Seconds() / 60; d < 4 || d > 14 {
		t.Errorf("noticed after %.1f minutes, want 5 to 13", d)
	}
	if w.LostCents < 30_000 || w.LostCents > 400_000 {
		t.Errorf("$%d are lost, want 800 to 3,200", w.LostCents/100)
	}
}

// TestObservabilityWithoutInstruments: taking an instrument away makes the claim
// false that it stands for.
func TestObservabilityWithoutInstruments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set, claim string
	}{
		{"strategies.orchestrated.metrics=off", "time to detect"},
		{"strategies.orchestrated.traces=off", "time to mend"},
		{"strategies.orchestrated.traces=off", "logs opened"},
		{"responder.alerts.slow_inventory.share=60%", "time to detect"},
		{"responder.alerts.slow_inventory.for=10m", "time to detect"},
		{"responder.path.health=30m", "time to mend"},
	} {
		l := run(t, morning(t, 2, c.set), 6)
		after := l.claim(t, c.claim)
		says := l.world.sc.Claims
		for i := range says {
			if says[i].Name == c.claim && (after.MeasuredAfter != nil && *after.MeasuredAfter <= says[i].After.High) {
				t.Errorf("--set %s: %s after is still %v, at most %v is claimed", c.set, c.claim, *after.MeasuredAfter, says[i].After.High)
			}
		}
	}
}

// TestObservabilitySampling: a tenth of the traces costs a tenth, and leads to
// the same service.
func TestObservabilitySampling(t *testing.T) {
	full, tenth := run(t, morning(t, 2), 7), run(t, morning(t, 2, "responder.sampling=10%"), 7)
	a, b := &full.state.Strategies[1].Watch, &tenth.state.Strategies[1].Watch
	if share := float64(b.Spans) / float64(a.Spans); share < .08 || share > .12 {
		t.Errorf("%d of %d spans are kept, want a tenth", b.Spans, a.Spans)
	}
	if b.Mended == 0 || b.Mended-a.Mended > 5*event.Minute {
		t.Errorf("mended at %s, with all traces at %s", b.Mended.Clock(), a.Mended.Clock())
	}
	if a.Spans == 0 || full.state.Strategies[0].Watch.Spans != 0 {
		t.Error("spans are counted where there are traces, and only there")
	}
}

// TestObservabilityRecount: every figure of telemetry equals a recount of the tape.
func TestObservabilityRecount(t *testing.T) {
	l := run(t, morning(t, 2), 9)
	for k := range l.state.Strategies {
		var spans, lines, fired int
		for _, e := range l.events {
			if int(e.Strategy) != k {
				continue
			}
			switch e.Kind {
			case event.TaskSubmitted:
				spans++
			case event.StepStarted:
				spans++
				lines++
			case event.StepSucceeded, event.EffectMade, event.EffectRepeated:
				lines++
			case event.StepRetrying, event.StepFailed:
				if e.Class != event.ClassTimeout {
					lines++
				}
			case event.AlertFired:
				fired++
			}
		}
		w := &l.state.Strategies[k].Watch
		if k == 0 {
			spans = 0
		}
		if w.Spans != spans || w.LogLines != lines || len(w.Alerts) != fired {
			t.Errorf("%d spans, %d lines, %d alarms; recounted %d, %d, %d", w.Spans, w.LogLines, len(w.Alerts), spans, lines, fired)
		}
	}
	if open, _ := l.state.Hanging(1); open != 0 {
		t.Errorf("%d spans are open after the end", open)
	}
	if c := l.state.Candidates(0); c < 20 || c > 60 || l.state.Candidates(1) != 1 {
		t.Errorf("a line may be about %.1f and %.1f orders", c, l.state.Candidates(1))
	}
}

// TestObservabilityWindows: the responder does not depend on how far the world
// runs ahead of its disk.
func TestObservabilityWindows(t *testing.T) {
	first := ""
	for _, window := range []event.Time{0, 700 * event.Millisecond, 10 * event.Minute} {
		w, err := New(morning(t, 2), Options{Seed: 7, Window: window})
		if err != nil {
			t.Fatal(err)
		}
		l := live(t, w, 17*event.Minute)
		if first == "" {
			first = l.digest
		}
		if l.digest != first {
			t.Errorf("window %s: another tape", window.Duration())
		}
	}
}

// TestObservabilitySurvivesKills: killed before the onset, while it is noticed,
// while logs are read and after the fix, the run ends as without a kill, and so
// does the search.
func TestObservabilitySurvivesKills(t *testing.T) {
	t.Parallel()
	all := [][]int{{72, 20, 30}, {30}, {68, 4}, {130}}
	if testing.Short() {
		all = all[:1]
	}
	sc := morning(t, 3)
	whole := run(t, sc, 7)
	for _, kills := range all {
		l, _ := crashing(t, sc, 7, event.Minute, kills...)
		for k := int8(0); k < 2; k++ {
			if got, want := l.watching(k), whole.watching(k); got != want {
				t.Errorf("kills %v, strategy %d:\n%s\nwithout a kill\n%s", kills, k, got, want)
			}
			want, got := business(whole, k), business(l, k)
			for task := range want {
				if want[task] != got[task] {
					t.Fatalf("kills %v: order %d came to\n%s, without a crash to\n%s", kills, task, got[task], want[task])
				}
			}
		}
	}
}
