package telemetry

import (
	"slices"
	"strings"

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

// workCount is about the line at a service with a limited number of servers.
type workCount struct {
	outcomes words
	wait     buckets
}

// other counts the kinds of events that only some scenarios have.
func (c *column) other(e *event.Event) {
	switch e.Kind {
	case event.WorkBegan, event.WorkDropped:
		c.atWork(e)
	case event.ChildCreated, event.ChildMet, event.ChildEnded:
		if e.Step >= 0 {
			*c.steps[e.Step].children.at(childOutcome(e), "", manyWords)++
		}
	case event.ReleaseBuilt, event.ReleaseSentBack, event.ReleaseApproved, event.ReleaseRefused, event.ReleaseRegistered,
		event.ReleaseOverwrote, event.CollisionNoticed, event.CollisionSettled, event.ContractAdapted:
		_, what, _ := strings.Cut(e.Kind.String(), ".")
		*c.releases.at(e.Class, what, manyWords)++
	case event.TrailCounted:
		*c.trail.at(e.Class, "", manyWords) = float64(e.Amount)
	case event.SecretSeen:
		*c.secrets.at(e.Class, "", manyWords) += float64(e.Amount)
	case event.TaskMisrouted:
		c.misrouted++
	}
}

func (c *column) atWork(e *event.Event) {
	if e.Service < 0 {
		return
	}
	w := &c.work[e.Service]
	outcome := e.Class
	if e.Kind == event.WorkBegan {
		w.wait.add(e.Dur)
		if outcome == "" {
			outcome = "began"
		}
	}
	*w.outcomes.at(outcome, "", manyClasses)++
}

// childOutcome is what an event says about a child.
func childOutcome(e *event.Event) string {
	switch {
	case e.Kind == event.ChildCreated:
		return "created"
	case e.Kind == event.ChildMet:
		return "met"
	case e.Class == "":
		return "done"
	}
	return "failed"
}
