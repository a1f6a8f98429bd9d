package metrics

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/logline"
)

// Watch is how an incident was noticed and mended in a strategy, and what
// watching took. Of several incidents the latest is told of.
type Watch struct {
	// Began is when the incident began, Noticed when somebody was first called
	// because of it, Mended when it was over. Each is 0 as long as it has not
	// happened.
	Began, Noticed, Mended event.Time
	Alarm                  string // the rule that called
	// LostTasks ran out of attempts because their calls hung, LostCents is their worth.
	LostTasks int
	LostCents int64
	// Lines were read in logs, Logs and Screens were opened meanwhile.
	Lines, Logs, Screens int
	// Deeds is what the person on call did, over the whole run.
	Deeds []Deed
	// Alerts are all alarms of the run in order.
	Alerts []Alert
	// Telemetry that was written: lines of logs, and spans of the traces kept.
	LogLines, LogBytes, Spans, SpanBytes int

	open    []span
	lost    map[int32]int64 // worth of the tasks counted as lost
	guesses guesses
	buf     []byte
}

// Deed is one thing that the person on call did.
type Deed struct {
	Act        string // see [event.ActLog] and its like
	Service    int    // at which they looked, or event.None
	Begin, Due event.Time
	Lines      int    // to read
	Finding    string // empty as long as it goes on
	Led        bool   // the finding led on
}

// Alert is one time for which a rule held.
type Alert struct {
	Rule         string
	Step         int // or event.None
	Fired, Ended event.Time
	Calls        bool // somebody is called
	On           bool // it still holds
	Fault        bool // some fault was on meanwhile
}

// span is an attempt that is open.
type span struct {
	task          int32
	step, attempt int16
	start         event.Time
}

// guesses counts the tasks that a line of a log may be about if it does not say:
// those that wrote one in the same minute.
type guesses struct {
	minute      int
	lines, n    int   // lines of this minute, and tasks behind them
	seen        []int // by task − 1: the minute of its last line, plus one
	all, summed int   // lines of earlier minutes; and each times its tasks
}

func (g *guesses) add(task int32, at event.Time) {
	if m := int(at / event.Minute); m != g.minute {
		g.all, g.summed = g.all+g.lines, g.summed+g.lines*g.n
		g.minute, g.lines, g.n = m, 0, 0
	}
	for int(task) > len(g.seen) {
		g.seen = append(g.seen, 0)
	}
	g.lines++
	if g.seen[task-1] != g.minute+1 {
		g.seen[task-1] = g.minute + 1
		g.n++
	}
}

// Candidates is how many tasks a line of a log may be about, on average.
func (s *State) Candidates(k int) float64 {
	g := &s.Strategies[k].Watch.guesses
	switch {
	case g.all+g.lines == 0:
		return 0
	case s.Run.Strategies[k].Traces:
		return 1 // it bears the task's correlation id
	}
	return float64(g.summed+g.lines*g.n) / float64(g.all+g.lines)
}

// Hanging counts the attempts of strategy k that are open, and those of them that
// are slow already.
func (s *State) Hanging(k int) (open, slow int) {
	for _, x := range s.Strategies[k].Watch.open {
		if s.Now-x.start > s.Run.Steps[x.step].Slow {
			slow++
		}
	}
	return len(s.Strategies[k].Watch.open), slow
}

// FalseAlerts counts the alarms of strategy k during which no fault was on.
func (s *State) FalseAlerts(k int) (wrong, all int) {
	for _, a := range s.Strategies[k].Watch.Alerts {
		if !a.Fault {
			wrong++
		}
	}
	return wrong, len(s.Strategies[k].Watch.Alerts)
}

// faulty tells whether a fault is on in strategy k.
func (s *State) faulty(k int) bool {
	for i := range s.Faults {
		if f := &s.Faults[i]; f.Name != event.FaultHang || s.Strategies[k].Watch.Mended == 0 {
			return true
		}
	}
	return false
}

// applyWatch takes what alarms and responders say.
func (s *State) applyWatch(e *event.Event) {
	k := int(e.Strategy)
	w := &s.Strategies[k].Watch
	switch e.Kind {
	case event.AlertFired:
		w.Alerts = append(w.Alerts, Alert{Rule: e.Class, Step: int(e.Step), Fired: e.At, Calls: e.Amount > 0, On: true, Fault: s.faulty(k)})
		if e.Amount > 0 && w.Began > 0 && w.Mended == 0 && w.Noticed == 0 {
			w.Noticed, w.Alarm = e.At, e.Class
		}
	case event.AlertResolved:
		for i := len(w.Alerts) - 1; i >= 0; i-- {
			if a := &w.Alerts[i]; a.On && a.Rule == e.Class {
				a.On, a.Ended = false, e.At
				break
			}
		}
	case event.ResponderActs:
		w.act(e)
	case event.ResponderFound:
		w.found(e)
	case event.IncidentMended:
		w.Mended = e.At
	}
}

