package sim

import (
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// arrivals are the instants at which the tasks of a run arrive: exactly
// load.Tasks order statistics of uniform draws over load.Duration, bent by the
// peak if there is one, or a fixed distance apart if there is a schedule. Two tasks never share an instant's microsecond by
// design, but may; their order is then their number.
func arrivals(load scenario.Load, d dice) []event.Time {
	ts := make([]event.Time, load.Tasks)
	if load.Every > 0 {
		for i := range ts {
			ts[i] = event.Time(i) * load.Every
		}
		return ts
	}
	where := word("arrival")
	for i := range ts {
		u := d.draw(drawArrival, where, i+1, 0)
		if load.Steady {
			u = float64(float64(i)+u) / float64(load.Tasks)
		}
		ts[i] = arrivalAt(load, u)
	}
	slices.Sort(ts)
	return ts
}

// arrivalAt maps a uniform draw to an instant by the inverse of the arrivals'
// distribution function: density 1 outside of the peak, Factor inside.
func arrivalAt(load scenario.Load, u float64) event.Time {
	p := load.Peak
	if p == nil {
		return round(float64(load.Duration) * u)
	}
	at, length := float64(p.At), float64(p.Length)
	mass := float64(load.Duration) + float64(length*(p.Factor-1))
	x := float64(u * mass)
	inPeak := float64(length * p.Factor)
	switch {
	case x < at:
		return round(x)
	case x < at+inPeak:
		return round(at + float64((x-at)/p.Factor))
	default:
		return round(x - inPeak + length)
	}
}
