package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// difference is a row of the table in ARCHITECTURE.md: how it is called there,
// what Tasker does (R is the Ruby engine, C the one in Rust) and what happens here.
type difference struct {
	here, tasker, want string
	show               func(t *testing.T) string
}

// TestDiffersFromTasker shows each deliberate difference.
func TestDiffersFromTasker(t *testing.T) {
	for _, d := range append(retryDifferences(), featureDifferences()...) {
		t.Run(d.here, func(t *testing.T) {
			if got := d.show(t); got != d.want {
				t.Errorf("here: %s\nwant: %s (Tasker: %s)", got, d.want, d.tasker)
			}
		})
	}
}

// TestDifferencesAreDocumented compares the rows with those of the document.
func TestDifferencesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Where the engine differs from Tasker")
	told := map[string]bool{}
	for _, line := range strings.Split(table, "\n") {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| ") && cells[0] != "| here" {
			told[strings.TrimPrefix(cells[0], "| ")] = true
		}
	}
	for _, d := range append(retryDifferences(), featureDifferences()...) {
		if !told[d.here] {
			t.Errorf("not in ARCHITECTURE.md: %s", d.here)
		}
		delete(told, d.here)
	}
	if len(told) > 0 {
		t.Errorf("not shown by a test: %v", told)
	}
}

// lab is a core with one task of the steps, and time that stands still.
type lab struct {
	t   *testing.T
	cfg Config
	*Core
}

func newLab(t *testing.T, cfg Config, retry Retry, words ...string) *lab {
	cfg.Store = new(Memory)
	cfg.Templates = []Template{{Ref: Ref{Name: "t"}, Steps: steps(words...), UndoOnError: true}}
	for i := range cfg.Templates[0].Steps {
		s := &cfg.Templates[0].Steps[i]
		s.Retry, s.Service, s.Undo, s.Decides = retry, "s", "back", s.Name == "choose"
	}
	l := &lab{t, cfg, newCore(t, cfg)}
	submit(t, l.Core, 0)
	return l
}

