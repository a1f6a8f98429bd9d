package report

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// toldUndo tells how what a task had done is taken back.
func (t teller) toldUndo() string {
	switch e := t.e; e.Kind {
	case event.TaskGivenUp:
		return "given up, " + t.trouble() + ", undoes " + Plural(int(e.Amount), event.Noun{One: "step", Many: "steps"})
	case event.UndoStarted:
		return "begins to undo " + t.step()
	case event.UndoRetrying:
		return t.trouble() + ", undoes it again in " + Span(e.Due-e.At)
	case event.UndoFailed:
		return t.trouble() + ", cannot undo " + t.step()
	case event.UndoDeferred:
		return "waits to undo it, the breaker of " + t.service() + " is open"
	case event.StepUndone:
		return t.step() + " is undone"
	default:
		s := "the " + words(t.run.Effects[e.Effect].Name) + " is taken back"
		if a := Amount(t.run, int(e.Effect), e.Amount); a != "" {
			s += ", " + a
		}
		return s
	}
}

// Undone is what was done to take back what given-up tasks had done.
type Undone struct {
	Tasks    int           `json:"tasks"` // given up with something to take back
	Attempts int           `json:"attempts"`
	Failures int           `json:"failures"` // attempts that failed
	Steps    int           `json:"steps"`    // taken back
	Effects  object[int]   `json:"effects"`  // taken back, of those made
	Amounts  object[int64] `json:"amounts"`  // their sums
}

// undone is nil for a strategy that takes nothing back.
func undone(s *metrics.State, k int) *Undone {
	if !s.Run.Strategies[k].Compensates {
		return nil
	}
	st := &s.Strategies[k]
	u := &Undone{Tasks: st.Undo.Tasks, Attempts: st.Undo.Attempts, Failures: st.Undo.Failures, Steps: st.Undo.Steps, Effects: object[int]{}, Amounts: object[int64]{}}
	for i, e := range s.Run.Effects {
		u.Effects = append(u.Effects, member[int]{e.Many, st.Effects[i].Undone})
		if e.Unit != "" {
			u.Amounts = append(u.Amounts, member[int64]{e.Many + "_" + e.Unit, st.Effects[i].Returned})
		}
	}
	return u
}

// addUndone adds a row for each effect of which something was taken back.
func (r *Result) addUndone(add func(string, func(int, *metrics.Strategy) string)) {
	for i, e := range r.run.Effects {
		if r.state.AnyUndone(i) {
			add(words(e.Many)+" taken back", func(_ int, st *metrics.Strategy) string { return Count(st.Effects[i].Undone) })
		}
	}
}

// unmake takes the effect of a step that was undone off those that were made.
func (a *account) unmake(e *event.Event) {
	a.undone++
	for i, m := range a.made {
		if m.Step == e.Step && m.Effect == e.Effect {
			a.made = append(a.made[:i], a.made[i+1:]...)
			return
		}
	}
}

// restored tells that what a task had done was taken back; "": it was not.
func (a *account) restored(why string) string {
	if a.undone == 0 || len(a.made) > 0 {
		return ""
	}
	return "failed, " + Plural(a.undone, event.Noun{One: "effect", Many: "effects"}) + " taken back (" + why + ")"
}
