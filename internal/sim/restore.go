package sim

import (
	"errors"
	"fmt"
	"slices"

	"tasker-sim/internal/event"
)

// ErrOtherRun is returned when a store holds a run of another scenario, seed or
// set of flags than the one asked for.
var ErrOtherRun = errors.New("the store holds another run")

// restore begins a new run or goes on with the past one. Time stands where the
// last durable window ended; down time takes none.
func (w *World) restore(opts Options) error {
	w.journal = append(w.journal, w.run.Journal...)
	p := opts.Past
	if p == nil {
		actions, err := parseJournal(w.run, w.journal)
		if err != nil {
			return err
		}
		w.scheduleFaults(-1)
		w.scheduleReleases()
		w.scheduleArrival()
		w.scheduleActions(actions)
		w.scheduleDesks()
		return w.found()
	}
	if p.Run.Scenario != w.run.Scenario || p.Run.Seed != w.run.Seed || p.Run.Source != w.run.Source || !slices.Equal(p.Run.Sets, w.run.Sets) {
		return fmt.Errorf("%w: %s with seed %d", ErrOtherRun, p.Run.Scenario, p.Run.Seed)
	}
	w.horizon, w.now = p.Until, max(0, p.Until)
	w.journal, w.disk.crashes = slices.Clone(p.Journal), slices.Clone(p.Crashes)
	w.disk.replay(p.Events)
	if err := w.trails.recall(opts.Store); err != nil {
		return err
	}
	if p.Ended() {
		w.ended = true
		return nil
	}
	actions, err := parseJournal(w.run, w.journal)
	if err != nil {
		return err
	}
	w.resume(p.Events, opts.Rows, actions)
	return nil
}

// found makes the description of a new run durable before anything happens in it:
// no service ever does something for a run that could not be resumed.
func (w *World) found() error {
	w.emit(event.Event{Kind: event.RunStarted, Text: w.run.Scenario, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None})
	return w.flush()
}

// scheduleActions puts the actions beyond the horizon into the queue and
// performs the earlier ones again without a word: their events are in the past.
func (w *World) scheduleActions(actions []Action) {
	w.actions = actions
	for i := range actions {
		if a := &actions[i]; a.Kind == ActionCrash || a.Kind == ActionDiskFull {
			w.stopAt(a)
		} else if a.At > w.horizon {
			w.queue.push(occurrence{at: a.At, kind: occAction, task: int32(i), lane: event.None})
		} else if a.Kind == ActionInject || a.Kind == ActionClear || a.Kind == ActionClock || a.Kind == ActionRemedy {
			w.quietly(a)
		}
	}
}

// quietly performs an action of the past and takes back the events it made.
func (w *World) quietly(a *Action) {
	now, n := w.now, len(w.disk.staged)
	w.now = a.At
	if err := w.do(a); err != nil {
		panic(fmt.Sprintf("sim: action %s of the past: %v", a.Text(w.run), err))
	}
	w.now, w.disk.staged = now, w.disk.staged[:n]
}

// resume rebuilds the world at the horizon from what is durable: the events of
// the past, the ledger's rows, and the engine, which has recovered by itself.
func (w *World) resume(events, rows []event.Event, actions []Action) {
	left := w.recall(events)
	w.remember(rows)
	w.resumeCalls(events)
	w.scheduleFaults(w.horizon)
	w.scheduleReleases()
	w.scheduleArrival()
	w.skew.recall(events)
	w.scheduleActions(actions)
	w.resumeDesks()
	pending := w.recallCalls(events)
	w.resumeChildren(events)
	crash := event.Survival{At: w.Horizon(), InFlight: w.count(left.alive)}
	w.resumed = true
	w.disk.crashes = append(w.disk.crashes, crash)
	w.emit(event.Event{
		Kind: event.ProcessDied, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None, Amount: int64(crash.InFlight),
	})
	w.buckets.again = true
	w.refill(events)
	w.driveAgain(rows)
	dead := append(left.dead, w.bury(left.alive)...)
	w.finish(append(left.late, dead...), dead, rows, pending)
	w.buckets.again, w.buckets.refused, w.recalled, w.book.known = false, map[callID]bool{}, nil, map[callID]bool{}
	w.durable.claim()
	w.noteCrash()
}

