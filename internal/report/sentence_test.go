package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"tasker-sim/internal/event"
)

// script writes events of one order in short: see TestSentences.
type script struct {
	run *event.Run
	at  event.Time
	evs []event.Event
}

func (s *script) add(k event.Kind, strategy int8, fill func(*event.Event)) *script {
	s.at += event.Second
	e := event.Event{At: s.at, Kind: k, Strategy: strategy, Task: 2301, Step: event.None, Service: event.None, Effect: event.None}
	if fill != nil {
		fill(&e)
	}
	s.evs = append(s.evs, e)
	return s
}

func (s *script) step(k event.Kind, strategy int8, step, attempt int16, class string) *script {
	return s.add(k, strategy, func(e *event.Event) {
		e.Step, e.Service, e.Attempt, e.Class, e.Dur = step, step, attempt, class, 1400*event.Millisecond
		if k == event.StepRetrying || k == event.StepDeferred {
			e.Due = e.At + 4*event.Second
		}
	})
}

func (s *script) effect(strategy int8, step int16, amount int64) *script {
	return s.add(event.EffectMade, strategy, func(e *event.Event) { e.Step, e.Service, e.Effect, e.Attempt, e.Amount = step, step, step, 1, amount })
}

func (s *script) ends(k event.Kind, strategy int8, step int16, class string) *script {
	return s.add(k, strategy, func(e *event.Event) { e.Step, e.Service, e.Class, e.Dur = step, step, class, 12*event.Second })
}

func arrives(run *event.Run, strategy int8) *script {
	s := &script{run: run, at: 1860 * event.Second}
	return s.add(event.TaskSubmitted, strategy, func(e *event.Event) { e.Amount = 8120 })
}