// run claims at a time and ends the first attempt, badly with a class.
func (l *lab) run(now Time, class string, permanent bool) Attempt {
	l.t.Helper()
	l.Tick(now)
	a := l.Claim(now, nil)[0]
	var err error
	if class == "" {
		err = l.Succeed(now, a, nil)
	} else {
		err = l.Fail(now, a, Failure{Class: class, Permanent: permanent})
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

func (l *lab) crash() {
	flush(l.t, l.Core)
	l.Core = newCore(l.t, l.cfg)
}

func (l *lab) view() View {
	flush(l.t, l.Core)
	v, err := l.Task(1)
	if err != nil {
		l.t.Fatal(err)
	}
	return v
}

//tidy:long a table
func retryDifferences() []difference {
	return []difference{
		{"the exponent of the backoff begins at 0: the first wait is the base", "both: 2, 4, 8, 16 s with a base of 1 s", "1 2 4 8",
			func(*testing.T) string {
				r := Retry{Base: 1, Factor: 2}
				return fmt.Sprint(r.Wait(1, 0.5), " ", r.Wait(2, 0.5), " ", r.Wait(3, 0.5), " ", r.Wait(4, 0.5))
			}},
		{"the limit counts all attempts of a round and is at least 1", "R: 0 never runs, C: the first attempt is free",
			`template /t@: step "a": retry limit 0: want at least 1 (it counts all attempts)`,
			func(*testing.T) string {
				_, err := compile(Template{Ref: Ref{Name: "t"}, Steps: []Step{{Name: "a"}}}, 0, nil)
				return err.Error()
			}},
		{"a crash spends no attempt: it is driven again under its own number and key", "C: the attempt is spent and the step lost until a sweep after 30 minutes",
			"attempt 1 of t1/a in flight, in this round 1",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 3}, "a")
				l.Claim(0, nil)
				l.crash()
				a := l.InFlight()[0]
				return fmt.Sprintf("attempt %d of %s in flight, in this round %d", a.N, a.Key(), l.view().Steps[0].Round)
			}},
		{"a step that ends the process each time it runs is parked as poison", "neither counts crashes", "blocked_by_failures, poison, attempts 1",
			func(t *testing.T) string {
				l := newLab(t, Config{Poison: 2}, Retry{Limit: 3}, "a")
				l.Claim(0, nil)
				l.crash()
				l.crash()
				v := l.view()
				return fmt.Sprintf("%v, %s, attempts %d", v.State, v.Class, v.Steps[0].Attempts)
			}},
		{"parked (`blocked_by_failures`) is not terminal: the operator or recovery goes on with a fresh round", "C: ends in error at the next look, and no way leads out",
			"blocked_by_failures, then pending with round 0",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a")
				l.run(0, "503", false)
				parked := l.view().State
				_ = l.Redrive(0, 1, "ops", "")
				return fmt.Sprintf("%v, then %v with round %d", parked, l.view().State, l.view().Steps[0].Round)
			}},
		{"a permanent error ends the task in error; only exhausted steps park it", "R: retried all the same", "error after 1 of 3 attempts",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 3}, "a")
				l.run(0, "decline", true)
				return fmt.Sprintf("%v after %d of 3 attempts", l.view().State, l.view().Steps[0].Attempts)
			}},
		{"parked tasks go on by themselves when the service has answered others for 60 s", "neither", "redriven by recovery",
			func(t *testing.T) string {
				l := newLab(t, Config{Recovery: Recovery{After: 60}}, Retry{Limit: 1}, "a")
				l.run(0, "503", false)
				submit(t, l.Core, 70)
				l.run(70, "", false)
				h := l.view().History
				return fmt.Sprintf("%v by %s", h[len(h)-1].Kind, h[len(h)-1].Class)
			}},
		{"a breaker per service; while it is open steps are deferred and spend no attempt", "C: breakers guard its own infrastructure", "attempts 1, deferred until 60",
			func(t *testing.T) string {
				l := newLab(t, Config{Services: []Service{{Name: "s", Breaker: &Breaker{Failures: 1, Cooldown: 60}}}}, Retry{Limit: 3, Base: 5}, "a")
				l.run(0, "503", false)
				l.Tick(5)
				l.Claim(5, nil)
				h := l.view().History
				return fmt.Sprintf("attempts %d, %v until %d", l.view().Steps[0].Attempts, h[len(h)-1].Kind, h[len(h)-1].Due)
			}},
		{"cancelling a task cancels its steps", "both: children of a cancelled step wait for ever", "cancelled, steps cancelled, cancelled",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a", "b<-a")
				_ = l.Cancel(0, 1, "ops", "")
				v := l.view()
				return fmt.Sprintf("%v, steps %v, %v", v.State, v.Steps[0].State, v.Steps[1].State)
			}},
		{"every attempt has a record", "both: a counter and the last result", "503 at 0, 429 at 5, and the third is good",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 3, Base: 5}, "a")
				l.run(0, "503", false)
				l.run(5, "429", false)
				l.run(10, "", false)
				as := l.view().Attempts()
				return fmt.Sprintf("%s at %d, %s at %d, and the third is good%s", as[0].Class, as[0].Start, as[1].Class, as[1].Start, as[2].Class)
			}},
	}
}