// driveAgain makes the calls again that were out when the process died, under
// their own number, key and start, so that they come to what they would have.
func (w *World) driveAgain(rows []event.Event) {
	out := map[callID]bool{}
	for _, a := range w.core.InFlight() {
		l, task := w.durable.whose(a.Task)
		out[callID{l.lane, task, int16(w.durable.first(int(a.Template)) + int(a.Step)), int16(a.N)}] = true
		w.book.repeated++
		w.durable.drive(a)
	}
	for i := range rows {
		if r := &rows[i]; r.At <= w.horizon && out[callID{r.Strategy, r.Task, r.Step, r.Attempt}] {
			w.book.met++ // its effect was made, its answer lost: the key meets it
		}
	}
}

// attempt is the last that was heard of a task of a strategy without the engine.
type attempt struct {
	lane          int8
	task          int32
	step, attempt int16
	began         event.Time
	waiting       bool // for its next attempt: nothing is out
}

// remains is what the events of the past tell of calls that may not be over.
type remains struct {
	alive map[taskID]attempt // what the tasks that had not ended were doing
	dead  []attempt          // … and those that had died with an earlier process
	late  []attempt          // attempts whose callers stopped waiting
}

// recall folds the past: how many tasks arrived, which are parked, and which
// calls may not be over.
func (w *World) recall(events []event.Event) (left remains) {
	alive := map[taskID]attempt{}
	for i := range events {
		e := &events[i]
		id := taskID{e.Strategy, e.Task}
		switch e.Kind {
		case event.TaskSubmitted:
			w.arrived = max(w.arrived, int(e.Task))
			alive[id] = attempt{lane: e.Strategy, task: e.Task, waiting: true}
		case event.StepStarted:
			alive[id] = attempt{e.Strategy, e.Task, e.Step, e.Attempt, e.At, false}
			w.recount(e)
			w.recallConflict(e)
		case event.StepRetrying, event.StepSucceeded, event.StepFailed:
			if e.Class == event.ClassTimeout {
				left.late = append(left.late, attempt{e.Strategy, e.Task, e.Step, e.Attempt, e.At - e.Dur, false})
			}
			a := alive[id]
			a.waiting = true
			alive[id] = a
		case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
			if e.Class == event.ClassDied {
				left.dead = append(left.dead, alive[id])
			}
			delete(alive, id)
			w.settle(e.Task)
		case event.TaskParked:
			if e.Class == event.ClassDied {
				left.dead = append(left.dead, alive[id])
			}
		case event.EffectMade, event.ChildCreated:
			if w.own(e) {
				w.book.note(e.Strategy, e.Task, e.Step)
				if e.Kind == event.EffectMade {
					w.take(e.Strategy, e.Task, e.Step)
				}
			}
		}
		if e.Task > 0 && e.Strategy >= 0 {
			if s, ok := w.lanes[e.Strategy].(*straight); ok {
				s.recall(e)
			}
		}
		w.guards.recall(e)
		w.notePark(e)
		w.noteProgress(e)
		left.late = append(left.late, w.recallUndo(e)...)
		w.noteDesk(e)
		if e.Strategy >= 0 && w.registry != nil {
			w.registry[e.Strategy].apply(e)
			w.recallStray(e)
		}
	}
	left.alive = alive
	return left
}

// taskID is a task of a strategy.
type taskID struct {
	lane int8
	task int32
}

// count is the number of tasks that were running, not parked.
func (w *World) count(alive map[taskID]attempt) int {
	n := 0
	for id := range alive {
		if !w.isParked(id.lane, id.task) {
			n++
		}
	}
	return n
}

// remember notes the rows that lie beyond the horizon: the services have done
// that already, whoever asks them again.
func (w *World) remember(rows []event.Event) {
	for i := range rows {
		if r := &rows[i]; r.At > w.horizon {
			w.book.ahead[callID{r.Strategy, r.Task, r.Step, r.Attempt}]++
		}
	}
}

