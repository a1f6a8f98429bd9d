package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// errKilled stands for the end of the process.
var errKilled = errors.New("killed")

// mortal is a store that dies before its n-th append: what the world did since
// the last one is lost, except what the ledger holds.
type mortal struct {
	engine.Store
	left int
}

func (m *mortal) Append(b *engine.Batch) error {
	if m.left == 0 {
		return errKilled
	}
	m.left--
	return m.Store.Append(b)
}

// crashing lives a run that is killed before the given appends, counted anew in
// each life, and returns the whole of it.
func crashing(t *testing.T, sc *scenario.Scenario, seed uint64, window event.Time, kills ...int) (lived, *rows) {
	t.Helper()
	return crashingWith(t, sc, Options{Seed: seed, Window: window}, event.Minute, kills...)
}

// crashingWith is crashing with other options, in slices of the given length.
func crashingWith(t *testing.T, sc *scenario.Scenario, opts Options, slice event.Time, kills ...int) (lived, *rows) {
	t.Helper()
	store, ledger := &engine.Memory{}, &rows{}
	for _, n := range append(kills, -1) {
		opts.Store, opts.Ledger, opts.Rows = &mortal{store, n}, ledger, append([]event.Event(nil), ledger.all...)
		if past, err := ReadPast(store); err == nil {
			opts.Past = past
		} else if !errors.Is(err, ErrNoPast) {
			t.Fatal(err)
		}
		w, err := New(sc, opts)
		if err != nil {
			t.Fatal(err)
		}
		if n < 0 {
			return live(t, w, slice), ledger
		}
		for err == nil {
			_, err = w.Advance(w.Horizon() + slice)
		}
		if errors.Is(err, io.EOF) {
			t.Fatalf("seed %d: the run was over before append %d", opts.Seed, n)
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("%q: before append %d: %v", opts.Journal, n, err)
		}
	}
	panic("unreachable")
}

// business is what a strategy did to the world: each task's outcome and effects.
func business(l lived, strategy int8) map[int32]string {
	m := map[int32]string{}
	for i := range l.events {
		e := &l.events[i]
		if e.Strategy != strategy {
			continue
		}
		switch e.Kind {
		case event.EffectMade:
			m[e.Task] += fmt.Sprintf("%s %d; ", l.world.run.Effects[e.Effect].Name, e.Amount)
		case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskParked, event.TaskRedriven:
			m[e.Task] += e.Kind.String() + "; "
		}
	}
	return m
}

// died are the tasks that ended because their process was killed.
func died(l lived) map[int32]bool {
	m := map[int32]bool{}
	for i := range l.events {
		if e := &l.events[i]; e.Class == event.ClassDied {
			m[e.Task] = true
		}
	}
	return m
}

// TestCrashChangesNothingThatMatters kills runs at many moments, once and several
// times in a row. The orchestrated strategy ends in the same business state as
// without a crash; the naive one differs by exactly the orders that died with
// their process. The ledger is ahead of the engine at every kill.
func TestCrashChangesNothingThatMatters(t *testing.T) {
	t.Parallel()
	sc := parse(t, "checkout", "load.tasks=250", "load.duration=2m", "load.peak=20x@60s/5s", "services.payment_gateway.burst.good=20s")
	met, inFlight := 0, 0
	for seed := uint64(1); seed <= 4; seed++ {
		whole := run(t, sc, seed)
		for _, kills := range [][]int{{1}, {5}, {13}, {14}, {20}, {27}, {31}, {9, 1, 0, 7}, {15, 3, 3, 3}} {
			l, _ := crashing(t, sc, seed, 4*event.Second, kills...)
			want, got, dead := business(whole, 1), business(l, 1), died(l)
			for task := range want {
				if want[task] != got[task] {
					t.Errorf("seed %d, kills %v: orchestrated order %d came to\n%s, without a crash to\n%s", seed, kills, task, got[task], want[task])
				}
			}
			want, got = business(whole, 0), business(l, 0)
			for task := range want {
				if want[task] != got[task] && !dead[task] {
					t.Errorf("seed %d, kills %v: naive order %d, which did not die, came to\n%s, without a crash to\n%s", seed, kills, task, got[task], want[task])
				}
			}
			cs := l.world.Survived()
			told := 0 // a process that dies before its first append tells of nothing
			for i := range kills {
				if i+1 == len(kills) || kills[i+1] > 0 {
					told++
				}
			}
			if len(cs) != told {
				t.Errorf("seed %d, kills %v: %d crashes told, want %d", seed, kills, len(cs), told)
			}
			for _, c := range cs {
				met, inFlight = met+c.Met, inFlight+c.InFlight
			}
		}
	}
	if met == 0 || inFlight == 0 {
		t.Errorf("%d effects met, %d tasks in flight over all kills: the kills came at moments that prove nothing", met, inFlight)
	}
}