//tidy:long a table
func featureDifferences() []difference {
	return []difference{
		{"a context is checked when it is submitted", "R: yes; C: not at run time", "template /t@: the context is refused: too small",
			func(t *testing.T) string {
				tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a"), Check: func([]byte) error { return errors.New("too small") }}
				_, err := newCore(t, Config{Store: new(Memory), Templates: []Template{tpl}}).SubmitTo(0, 0, Submission{})
				return err.Error()
			}},
		{"an operator's reset clears attempts and wait, and the task goes on at once", "C: attempts are not zeroed and its task is not looked at", "attempt 2, in this round 1, at 0",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1, Base: 500}, "a")
				l.run(0, "503", false)
				_ = l.ResetAttempts(0, StepAction{Task: 1, Step: "a", By: "ops"})
				a := l.Claim(0, nil)[0]
				return fmt.Sprintf("attempt %d, in this round %d, at %d", a.N, l.view().Steps[0].Round, a.Start)
			}},
		{"who acted on a step, and why, is in its history", "C: dropped for reset and resolve", "resolved by ops: fetched in person",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a")
				_ = l.ResolveStep(0, StepAction{Task: 1, Step: "a", By: "ops", Why: "fetched in person"})
				r := l.view().History[1]
				return fmt.Sprintf("%v by %s: %s", r.Kind, r.Class, r.Text)
			}},
		{"a step that was not chosen is skipped, and can be seen", "C: steps of other branches are not made", "a pending, b skipped",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "choose", "a<-choose", "b<-choose")
				_ = l.Choose(0, l.Claim(0, nil)[0], nil, "a")
				v := l.view()
				return fmt.Sprintf("a %v, b %v", v.Steps[1].State, v.Steps[2].State)
			}},
		{"a choice that is no child is a failure", "C: a warning, and it goes on", `task 1: step "choose": the choice does not fit the step: it does not decide about "c"`,
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "choose", "a<-choose")
				return l.Choose(0, l.Claim(0, nil)[0], nil, "c").Error()
			}},
		{"a checkpoint is a sign of life: a long step that gets on is not stale", "C: the sweep fails it all the same", "stale tasks 0, then 1",
			func(t *testing.T) string {
				l := newLab(t, Config{Stale: Staleness{InProgress: 100}}, Retry{Limit: 1}, "a")
				_ = l.Checkpoint(90, l.Claim(0, nil)[0], Checkpoint{Done: 1})
				l.Tick(110)
				early := len(l.DeadLetters(DeadLetterFilter{}))
				l.Tick(190)
				return fmt.Sprintf("stale tasks %d, then %d", early, len(l.DeadLetters(DeadLetterFilter{Reason: ReasonStale})))
			}},
		{"a stale task is reported, and nothing else happens to it", "C: it ends in error", "stale, and then complete",
			func(t *testing.T) string {
				l := newLab(t, Config{Stale: Staleness{InProgress: 100}}, Retry{Limit: 1}, "a")
				a := l.Claim(0, nil)[0]
				l.Tick(200)
				reason := l.DeadLetters(DeadLetterFilter{})[0].Reason
				_ = l.Succeed(200, a, nil)
				return fmt.Sprintf("%s, and then %v", reason, l.view().State)
			}},
		{"what a task has done can be undone when it is given up", "neither", "t1/a/undo, then error with a undone",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a", "b<-a")
				l.run(0, "", false)
				l.run(0, "decline", true)
				key := l.run(0, "", false).Key()
				return fmt.Sprintf("%s, then %v with a %v", key, l.view().State, l.view().Steps[0].State)
			}},
		{"the higher priority starts first, for ever", "C: decays, so that a task that waits falls behind", "t2 t1",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a")
				_, _ = l.SubmitTo(3600_000_000*12, 0, Submission{Priority: 1})
				as := l.Claim(3600_000_000*24, nil)
				return fmt.Sprintf("t%d t%d", as[0].Task, as[1].Task)
			}},
		{"nothing begins while it is paused", "neither can", "0 begun, drained, then 1",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a")
				l.Pause()
				n := len(l.Claim(0, nil))
				if !l.Drained() {
					return "not drained"
				}
				l.Resume()
				return fmt.Sprintf("%d begun, drained, then %d", n, len(l.Claim(0, nil)))
			}},
		{"tasks that are over can be dropped", "both: history only grows", "1 dropped: task 1: no such task",
			func(t *testing.T) string {
				l := newLab(t, Config{}, Retry{Limit: 1}, "a")
				l.run(0, "", false)
				flush(t, l.Core)
				n, _ := l.Retain(1)
				_, err := l.Task(1)
				return fmt.Sprintf("%d dropped: %v", n, err)
			}},
	}
}
