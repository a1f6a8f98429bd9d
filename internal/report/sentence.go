package report

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"tasker-sim/internal/event"
)

// Columns is the greatest width of a [Sentence].
const Columns = 76

// Worth tells whether events of a kind are worth a sentence in a feed: what went
// wrong and what came of it, but not every success.
func Worth(k event.Kind) bool {
	switch k {
	case event.RunEnded, event.TaskFailed, event.TaskRejected, event.TaskParked, event.TaskRedriven, event.StepRetrying,
		event.StepFellBack, event.RemedySwitched, event.TaskGivenUp, event.UndoRetrying, event.UndoFailed, event.EffectUndone,
		event.FaultBegan, event.FaultEnded, event.FaultInjected, event.BreakerOpened, event.BreakerHalfOpened,
		event.BreakerClosed, event.ProcessDied, event.ClockSet,
		event.AlertFired, event.AlertResolved, event.ResponderActs, event.ResponderFound, event.IncidentMended,
		event.ReleaseRefused, event.ReleaseOverwrote, event.CollisionNoticed, event.CollisionSettled, event.ContractAdapted:
		return true
	}
	return false
}

// Sentence tells an event of the run in a plain sentence of at most [Columns]
// columns: "order 2,301, orchestrated: inventory timed out, tries again in 1.0 s".
// Where what a task had done before belongs to it, see [Told].
func Sentence(run *event.Run, e event.Event) string { return Told(run, e, nil) }

// Told is [Sentence] with the events of the same task in the same strategy at
// hand, up to and with e: so a failure tells what it left behind.
func Told(run *event.Run, e event.Event, life []event.Event) string {
	t := teller{run: run, e: &e}
	s := t.sentence(life)
	for t.brief < 2 && utf8.RuneCountInString(s) > Columns {
		t.brief++
		s = t.sentence(life)
	}
	return clip(s, Columns)
}

func (t teller) sentence(life []event.Event) string {
	s := ""
	if t.e.Kind == event.TaskFailed && len(life) > 0 {
		s = recount(t.run, life).aftermath(t.trouble())
	} else {
		s = t.told()
	}
	switch {
	case t.e.Task != 0:
		return t.task() + ", " + t.strategy() + ": " + s
	case t.e.Strategy != event.None:
		return t.strategy() + ": " + s
	}
	return s
}

// clip cuts s to width runes; a cut is shown.
func clip(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return string(r[:width-1]) + "…"
}

// teller puts one event into words.
type teller struct {
	run   *event.Run
	e     *event.Event
	brief int // 0: in full; 1: fewer words; 2: the step's label instead of the service
}

func (t teller) task() string     { return t.run.Noun.One + " " + Count(int(t.e.Task)) }
func (t teller) strategy() string { return t.run.Strategies[t.e.Strategy].Name }

// step is the name of the event's step.
func (t teller) step() string {
	if t.e.Step < 0 {
		return "a step"
	}
	return t.run.Steps[t.e.Step].Name
}

// service is what people call the event's service.
func (t teller) service() string {
	if t.e.Service < 0 {
		return "the service"
	}
	s := t.run.Services[t.e.Service]
	if t.brief > 1 && t.e.Step >= 0 && t.run.Steps[t.e.Step].Label != "" {
		return t.run.Steps[t.e.Step].Label
	}
	if s.Title != "" {
		return s.Title
	}
	return words(s.Name)
}

// trouble is what went wrong with a call: "inventory timed out".
func (t teller) trouble() string {
	did := ""
	switch class := t.e.Class; class {
	case event.ClassDied:
		return "the process was killed"
	case event.ClassTimeout:
		did = "timed out"
	case event.ClassDecline:
		did = "refused the card"
	case event.ClassSoldOut:
		did = "is sold out"
	case "":
		did = "failed"
	default:
		if did = "answered " + class; !number(class) {
			did = "reported " + words(class)
			if t.brief > 1 {
				return words(class)
			}
		}
	}
	return t.service() + " " + did
}

