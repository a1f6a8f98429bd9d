package engine

import (
	"cmp"
	"slices"
)

// Reason says why a task is on the dead-letter list.
type Reason string

// The reasons.
const (
	ReasonCompensation Reason = "compensation" // parked: a step could not be undone
	ReasonExhausted    Reason = "exhausted"    // parked: a step has used all attempts of its round
	ReasonPermanent    Reason = "permanent"    // a step failed permanently
	ReasonStale        Reason = "stale"        // nothing was recorded for too long, see [Staleness]
	ReasonPoison       Reason = "poison"       // parked: the process ended each time a step ran
)

// DeadLetter is a task that does not get on by itself, or ended badly. It leaves
// the list when it is driven again, resolved, completed or cancelled.
type DeadLetter struct {
	Task     TaskID
	Template string // "namespace/name@version"
	State    TaskState
	Reason   Reason
	Step     string // that stopped it
	Service  string // of that step
	Class    string // of its failure
	Message  string
	Since    Time // when it was parked, or found stale
	Stale    bool // it was found stale, whatever the reason
	Redrives int  // how often it was driven again before
}

// DeadLetterFilter says which dead letters are wanted; what is empty does not
// matter.
type DeadLetterFilter struct {
	Reason                         Reason
	Template, Step, Service, Class string
}

func (f DeadLetterFilter) matches(d *DeadLetter) bool {
	return (f.Reason == "" || f.Reason == d.Reason) && (f.Template == "" || f.Template == d.Template) &&
		(f.Step == "" || f.Step == d.Step) && (f.Service == "" || f.Service == d.Service) &&
		(f.Class == "" || f.Class == d.Class)
}

// DeadLetters lists the open tasks that do not get on by themselves, by the time
// since when and by number. It reads memory only.
func (c *Core) DeadLetters(f DeadLetterFilter) []DeadLetter {
	var list []DeadLetter
	for _, t := range c.open {
		if d, dead := c.deadLetter(t); dead && f.matches(&d) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b DeadLetter) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.Task, b.Task))
	})
	return list
}

// deadLetter describes t if it belongs on the list.
func (c *Core) deadLetter(t *task) (DeadLetter, bool) {
	if t.state != TaskParked && t.stalled == 0 {
		return DeadLetter{}, false
	}
	d := DeadLetter{
		Task: t.id, Template: t.plan.name, State: t.shown(), Reason: ReasonExhausted,
		Since: t.parked, Stale: t.stalled > 0, Redrives: int(t.redrives),
	}
	i, class, text := t.failure()
	if t.state != TaskParked {
		i, class, text = t.waitsFor()
		d.Since = t.stalled
	}
	d.Class, d.Message = class, text
	switch {
	case t.state != TaskParked:
		d.Reason = ReasonStale
	case t.ending != 0:
		d.Reason = ReasonCompensation
	case class == ClassPoison:
		d.Reason = ReasonPoison
	}
	if i != None {
		d.Step, d.Service = t.plan.Steps[i].Name, c.serviceName(t.plan.steps[i].service)
	}
	return d, true
}

// waitsFor is the first step that runs, waits or may start, with its last failure
// if it had one.
func (t *task) waitsFor() (i int16, class, text string) {
	for i := range t.steps {
		s := &t.steps[i]
		if s.state == StepInProgress || s.state == StepWaiting || s.state == StepPending && s.missing == 0 {
			return int16(i), s.class, s.text
		}
	}
	return None, "", ""
}

// serviceName is "" for None.
func (c *Core) serviceName(i int16) string {
	if i == None {
		return ""
	}
	return c.services[i].Name
}
