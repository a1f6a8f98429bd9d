package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/scenario"
	"tasker-sim/scenarios"
)

var update = flag.Bool("update", false, "write golden files anew")

// parse parses a shipped scenario with --set arguments.
func parse(t testing.TB, name string, sets ...string) *scenario.Scenario {
	t.Helper()
	text, err := scenarios.FS.ReadFile(name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse(name+".yaml", text, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return sc
}

// parseFile parses a scenario of the tests.
func parseFile(t testing.TB, file string, sets ...string) *scenario.Scenario {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse(file, text, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return sc
}

// lived is a run that has come to its end.
type lived struct {
	world  *World
	state  *metrics.State
	events []event.Event
	digest string // of the tape
	after  string // of the tape but for its first line, the description of the run
}

// live runs a world to its end, in slices of the given length.
func live(t testing.TB, w *World, slice event.Time) lived {
	t.Helper()
	l := lived{world: w, state: metrics.New(w.Run())}
	enc, sum, after, buf := event.NewEncoder(w.Run()), sha256.New(), sha256.New(), []byte(nil)
	for {
		evs, err := w.Advance(w.Horizon() + slice)
		l.events = append(l.events, evs...)
		for i := range evs {
			l.state.Apply(&evs[i])
			buf = enc.Append(buf[:0], &evs[i])
			sum.Write(buf)
			if evs[i].Kind != event.RunStarted {
				after.Write(buf)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	l.digest, l.after = hex.EncodeToString(sum.Sum(nil)), hex.EncodeToString(after.Sum(nil))
	if c := l.state.Checks; c.Violations > 0 {
		t.Errorf("%s seed %d: %d invariants violated, first: %s", w.Run().Scenario, w.Run().Seed, c.Violations, c.First)
	}
	if n := w.Unmet(); n > 0 {
		t.Errorf("%s seed %d: the ledger holds %d effects that never happened", w.Run().Scenario, w.Run().Seed, n)
	}
	return l
}

// run makes a world that is not kept and lives it to its end.
func run(t testing.TB, sc *scenario.Scenario, seed uint64) lived {
	t.Helper()
	w, err := New(sc, Options{Seed: seed, Window: event.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return live(t, w, event.Minute)
}

// rows is a ledger in memory that outlives the worlds that write it.
type rows struct{ all []event.Event }

func (r *rows) Append(e *event.Event) error { r.all = append(r.all, *e); return nil }
func (r *rows) Sync() error                 { return nil }

// TestTapeDigest holds what happens in each shipped scenario to a committed digest:
// the same scenario and seed give the same bytes on every machine. The first line
// of the tape is not part of it: it carries the text of the scenario with all its
// comments.
func TestTapeDigest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"checkout", "data-pipeline", "microservices", "observability", "security", "team-scaling", "metastable"} {
		got := run(t, parse(t, name), 7).after + "\n"
		file := "testdata/" + name + ".digest"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: tape digest %s, want %s(go test ./internal/sim -run TapeDigest -update, if the change is meant)", name, got, want)
		}
	}
}

// TestSliceAndWindowDoNotMatter: how the horizon moves and how far the world runs
// ahead of the disk change no byte of the tape.
func TestSliceAndWindowDoNotMatter(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=300", "load.duration=4m", "load.peak=20x@2m/10s")
	var want string
	for _, c := range []struct{ window, slice event.Time }{
		{0, event.Hour}, {0, 7 * event.Second}, {event.Second, 83 * event.Millisecond}, {5 * event.Second, event.Hour}, {event.Hour, event.Hour},
	} {
		w, err := New(sc, Options{Seed: 3, Window: c.window, Store: &engine.Memory{}, Ledger: &rows{}})
		if err != nil {
			t.Fatal(err)
		}
		got := live(t, w, c.slice).digest
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("window %s, slice %s: another tape", c.window.Duration(), c.slice.Duration())
		}
	}
}

// TestReplayEqualsLive: the fold of a recorded run equals the fold of the live one.
func TestReplayEqualsLive(t *testing.T) {
	sc := parse(t, "checkout", "load.tasks=300", "load.duration=4m")
	w, err := New(sc, Options{Seed: 3, Journal: []string{"payment_gateway @ 60s..90s: outage"}})
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, w, event.Second)
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(event.NewWriter(pw, w.Run()).Write(l.events)) }()
	tape, err := event.NewReader(pr)
	if err != nil {
		t.Fatal(err)
	}
	replayed := metrics.New(tape.Run())
	for horizon := event.Time(0); ; horizon += 3 * event.Second {
		evs, err := tape.Advance(horizon)
		for i := range evs {
			replayed.Apply(&evs[i])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range l.state.Strategies {
		got, want := describe(&replayed.Strategies[i]), describe(&l.state.Strategies[i])
		if got != want {
			t.Errorf("replayed\n%s\nlive\n%s", got, want)
		}
	}
	if got, want := fmt.Sprintf("%+v", replayed.Pairs), fmt.Sprintf("%+v", l.state.Pairs); got != want {
		t.Errorf("replayed pairs %s, live %s", got, want)
	}
}

// describe is what a reader could see of a strategy.
func describe(s *metrics.Strategy) string {
	return fmt.Sprintf("%+v %+v %+v %d %d %d %d %+v %+v", s.Tasks, s.Effects, s.Promises, s.Attempts, s.Retries, s.LostCents, s.WaitedLong, s.Minutes, s.Breakers)
}