// lives are orders that end in every way there is.
func lives() []struct {
	name string
	s    *script
} {
	run := shop()
	const n, o = 0, 1
	paid := func(k int8) *script {
		return arrives(run, k).step(event.StepStarted, k, 0, 1, "").effect(k, 0, 8120).step(event.StepSucceeded, k, 0, 1, "")
	}
	shipped := func(k int8) *script {
		return paid(k).step(event.StepStarted, k, 1, 1, "").effect(k, 1, 3).step(event.StepSucceeded, k, 1, 1, "")
	}
	return []struct {
		name string
		s    *script
	}{
		{"fine", shipped(o).step(event.StepStarted, o, 2, 1, "").step(event.StepSucceeded, o, 2, 1, "").add(event.TaskSucceeded, o, func(e *event.Event) { e.Dur = 2400 * event.Millisecond })},
		{"nothing done", arrives(run, n).step(event.StepStarted, n, 0, 1, "").step(event.StepFailed, n, 0, 1, "503").ends(event.TaskFailed, n, 0, "503")},
		{"charged, no parcel", paid(n).step(event.StepStarted, n, 1, 1, "").step(event.StepFailed, n, 1, 1, "timeout").ends(event.TaskFailed, n, 1, "timeout")},
		{"answer lost", arrives(run, n).step(event.StepStarted, n, 0, 1, "").effect(n, 0, 8120).step(event.StepFailed, n, 0, 1, "timeout").ends(event.TaskFailed, n, 0, "timeout")},
		{"told failed", shipped(n).step(event.StepStarted, n, 2, 1, "").step(event.StepFailed, n, 2, 1, "mail_rate_limit_reached_for_now").ends(event.TaskFailed, n, 2, "mail_rate_limit_reached_for_now")},
		{"killed", paid(n).step(event.StepStarted, n, 1, 1, "").ends(event.TaskFailed, n, 1, event.ClassDied)},
		{"bad card", arrives(run, n).step(event.StepStarted, n, 0, 1, "").step(event.StepFailed, n, 0, 1, "decline").ends(event.TaskDeclined, n, 0, "decline")},
		{"sold out", paid(n).step(event.StepStarted, n, 1, 1, "").step(event.StepFailed, n, 1, 1, "sold_out").ends(event.TaskRejected, n, 1, "sold_out")},
		{"one retry", paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepRetrying, o, 1, 1, "timeout").step(event.StepStarted, o, 1, 2, "").
			step(event.StepSucceeded, o, 1, 2, "").ends(event.TaskSucceeded, o, -1, "")},
		{"two retries", arrives(run, o).step(event.StepStarted, o, 0, 1, "").step(event.StepRetrying, o, 0, 1, "429").step(event.StepStarted, o, 0, 2, "").
			step(event.StepRetrying, o, 0, 2, "connection_lost").step(event.StepStarted, o, 0, 3, "").step(event.StepSucceeded, o, 0, 3, "").ends(event.TaskSucceeded, o, -1, "")},
		{"parked", paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepRetrying, o, 1, 1, "503").step(event.StepStarted, o, 1, 2, "").
			step(event.StepFailed, o, 1, 2, "503").ends(event.TaskParked, o, 1, "503")},
		{"parked, answer lost", arrives(run, o).step(event.StepStarted, o, 0, 1, "").effect(o, 0, 8120).step(event.StepFailed, o, 0, 1, "timeout").ends(event.TaskParked, o, 0, "timeout")},
		{"recovered", paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepFailed, o, 1, 1, "503").ends(event.TaskParked, o, 1, "503").
			ends(event.TaskRedriven, o, 1, event.ClassRecovery).step(event.StepStarted, o, 1, 2, "").step(event.StepSucceeded, o, 1, 2, "").ends(event.TaskSucceeded, o, -1, "")},
		{"by hand", paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepFailed, o, 1, 1, "503").ends(event.TaskParked, o, 1, "503").
			ends(event.TaskRedriven, o, 1, event.ClassOperator).step(event.StepStarted, o, 1, 2, "").step(event.StepSucceeded, o, 1, 2, "").ends(event.TaskSucceeded, o, -1, "")},
		{"begun again", calls(paid(n).step(event.StepStarted, n, 1, 1, "").step(event.StepFailed, n, 1, 1, "503"), n).
			ends(event.TaskRedriven, n, 1, event.ClassRestart).step(event.StepStarted, n, 0, 2, "").step(event.StepSucceeded, n, 0, 2, "").ends(event.TaskSucceeded, n, -1, "")},
		{"on call", calls(paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepFailed, o, 1, 1, "503"), o).
			ends(event.TaskRedriven, o, 1, event.ClassOperator).step(event.StepStarted, o, 1, 2, "").step(event.StepSucceeded, o, 1, 2, "").ends(event.TaskSucceeded, o, -1, "")},
		{"called", calls(paid(o).step(event.StepStarted, o, 1, 1, "").step(event.StepFailed, o, 1, 1, "503"), o)},
		{"just arrived", arrives(run, o)},
		{"running", arrives(run, o).step(event.StepStarted, o, 0, 1, "")},
		{"between", paid(o)},
		{"waiting", arrives(run, o).step(event.StepStarted, o, 0, 1, "").step(event.StepRetrying, o, 0, 1, "503")},
		{"deferred", arrives(run, o).step(event.StepDeferred, o, 0, 0, "")},
	}
}

// calls parks the task at its second step and calls a person.
func calls(s *script, k int8) *script {
	return s.add(event.TaskParked, k, func(e *event.Event) {
		e.Step, e.Service, e.Class, e.Due = 1, 1, "503", e.At+45*event.Minute
	})
}

// Every life told event by event, and explained at its end.
func TestLives(t *testing.T) {
	var b strings.Builder
	for _, l := range lives() {
		fmt.Fprintf(&b, "# %s\n", l.name)
		for i, e := range l.s.evs {
			mark := " "
			if Worth(e.Kind) {
				mark = "*"
			}
			fmt.Fprintf(&b, "%s %s\n", mark, Told(l.s.run, e, l.s.evs[:i+1]))
		}
		fmt.Fprintf(&b, "> %s\n\n", Explain(l.s.run, l.s.evs))
	}
	golden(t, "lives.txt", []byte(b.String()))
}

