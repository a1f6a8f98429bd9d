package responder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// lab is a world for one desk: a workflow of three steps at services of their
// own, and more services that nothing calls.
type lab struct {
	sick int // the service that has the incident, or −1
	dice *rand.Rand
}

func (l *lab) Roll(what string, n int) float64 {
	if l.dice != nil {
		return l.dice.Float64()
	}
	return .5
}

func (l *lab) Sick(service int, _ event.Time) (string, bool) {
	if service != l.sick {
		return "it is well", false
	}
	return "no free connection", true
}

// about describes the lab's run.
func about(services int, metrics, traces bool) *event.Run {
	r := &event.Run{
		Noun: event.Noun{One: "order", Many: "orders"}, Watch: &event.Watch{Sampling: 1},
		Strategies: []event.Strategy{{Name: "only", Metrics: metrics, Traces: traces}},
		Workflows:  []event.Workflow{{Name: "w", End: 3}},
	}
	for i, name := range []string{"check", "pay", "stock"} {
		r.Steps = append(r.Steps, event.Step{Name: name, Service: i, Slow: 3 * event.Second})
	}
	for i := range services {
		r.Services = append(r.Services, event.Service{Name: fmt.Sprintf("s%d", i)})
	}
	return r
}

// plan is the responder of the tests.
func plan() *scenario.Responder {
	return &scenario.Responder{
		Every: 15 * event.Second, Sampling: 1,
		KPI:    scenario.KPI{Bucket: 10 * event.Minute, Late: 2 * event.Minute, Buckets: 2, Drop: .15},
		Search: scenario.Search{Triage: 10 * event.Minute, Window: 10 * event.Minute, Speed: 100, Gap: .2, Recognise: .6, Fix: 5 * event.Minute},
		Path: scenario.Path{Window: 2 * event.Minute, Dashboard: event.Minute, Trace: event.Minute, Health: 2 * event.Minute,
			DetourFrom: 3 * event.Minute, DetourTo: 5 * event.Minute, Fix: 4 * event.Minute},
		Alerts: []scenario.AlertRule{{Name: "slow", Step: 2, Over: 3 * event.Second, Share: .1, Window: 2 * event.Minute, For: event.Minute}},
	}
}

// call are the events of one attempt; length 0: it never ends.
func call(task int32, step int16, at, length event.Time) []event.Event {
	ev := event.Event{At: at, Kind: event.StepStarted, Task: task, Step: step, Service: step, Attempt: 1}
	evs := []event.Event{ev}
	if length > 0 {
		ev.Kind, ev.At, ev.Dur = event.StepSucceeded, at+length, length
		evs = append(evs, ev)
	}
	return evs
}

// fail are the events of an attempt that is refused.
func fail(task int32, step int16, at, length event.Time) []event.Event {
	evs := call(task, step, at, length)
	evs[1].Kind, evs[1].Class = event.StepFailed, "503"
	return evs
}

// feed notes events in the order of time.
func feed(d *Desk, evs []event.Event) {
	for i := range evs {
		d.Note(&evs[i])
	}
}

// steady is a call of every step each two seconds for some minutes; from the
// minute hang on every third call of step 2 is never answered.
func steady(minutes, hang int) []event.Event {
	var evs []event.Event
	for i := range minutes * 30 {
		at := event.Time(i) * 2 * event.Second
		for step := range int16(3) {
			length := 500 * event.Millisecond
			if step == 2 && i%3 == 0 && hang >= 0 && i/30 >= hang {
				length = 0
			}
			evs = append(evs, call(int32(i+1), step, at, length)...)
		}
	}
	order(evs)
	return evs
}

func order(evs []event.Event) {
	for i := 1; i < len(evs); i++ {
		for j := i; j > 0 && evs[j].At < evs[j-1].At; j-- {
			evs[j], evs[j-1] = evs[j-1], evs[j]
		}
	}
}

