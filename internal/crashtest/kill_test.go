package crashtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
)

var (
	kills = flag.Int("kills", 5, "how many processes to kill")
	seed  = flag.Uint64("seed", 1, "decides when")
)

// world is a run to be killed, between two instants.
type world struct {
	name     string
	from, to event.Time
	args     []string
}

// worlds have a rush of half a minute in which some hundred tasks are in flight.
func worlds() []world {
	rush := func(name string, more ...string) world {
		args := append(strings.Fields("run checkout --tasks 500 --duration 5m --set load.peak=20x@2m30s/30s"), more...)
		return world{name, 140 * event.Second, 190 * event.Second, args}
	}
	parking := rush("parking", "--seed", "10", "--set", "policies=off", "--inject", "orders_db @ 2m20s..3m: outage")
	parking.to = 280 * event.Second // parked orders go on when the database has answered others for a minute
	return []world{
		rush("peak", "--seed", "7"),
		rush("outage", "--seed", "8", "--inject", "payment_gateway @ 2m20s..2m50s: outage"),
		rush("slow", "--seed", "9", "--inject", "payment_gateway @ 2m..3m: brownout(rate=20%, lat=x30)", "--inject", "inventory @ 2m30s..3m: brownout(rate=30%, lat=x20)"),
		parking,
	}
}

// alone is the world's run when nobody kills it.
func (w world) alone(t *testing.T) *evidence {
	t.Helper()
	dir, tape := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "tape")
	out := mustCall(t, append(slices.Clone(w.args), "--data-dir", dir, "--output", "json", "--record", tape)...)
	e := gather(t, dir, tape, out)
	for _, f := range judge(e, e) {
		t.Errorf("%s, not even killed: %s", w.name, f)
	}
	return e
}

// story is a run that is killed once or several times and then resumed to its end.
type story struct {
	world
	alone *evidence
	rng   *rand.Rand
	kills int
}

// TestKills kills -kills processes with SIGKILL, resumes each run and judges it.
// A kill that met nothing in flight does not count and is repeated.
func TestKills(t *testing.T) {
	ws := worlds()
	alone := make([]*evidence, len(ws))
	for i, w := range ws {
		alone[i] = w.alone(t)
	}
	if len(stand(alone[3].events).parked) > 0 || !slices.ContainsFunc(alone[3].events, func(e event.Event) bool { return e.Kind == event.TaskRedriven }) {
		t.Error("in the world of parking nothing is driven again, or not in the end")
	}
	var total tally
	t.Run("story", func(t *testing.T) {
		for n, left := 0, *kills; left > 0; n++ {
			s := &story{world: ws[n%len(ws)], alone: alone[n%len(ws)], rng: rand.New(rand.NewPCG(*seed, uint64(n))), kills: min(left, 1+n%3/2*2)}
			left -= s.kills
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				total.add(s.tell(t, n))
			})
		}
	})
	t.Log(&total)
	if total.calls == 0 || total.dead == 0 || (*kills >= 50 && total.met == 0) {
		t.Errorf("a trivial pass: %s", &total)
	}
}

// tell kills and resumes a run until every kill of the story has met something,
// and judges what has come of it.
func (s *story) tell(t *testing.T, n int) *evidence {
	const tries = 10
	for range tries {
		if e := s.try(t); e != nil {
			for _, f := range judge(s.alone, e) {
				t.Errorf("%s", f)
			}
			if t.Failed() {
				t.Logf("%s, killed at %+v; to repeat: go test ./internal/crashtest -kills %d -seed %d -run 'TestKills/story/%d$'", s.name, e.kills, *kills, *seed, n)
			}
			return e
		}
	}
	t.Fatalf("%d tries, and no kill met anything in flight", tries)
	return nil
}

// try is one run with all the kills of the story; nil if one of them missed.
func (s *story) try(t *testing.T) *evidence {
	dir, tape := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "tape")
	ledger := filepath.Join(dir, rundir.Ledger)
	flush := []string{"instant", "1s", "5s"}[s.rng.IntN(3)]
	e := &evidence{}
	for k := range s.kills {
		cmd, when := command(t, s.first(dir, flush)...), s.rush()
		if k > 0 {
			cmd, when = command(t, "resume", dir, "--output", "ndjson"), s.again(dir, ledger)
		}
		seen, hit := strike(t, cmd, os.Kill, ledger, when)
		found, ok := autopsy(dir)
		if !hit || !ok || found.inFlight == 0 {
			return nil
		}
		e.seen, e.kills = append(e.seen, seen), append(e.kills, found)
	}
	out := mustCall(t, "resume", dir, "--output", "json", "--record", tape)
	end := gather(t, dir, tape, out)
	end.seen, end.kills = e.seen, e.kills
	return end
}

// first are the arguments of the first process.
func (s *story) first(dir, flush string) []string {
	return append(slices.Clone(s.args), "--data-dir", dir, "--output", "ndjson", "--flush", flush)
}

// rush is a moment in the rush hour, on the tape or in the ledger.
func (s *story) rush() moment {
	if s.rng.IntN(3) == 0 {
		first, last := len(until(s.alone.events, s.from)), len(until(s.alone.events, s.to))
		return moment{lines: first + s.rng.IntN(last-first)}
	}
	first, last := s.alone.reach(s.from), s.alone.reach(s.to)
	return moment{ledger: first + s.rng.Int64N(last-first)}
}

// reach is how long the ledger is at an instant.
func (e *evidence) reach(at event.Time) int64 {
	enc := event.NewEncoder(e.run)
	buf := enc.Append(nil, &e.events[0])
	for _, r := range until(e.rows, at) {
		buf = enc.Append(buf, &r)
	}
	return int64(len(buf))
}

// again is a moment in the life of a process that goes on after a crash: at
// once, with its first word, or a little later.
func (s *story) again(dir, ledger string) moment {
	switch s.rng.IntN(4) {
	case 0:
		return moment{}
	case 1:
		return moment{lines: 1}
	}
	return moment{ledger: size(ledger) + 1 + s.rng.Int64N(20_000)}
}

// tally is what all kills came to.
type tally struct {
	mu                                      sync.Mutex
	runs, kills, inFlight, calls, met, dead int
}

func (c *tally) add(e *evidence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs++
	c.kills += len(e.kills)
	for _, k := range e.kills {
		c.inFlight += k.inFlight
	}
	for _, k := range e.result.Crashes {
		c.calls += k.Repeated
		c.met += k.Met
	}
	c.dead += len(pick(e.events, died))
}

func (c *tally) String() string {
	return fmt.Sprintf("%d kills of %d runs: %d tasks in flight, %d calls repeated, %d effects already in the ledger, %d naive tasks died",
		c.kills, c.runs, c.inFlight, c.calls, c.met, c.dead)
}