func TestSentencesAboutServices(t *testing.T) {
	var b strings.Builder
	for _, e := range []event.Event{
		{Kind: event.RunStarted, Strategy: -1, Service: -1},
		{Kind: event.FaultBegan, Strategy: -1, Class: "burst", Text: "80 % of calls refused as 503", Due: event.Minute},
		{Kind: event.FaultInjected, Strategy: -1, Class: "outage", Text: "no call gets through", At: event.Minute, Due: 4 * event.Minute},
		{Kind: event.FaultInjected, Strategy: -1, Service: 1, Class: "brownout", Text: "50 % of calls refused, the others 3 times as slow"},
		{Kind: event.FaultEnded, Strategy: -1, Class: "brownout"},
		{Kind: event.BreakerOpened, Strategy: 1, Amount: 20, Due: 30 * event.Second},
		{Kind: event.BreakerHalfOpened, Strategy: 1},
		{Kind: event.BreakerClosed, Strategy: 1, Service: 2, Dur: 95 * event.Second},
		{Kind: event.ProcessDied, Strategy: -1, Service: -1, Amount: 61},
		{Kind: event.ProcessDied, Strategy: -1, Service: -1, Amount: 1},
		{Kind: event.RunEnded, Strategy: -1, Service: -1},
	} {
		e.Step = event.None
		b.WriteString(Sentence(shop(), e) + "\n")
	}
	golden(t, "services.txt", []byte(b.String()))
}

// No sentence is too wide, whatever the names and numbers.
func TestSentencesFit(t *testing.T) {
	for _, l := range lives() {
		run := *l.s.run
		run.Strategies = []event.Strategy{{Name: "naive_with_retries_but_no_keys"}, {Name: "orchestrated_with_everything_on"}}
		run.Noun.One = "user registration"
		run.Services = []event.Service{{Title: strings.Repeat("gateway ", 5)}, {Title: strings.Repeat("warehouse ", 12)}, {Name: "mailer"}}
		for i, e := range l.s.evs {
			if s := Told(&run, e, l.s.evs[:i+1]); utf8.RuneCountInString(s) > Columns {
				t.Errorf("%d columns: %s", utf8.RuneCountInString(s), s)
			}
		}
	}
}

// Every kind has a sentence of its own.
func TestEveryKindIsTold(t *testing.T) {
	for _, k := range event.Kinds() {
		e := event.Event{Kind: k, Strategy: 0, Task: 1}
		if s := Sentence(shop(), e); strings.Contains(s, k.String()) {
			t.Errorf("%v has no sentence: %s", k, s)
		}
	}
}

// TestUndoIsTold: an order that was undone has left nothing, and says that it had.
func TestUndoIsTold(t *testing.T) {
	const o = 1
	s := arrives(shop(), o).step(event.StepStarted, o, 0, 1, "").effect(o, 0, 8120).step(event.StepSucceeded, o, 0, 1, "")
	s.step(event.StepStarted, o, 1, 1, "").step(event.StepFailed, o, 1, 1, "400")
	s.ends(event.TaskGivenUp, o, 1, "400").step(event.UndoStarted, o, 0, 2, "")
	s.effect(o, 0, 8120).evs[len(s.evs)-1].Kind = event.EffectUndone
	undone := Sentence(s.run, s.evs[len(s.evs)-1])
	s.step(event.StepUndone, o, 0, 2, "").ends(event.TaskFailed, o, 1, "400")
	failed := Told(s.run, s.evs[len(s.evs)-1], s.evs)
	if !strings.HasSuffix(undone, "the charge is taken back, $81.20") || !strings.Contains(failed, "failed, 1 effect taken back (") {
		t.Errorf("%q and then %q: want the charge taken back, and nothing left", undone, failed)
	}
}
