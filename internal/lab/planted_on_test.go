//go:build planted

package lab

import (
	"flag"
	"testing"

	"tasker-sim/internal/sim"
)

var (
	seeds     = flag.Int("seeds", 1, "at how many seeds each planted mistake must be found")
	tasksMost = flag.Float64("tasks", 1e9, "tasks of a case at most")
)

// TestPlanted plants one mistake after the other and wants verify to find it at
// every seed. To save time only the laws are posed that have to do with it, but
// no test may profit from that: it must fail against the limit of the whole
// family, which 1000 tests do not reach at one seed.
func TestPlanted(t *testing.T) {
	const family = 1000
	laws := map[string][]string{
		sim.PlantStrategyDice:  {"O6"},
		sim.PlantAttemptKey:    {"O1"},
		sim.PlantOneMore:       {"O1"},
		sim.PlantOneLess:       {"O1"},
		sim.PlantHalfRate:      {"O1"},
		sim.PlantWideJitter:    {"O4"},
		sim.PlantNarrowJitter:  {"O4"},
		sim.PlantRetryAfter:    {"O21"},
		sim.PlantNeverHalfOpen: {"O10"},
		sim.PlantFromStart:     {"O26"},
		sim.PlantBurstPerCall:  {"O7"},
		sim.PlantNoEffect:      {"O19"},
		sim.PlantForgetsKeys:   {"O19"},
		sim.PlantOutageEnd:     {"O22"},
	}
	for _, mistake := range sim.Planted() {
		t.Run(mistake, func(t *testing.T) {
			for seed := uint64(1); seed <= uint64(*seeds); seed++ {
				o := Options{Seed: seed, Seeds: 1, Workers: 2, Only: laws[mistake], Tune: func(o *sim.Options) { o.Plant = mistake }}
				if len(o.Only) == 0 {
					t.Fatalf("no law has to do with it")
				}
				r := small(t, o, *tasksMost)
				how := ""
				if r.Invariants.Violations > 0 {
					how = r.Invariants.First
				}
				for _, c := range r.Failed() {
					if c.Pooled < Bound/family && how == "" {
						how = c.Oracle + " " + c.Case + ": " + c.Figure
					}
				}
				if how == "" {
					t.Errorf("seed %d: not found; the smallest p is %v", seed, r.SmallestP)
				}
				if seed == 1 {
					t.Logf("found by %s", how)
				}
			}
		})
	}
}
