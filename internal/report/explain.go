package report

import (
	"fmt"

	"tasker-sim/internal/event"
)

// Explain says in one or two sentences what became of a task in one strategy and
// why. life is all its events so far, oldest first.
func Explain(run *event.Run, life []event.Event) string {
	if len(life) == 0 {
		return "It has not arrived yet."
	}
	a := recount(run, life)
	return a.outcome() + a.astray() + a.handedOver()
}

// outcome says what became of the task.
func (a *account) outcome() string {
	switch a.end.Kind {
	case event.TaskSucceeded:
		return a.success()
	case event.TaskFailed:
		return "It failed: " + a.failure() + "."
	case event.TaskDeclined:
		return "The card is bad: it is declined in every strategy, whatever else happens." + a.leftovers()
	case event.TaskRejected:
		return "It was rejected: " + a.why(a.end) + "." + a.leftovers()
	case event.TaskParked:
		if a.end.Due > a.end.At {
			return fmt.Sprintf("It stands still at %s: %s. A person is called and acts at %s.", a.step(a.end), a.why(a.end), a.run.Clock(a.end.Due))
		}
		return a.parking()
	}
	return a.presence()
}

// failure tells what a failed task left behind: "charged $81.20, then inventory
// timed out; nobody will make the order".
func (a *account) failure() string {
	why := a.why(a.end)
	if len(a.made) == 0 {
		return why + "; nothing was left behind"
	}
	p := a.promise()
	switch {
	case p == nil:
		return a.deeds() + ", then " + why
	case a.has(p.Owes):
		return why + "; the " + a.name(p.Owes) + " is there, the customer was told otherwise"
	case a.lost():
		return a.deedOf(p.Effect) + ", but the answer was lost; nobody will make the " + a.name(p.Owes)
	}
	return a.deedOf(p.Effect) + ", then " + why + "; nobody will make the " + a.name(p.Owes)
}

// aftermath is failure in few words, for a feed: "charged $81.20, no order
// (inventory timed out)".
func (a *account) aftermath(why string) string {
	p := a.promise()
	switch {
	case a.restored(why) != "":
		return a.restored(why)
	case len(a.made) == 0:
		return "failed, left nothing (" + why + ")"
	case p == nil:
		return "failed after it " + a.deeds() + " (" + why + ")"
	case a.has(p.Owes):
		return a.name(p.Owes) + " is there, told it failed (" + why + ")"
	case a.lost():
		why = "the answer was lost"
	}
	return a.deedOf(p.Effect) + ", no " + a.name(p.Owes) + " (" + why + ")"
}

// success tells how a task got through.
func (a *account) success() string {
	done := Span(a.end.Dur)
	switch {
	case a.called > 0:
		return a.rescue() + " and succeeded, " + done + " after it had begun."
	case a.redriven != nil && a.parked != nil:
		how := "it went on by itself"
		if a.redriven.Class == event.ClassOperator {
			how = "it was driven again by hand"
		}
		return fmt.Sprintf("It was parked at %s: %s. After %s %s and succeeded.",
			a.step(a.parked), a.why(a.parked), Span(a.redriven.Dur), how)
	case len(a.trouble) == 0:
		return "It went through at once, in " + done + "."
	case len(a.trouble) == 1:
		e := a.trouble[0]
		return fmt.Sprintf("At %s %s; the next attempt, %s later, succeeded. It took %s in all.",
			a.step(e), a.why(e), Span(e.Due-e.At), done)
	}
	return fmt.Sprintf("%d attempts failed (%s); the next ones succeeded. It took %s in all.", len(a.trouble), a.causes(), done)
}

// rescue tells how often a person was called and what that person did.
func (a *account) rescue() string {
	s := fmt.Sprintf("It stopped at %s: %s.", a.step(a.parked), a.why(a.parked))
	if a.called > 1 {
		s = fmt.Sprintf("It stopped %d times, the last time at %s: %s.", a.called, a.step(a.parked), a.why(a.parked))
	}
	if a.redriven.Class == event.ClassRestart {
		return s + " A person was called, and " + Span(a.redriven.Dur) + " later it began again from zero"
	}
	return s + " A person was called, and " + Span(a.redriven.Dur) + " later it went on where it had stopped"
}

// parking tells why a task is parked and what it keeps in mind.
func (a *account) parking() string {
	s := fmt.Sprintf("It is parked at %s after %s: %s.", a.step(a.end),
		Plural(a.attempts[max(0, a.end.Step)], event.Noun{One: "attempt", Many: "attempts"}), a.why(a.end))
	switch p := a.promise(); {
	case p == nil || a.has(p.Owes):
		return s + " It can be driven again."
	case a.lost():
		return s + " It has " + a.deedOf(p.Effect) + " without knowing: the next attempt will find that by its key."
	default:
		return s + " It has " + a.deedOf(p.Effect) + " and goes on to the " + a.name(p.Owes) + " when it is driven again."
	}
}

// leftovers warns of effects of a task that came to nothing.
func (a *account) leftovers() string {
	if p := a.promise(); p != nil && !a.has(p.Owes) {
		return " It has " + a.deedOf(p.Effect) + " all the same."
	}
	return ""
}

// presence tells where a task stands that has not ended.
func (a *account) presence() string {
	if a.last == nil {
		return "It has arrived and waits for its first step."
	}
	switch e := a.last; e.Kind {
	case event.StepRetrying:
		return fmt.Sprintf("At %s %s; attempt %d follows at %s.", a.step(e), a.why(e), e.Attempt+1, a.run.Clock(e.Due))
	case event.StepDeferred:
		return fmt.Sprintf("It waits before %s: the breaker of %s is open until %s.", a.step(e), a.service(e), a.run.Clock(e.Due))
	case event.StepSucceeded:
		return "It goes on after " + a.step(e) + "."
	default:
		return "It is at " + a.step(e) + ordinal(", attempt ", int(e.Attempt)) + "."
	}
}
