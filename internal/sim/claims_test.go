package sim

import (
	"flag"
	"io/fs"
	"strings"
	"testing"

	"tasker-sim/internal/report"
	"tasker-sim/scenarios"
)

// claimSeeds asks for more: go test ./internal/sim -run ClaimsOfSeeds -claims 30 -v
var claimSeeds = flag.Uint64("claims", 0, "judge the claims of every shipped scenario for seeds 1 to N")

// TestClaimsOfSeeds judges the claims of every shipped scenario, a few seeds of
// checkout by default: none may be wrong. What cannot be judged is counted, with
// the reason.
func TestClaimsOfSeeds(t *testing.T) {
	files, err := fs.Glob(scenarios.FS, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seeds := *claimSeeds
	if seeds == 0 {
		if testing.Short() {
			t.Skip("hours of checkout, for its claims")
		}
		files, seeds = []string{"checkout.yaml"}, 3
	}
	for _, file := range files {
		sc := parse(t, strings.TrimSuffix(file, ".yaml"))
		good, open := 0, map[string]int{}
		for seed := uint64(1); seed <= seeds; seed++ {
			for _, c := range report.Judge(run(t, sc, seed).state) {
				switch {
				case c.Holds == nil && c.Kind != report.Quoted:
					open[c.Name+": "+c.Reason]++
				case c.Holds != nil && !*c.Holds:
					t.Errorf("%s, seed %d: %q does not hold: %s", file, seed, c.Name, c.Reason)
				case c.Holds != nil:
					good++
				}
			}
		}
		t.Logf("%s: %d claims hold over %d seeds; not judged: %v", file, good, seeds, open)
	}
}

// TestAblations: a mechanism that is taken away makes the claim false that rests on
// it. Each was true before, see TestClaimsOfSeeds and TestExamples.
func TestAblations(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("an hour each")
	}
	for _, c := range []struct {
		scenario, claim string
		sets            []string
	}{
		{"checkout", "failed checkouts", []string{"strategies.orchestrated.retries=off"}},
		{"checkout", "recovered by themselves", []string{"retry_limit=1", "recovery=off"}},
		{"checkout", "failed checkouts", []string{"steps.process_payment.retry.base=1s"}},
		{"checkout", "charged twice", []string{"strategies.orchestrated.keys=off"}},
		{"microservices", "given up at first", []string{"policies=off"}},
		{"microservices", "customers lost", []string{"policies=off", "recovery=off"}},
		{"data-pipeline", "nights that need a human", []string{"retry_limit=1"}},
		{"data-pipeline", "calls at night, a week", []string{"retry_limit=1"}},
		{"metastable", "served long after the trigger", []string{"strategies.budget.budget=off"}},
		{"metastable", "calls for each request", []string{"strategies.budget.budget=off"}},
		{"examples/last-unit", "oversold", []string{"strategies.hold_first.one_moment=off"}},
		{"examples/video-transcoding", "videos that fail at first", []string{"strategies.workflow.retries=off"}},
	} {
		found := false
		for _, x := range report.Judge(run(t, parse(t, c.scenario, c.sets...), 7).state) {
			if x.Name != c.claim {
				continue
			}
			if found = true; x.Holds == nil || *x.Holds {
				t.Errorf("%s with %v: %q still holds, or cannot be judged: %v (%s)", c.scenario, c.sets, c.claim, x.MeasuredAfter, x.Reason)
			}
		}
		if !found {
			t.Errorf("%s has no claim %q", c.scenario, c.claim)
		}
	}
}
