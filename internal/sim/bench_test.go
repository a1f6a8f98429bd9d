//go:build unix

package sim

import (
	"runtime"
	"syscall"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/scenario"
)

// BenchmarkLives is the cost of an order-life: one order in one strategy, over
// the whole hour of checkout. In turn, so that a machine that drifts does so for
// all three:
//
//	lives/s        the world with its engine, and the fold with its invariants
//	world-lives/s  the world alone
//	floor-lives/s  a bare event loop that makes the same draws, see bareLoop
//
// of-floor is lives/s over floor-lives/s. Seconds are of the processor, the garbage
// collector's among them, so that figures are per core, whatever else runs.
func BenchmarkLives(b *testing.B) {
	sc := parse(b, "checkout")
	var whole, world, floor float64
	var allocs, events, calls int
	rounds := 0
	for b.Loop() {
		rounds++
		at := processor()
		lap := func() (took float64) {
			now := processor()
			took, at = now-at, now
			return took
		}
		before := mallocs()
		events += through(b, sc, true)
		allocs += mallocs() - before
		whole += lap()
		through(b, sc, false)
		world += lap()
		calls += newBareLoop(sc, 7).run()
		floor += lap()
	}
	lives := float64(rounds * sc.Load.Tasks * len(sc.Strategies))
	b.ReportMetric(lives/whole, "lives/s")
	b.ReportMetric(lives/world, "world-lives/s")
	b.ReportMetric(lives/floor, "floor-lives/s")
	b.ReportMetric(floor/whole, "of-floor")
	b.ReportMetric(float64(events)/lives, "events/life")
	b.ReportMetric(float64(allocs)/float64(events), "allocs/event")
	b.ReportMetric(0, "ns/op")
}

// processor is the time that this process has had of the processor, in seconds.
func processor() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func mallocs() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.Mallocs)
}

// through runs an hour to its end and counts the events.
func through(b testing.TB, sc *scenario.Scenario, fold bool) (events int) {
	w, err := New(sc, Options{Seed: 7, Window: event.Hour})
	if err != nil {
		b.Fatal(err)
	}
	state := metrics.New(w.Run())
	for err == nil {
		var evs []event.Event
		evs, err = w.Advance(w.Horizon() + event.Minute)
		events += len(evs)
		for i := 0; fold && i < len(evs); i++ {
			state.Apply(&evs[i])
		}
	}
	if state.Checks.Violations > 0 {
		b.Fatal(state.Checks.First)
	}
	return events
}

// bareLoop is the floor: tasks, calls, timeouts and retries on the same queue and the
// same dice, and nothing else. It has no engine, breakers, keys, effects, payload,
// events or figures.
type bareLoop struct {
	w     *World
	calls int
}

func newBareLoop(sc *scenario.Scenario, seed uint64) *bareLoop {
	w, err := New(sc, Options{Seed: seed, Window: event.Hour})
	if err != nil {
		panic(err)
	}
	w.queue = queue{}
	return &bareLoop{w: w}
}

// run lives through all tasks and counts the calls.
func (f *bareLoop) run() int {
	w := f.w
	w.queue.push(occurrence{at: w.arrivals[0], kind: occArrival, task: 1})
	for len(w.queue.heap) > 0 {
		o := w.queue.pop()
		w.now = o.at
		switch o.kind {
		case occArrival:
			for lane := range w.sc.Strategies {
				f.start(int8(lane), o.task, 0, 1)
			}
			if int(o.task) < len(w.arrivals) {
				w.queue.push(occurrence{at: w.arrivals[o.task], kind: occArrival, task: o.task + 1})
			}
		case occRetry:
			f.start(o.lane, o.task, o.step, o.attempt+1)
		case occTimeout:
			f.failed(&o, 0, false)
		case occReply:
			f.replied(&o)
		}
	}
	return f.calls
}

func (f *bareLoop) start(lane int8, task int32, step, attempt int16) {
	f.calls++
	w, st := f.w, &f.w.steps[step]
	out := st.service.call(st.where, int(task), int(attempt), w.now)
	o := occurrence{at: w.now + out.latency, lane: lane, task: task, step: step, attempt: attempt, class: out.class, kind: occReply}
	if !out.reply || out.latency > st.Timeout {
		o.at, o.kind = w.now+st.Timeout, occTimeout
	}
	w.queue.push(o)
}

func (f *bareLoop) replied(o *occurrence) {
	if o.class != answered {
		c := &f.w.steps[o.step].service.refusals[o.class]
		f.failed(o, c.RetryAfter, c.Permanent)
	} else if int(o.step)+1 < len(f.w.steps) {
		f.start(o.lane, o.task, o.step+1, 1)
	}
}

func (f *bareLoop) failed(o *occurrence, after event.Time, permanent bool) {
	st := &f.w.steps[o.step]
	if permanent || !f.w.sc.Strategies[o.lane].Retries || int(o.attempt) >= st.Retry.Limit {
		return
	}
	wait := engineRetry(st.Retry).Wait(int(o.attempt), f.w.jitter(o.step, o.task, o.attempt))
	o.at, o.kind = f.w.now+max(event.Time(wait), after), occRetry
	f.w.queue.push(*o)
}

// TestFloorMakesTheSameCalls: the floor is no straw man. Where no breaker opens
// and no card is bad, it makes the calls of the whole simulator, one to one.
func TestFloorMakesTheSameCalls(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=800", "load.duration=1h", "policies=off", "data.decline_rate=0%")
	for i := range sc.Strategies {
		sc.Strategies[i].Recovery = false
	}
	l := run(t, sc, 7)
	want := 0
	for k := range l.state.Strategies {
		want += l.state.Strategies[k].Attempts
	}
	if got := newBareLoop(sc, 7).run(); got != want {
		t.Errorf("%d calls, the whole simulator makes %d", got, want)
	}
}

// TestAllocationsPerEvent: at most two, world and fold together, over an hour.
func TestAllocationsPerEvent(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=1500")
	through(t, sc, true)
	events := 0
	allocs := testing.AllocsPerRun(1, func() { events = through(t, sc, true) })
	if per := allocs / float64(events); per > 2 {
		t.Errorf("%.2f allocations an event, want at most 2", per)
	}
}
