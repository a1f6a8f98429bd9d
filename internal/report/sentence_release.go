package report

import (
	"strconv"

	"tasker-sim/internal/event"
)

// toldRelease is the sentence of an event about releases, or "".
func (t teller) toldRelease() string {
	e := t.e
	team := words(e.Class)
	switch e.Kind {
	case event.ReleaseBuilt:
		return team + " asks for the name " + e.Text
	case event.ReleaseSentBack:
		return "the committee sends " + e.Text + " of " + team + " back"
	case event.ReleaseApproved:
		return e.Text + " of " + team + " is approved after " + Days(e.Dur)
	case event.ReleaseRefused:
		if e.Attempt > 0 {
			return team + " cannot register " + e.Text + ", another team has it"
		}
		return team + " cannot register " + e.Text + " again"
	case event.ReleaseRegistered:
		if e.Attempt > 0 {
			return team + " registers as " + e.Text + ", a name made up"
		}
		return team + " releases " + e.Text
	case event.ReleaseOverwrote:
		if e.Attempt > 1 {
			return team + " takes " + e.Text + " back, again unseen"
		}
		return team + " took over the name " + e.Text + ", unseen"
	}
	return t.toldCollision(team)
}

// toldCollision is the sentence of what follows when a name was taken.
func (t teller) toldCollision(team string) string {
	switch e := t.e; e.Kind {
	case event.CollisionNoticed:
		return team + " finds out about " + e.Text + " after " + Span(e.Dur) + ": " + strconv.FormatInt(e.Amount, 10) + " misrouted"
	case event.CollisionSettled:
		return "the teams talk, " + team + " goes on as " + e.Text
	case event.ContractAdapted:
		return "callers of " + e.Text + " of " + team + " have adapted, after " + Span(e.Dur)
	case event.TaskMisrouted:
		s := "runs the " + words(e.Text) + " of " + team
		if e.Amount > 0 {
			s += " and evades a control"
		}
		return s
	}
	return t.toldChild()
}

// toldChild is the sentence of work that was handed over.
func (t teller) toldChild() string {
	switch e := t.e; e.Kind {
	case event.ChildCreated:
		return "handed over to " + e.Text
	case event.ChildMet:
		return "had been handed over already, nothing was created twice"
	case event.ChildEnded:
		if e.Class != "" {
			return "what was handed over failed, " + t.trouble() + "; nobody is told"
		}
		return "what was handed over is done after " + Span(e.Dur)
	}
	return ""
}

// Days writes a long time in days: "3.1 days".
func Days(t event.Time) string { return Decimal(t.Seconds()/86400) + " days" }

// astray tells that the task ran another team's workflow.
func (a *account) astray() string {
	if a.stray == nil {
		return ""
	}
	s := " It ran the " + words(a.stray.Text) + " of " + words(a.stray.Class) + ", whose name that was at the time."
	if a.stray.Amount > 0 {
		s += " The control that its own workflow has was not asked."
	}
	return s
}

// handedOver tells what became of the work that the task handed over.
func (a *account) handedOver() string {
	made, open, failed := 0, 0, ""
	for _, e := range a.children {
		switch {
		case e.Kind == event.ChildCreated:
			made, open = made+1, open+1
		case e.Kind == event.ChildEnded && e.Class == "":
			open--
		case e.Kind == event.ChildEnded:
			open, failed = open-1, a.why(e)
		}
	}
	switch {
	case made == 0:
		return ""
	case made > 1:
		return " It handed the same work over " + Plural(made, event.Noun{One: "time", Many: "times"}) + ": the answer to the first was lost."
	case failed != "":
		return " What it handed over failed, " + failed + ", which it was not told."
	case open > 0:
		return " What it handed over is not done yet."
	}
	return " What it handed over is done."
}
