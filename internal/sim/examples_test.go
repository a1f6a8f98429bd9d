package sim

import (
	"io/fs"
	"strings"
	"testing"

	"tasker-sim/internal/report"
	"tasker-sim/scenarios"
)

// TestExamples runs every example, and what a new scenario begins as, for some
// seeds: nothing that it claims of itself may be wrong.
func TestExamples(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(scenarios.FS, "*/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for _, file := range files {
		for seed := uint64(1); seed <= seeds; seed++ {
			s := run(t, parse(t, strings.TrimSuffix(file, ".yaml")), seed).state
			for _, c := range report.Judge(s) {
				if c.Holds == nil || !*c.Holds {
					t.Errorf("%s, seed %d: claim %q: before %v, after %v: %s", file, seed, c.Name, c.MeasuredBefore, c.MeasuredAfter, c.Reason)
				}
			}
		}
	}
}
