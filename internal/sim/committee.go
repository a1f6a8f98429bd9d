package sim

import (
	"math"
	"slices"

	"tasker-sim/internal/event"
)

const (
	dayLong  = 24 * event.Hour
	weekLong = 7 * dayLong
)

// sitting is the first instant from at on at which the committee sits, and the
// end of that sitting.
func (g *registry) sitting(at event.Time) (from, until event.Time) {
	c := &g.rules.Committee
	week := at / weekLong * weekLong
	for ; ; week += weekLong {
		for _, d := range c.Days {
			begin := week + event.Time(d)*dayLong + c.At
			if end := begin + c.Sits; at < end {
				return max(at, begin), end
			}
		}
	}
}

// hearing is whose name is heard now or next, and from when; [nobody]: none waits.
// A name that was sent back waits for a later sitting and lets others pass. A name
// that does not fit into what is left of a sitting ends it: it is the first of the
// next.
func (g *registry) hearing() (team int, at event.Time) {
	team, at = nobody, math.MaxInt64
	for _, t := range g.line {
		if from, _ := g.sitting(max(g.free, g.makers[t].from)); from < at {
			team, at = t, from
		}
	}
	if team != nobody {
		if _, until := g.sitting(at); at+g.talk(team) > until {
			at, _ = g.sitting(until)
		}
	}
	return team, at
}

// talk is how long the committee talks about the team's name this time: at most a
// whole sitting.
func (g *registry) talk(team int) event.Time {
	l := &g.rules.Committee.Talk
	return min(g.rules.Committee.Sits, logNormal(l.Median, l.P99, g.draw(team, "talk", g.makers[team].n, g.makers[team].rounds)))
}

// heard is what the committee says to the team's name.
func (g *registry) heard(team int) event.Event {
	m := &g.makers[team]
	_, text := g.name(team)
	ev := g.say(event.ReleaseApproved, team, text)
	ev.Amount = int64(g.talk(team))
	if g.draw(team, "sent back", m.n, m.rounds) < g.rules.Committee.SentBack {
		ev.Kind = event.ReleaseSentBack
		return ev
	}
	_, at := g.hearing()
	ev.Dur = at + event.Time(ev.Amount) - m.asked
	return ev
}

// applyName folds what became of a name that had to be approved.
func (g *registry) applyName(e *event.Event) {
	t := g.team(e)
	m := &g.makers[t]
	if e.Kind == event.ReleaseBuilt {
		m.stage, m.asked, m.from = asking, e.At, e.At
		g.line = append(g.line, t)
		return
	}
	_, until := g.sitting(e.At - event.Time(e.Amount))
	g.free = e.At
	g.line = slices.DeleteFunc(g.line, func(x int) bool { return x == t })
	m.rounds++
	if e.Kind == event.ReleaseSentBack {
		m.from = until
		g.line = append(g.line, t)
		return
	}
	m.stage, m.due = deploying, e.At
}
