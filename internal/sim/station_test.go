package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// erlangC is the chance that a call has to wait for one of c servers that are each
// offered rho of their time: by the recursion of Erlang's B, B_k = aB/(k + aB),
// C = B/(1 - rho(1 - B)).
func erlangC(c int, rho float64) float64 {
	a, b := float64(c)*rho, 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b / (1 - rho*(1-b))
}

// TestErlangCTable: the formula against the published values of the design, with
// a mean service time of 1.
func TestErlangCTable(t *testing.T) {
	for _, c := range []struct {
		servers    int
		rho, p, wq float64
	}{{1, .8, .8, 4}, {2, .8, .7111, 1.7778}, {5, .8, .5541, .5541}, {10, .8, .4092, .2046}, {10, .9, .6687, .6687}, {50, .9, .3639, .0728}} {
		p := erlangC(c.servers, c.rho)
		wq := p / (float64(c.servers) * (1 - c.rho))
		if math.Abs(p-c.p) > 1e-4 || math.Abs(wq-c.wq) > 1e-4 {
			t.Errorf("%d servers at %v: C = %.4f, Wq = %.4f, want %v and %v", c.servers, c.rho, p, wq, c.p, c.wq)
		}
	}
}

// TestOracle8ErlangC: waits in line before c servers agree with M/M/c: share of
// calls that wait, and mean wait. Calls near each other wait together, so the
// error is that of the means of 30 stretches of the run.
func TestOracle8ErlangC(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		servers int
		rho     float64
	}{{1, .8}, {5, .8}, {2, .8}, {10, .8}} {
		if testing.Short() && c.servers != 5 {
			continue // long runs, for their means
		}
		sets := []string{fmt.Sprintf("services.desk.servers=%d", c.servers), fmt.Sprintf("load.duration=%ds", int(60000/(float64(c.servers)*c.rho)))}
		l := run(t, parseFile(t, "station.yaml", sets...), uint64(20+c.servers))
		var waits []float64
		for i := range l.events {
			if e := &l.events[i]; e.Kind == event.WorkBegan && e.Strategy == 0 {
				waits = append(waits, e.Dur.Seconds())
			}
		}
		waited := make([]float64, len(waits))
		for i, w := range waits {
			if w > 0 {
				waited[i] = 1
			}
		}
		p := erlangC(c.servers, c.rho)
		for _, m := range []struct {
			what string
			all  []float64
			want float64
		}{{"share that waits", waited, p}, {"mean wait", waits, p / (float64(c.servers) * (1 - c.rho))}} {
			mean, err := batchMeans(m.all, 30)
			if math.Abs(mean-m.want) > 4*err {
				t.Errorf("%d servers at %v: %s %.4f, want %.4f ± %.4f", c.servers, c.rho, m.what, mean, m.want, err)
			}
		}
	}
}

// batchMeans is the mean of a correlated series and its standard error, from the
// means of n stretches; the first tenth is left out, in which the line fills.
func batchMeans(all []float64, n int) (mean, err float64) {
	all = all[len(all)/10:]
	size := len(all) / n
	means := make([]float64, n)
	for b := range means {
		for _, x := range all[b*size : (b+1)*size] {
			means[b] += x / float64(size)
		}
		mean += means[b] / float64(n)
	}
	for _, m := range means {
		err += (m - mean) * (m - mean)
	}
	return mean, math.Sqrt(err / float64(n*(n-1)))
}

// TestOracle9Little: L = λW for the line, exactly, as an identity between the
// time-average of its length and the sum of the waits.
func TestOracle9Little(t *testing.T) {
	l := run(t, parseFile(t, "station.yaml", "load.tasks=5000", "load.duration=6000s"), 3)
	for lane := range int8(2) {
		var line, area, waits, last event.Time
		for i := range l.events {
			e := &l.events[i]
			if e.Strategy != lane || e.Kind != event.StepStarted && e.Kind != event.WorkBegan {
				continue
			}
			area += line * (e.At - last)
			last = e.At
			if e.Kind == event.StepStarted {
				line++
			} else {
				line--
				waits += e.Dur
			}
		}
		if area != waits || line != 0 {
			t.Errorf("strategy %d: the line's length over time adds up to %d, the waits to %d; %d stay in it", lane, area, waits, line)
		}
	}
}

