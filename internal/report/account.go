package report

import (
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// account is what the events of one task in one strategy come to.
type account struct {
	run      *event.Run
	end      *event.Event   // what last happened to the task as a whole
	last     *event.Event   // the last event of a step
	parked   *event.Event   // the last time it was parked, or nil
	redriven *event.Event   // the last time it was driven again, or nil
	trouble  []*event.Event // attempts that failed
	made     []*event.Event // effects
	attempts []int          // by step
	stray    *event.Event   // that it ran another team's workflow, or nil
	children []*event.Event // of the work that it handed over
	undone   int            // effects that were taken back
	called   int            // how often a person was called and acted
}

// recount reads at least one event.
func recount(run *event.Run, life []event.Event) *account {
	a := &account{run: run, end: &life[0], attempts: make([]int, max(1, len(run.Steps)))}
	for i := range life {
		a.note(&life[i])
	}
	return a
}

func (a *account) note(e *event.Event) {
	switch e.Kind {
	case event.StepStarted:
		a.attempts[e.Step]++
		a.last = e
	case event.StepRetrying, event.StepFailed:
		a.trouble = append(a.trouble, e)
		a.last = e
	case event.StepSucceeded, event.StepDeferred:
		a.last = e
	case event.EffectMade:
		a.made = append(a.made, e)
	case event.EffectUndone:
		a.unmake(e)
	case event.TaskMisrouted:
		a.stray = e
	case event.ChildCreated, event.ChildMet, event.ChildEnded:
		a.children = append(a.children, e)
	case event.EffectRepeated, event.StepSkipped, event.StepFellBack, event.WorkBegan, event.WorkDropped,
		event.TaskTagged, event.SecretSeen, event.StepProgress, event.SubscriberTold, event.SubscriberThrew,
		event.TaskGivenUp, event.UndoStarted, event.UndoRetrying, event.UndoFailed, event.UndoDeferred, event.StepUndone:
	default:
		a.end = e
		if e.Kind == event.TaskParked {
			a.parked = e
		}
		if e.Kind == event.TaskRedriven {
			if a.redriven = e; a.parked != nil && a.parked.Due > a.parked.At && e.Class != event.ClassRecovery {
				a.called++
			}
		}
	}
}

func (a *account) why(e *event.Event) string     { return teller{run: a.run, e: e}.trouble() }
func (a *account) step(e *event.Event) string    { return teller{run: a.run, e: e}.step() }
func (a *account) service(e *event.Event) string { return teller{run: a.run, e: e}.service() }
func (a *account) name(effect int) string        { return words(a.run.Effects[effect].Name) }

// promise is the first promise that the task has made by an effect, or nil.
func (a *account) promise() *event.Promise {
	for i := range a.run.Promises {
		if p := &a.run.Promises[i]; a.has(p.Effect) {
			return p
		}
	}
	return nil
}

func (a *account) has(effect int) bool {
	return slices.ContainsFunc(a.made, func(e *event.Event) bool { return int(e.Effect) == effect })
}

// deedOf is what was done as the effect, every time.
func (a *account) deedOf(effect int) string {
	var ds []string
	for _, e := range a.made {
		if int(e.Effect) == effect {
			ds = append(ds, deed(a.run, effect, e.Amount))
		}
	}
	return strings.Join(ds, " and again ")
}

// deeds are all effects in words.
func (a *account) deeds() string {
	var ds []string
	for _, e := range a.made {
		ds = append(ds, deed(a.run, int(e.Effect), e.Amount))
	}
	return strings.Join(ds, ", ")
}

// causes lists the troubles of the task, each once.
func (a *account) causes() string {
	var cs []string
	for _, e := range a.trouble {
		if c := a.why(e); !slices.Contains(cs, c) {
			cs = append(cs, c)
		}
	}
	return strings.Join(cs, ", ")
}

// lost tells whether the attempt at which the task stopped had its effect: only
// the answer did not come.
func (a *account) lost() bool {
	if len(a.made) == 0 || a.end.Step < 0 || a.end.Class != event.ClassTimeout {
		return false
	}
	last := a.made[len(a.made)-1]
	return last.Step == a.end.Step && int(last.Attempt) == a.attempts[a.end.Step]
}
