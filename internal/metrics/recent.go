package metrics

import "tasker-sim/internal/event"

// The window of the rate of the moment: the last minute, to a slice.
const (
	recentSlice  = 5 * event.Second
	recentSlices = int64(event.Minute / recentSlice)
)

// recent counts outcomes of attempts in a ring of slices of time.
type recent struct {
	newest int64 // number of the newest slice since the start of the run
	ring   [recentSlices]struct{ failed, n int32 }
}

func (r *recent) add(at event.Time, failed bool) {
	slice := int64(at / recentSlice)
	for skipped := min(slice-r.newest, recentSlices); skipped > 0; skipped-- {
		r.ring[(slice-skipped+1)%recentSlices] = struct{ failed, n int32 }{}
	}
	r.newest = max(r.newest, slice)
	c := &r.ring[r.newest%recentSlices]
	c.n++
	if failed {
		c.failed++
	}
}

// RecentRate counts the attempts of the step that ended in the minute before
// now, and those among them that failed.
func (step *Step) RecentRate(now event.Time) (failed, n int) {
	r := &step.recent
	slice := int64(now / recentSlice)
	for i := slice - recentSlices + 1; i <= r.newest; i++ {
		if i >= 0 && i > r.newest-recentSlices {
			failed += int(r.ring[i%recentSlices].failed)
			n += int(r.ring[i%recentSlices].n)
		}
	}
	return failed, n
}
