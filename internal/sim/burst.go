package sim

import (
	"sort"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// timeline is the Gilbert-Elliott chain of one service as intervals of virtual
// time, made as far as anyone has asked. It is a function of (seed, service):
// no load and no strategy moves it.
type timeline struct {
	dice  dice
	where uint64
	mean  [2]event.Time // mean stay: good, bad
	// ends[i] is where stay i ends; stays alternate between good and bad.
	ends  []event.Time
	first int // state of stay 0: 0 good, 1 bad
}

// newTimeline starts in the stationary distribution: bad with probability
// bad/(good+bad).
func newTimeline(b *scenario.Burst, service string, d dice) *timeline {
	t := &timeline{dice: d, where: word(service), mean: [2]event.Time{b.Good, b.Bad}}
	if d.draw(drawBurst, t.where, 0, 0) < float64(b.Bad)/float64(b.Good+b.Bad) {
		t.first = 1
	}
	return t
}

// extend makes stays until one ends after at.
func (t *timeline) extend(at event.Time) {
	for len(t.ends) == 0 || t.ends[len(t.ends)-1] <= at {
		i := len(t.ends)
		var from event.Time
		if i > 0 {
			from = t.ends[i-1]
		}
		u := t.dice.draw(drawBurst, t.where, i+1, 0)
		t.ends = append(t.ends, from+exponential(t.mean[(t.first+i)%2], u))
	}
}

// stay is the number of the stay that contains at.
func (t *timeline) stay(at event.Time) int {
	t.extend(at)
	return sort.Search(len(t.ends), func(i int) bool { return t.ends[i] > at })
}

// bad tells whether the service is in a burst at the instant: stays are closed
// at their begin and open at their end.
func (t *timeline) bad(at event.Time) bool { return (t.first+t.stay(at))%2 == 1 }

// next is the first burst that begins at or after from.
func (t *timeline) next(from event.Time) (begin, end event.Time) {
	i := t.stay(from)
	for {
		t.extend(t.ends[i])
		if (t.first+i)%2 == 1 {
			begin = 0
			if i > 0 {
				begin = t.ends[i-1]
			}
			if begin >= from {
				return begin, t.ends[i]
			}
		}
		i++
	}
}
