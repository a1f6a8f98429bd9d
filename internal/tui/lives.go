package tui

import (
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// attempt is one try at a step, as its events tell.
type attempt struct {
	step, number int
	start, end   event.Time // end is 0 as long as it runs
	outcome      event.Kind // StepSucceeded, StepRetrying, StepFailed; 0: it runs, or was cut off
	dur          event.Time
	class, text  string
	due          event.Time // when the next one may start
	deeds        []string   // what it left in the world
	line         string     // what became of it in the service's line; "": there is none
}

// pause is a time in which a step waits.
type pauseTime struct {
	step     int
	from, to event.Time // to is 0 as long as it lasts
	parked   bool
	deferred bool // an open breaker keeps it
}

// biography is one task's life in one strategy, in attempts.
type biography struct {
	attempts []attempt
	pauses   []pauseTime
	skipped  []int      // steps that the task does not need
	from, to event.Time // submission and last event
	end      event.Kind // what last happened to the task as a whole
	dur      event.Time // to its outcome
}

// readLife makes a biography of a task's events.
func readLife(run *event.Run, events []event.Event) *biography {
	b := &biography{}
	for i := range events {
		e := undoAsStep(&events[i])
		if i == 0 {
			b.from = e.At
		}
		b.to = max(b.to, e.At)
		switch e.Kind {
		case event.StepStarted:
			b.resume(int(e.Step), e.At)
			b.attempts = append(b.attempts, attempt{step: int(e.Step), number: int(e.Attempt), start: e.At})
		case event.StepSucceeded, event.StepRetrying, event.StepFailed:
			b.finish(e)
		case event.StepDeferred:
			b.resume(int(e.Step), e.At)
			b.pauses = append(b.pauses, pauseTime{step: int(e.Step), from: e.At, deferred: true})
		case event.EffectMade, event.EffectRepeated:
			b.deed(run, e)
		case event.ChildCreated, event.ChildMet, event.ChildEnded:
			b.child(e)
		case event.WorkBegan, event.WorkDropped:
			b.served(e)
		case event.StepFellBack, event.TaskMisrouted, event.TaskTagged, event.SecretSeen, event.TaskGivenUp:
		case event.EffectUndone:
			if a := b.find(int(e.Step), int(e.Attempt)); a != nil {
				a.deeds = append(a.deeds, "taken back: the "+strings.ReplaceAll(run.Effects[e.Effect].Name, "_", " "))
			}
		case event.StepSkipped:
			b.skipped = append(b.skipped, int(e.Step))
		default:
			b.whole(e)
		}
	}
	return b
}

// undoAsStep makes the attempts that take a step back attempts of the step: they
// are drawn on its line, after those that did it.
func undoAsStep(e *event.Event) *event.Event {
	as := map[event.Kind]event.Kind{
		event.UndoStarted: event.StepStarted, event.UndoRetrying: event.StepRetrying, event.UndoFailed: event.StepFailed,
		event.UndoDeferred: event.StepDeferred, event.StepUndone: event.StepSucceeded,
	}[e.Kind]
	if as == 0 {
		return e
	}
	same := *e
	same.Kind = as
	return &same
}

// whole takes an event of the task as such.
func (b *biography) whole(e *event.Event) {
	b.end = e.Kind
	switch e.Kind {
	case event.TaskParked:
		b.pauses = append(b.pauses, pauseTime{step: int(e.Step), from: e.At, parked: true})
	case event.TaskRedriven:
		b.resume(int(e.Step), e.At)
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		b.dur = e.Dur
		b.cut(e.At)
	}
}

// cut ends what still ran when the task ended: its process died.
func (b *biography) cut(at event.Time) {
	for i := range b.attempts {
		if a := &b.attempts[i]; a.end == 0 && a.outcome == 0 {
			a.end = at
		}
	}
}

// resume ends the step's waiting.
func (b *biography) resume(step int, at event.Time) {
	for i := range b.pauses {
		if p := &b.pauses[i]; p.step == step && p.to == 0 {
			p.to = at
		}
	}
}

func (b *biography) find(step, number int) *attempt {
	for i := len(b.attempts) - 1; i >= 0; i-- {
		if a := &b.attempts[i]; a.step == step && a.number == number {
			return a
		}
	}
	return nil
}

func (b *biography) finish(e *event.Event) {
	a := b.find(int(e.Step), int(e.Attempt))
	if a == nil {
		return
	}
	a.end, a.outcome, a.dur, a.class, a.text, a.due = e.At, e.Kind, e.Dur, e.Class, e.Text, e.Due
	if e.Kind == event.StepRetrying {
		b.pauses = append(b.pauses, pauseTime{step: a.step, from: e.At})
	}
}

// child notes at the attempt that handed work over what became of it.
func (b *biography) child(e *event.Event) {
	a := b.find(int(e.Step), int(e.Attempt))
	if a == nil {
		return
	}
	switch {
	case e.Kind == event.ChildCreated:
		a.deeds = append(a.deeds, "handed over to "+e.Text)
	case e.Kind == event.ChildMet:
		a.deeds = append(a.deeds, "that was there")
	case e.Class != "":
		a.deeds = append(a.deeds, "which failed: "+strings.ReplaceAll(e.Class, "_", " "))
	default:
		a.deeds = append(a.deeds, "which is done")
	}
}

// served notes how long an attempt stood in line, and for what.
func (b *biography) served(e *event.Event) {
	a := b.find(int(e.Step), int(e.Attempt))
	switch {
	case a == nil:
	case e.Kind == event.WorkDropped:
		a.line = report.Span(e.Dur) + ", then dropped undone: " + strings.ReplaceAll(e.Class, "_", " ")
	case e.Class == event.ClassLate:
		a.line = report.Span(e.Dur) + ", then worked on in vain: nobody waited any more"
	default:
		a.line = report.Span(e.Dur)
	}
}

func (b *biography) deed(run *event.Run, e *event.Event) {
	a := b.find(int(e.Step), int(e.Attempt))
	if a == nil || e.Effect < 0 {
		return
	}
	ef := run.Effects[e.Effect]
	text := ef.Verb
	if text == "" {
		text = "made " + ef.Name
	}
	if n := report.Amount(run, int(e.Effect), e.Amount); n != "" {
		text += " " + n
	}
	if e.Kind == event.EffectRepeated {
		text = ef.Name + " was there"
	}
	a.deeds = append(a.deeds, text)
}

// glyph, ink and word of an attempt's outcome.
func (a *attempt) mark() (rune, ink) {
	switch a.outcome {
	case event.StepSucceeded:
		return '✓', inkOK
	case event.StepRetrying:
		return '↻', inkRetry
	case event.StepFailed:
		return '✗', inkFail
	}
	if a.end > 0 {
		return '✗', inkFail
	}
	return '◐', inkRun
}

// bar is the rune that its time is drawn with: told apart without colour too.
func (a *attempt) bar() rune {
	switch a.outcome {
	case event.StepSucceeded:
		return '█'
	case event.StepRetrying, event.StepFailed:
		return '▒'
	}
	return '▓'
}

// timeAxis maps virtual time to columns. Times in which nothing runs in any life
// are shortened: a wait of a minute would leave no room for the calls.
type timeAxis struct {
	cuts  []axisPiece
	total event.Time // as shown
	from  event.Time
	w     int
}

// axisPiece is a stretch of time and how long it is shown.
type axisPiece struct {
	from, to event.Time
	shown    event.Time
	idle     bool
}

// newAxis lays the time of all lives over w columns, up to now.
func newAxis(lives []*biography, now event.Time, w int) *timeAxis {
	ax := &timeAxis{w: max(w, 1)}
	var busy []axisPiece
	for _, b := range lives {
		for _, a := range b.attempts {
			end := a.end
			if end == 0 {
				end = now
			}
			busy = append(busy, axisPiece{from: a.start, to: max(end, a.start)})
		}
		for _, p := range b.pauses {
			if p.to == 0 && b.end != event.TaskParked {
				busy = append(busy, axisPiece{from: now, to: now})
			}
		}
	}
	if len(busy) == 0 {
		return ax
	}
	ax.build(mergePieces(busy))
	return ax
}

func (ax *timeAxis) build(busy []axisPiece) {
	var work event.Time
	for _, p := range busy {
		work += p.to - p.from
	}
	most := max(work/3, 300*event.Millisecond)
	ax.from = busy[0].from
	at := ax.from
	for _, p := range busy {
		if gap := p.from - at; gap > 0 {
			ax.cuts = append(ax.cuts, axisPiece{from: at, to: p.from, shown: min(gap, most), idle: gap > most})
		}
		ax.cuts = append(ax.cuts, axisPiece{from: p.from, to: p.to, shown: p.to - p.from})
		at = p.to
	}
	for _, c := range ax.cuts {
		ax.total += c.shown
	}
}

// column is where time t lies.
func (ax *timeAxis) column(t event.Time) int {
	var shown event.Time
	for _, c := range ax.cuts {
		if t < c.to {
			if length := c.to - c.from; t > c.from && length > 0 {
				shown += event.Time(float64(c.shown) * float64(t-c.from) / float64(length))
			}
			break
		}
		shown += c.shown
	}
	if ax.total <= 0 {
		return 0
	}
	return clamp(int(int64(ax.w)*int64(shown)/int64(ax.total)), 0, ax.w-1)
}