// told writes what a desk did.
func told(evs []event.Event) string {
	var b strings.Builder
	for _, e := range evs {
		fmt.Fprintf(&b, "%s %s %s", e.At.Clock(), e.Kind, e.Class)
		if e.Text != "" {
			fmt.Fprintf(&b, ": %s", e.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestPath: a hang begins in minute 5. Its first slow executions are known 3 s
// later, from a tenth of two minutes' on the rule holds, a minute later it fires;
// table, trace, health endpoint and fix take their minutes.
func TestPath(t *testing.T) {
	d := New(about(3, true, true), plan(), 0, &lab{sick: 2})
	feed(d, steady(20, 5))
	want := `0:06:45 alert.fired slow: 17 of 59 executions of stock took over 3s
0:06:45 responder.acts dashboard
0:07:45 responder.found dashboard: top of the table: stock, 20 of 60 failed or over 3s
0:07:45 responder.acts trace
0:08:45 responder.found trace: order 259: stock open for 9s
0:08:45 responder.acts health
0:10:45 responder.found health: no free connection
0:10:45 responder.acts fix
0:14:45 incident.mended 
`
	if got := told(d.Take()); got != want {
		t.Errorf("it did\n%s\nwant\n%s", got, want)
	}
}

// TestWrongTrack: a step is slow and its service is well: that costs a detour,
// and the step is left out of the table afterwards.
func TestWrongTrack(t *testing.T) {
	d := New(about(3, true, true), plan(), 0, &lab{sick: 1})
	feed(d, steady(14, 5))
	if got := told(d.Take()); !strings.Contains(got, "health: it is well") || !strings.Contains(got, "detour") || strings.Contains(got, "mended") {
		t.Errorf("it did\n%s", got)
	}
}

// TestQuiet: nothing slow, nobody called; and a rule whose step nobody calls holds
// its tongue.
func TestQuiet(t *testing.T) {
	for _, instruments := range []bool{false, true} {
		d := New(about(3, instruments, instruments), plan(), 0, &lab{sick: -1})
		feed(d, steady(30, -1))
		d.Until(2 * event.Hour)
		if got := told(d.Take()); got != "" {
			t.Errorf("it did\n%s", got)
		}
	}
}

// TestRules is what a rule counts as slow, and when it fires.
func TestRules(t *testing.T) {
	over := 3 * event.Second
	for _, c := range []struct {
		name  string
		evs   []event.Event
		slow  int
		all   int
		until event.Time

		errors bool
	}{
		{"quick", call(1, 2, 10*event.Second, event.Second), 0, 1, 20 * event.Second, false},
		{"just in time", call(1, 2, 10*event.Second, over), 0, 1, 20 * event.Second, false},
		{"slow", call(1, 2, 10*event.Second, over+1), 1, 1, 20 * event.Second, false},
		{"open, not known yet", call(1, 2, 10*event.Second, 0), 0, 0, 13 * event.Second, false},
		{"open, and slow", call(1, 2, 10*event.Second, 0), 1, 1, 13*event.Second + 1, false},
		{"slow, known before the window", call(1, 2, 10*event.Second, 0), 0, 0, 200 * event.Second, false},
		{"failed in time", fail(1, 2, 10*event.Second, event.Second), 0, 1, 20 * event.Second, false},
		{"failed in time, errors count", fail(1, 2, 10*event.Second, event.Second), 1, 1, 20 * event.Second, true},
	} {
		var x executions
		for i := range c.evs {
			if e := &c.evs[i]; e.Kind == event.StepStarted {
				x.begin(e, 0)
			} else {
				x.finish(e)
			}
		}
		if slow, all := x.slow(over, c.errors, c.until-2*event.Minute, c.until); slow != c.slow || all != c.all {
			t.Errorf("%s: %d of %d, want %d of %d", c.name, slow, all, c.slow, c.all)
		}
	}
}

// TestConversion is when the alarm on conversion fires and ends: buckets of ten
// minutes known two minutes late, two in a row 15 % below the mean of the good.
func TestConversion(t *testing.T) {
	for _, c := range []struct {
		name   string
		shares []int // percent of the tasks of each bucket that succeed
		want   string
	}{
		{"a good day", []int{94, 94, 93, 95, 94, 92, 94}, ""},
		{"one low bucket", []int{94, 94, 94, 94, 70, 94, 94}, ""},
		{"two in a row", []int{94, 94, 94, 94, 75, 75, 75}, "1:02 fired "},
		{"not low enough", []int{94, 94, 94, 94, 82, 82, 82}, ""},
		{"too early to know what is normal", []int{94, 94, 75, 75}, ""},
		{"one good bucket does not end it", []int{94, 94, 94, 94, 75, 75, 94, 75, 75}, "1:02 fired "},
		{"two do", []int{94, 94, 94, 94, 75, 75, 94, 94, 94}, "1:02 fired 1:22 resolved "},
		{"a bucket in between lowers no bar", []int{94, 94, 94, 94, 81, 75, 75, 75}, "1:12 fired "},
	} {
		p := plan()
		p.Search.Triage = 100 * event.Hour
		d := New(about(3, false, false), p, 0, &lab{sick: -1})
		for i, share := range c.shares {
			at := event.Time(i) * 10 * event.Minute
			for n := range 100 {
				d.Note(&event.Event{At: at, Kind: event.TaskSubmitted, Service: event.None})
				if n < share {
					d.Note(&event.Event{At: at + event.Minute, Kind: event.TaskSucceeded, Service: event.None})
				}
			}
		}
		d.Until(event.Time(len(c.shares))*10*event.Minute + 2*event.Minute)
		got := ""
		for _, e := range d.Take() {
			if e.Kind == event.AlertFired || e.Kind == event.AlertResolved {
				got += fmt.Sprintf("%d:%02d %s ", e.At/event.Hour, e.At%event.Hour/event.Minute, strings.TrimPrefix(e.Kind.String(), "alert."))
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSearch holds the search to its expectation. In a round of n logs the
// culprit stands at (n+1)/2 on average and is noticed with probability p; each
// miss costs a round, so that n(1-p)/p + (n+1)/2 logs are opened.
func TestSearch(t *testing.T) {
	const n, trials = 8, 4000
	p := plan()
	sum := 0
	well, sick := make([]minute, 40*60), make([]minute, 40*60)
	for i := range well {
		well[i] = minute{lines: 10, started: 5, ended: 5}
		sick[i] = minute{lines: 10, started: 5, ended: 3}
	}
	for trial := range trials {
		d := New(about(n, false, false), p, 0, &lab{sick: 2, dice: rand.New(rand.NewPCG(7, uint64(trial)))})
		for i := range d.logs {
			d.logs[i].list = well
		}
		d.logs[2].list = sick
		d.kpi.fired, d.kpi.next, d.ticks = 1, 1000*event.Hour, 1000*event.Hour
		d.now = event.Hour
		d.called()
		d.Until(40 * event.Hour)
		sum += d.opened
		if d.work.act != "" {
			t.Fatalf("trial %d: still at %s after 39 hours", trial, d.work.act)
		}
	}
	q := p.Search.Recognise
	want := float64(n)*(1-q)/q + float64(n+1)/2
	sd := math.Sqrt((float64(n*n)*(1-q)/(q*q) + float64(n*n-1)/12) / trials)
	if got := float64(sum) / trials; math.Abs(got-want) > 4*sd {
		t.Errorf("%.2f logs are opened on average, want %.2f ± %.2f", got, want, sd)
	}
}

// TestResumed: a desk that is given the past again and goes on does what the first
// one did, wherever it was cut.
func TestResumed(t *testing.T) {
	all := steady(25, 5)
	fresh := func() *Desk { return New(about(3, true, true), plan(), 0, &lab{sick: 2}) }
	whole := fresh()
	feed(whole, all)
	want := told(whole.Take())
	rapid.Check(t, func(t *rapid.T) {
		cut := event.Time(rapid.IntRange(0, 25*60).Draw(t, "cut")) * event.Second
		n := 0
		for n < len(all) && all[n].At <= cut {
			n++
		}
		first, second := fresh(), fresh()
		feed(first, all[:n])
		first.Until(cut)
		got := told(first.Take())
		feed(second, all[:n])
		second.Until(cut)
		second.Take()
		feed(second, all[n:])
		if got += told(second.Take()); got != want {
			t.Fatalf("cut at %s it did\n%s\nwant\n%s", cut.Clock(), got, want)
		}
	})
}
