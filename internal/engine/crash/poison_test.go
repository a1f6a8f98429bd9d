package crash

import (
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

// TestPoison: a step that ends the process each time it runs is given up after
// three times and its task is parked. All other orders come to what they would
// have come to.
func TestPoison(t *testing.T) {
	const times = 3
	for i, shape := range shapes() {
		s := &story{plan: plan{shape.Name, *seed + uint64(i), 14, times}, program: pointed(t), dir: t.TempDir()}
		deadly := death{terms: failpoint.PoisonedStep + "=kill"}
		deaths := 0
		for s.start(t, deadly).killed && deaths < 10 {
			deaths++
		}
		s.finish(t)
		if deaths != times {
			t.Errorf("%s: %d processes died, want %d: %s", shape.Name, deaths, times, s.deaths())
		}
		bad := s.poisoned()
		for _, f := range judge(s) {
			if f.order != bad {
				t.Errorf("%s: %s", shape.Name, f)
			}
		}
		h := s.final().history[s.taskOf(bad)]
		if end := h[len(h)-1]; end.Kind != engine.Parked || end.Class != engine.ClassPoison {
			t.Errorf("%s: %s ended %v because of %q, want parked because of poison", shape.Name, bad, end.Kind, end.Class)
		}
	}
}
