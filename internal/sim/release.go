package sim

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// name is what the team's n-th release means to be called: an index into the
// vocabulary, or nobody's name but the team's.
func (g *registry) name(team int) (index int, text string) {
	n := g.makers[team].n
	if g.draw(team, "name", n, 0) < g.rules.Shared {
		i := int(float64(g.draw(team, "which", n, 0) * float64(len(g.rules.Names))))
		return i, g.rules.Names[i]
	}
	return nobody, fmt.Sprintf("%s_workflow_%d", g.rules.Teams[team], n)
}

// builds goes on with the release of a team.
func (g *registry) builds(team int) event.Event {
	m := &g.makers[team]
	i, text := g.name(team)
	switch {
	case m.stage == renaming:
		return g.registersAgain(team, i, text)
	case m.stage == building && g.how.Committee:
		ev := g.say(event.ReleaseBuilt, team, text)
		ev.Dur = m.due - m.began
		return ev
	case g.how.Namespaces:
		return g.versioned(team, text)
	case i == nobody || g.names[i].owner == nobody || g.names[i].owner == team:
		return g.registers(team, text, 0)
	case g.names[i].clash != nil || g.draw(team, "explicit", m.n, 0) < g.rules.Explicit:
		return g.refused(team, text, i)
	}
	return g.overwrites(team, i)
}

// registers is the registration of the release under the key.
func (g *registry) registers(team int, key string, invented int16) event.Event {
	ev := g.say(event.ReleaseRegistered, team, key)
	ev.Dur, ev.Attempt = g.makers[team].due-g.makers[team].began, invented
	return ev
}

// versioned registers under namespace/name@version: nobody else can have the
// key, but the team itself may have forgotten to raise the version.
func (g *registry) versioned(team int, name string) event.Event {
	id := g.rules.Teams[team] + "/" + name
	if v, known := g.versions[id]; known && g.draw(team, "reuse", g.makers[team].n, 0) < g.rules.Reuse {
		return g.say(event.ReleaseRefused, team, id+"@"+v.String())
	}
	return g.registers(team, id+"@"+g.versions[id].next().String(), 0)
}

// refused is a registration that the registry has refused since another team has
// the name.
func (g *registry) refused(team int, key string, name int) event.Event {
	ev := g.say(event.ReleaseRefused, team, key)
	if g.names[name].owner != team {
		ev.Attempt = 1
	}
	return ev
}

func (g *registry) overwrites(team, name int) event.Event {
	ev := g.say(event.ReleaseOverwrote, team, g.rules.Names[name])
	ev.Attempt, ev.Dur = 1, g.makers[team].due-g.makers[team].began
	return ev
}

// registersAgain is the registration of a release that was refused: under the next
// version, or a name that is made up.
func (g *registry) registersAgain(team, name int, text string) event.Event {
	if g.how.Namespaces {
		id := g.rules.Teams[team] + "/" + text
		return g.registers(team, id+"@"+g.versions[id].next().String(), 0)
	}
	return g.registers(team, g.invent(name), 1)
}

// invent makes up the next name for what a name of the vocabulary says.
func (g *registry) invent(name int) string {
	n := g.invented[name]
	if n < len(g.rules.Invented) {
		return g.rules.Names[name] + "_" + g.rules.Invented[n]
	}
	return fmt.Sprintf("%s_v%d", g.rules.Names[name], n-len(g.rules.Invented)+3)
}

// playScript is the next scripted release. It has no making: only what the
// registry says to it.
// Where it takes a name about which others quarrel, these settle it first.
func (g *registry) playScript(s *scenario.Scripted) event.Event {
	if c := g.names[s.Name].clash; c != nil && !s.Explicit {
		ev := g.say(event.CollisionSettled, c.newcomer, g.invent(s.Name))
		ev.Attempt, ev.Dur = int16(c.round), s.At-c.first
		return ev
	}
	ev := g.scriptedRelease(s)
	ev.Amount = int64(g.scripted + 1)
	return ev
}

func (g *registry) scriptedRelease(s *scenario.Scripted) event.Event {
	name := g.rules.Names[s.Name]
	h := &g.names[s.Name]
	switch {
	case g.how.Namespaces:
		id := g.rules.Teams[s.Team] + "/" + name
		v := g.versions[id].next()
		if s.Version != "" {
			v = parseVersion(s.Version)
		}
		return g.say(event.ReleaseRegistered, s.Team, id+"@"+v.String())
	case h.owner == s.Team || h.owner == nobody || s.Breaking:
		return g.say(event.ReleaseRegistered, s.Team, name)
	case s.Explicit:
		return g.refused(s.Team, name, s.Name)
	}
	ev := g.say(event.ReleaseOverwrote, s.Team, name)
	ev.Attempt = 1
	return ev
}

// applyRelease folds what the registry said to a release.
func (g *registry) applyRelease(e *event.Event) {
	t := g.team(e)
	if e.Kind == event.ReleaseOverwrote && e.Attempt > 1 {
		g.takenBack(e)
		return
	}
	i := nobody
	if e.Amount > 0 {
		g.scripted = int(e.Amount)
		i = g.rules.Script[e.Amount-1].Name
	} else {
		i, _ = g.name(t)
	}
	if e.Kind == event.ReleaseRefused {
		if e.Amount == 0 {
			g.makers[t].stage, g.makers[t].due = renaming, e.At
		}
		return
	}
	g.keep(e, t, i)
	if e.Amount == 0 {
		g.begin(t, e.At)
	}
}

// keep writes a registered workflow down.
func (g *registry) keep(e *event.Event, team, name int) {
	switch {
	case g.how.Namespaces:
		id, v := splitKey(e.Text)
		g.versions[id] = g.versions[id].max(parseVersion(v))
	case name == nobody:
	case e.Attempt == 1 && e.Kind == event.ReleaseRegistered:
		g.invented[name]++
	case e.Kind == event.ReleaseOverwrote:
		h := &g.names[name]
		h.clash = &clash{original: h.owner, newcomer: team, round: 1, first: e.At, since: e.At, due: e.At + g.rules.Notice.After}
		h.owner = team
	case g.names[name].owner == nobody:
		g.names[name].owner = team
	}
}

// nextAdapted is when callers have followed the next breaking release.
func (g *registry) nextAdapted() (event.Time, *scenario.Scripted) {
	for i, seen := 0, 0; i < g.scripted; i++ {
		s := &g.rules.Script[i]
		if !s.Breaking {
			continue
		}
		if seen == g.adapted {
			return s.At + g.rules.Adapt, s
		}
		seen++
	}
	return 0, nil
}

func (g *registry) adapts(s *scenario.Scripted) event.Event {
	ev := g.say(event.ContractAdapted, s.Team, g.rules.Names[s.Name])
	ev.Dur = g.rules.Adapt
	return ev
}

// broken tells whether those who call the workflow of a team fail at the instant
// since it wants what they do not send.
func (g *registry) broken(team, name string, at event.Time) bool {
	if g.how.Namespaces && g.how.Pins {
		return false
	}
	for i := range g.rules.Script {
		s := &g.rules.Script[i]
		if s.Breaking && g.rules.Teams[s.Team] == team && g.rules.Names[s.Name] == name && s.At <= at && at < s.At+g.rules.Adapt {
			return true
		}
	}
	return false
}