// TestLedgerEqualsTape: the ledger's rows are the effects on the tape, also after
// a kill and after several in a row, whose dead orders' last calls still arrive.
func TestLedgerEqualsTape(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=250", "load.duration=2m", "load.peak=20x@60s/5s", "services.payment_gateway.latency.median=3s")
	for _, kills := range [][]int{{12}, {20}, {21, 1, 1}, {20, 2, 1, 1, 2}} {
		l, ledger := crashing(t, sc, 5, 3*event.Second, kills...)
		onTape, inLedger := calls(l.events), calls(ledger.all)
		if len(inLedger) != len(ledger.all) || len(onTape) != len(inLedger) {
			t.Errorf("kills %v: %d rows in the ledger, %d of them different, %d effects on the tape", kills, len(ledger.all), len(inLedger), len(onTape))
		}
		for id := range inLedger {
			if !onTape[id] {
				t.Errorf("kills %v: the ledger's %+v is not on the tape", kills, id)
			}
		}
	}
}

// calls are the calls that made an effect.
func calls(events []event.Event) map[callID]bool {
	m := map[callID]bool{}
	for i := range events {
		if e := &events[i]; e.Kind == event.EffectMade {
			m[callID{e.Strategy, e.Task, e.Step, e.Attempt}] = true
		}
	}
	return m
}

// TestLedgerEndsAtItsFirstError: a row that could not be written is the last: no
// later one may stand behind a torn line.
func TestLedgerEndsAtItsFirstError(t *testing.T) {
	run := Describe(parse(t, "checkout"), Options{})
	path := t.TempDir() + "/ledger.ndjson"
	l, err := CreateLedger(path, run)
	if err != nil {
		t.Fatal(err)
	}
	good := l.f
	if l.f, err = os.Open(path); err != nil { // cannot be written
		t.Fatal(err)
	}
	row := event.Event{Kind: event.EffectMade, Task: 1, Step: 1, Service: 1, Attempt: 1}
	first := l.Append(&row)
	l.f.Close()
	l.f = good // the disk has room again
	if again := l.Append(&row); first == nil || again == nil {
		t.Errorf("first row: %v, the next: %v, want two refusals", first, again)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if rows, err := ReadLedger(path, run); err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v, want none", len(rows), err)
	}
}

// TestInjectedFaultReplays: what was done by hand, given as a journal beforehand,
// makes the same events, but for the first, which names the journal.
func TestInjectedFaultReplays(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=400", "load.duration=5m")
	w, err := New(sc, Options{Seed: 9, Window: event.Second})
	if err != nil {
		t.Fatal(err)
	}
	var byHand []event.Event
	for step := 0; ; step++ {
		evs, err := w.Advance(w.Horizon() + 7*event.Second)
		byHand = append(byHand, evs...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch step {
		case 8:
			err = w.Inject("payment_gateway: outage for 40s")
		case 10:
			err = w.Inject("inventory: brownout(rate=70%, lat=x3)")
		case 16:
			err = w.Clear()
		case 25:
			_ = w.Redrive(1, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	again, err := New(sc, Options{Seed: 9, Window: event.Minute, Journal: w.Journal()})
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, again, event.Hour)
	for i := range min(len(byHand), len(l.events)) {
		if i > 0 && byHand[i] != l.events[i] {
			t.Fatalf("journal %q: event %d is\n%+v, by hand\n%+v", w.Journal(), i, l.events[i], byHand[i])
		}
	}
	if len(l.events) != len(byHand) {
		t.Fatalf("journal %q: %d events, by hand %d", w.Journal(), len(l.events), len(byHand))
	}
	for i := range byHand {
		if i > 0 && byHand[i] != l.events[i] {
			t.Fatalf("journal %q: event %d is\n%+v, by hand\n%+v", w.Journal(), i, l.events[i], byHand[i])
		}
	}
	if !l.state.Live {
		t.Error("the fold does not know that a fault was injected by hand")
	}
}
