package sim

import (
	"tasker-sim/internal/event"
)

// clashes goes on with the collision about a name: the loser finds out, then
// takes the name back, until the teams talk.
func (g *registry) clashes(name int) event.Event {
	c := g.names[name].clash
	text := g.rules.Names[name]
	switch {
	case !c.noticed:
		ev := g.say(event.CollisionNoticed, c.loser(), text)
		ev.Attempt, ev.Amount, ev.Dur = int16(c.round), int64(c.strayed), c.due-c.since
		return ev
	case c.round < g.rules.Rounds:
		ev := g.say(event.ReleaseOverwrote, c.loser(), text)
		ev.Attempt = int16(c.round + 1)
		return ev
	}
	ev := g.say(event.CollisionSettled, c.newcomer, g.invent(name))
	ev.Attempt, ev.Dur = int16(c.round), c.due-c.first
	return ev
}

// about is the name of the vocabulary that a collision's event is about.
func (g *registry) about(e *event.Event) int {
	for i := range g.names {
		if g.names[i].clash == nil {
			continue
		}
		text := g.rules.Names[i]
		if e.Kind == event.CollisionSettled {
			text = g.invent(i)
		}
		if text == e.Text {
			return i
		}
	}
	return nobody
}

// applyClash folds what a team does about a collision.
func (g *registry) applyClash(e *event.Event) {
	i := g.about(e)
	if i == nobody {
		return
	}
	c := g.names[i].clash
	if e.Kind == event.CollisionNoticed {
		c.noticed, c.due = true, e.At+g.rules.Notice.Redeploy
		return
	}
	g.names[i].owner, g.names[i].clash = c.original, nil
	g.invented[i]++
}

// takenBack folds that the loser has taken the name back.
func (g *registry) takenBack(e *event.Event) {
	i := g.about(e)
	if i == nobody {
		return
	}
	c := g.names[i].clash
	g.names[i].owner = c.loser()
	c.round, c.since, c.due, c.noticed, c.strayed, c.failed = c.round+1, e.At, e.At+g.rules.Notice.After, false, 0, 0
}

// runs tells whose workflow runs if a task of a team is started by a name, and
// which name of the vocabulary that is if it is not the team's own workflow.
func (g *registry) runs(team, name string) (owner string, index int) {
	for i := range g.names {
		c := g.names[i].clash
		if c != nil && g.rules.Names[i] == name && g.rules.Teams[c.loser()] == team {
			return g.rules.Teams[g.names[i].owner], i
		}
	}
	return team, nobody
}

// strayed folds that a task runs another team's workflow.
func (g *registry) strayed(e *event.Event) {
	if i := g.about(e); i != nobody {
		g.names[i].clash.strayed++
		g.strays[e.Task] = i
	}
}

// strayEnded lets the loser find out once enough of its tasks have failed; it
// tells whether it does now.
func (g *registry) strayEnded(e *event.Event) bool {
	i, stray := g.strays[e.Task]
	if !stray {
		return false
	}
	delete(g.strays, e.Task)
	c := g.names[i].clash
	if e.Kind != event.TaskFailed || c == nil || c.noticed {
		return false
	}
	if c.failed++; c.failed < g.rules.Notice.Failures {
		return false
	}
	c.due = e.At
	return true
}
