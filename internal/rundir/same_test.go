package rundir_test

import (
	"errors"
	"flag"
	"io"
	"path/filepath"
	"reflect"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

var seeds = flag.Int("seeds", 5, "how many seeds are run in memory and on disk")

// TestMemoryEqualsDisk: a run that keeps nothing, as sweep and verify use it, is
// the run on the real database and the real ledger, order by order: the path is
// the same but for the store. -seeds 100 is the long version.
func TestMemoryEqualsDisk(t *testing.T) {
	n := *seeds
	if testing.Short() {
		n = min(n, 2)
	}
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sets := []string{"load.tasks=400", "load.duration=5m", "load.peak=10x@2m/10s"}
	for seed := 1; seed <= n; seed++ {
		sc, problems := scenario.Parse("checkout.yaml", text, sets)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		opts := sim.Options{Seed: uint64(seed), Window: 5 * event.Second, Journal: []string{"payment_gateway @ 60s..100s: outage"}}
		fast, err := sim.New(sc, opts)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := rundir.Create(filepath.Join(t.TempDir(), "run"), sc, opts)
		if err != nil {
			t.Fatal(err)
		}
		want, got := lives(t, fast), lives(t, kept.World)
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
		if len(want) != len(got) || len(want) < 800 {
			t.Fatalf("seed %d: %d lives in memory, %d on disk", seed, len(want), len(got))
		}
		for id := range want {
			if !reflect.DeepEqual(want[id], got[id]) {
				t.Errorf("seed %d: order %d in strategy %d: in memory\n%v\non disk\n%v", seed, id.task, id.strategy, want[id], got[id])
			}
		}
	}
}

// life names an order in a strategy; task 0 is everything that is of no order.
type life struct {
	strategy int8
	task     int32
}

// lives runs a world to its end and sorts its events by order and strategy.
func lives(t *testing.T, w *sim.World) map[life][]event.Event {
	t.Helper()
	all := map[life][]event.Event{}
	for {
		evs, err := w.Advance(w.Horizon() + event.Minute)
		for _, e := range evs {
			id := life{e.Strategy, e.Task}
			all[id] = append(all[id], e)
		}
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
