package sim

import "tasker-sim/internal/event"

// crowd knows how many people had the same name at about the same time. Tasks that
// arrive in one stretch of identity.within cannot be told apart by their time; the
// stretches follow from the arrivals, so that nothing need be remembered.
type crowd struct {
	stretch event.Time
	counted bool
	people  []map[string]map[string]bool // by lane: name, then who
}

// sender is the name that the lane has for whoever sends the task, and how many
// people it may have been; "" and 0 if nobody asks.
func (g *guards) sender(lane int8, task int32) (string, int) {
	id := g.w.sc.Identity
	if id == nil {
		return "", 0
	}
	stretch := g.w.arrivals[task-1] / id.Within
	if c := &g.crowd; !c.counted || c.stretch != stretch {
		g.gather(stretch, int(task)-1)
	}
	name := g.alias(lane, task)
	return name, len(g.crowd.people[lane][name])
}

// alias is the name that the lane has for the sender.
func (g *guards) alias(lane int8, task int32) string {
	if id := g.w.sc.Identity; g.w.sc.Strategies[lane].Lacks(id.Mechanism) {
		return id.Shared
	}
	return g.w.payloads.get(task).words(&g.known)
}

// gather counts the senders of the stretch; task i (from 0) arrives in it.
func (g *guards) gather(stretch event.Time, i int) {
	id, at := g.w.sc.Identity, g.w.arrivals
	for i > 0 && at[i-1]/id.Within == stretch {
		i--
	}
	c := crowd{stretch: stretch, counted: true, people: make([]map[string]map[string]bool, len(g.w.lanes))}
	for lane := range c.people {
		c.people[lane] = map[string]map[string]bool{}
	}
	for ; i < len(at) && at[i]/id.Within == stretch; i++ {
		task := int32(i + 1)
		who := g.w.payloads.get(task).words(&g.who)
		for lane := range c.people {
			name := g.alias(int8(lane), task)
			if c.people[lane][name] == nil {
				c.people[lane][name] = map[string]bool{}
			}
			c.people[lane][name][who] = true
		}
	}
	g.crowd = c
}