// TestStationIsOnlyCapacity: with as many servers as calls, times are those of the
// service without servers.
func TestStationIsOnlyCapacity(t *testing.T) {
	with := run(t, parseFile(t, "station.yaml", "load.tasks=2000", "load.duration=2000s", "services.desk.servers=2000"), 5)
	without := run(t, parseFile(t, "station.yaml", "load.tasks=2000", "load.duration=2000s", "services.desk.servers=off"), 5)
	var a, b []event.Event
	for _, e := range with.events {
		if e.Kind != event.WorkBegan {
			a = append(a, e)
		}
	}
	b = without.events
	if len(a) != len(b) {
		t.Fatalf("%d events, %d without servers", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("event %d is\n%+v, without servers\n%+v", i, a[i], b[i])
		}
	}
}

// crowded is a scenario whose lines are long, whose callers leave, and whose
// servers drop and refuse.
func crowded(t *testing.T, sets ...string) []string {
	t.Helper()
	return append([]string{"load.tasks=900", "load.duration=600s", "load.peak=10x@100s/20s", "steps.a.timeout=7s", "strategies.naive.retries=on"}, sets...)
}

// TestStationSurvivesACrash: lines, work under way and callers that have left are
// the same after a crash: the orchestrated strategy's tape goes on as without one.
func TestStationSurvivesACrash(t *testing.T) {
	t.Parallel()
	for _, sets := range [][]string{
		nil,
		{"services.desk.queue.order=lifo", "services.desk.servers=2"},
		{"services.desk.queue.limit=4", "services.desk.queue.drop=oldest"},
		{"services.desk.queue.limit=9", "strategies.orchestrated.deadlines=on", "load.deadline=9s"},
		{"services.desk.budget.deposit=10%", "strategies.orchestrated.budget=on", "services.desk.breaker.failures=5", "services.desk.breaker.cooldown=3s", "strategies.orchestrated.breaker=on"},
	} {
		sc := parseFile(t, "station.yaml", crowded(t, sets...)...)
		whole := run(t, sc, 4)
		for _, kills := range [][]int{{20}, {45}, {47}, {52, 0, 3}, {60, 1, 1}} {
			l, _ := crashing(t, sc, 4, 2*event.Second, kills...)
			if got, want := saidOf(l, 1), saidOf(whole, 1); got != want {
				t.Errorf("%v, kills %v: the orchestrated strategy's events differ from those without a crash", sets, kills)
			}
		}
	}
}

// saidOf is all that is said of a strategy.
func saidOf(l lived, strategy int8) string {
	var s strings.Builder
	enc := event.NewEncoder(l.world.Run())
	var buf []byte
	for i := range l.events {
		if e := &l.events[i]; e.Strategy == strategy {
			buf = enc.Append(buf[:0], e)
			s.Write(buf)
		}
	}
	return s.String()
}

// TestStationWindowsDoNotMatter: the tape does not depend on how far the world
// runs ahead of the disk.
func TestStationWindowsDoNotMatter(t *testing.T) {
	sc := parseFile(t, "station.yaml", crowded(t, "services.desk.queue.limit=6", "strategies.naive.lifo=on")...)
	want := ""
	for _, window := range []event.Time{0, event.Second, event.Hour} {
		w, err := New(sc, Options{Seed: 3, Window: window, Store: &engine.Memory{}, Ledger: &rows{}})
		if err != nil {
			t.Fatal(err)
		}
		got := live(t, w, 3*event.Second).digest
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("window %s: another tape", window.Duration())
		}
	}
}
