package metrics

import "tasker-sim/internal/event"

// recentSlices is into how many slices the window of the rate of the moment is cut.
const recentSlices = int64(12)

// Window is the length of time of which [Step.RecentRate] tells.
func (s *State) Window() event.Time { return window(s.Run) }

// window is the last minute; of tasks on a schedule the last thirty, and of a run
// that lasts for days a sixtieth of it.
func window(run *event.Run) event.Time {
	switch {
	case run.Schedule != nil:
		return max(30*run.Schedule.Every, event.Minute)
	case run.InDays():
		return run.Duration / 60
	}
	return event.Minute
}

// recent counts outcomes of attempts in a ring of slices of time.
type recent struct {
	slice  event.Time // length of a slice
	newest int64      // number of the newest slice since the start of the run
	ring   [recentSlices]struct{ failed, n int32 }
}

// number is the slice that t falls into. The zero value has slices of a minute's
// window.
func (r *recent) number(t event.Time) int64 {
	if r.slice == 0 {
		return int64(t / (event.Minute / event.Time(recentSlices)))
	}
	return int64(t / r.slice)
}

func (r *recent) add(at event.Time, failed bool) {
	slice := r.number(at)
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

// RecentRate counts the attempts of the step that ended in the window before
// now, and those among them that failed.
func (step *Step) RecentRate(now event.Time) (failed, n int) {
	r := &step.recent
	slice := r.number(now)
	for i := slice - recentSlices + 1; i <= r.newest; i++ {
		if i >= 0 && i > r.newest-recentSlices {
			failed += int(r.ring[i%recentSlices].failed)
			n += int(r.ring[i%recentSlices].n)
		}
	}
	return failed, n
}