func number(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// told is the sentence without its subject.
func (t teller) told() string {
	switch e := t.e; {
	case e.Kind >= event.TaskSubmitted && e.Kind <= event.TaskRedriven:
		return t.toldTask()
	case e.Kind >= event.StepStarted && e.Kind <= event.StepDeferred:
		return t.toldStep()
	case e.Kind == event.StepFellBack:
		return t.trouble() + ", goes on with a lesser result"
	case e.Kind == event.WorkBegan:
		s := t.service() + " begins to work on it, " + Span(e.Dur) + " in line"
		if e.Class == event.ClassLate {
			s += ", too late"
		}
		return s
	case e.Kind == event.WorkDropped:
		return t.service() + " drops it undone, " + Span(e.Dur) + " in line"
	case e.Kind == event.RemedySwitched:
		return "by hand, " + words(e.Class) + " is switched " + e.Text
	case e.Kind == event.ClockSet && e.Dur < 0:
		return "by hand, the engine's clock is set back by " + Span(-e.Dur)
	case e.Kind == event.ClockSet:
		return "by hand, the engine's clock is set on by " + Span(e.Dur)
	case e.Kind >= event.TaskGivenUp && e.Kind <= event.EffectUndone:
		return t.toldUndo()
	case e.Kind == event.StepSkipped:
		return "goes past " + t.step()
	case e.Kind == event.TaskTagged:
		return words(e.Class)
	case e.Kind == event.SecretSeen:
		return "the " + sinkName(e.Class) + " shows " + e.Text
	case e.Kind == event.TrailCounted:
		return trailText(e)
	case e.Kind == event.StepProgress:
		if e.Class == event.ClassResumed {
			return t.step() + " goes on at " + Count(int(e.Amount)) + " " + e.Text
		}
		return t.step() + " has done " + Count(int(e.Amount)) + " " + e.Text
	case e.Kind == event.SubscriberTold:
		return words(e.Class) + " told " + words(e.Text)
	case e.Kind == event.SubscriberThrew:
		return e.Text + ", and nothing came of it"
	case e.Kind == event.EffectMade:
		return t.deed()
	case e.Kind == event.EffectRepeated:
		return "the " + t.run.Effects[e.Effect].Name + " was there already, nothing was done twice"
	case e.Kind >= event.AlertFired && e.Kind <= event.IncidentMended:
		return t.toldWatch()
	case e.Kind == event.ProcessDied:
		return "the process was killed with " + Plural(int(e.Amount), t.run.Noun) + " in flight and came back"
	case e.Kind == event.RunStarted:
		return Plural(t.run.Tasks, t.run.Noun) + " will arrive within " + Span(t.run.Duration)
	case e.Kind == event.RunEnded:
		return "the run is over"
	}
	if s := t.toldRelease(); s != "" {
		return s
	}
	return t.toldService()
}

func (t teller) toldTask() string {
	switch e := t.e; e.Kind {
	case event.TaskSubmitted:
		return "arrived, worth " + Money(e.Amount) + sender(e)
	case event.TaskSucceeded:
		return "done after " + Span(e.Dur)
	case event.TaskDeclined:
		return "declined, the card is bad"
	case event.TaskRejected:
		return "rejected, " + t.trouble()
	case event.TaskParked:
		if e.Due > e.At {
			return t.trouble() + ", a person is called"
		}
		return "parked at " + t.step() + ", " + t.trouble()
	case event.TaskRedriven:
		switch e.Class {
		case event.ClassRestart:
			return "begins again from zero, " + Span(e.Dur) + " later"
		case event.ClassRecovery:
			return "goes on by itself, parked for " + Span(e.Dur)
		}
		return "driven again by hand, parked for " + Span(e.Dur)
	default:
		return "failed at " + t.step() + ", " + t.trouble()
	}
}

func (t teller) toldStep() string {
	switch e := t.e; e.Kind {
	case event.StepStarted:
		return t.step() + " begins" + ordinal(", attempt ", int(e.Attempt))
	case event.StepSucceeded:
		return t.step() + " is done" + ordinal(" at attempt ", int(e.Attempt))
	case event.StepRetrying:
		if e.Due == e.At {
			return t.trouble() + ", tries again at once"
		}
		if t.brief > 0 {
			return t.trouble() + ", again in " + Span(e.Due-e.At)
		}
		return t.trouble() + ", tries again in " + Span(e.Due-e.At)
	case event.StepDeferred:
		return "waits, the breaker of " + t.service() + " is open"
	default:
		return t.trouble() + ordinal(" at attempt ", int(e.Attempt))
	}
}

// ordinal names an attempt after the first.
func ordinal(before string, n int) string {
	if n <= 1 {
		return ""
	}
	return before + strconv.Itoa(n)
}

func (t teller) toldService() string {
	e, name := t.e, t.service()
	switch e.Kind {
	case event.FaultBegan:
		return name + ": " + faultName(e.Class) + ", " + e.Text
	case event.FaultInjected:
		s := "by hand, " + name + ": " + faultName(e.Class) + ", " + e.Text
		if e.Due > e.At {
			s += ", for " + Span(e.Due-e.At)
		}
		return s
	case event.FaultEnded:
		return name + ": the " + faultName(e.Class) + " is over"
	case event.BreakerOpened:
		return fmt.Sprintf("breaker of %s opens: %d failures, probe in %s", name, e.Amount, Span(e.Due-e.At))
	case event.BreakerHalfOpened:
		return "breaker of " + name + " lets a probe through"
	case event.BreakerClosed:
		return "breaker of " + name + " closes after " + Span(e.Dur)
	}
	return e.Kind.String()
}

func faultName(class string) string {
	if class == "brownout" {
		return "brown-out"
	}
	return words(class)
}

// deed is what an effect did: "charged $81.20".
func (t teller) deed() string {
	d := deed(t.run, int(t.e.Effect), t.e.Amount)
	if t.e.Class != "" {
		d += ", more than there was"
	}
	return d
}

func deed(run *event.Run, effect int, amount int64) string {
	ef := run.Effects[effect]
	verb := ef.Verb
	if verb == "" {
		verb = "made " + words(ef.Name)
	}
	if a := Amount(run, effect, amount); a != "" {
		return verb + " " + a
	}
	return verb
}
