package sim

import (
	"math"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// registry is what one strategy knows of its workflows: who has which name, what
// every team is working on, and which names wait for the committee.
//
// It changes by events and by nothing else: act says what happens next, apply
// makes it so. So a registry that has applied the events of the past goes on as
// the one that made them would have.
type registry struct {
	rules  *scenario.Releases
	how    scenario.Registry
	flows  []scenario.Workflow // those that tasks can run
	dice   dice
	makers []maker
	// line are the teams whose names wait for the committee, in the order in which
	// they asked; free is since when it could hear the first of them.
	line []int
	free event.Time
	// names, by index into the vocabulary: who has them. Without namespaces only.
	names []holding
	// invented counts the names made up for each of the vocabulary.
	invented []int
	versions map[string]version // of namespace/name
	scripted int                // scripted releases so far
	adapted  int                // … and those of them that callers have followed
	strays   map[int32]int      // misrouted tasks that have not ended, with their name
}

// stage is how far a release has come.
type stage uint8

const (
	building  stage = iota // until due
	asking                 // in the committee's line
	deploying              // it registers now
	renaming               // it was refused and registers under another key now
)

// maker is a team at work on its n-th release.
type maker struct {
	n      int
	stage  stage
	began  event.Time // of its making
	due    event.Time
	asked  event.Time // when the name was first asked for
	from   event.Time // when it may be heard
	rounds int        // how often it was heard
}

// holding is a name of the vocabulary: the team behind it, and the collision
// that is going on about it.
type holding struct {
	owner int // nobody: none yet
	clash *clash
}

// nobody stands for a team.
const nobody = -1

// clash is a name that was taken and is not settled.
type clash struct {
	original, newcomer int
	round              int        // odd: the newcomer has the name
	first, since       event.Time // when it was taken first, and in this round
	due                event.Time // when the loser finds out, or takes the name back
	noticed            bool
	strayed, failed    int // tasks of the loser in this round
}

// loser is the team whose tasks run the other's workflow.
func (c *clash) loser() int {
	if c.round%2 == 1 {
		return c.original
	}
	return c.newcomer
}

func newRegistry(sc *scenario.Scenario, how *scenario.Registry, d dice) *registry {
	l := sc.Releases
	g := &registry{
		rules: l, how: *how, flows: sc.Workflows, dice: d, makers: make([]maker, len(l.Teams)),
		names: make([]holding, len(l.Names)), invented: make([]int, len(l.Names)), versions: map[string]version{}, strays: map[int32]int{},
	}
	for i := range g.names {
		g.names[i].owner = nobody
	}
	for _, h := range l.Held {
		g.names[h.Name].owner = h.Team
	}
	for i := range sc.Workflows {
		w := &sc.Workflows[i]
		g.versions[w.Namespace+"/"+w.Name] = g.versions[w.Namespace+"/"+w.Name].max(parseVersion(w.Version))
	}
	for t := range g.makers {
		g.begin(t, 0)
	}
	return g
}

// begin lets the team start its next release.
func (g *registry) begin(team int, at event.Time) {
	m := &g.makers[team]
	*m = maker{n: m.n + 1, began: at}
	m.due = at + exponential(g.rules.Build, g.draw(team, "build", m.n, 0))
}

// draw is a draw about the n-th release of a team: the same in every strategy.
func (g *registry) draw(team int, what string, n, round int) float64 {
	return g.dice.draw(drawRelease, word(g.rules.Teams[team]+" "+what), n, round)
}

// errand is something that the registry does next.
type errand struct {
	at   event.Time
	what func() event.Event
}

// next is what happens next; false: nothing ever will. Of two things at one
// instant the one that stands first here comes first.
func (g *registry) next() (errand, bool) {
	best := errand{at: math.MaxInt64}
	offer := func(at event.Time, what func() event.Event) {
		if at < best.at {
			best = errand{at, what}
		}
	}
	if g.scripted < len(g.rules.Script) {
		s := &g.rules.Script[g.scripted]
		offer(s.At, func() event.Event { return g.playScript(s) })
	}
	if at, s := g.nextAdapted(); s != nil {
		offer(at, func() event.Event { return g.adapts(s) })
	}
	for i := range g.names {
		if c := g.names[i].clash; c != nil {
			offer(c.due, func() event.Event { return g.clashes(i) })
		}
	}
	if t, at := g.hearing(); t != nobody {
		offer(at+g.talk(t), func() event.Event { return g.heard(t) })
	}
	for t := range g.makers {
		if g.makers[t].stage != asking {
			offer(g.makers[t].due, func() event.Event { return g.builds(t) })
		}
	}
	return best, best.what != nil
}

// say is an event about a team.
func (g *registry) say(kind event.Kind, team int, text string) event.Event {
	return event.Event{Kind: kind, Class: g.rules.Teams[team], Text: text, Step: event.None, Service: event.None, Effect: event.None}
}

// team is the index of the team that an event is about.
func (g *registry) team(e *event.Event) int {
	for t := range g.rules.Teams {
		if g.rules.Teams[t] == e.Class {
			return t
		}
	}
	return nobody
}

// apply folds an event of the registry's strategy. It tells whether something
// else may be due next.
func (g *registry) apply(e *event.Event) bool {
	switch e.Kind {
	case event.ReleaseBuilt, event.ReleaseSentBack, event.ReleaseApproved:
		g.applyName(e)
	case event.ReleaseRefused, event.ReleaseRegistered, event.ReleaseOverwrote:
		g.applyRelease(e)
	case event.CollisionNoticed, event.CollisionSettled:
		g.applyClash(e)
	case event.ContractAdapted:
		g.adapted++
	case event.TaskMisrouted:
		g.strayed(e)
		return false
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		return g.strayEnded(e)
	default:
		return false
	}
	return true
}

// openRegistries makes a registry for every strategy, if the scenario has releases.
func (w *World) openRegistries() {
	if w.sc.Releases == nil {
		return
	}
	for i := range w.sc.Strategies {
		w.registry = append(w.registry, newRegistry(w.sc, w.sc.Strategies[i].Registry, w.dice))
	}
}

// scheduleReleases puts what the registries do next into the queue.
func (w *World) scheduleReleases() {
	for lane := range w.registry {
		w.scheduleRelease(int8(lane))
	}
}

func (w *World) scheduleRelease(lane int8) {
	if d, ok := w.registry[lane].next(); ok {
		w.queue.push(occurrence{at: d.at, kind: occRelease, lane: lane})
	}
}

// released lets a registry do what is due. An occurrence that came to nothing,
// since something earlier has changed the registry, is left out.
func (w *World) released(o *occurrence) {
	d, ok := w.registry[o.lane].next()
	if !ok || d.at > w.now {
		return
	}
	ev := d.what()
	ev.Strategy = o.lane
	w.emit(ev)
}

// noteRelease lets the registry of the event's strategy know, and puts what
// it does next into the queue if that may have changed.
func (w *World) noteRelease(ev *event.Event) {
	if w.registry != nil && ev.Strategy >= 0 && w.registry[ev.Strategy].apply(ev) {
		w.scheduleRelease(ev.Strategy)
	}
}
