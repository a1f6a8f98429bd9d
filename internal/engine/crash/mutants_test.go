package crash

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tasker-sim/internal/engine/failpoint"
)

// mutant is an engine with a known defect, and what finds it.
type mutant struct {
	term   string
	killer string   // the fail point at which processes die
	hits   []int    // tried in turn
	breaks []string // the promises of which one must be found broken
}

func mutants() []mutant {
	early, later := []int{2, 7, 4, 12}, []int{20, 35, 50, 9}
	return []mutant{
		{failpoint.AckEarly, failpoint.CommitBefore, early, []string{"P1"}},
		{failpoint.KeyDropped, failpoint.EffectAfter, early, []string{"P3"}},
		{failpoint.KeyPerTry, failpoint.EffectAfter, early, []string{"P3"}},
		{failpoint.NoResume, failpoint.EffectAfter, early, []string{"P2"}},
		{failpoint.BackoffReset, failpoint.TimerBefore, early, []string{"P6"}},
		{failpoint.DoubleTimer, failpoint.TimerAfter, early, []string{"P4"}},
		{failpoint.StepRerun, failpoint.EffectAfter, later, []string{"P4"}},
		{failpoint.BreakerLost, failpoint.CommitAfter, later, []string{"P6"}},
		{failpoint.Refund, failpoint.EffectAfter, later, []string{"P5", "P6"}},
	}
}

// TestMutants: each defect is found within 50 crashes. The one that does not
// sync is found by TestPowerLoss.
func TestMutants(t *testing.T) {
	program := pointed(t)
	crew := newCrew()
	for _, m := range mutants() {
		crew.do(func() {
			for n, met := 0, 0; n < 50; n++ {
				s := &story{plan: plan{shapes()[n%3].Name, *seed + uint64(n), 14, never}, program: program, mutant: m.term + "=on", patient: 4 * time.Second, dir: t.TempDir()}
				if s.start(t, at(m.killer, m.hits[n%len(m.hits)])).killed {
					met++
				}
				s.finish(t)
				_ = os.RemoveAll(s.dir)
				for _, f := range judge(s) {
					if slices.Contains(m.breaks, f.promise) {
						t.Logf("%s is found by %s, crash %d: %s", m.term, m.killer, met, f)
						return
					}
				}
			}
			t.Errorf("%s: 50 crashes at %s, and %s was not found broken", m.term, m.killer, strings.Join(m.breaks, " or "))
		})
	}
	crew.wait()
}

// TestPanics lets the engine panic at points of its own. Whether that ends the
// process or the engine, the next one goes on.
func TestPanics(t *testing.T) {
	program := pointed(t)
	for _, point := range []string{failpoint.SubmitAfter, failpoint.CommitBefore, failpoint.AppendAfter, failpoint.HandlerAfter, failpoint.TimerAfter, failpoint.BreakerFlip} {
		s := &story{plan: plan{"diamond", *seed, 14, never}, program: program, dir: t.TempDir()}
		if l := s.start(t, death{terms: point + "=3*off->panic"}); l.code == exitDone || l.killed {
			t.Errorf("%s: ended with code %d: %s", point, l.code, l.last())
		}
		s.tell(t, nil, "-run Panics")
	}
}

// TestCreation kills while the store is made: nothing was acknowledged then, and
// the next process makes it anew.
func TestCreation(t *testing.T) {
	program := pointed(t)
	points := []string{failpoint.Write, failpoint.SyncedPages, failpoint.SyncData, failpoint.WriteMeta, failpoint.SyncMeta, failpoint.Map}
	for i, point := range points {
		for hit := range 2 {
			if point == failpoint.Map && hit > 0 {
				continue // later ones are in the matrix
			}
			s := &story{plan: plan{"linear", *seed, 3, never}, program: program, dir: t.TempDir()}
			s.tell(t, []death{at(point, hit+1)}, fmt.Sprintf("-run Creation -seed %d (%s)", *seed, points[i]))
		}
	}
}