// bury ends the tasks that lived in the memory of the process that died, and
// returns what they were doing.
func (w *World) bury(alive map[taskID]attempt) []attempt {
	var dead []attempt
	for id, a := range alive {
		if !w.run.Strategies[id.lane].Durable && !w.isParked(id.lane, id.task) {
			dead = append(dead, a)
		}
	}
	slices.SortFunc(dead, func(a, b attempt) int {
		return int(a.lane-b.lane)<<32 + int(a.task-b.task)
	})
	for _, a := range dead {
		w.lanes[a.lane].(*straight).stop(event.Event{
			Strategy: a.lane, Task: a.task, Step: a.step, Service: int16(w.steps[a.step].Service), Effect: event.None,
			Class: event.ClassDied, Text: "the process was killed",
		})
	}
	w.disk.crashes[len(w.disk.crashes)-1].Lost = len(dead)
	return dead
}

// deed is what a call does at an instant.
type deed struct {
	callID
	at event.Time
}

// finish lets services do the work of calls that nobody waits for any more. What
// they did beyond the horizon for tasks that are dead by now is in the ledger
// and stays.
func (w *World) finish(calls, dead []attempt, rows []event.Event, pending map[deed]bool) {
	gone := map[taskID]bool{}
	for _, a := range calls {
		w.outcall(a, pending)
	}
	for _, a := range dead {
		gone[taskID{a.lane, a.task}] = true
	}
	for i := range rows {
		r := &rows[i]
		if r.At > w.horizon && w.own(r) && gone[taskID{r.Strategy, r.Task}] && !w.queued(r) && !pending[deed{callID{r.Strategy, r.Task, r.Step, r.Attempt}, r.At}] {
			w.queue.push(occurrence{at: r.At, lane: r.Strategy, task: r.Task, step: r.Step, attempt: r.Attempt, kind: occEffect})
		}
	}
}

// outcall lets a call that outlived its caller's patience, or its caller, do its
// work if that is still to come.
func (w *World) outcall(a attempt, pending map[deed]bool) {
	if a.waiting {
		return
	}
	out := w.outcome(callID{a.lane, a.task, a.step, a.attempt}, a.began)
	if out.effect && !w.steps[a.step].queues(out) && a.began+out.latency > w.horizon {
		pending[deed{callID{a.lane, a.task, a.step, a.attempt}, a.began + out.latency}] = true
		w.queue.push(occurrence{at: a.began + out.latency, lane: a.lane, task: a.task, step: a.step, attempt: a.attempt, kind: occEffect})
	}
}

// noteCrash keeps the tally of the latest crash: calls made again, and effects
// that were met instead of made twice.
func (w *World) noteCrash() {
	n := len(w.disk.crashes)
	if n == 0 || !w.resumed {
		return // earlier processes kept their own tallies
	}
	c := &w.disk.crashes[n-1]
	c.Repeated, c.Met = w.book.repeated, w.book.met
}

// Survived are the kills that the run survived so far, the latest last. It
// implements [event.Survivor].
func (w *World) Survived() []event.Survival {
	w.noteCrash()
	return slices.Clone(w.disk.crashes)
}

// Unmet counts rows of the ledger that the world has not lived up to yet. At the
// end of a run it is 0: the ledger never holds what did not happen.
func (w *World) Unmet() int { return len(w.book.ahead) }

// Journal are the lines that, given beforehand, repeat what people did to the run.
func (w *World) Journal() []string { return slices.Clone(w.journal) }

// isParked tells whether the task is parked now.
func (w *World) isParked(lane int8, task int32) bool {
	_, ok := slices.BinarySearch(w.parked[lane], task)
	return ok
}

// notePark keeps the sorted lists of parked tasks.
func (w *World) notePark(e *event.Event) {
	switch e.Kind {
	case event.TaskParked:
		if i, ok := slices.BinarySearch(w.parked[e.Strategy], e.Task); !ok {
			w.parked[e.Strategy] = slices.Insert(w.parked[e.Strategy], i, e.Task)
		}
	case event.TaskRedriven, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		if i, ok := slices.BinarySearch(w.parked[e.Strategy], e.Task); ok {
			w.parked[e.Strategy] = slices.Delete(w.parked[e.Strategy], i, i+1)
		}
	}
}
