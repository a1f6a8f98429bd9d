package metrics

import (
	"strings"

	"tasker-sim/internal/event"
)

// Registry is what became of the releases in a strategy, and of the tasks that
// ran the wrong workflow.
type Registry struct {
	// Registered are the releases that came into production, Invented those of
	// them under a name that had to be made up.
	Registered, Invented int
	// Conflicts are the registrations of a key that another team had: refused, or
	// not refused, which is an incident. Again are those that were refused since
	// the team had registered the same version before.
	Conflicts, Incidents, Again int
	// TakenBack counts how often a name was taken back; Settled the collisions
	// that teams had to talk about.
	TakenBack, Settled int
	Noticing           event.Time // from when a name was taken until that was noticed, all together
	Noticed            int
	// Approved are the names that the committee approved, SentBack how often it
	// wanted another; Waited is the time from asking to approval and Talked the
	// time it talked, both all together.
	Approved, SentBack int
	Waited, Talked     event.Time
	Lead               event.Time // from the beginning of the making to production, all together
	// Misrouted are the tasks that ran another team's workflow, Strayed those of
	// them that failed.
	Misrouted, Strayed int
	// Paid are the effects in cents that misrouted tasks made, Evaded those of
	// tasks whose own workflow has a control that they went without.
	Paid, Evaded           int
	PaidCents, EvadedCents int64
	// BrokenCalls are the calls of another team's workflow that failed since it
	// wanted what they did not send.
	BrokenCalls int
	// Holders, by index into Run.Releases.Names: who has the name, and since when.
	// With namespaces there are none.
	Holders []Holder
	// Waiting are the names before the committee now.
	Waiting int

	strays map[int32]bool // misrouted tasks; true: they evade a control
}

// Holder is who has a name.
type Holder struct {
	Team  int // index into Run.Releases.Teams; -1: nobody that is known
	Since event.Time
	From  int // whom it was taken from; -1: nobody
	Times int // how often it was taken
}

func newRegistry(run *event.Run) *Registry {
	if run.Releases == nil {
		return nil
	}
	g := &Registry{Holders: make([]Holder, len(run.Releases.Names)), strays: map[int32]bool{}}
	for i := range g.Holders {
		g.Holders[i] = Holder{Team: -1, From: -1}
		if i < len(run.Releases.Held) {
			g.Holders[i].Team = indexOf(run.Releases.Teams, run.Releases.Held[i])
		}
	}
	return g
}

// applyRegistry folds an event about releases, or one of a task that may run the
// wrong workflow.
func (s *State) applyRegistry(e *event.Event) {
	if e.Strategy < 0 {
		return
	}
	g := s.Strategies[e.Strategy].Registry
	if g == nil {
		return
	}
	switch e.Kind {
	case event.ReleaseBuilt:
		g.Waiting++
	case event.ReleaseSentBack:
		g.SentBack, g.Talked = g.SentBack+1, g.Talked+event.Time(e.Amount)
	case event.ReleaseApproved:
		g.Approved, g.Waiting = g.Approved+1, g.Waiting-1
		g.Talked, g.Waited = g.Talked+event.Time(e.Amount), g.Waited+e.Dur
	case event.ReleaseRefused, event.ReleaseRegistered, event.ReleaseOverwrote:
		g.release(s.Run.Releases, e)
	case event.CollisionNoticed:
		g.Noticed, g.Noticing = g.Noticed+1, g.Noticing+e.Dur
	case event.CollisionSettled:
		g.Settled, g.Invented = g.Settled+1, g.Invented+1
		g.settle(s.Run.Releases, e)
	case event.TaskMisrouted:
		g.Misrouted++
		g.strays[e.Task] = e.Amount > 0
	case event.EffectMade:
		g.pay(s.Run, e)
	case event.StepFailed:
		if e.Class == event.ClassContract {
			g.BrokenCalls++
		}
	case event.TaskFailed:
		if _, stray := g.strays[e.Task]; stray {
			g.Strayed++
		}
	}
}

// release folds what the registry said to a release.
func (g *Registry) release(r *event.Releases, e *event.Event) {
	switch {
	case e.Kind == event.ReleaseRefused && e.Attempt == 0:
		g.Again++
	case e.Kind == event.ReleaseRefused:
		g.Conflicts++
	case e.Kind == event.ReleaseOverwrote && e.Attempt > 1:
		g.TakenBack++
		g.hold(r, e, true)
	case e.Kind == event.ReleaseOverwrote:
		g.Registered, g.Lead = g.Registered+1, g.Lead+e.Dur
		g.Conflicts, g.Incidents = g.Conflicts+1, g.Incidents+1
		g.hold(r, e, true)
	default:
		g.Registered, g.Lead = g.Registered+1, g.Lead+e.Dur
		g.Invented += int(e.Attempt)
		g.hold(r, e, false)
	}
}

// hold notes who has a name of the vocabulary now.
func (g *Registry) hold(r *event.Releases, e *event.Event, taken bool) {
	i, t := indexOf(r.Names, e.Text), indexOf(r.Teams, e.Class)
	if i < 0 || t < 0 {
		return
	}
	h := &g.Holders[i]
	switch {
	case taken:
		h.From, h.Since, h.Times = h.Team, e.At, h.Times+1
	case h.Team < 0:
		h.Since = e.At
	default:
		return // a new version of whoever has it
	}
	h.Team = t
}

// settle gives the name that teams have talked about back to the first of them.
// The newcomer's new name begins with it.
func (g *Registry) settle(r *event.Releases, e *event.Event) {
	best := -1
	for i, name := range r.Names {
		if g.Holders[i].From >= 0 && strings.HasPrefix(e.Text, name+"_") && (best < 0 || len(name) > len(r.Names[best])) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	h := &g.Holders[best]
	if h.Team == indexOf(r.Teams, e.Class) {
		h.Team, h.Since = h.From, e.At
	}
	h.From = -1
}

// pay notes the money that a misrouted task has moved.
func (g *Registry) pay(run *event.Run, e *event.Event) {
	evades, stray := g.strays[e.Task]
	if !stray || e.Effect < 0 || run.Effects[e.Effect].Unit != "cents" {
		return
	}
	g.Paid, g.PaidCents = g.Paid+1, g.PaidCents+e.Amount
	if evades {
		g.Evaded, g.EvadedCents = g.Evaded+1, g.EvadedCents+e.Amount
	}
}

func indexOf(list []string, s string) int {
	for i := range list {
		if list[i] == s {
			return i
		}
	}
	return -1
}
