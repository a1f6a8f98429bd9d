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
	Since    Time // when it was parked
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
	if t.state != TaskParked {
		return DeadLetter{}, false
	}
	d := DeadLetter{
		Task: t.id, Template: t.plan.name, State: t.state, Reason: ReasonExhausted,
		Since: t.parked, Redrives: int(t.redrives),
	}
	i, class, text := t.failure()
	d.Class, d.Message = class, text
	switch {
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

// serviceName is "" for None.
func (c *Core) serviceName(i int16) string {
	if i == None {
		return ""
	}
	return c.services[i].Name
}
