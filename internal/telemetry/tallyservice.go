package telemetry

import (
	"slices"

	"tasker-sim/internal/event"
)

func (c *column) effect(e *event.Event) {
	if e.Effect < 0 || e.Service < 0 {
		return
	}
	if e.Kind == event.EffectMade {
		c.effects[e.Effect].made[e.Service]++
	} else {
		c.effects[e.Effect].repeated[e.Service]++
	}
}

func (c *column) breaker(e *event.Event) {
	if e.Service < 0 {
		return
	}
	b := &c.breakers[e.Service]
	switch e.Kind {
	case event.BreakerOpened:
		b.opened++
		b.state = 2
	case event.BreakerHalfOpened:
		b.state = 1
	default:
		b.state = 0
	}
}

// alert counts a rule that begins or ends to hold.
func (c *column) alert(name string, fired bool) {
	i := slices.IndexFunc(c.alerts, func(a alertCount) bool { return a.name == name })
	if i < 0 {
		if len(c.alerts) >= manyClasses {
			return
		}
		i = len(c.alerts)
		c.alerts = append(c.alerts, alertCount{name: name})
	}
	if c.alerts[i].firing = fired; fired {
		c.alerts[i].fired++
	}
}