func (w *Watch) act(e *event.Event) {
	w.Deeds = append(w.Deeds, Deed{Act: e.Class, Service: int(e.Service), Begin: e.At, Due: e.Due, Lines: int(e.Amount)})
	if w.Began == 0 || w.Mended > 0 {
		return
	}
	switch e.Class {
	case event.ActLog:
		w.Logs++
		w.Lines += int(e.Amount)
	case event.ActDashboard, event.ActTrace, event.ActHealth:
		w.Screens++
	}
}

func (w *Watch) found(e *event.Event) {
	if e.Class == event.ActStandDown {
		w.Deeds = append(w.Deeds, Deed{Act: e.Class, Service: event.None, Begin: e.At, Due: e.At, Finding: e.Text})
		return
	}
	if n := len(w.Deeds); n > 0 {
		w.Deeds[n-1].Finding, w.Deeds[n-1].Led, w.Deeds[n-1].Service = e.Text, e.Amount > 0, int(e.Service)
	}
}

// observe keeps what only a run with somebody on watch asks for.
func (s *State) observe(e *event.Event) {
	if e.Kind == event.FaultBegan || e.Kind == event.FaultInjected {
		s.beganFor(e)
	}
	if e.Strategy < 0 || e.Task <= 0 {
		return
	}
	k := int(e.Strategy)
	w := &s.Strategies[k].Watch
	switch e.Kind {
	case event.StepStarted:
		w.open = append(w.open, span{e.Task, e.Step, e.Attempt, e.At})
		w.Spans += s.kept(k, e.Task)
	case event.StepSucceeded, event.StepRetrying, event.StepFailed:
		w.close(func(x span) bool { return x.task == e.Task && x.step == e.Step && x.attempt == e.Attempt })
		w.lose(s, e)
	case event.TaskSubmitted:
		w.Spans += s.kept(k, e.Task)
	case event.TaskSucceeded:
		w.regain(e.Task)
	}
	if e.Class == event.ClassDied {
		w.close(func(x span) bool { return x.task == e.Task })
	}
	w.write(s, k, e)
}

// kept is 1 if the trace of the task is kept in strategy k, else 0.
func (s *State) kept(k int, task int32) int {
	if s.Run.Strategies[k].Traces && s.Run.Watch.Kept(task) {
		return 1
	}
	return 0
}

// beganFor: a fault is on; alarms that hold already are about it too.
func (s *State) beganFor(e *event.Event) {
	for k := range s.Strategies {
		w := &s.Strategies[k].Watch
		for i := range w.Alerts {
			w.Alerts[i].Fault = w.Alerts[i].Fault || w.Alerts[i].On
		}
		if e.Class == event.FaultHang {
			w.Began, w.Noticed, w.Mended = e.At, 0, 0
		}
	}
}

func (w *Watch) close(is func(span) bool) {
	n := 0
	for _, x := range w.open {
		if !is(x) {
			w.open[n] = x
			n++
		}
	}
	w.open = w.open[:n]
}

// lose counts a task whose last attempt began while the incident was on and was
// never answered.
func (w *Watch) lose(s *State, e *event.Event) {
	began := e.At - e.Dur
	if e.Kind != event.StepFailed || e.Class != event.ClassTimeout || int(e.Service) != s.Run.Watch.Service ||
		w.Began == 0 || began < w.Began || w.Mended > 0 && began > w.Mended || s.orders[e.Task-1].bad {
		return
	}
	if w.lost == nil {
		w.lost = map[int32]int64{}
	}
	if _, known := w.lost[e.Task]; !known {
		w.lost[e.Task] = s.orders[e.Task-1].worth
		w.LostTasks++
		w.LostCents += s.orders[e.Task-1].worth
	}
}

// regain takes back a task that has come through after all.
func (w *Watch) regain(task int32) {
	if worth, ok := w.lost[task]; ok {
		delete(w.lost, task)
		w.LostTasks--
		w.LostCents -= worth
	}
}

// write counts what an event adds to logs and to the traces that are kept.
func (w *Watch) write(s *State, k int, e *event.Event) {
	if n := logline.Count(e); n > 0 {
		w.buf = logline.Append(w.buf[:0], s.Run, e)
		w.LogLines, w.LogBytes = w.LogLines+n, w.LogBytes+len(w.buf)
		w.guesses.add(e.Task, e.At)
	}
	if s.kept(k, e.Task) > 0 {
		w.buf = s.enc.Append(w.buf[:0], e)
		w.SpanBytes += len(w.buf)
	}
}
