package metrics

import "tasker-sim/internal/event"

// Log keeps what the fold forgets: the events of single tasks, to look into
// them, and the newest events of the run. It belongs to the dashboard; a run
// without one needs none. It has one owner, like [State].
//
// It is bounded: beyond limit tasks it forgets those that did not fail, beyond
// twice that the oldest ones.
type Log struct {
	strategies []diary
	limit      int
	tasks      int32 // that have arrived in some strategy
	kept       int   // of them, those that are not forgotten
	oldest     int32 // those before it are forgotten, unless they had not ended
	ring       []event.Event
	next       int // where in the ring the next event goes
	lists      [filters][]int32
	stale      [filters]bool
	guarded    bool // some tasks should not be done: see FilterOnlyFirst
}

// diary is one strategy's part of a log, by task − 1.
type diary struct {
	events [][]event.Event
	lives  []Life
}

// Life is what became of one task in one strategy, in short.
type Life struct {
	Status     Status
	EverParked bool
	Retried    bool  // some attempt was tried again
	Forgotten  bool  // its events are not kept
	Step       int16 // where it ended or is parked, else event.None
	Attempts   int16 // over all steps
	Class      string
	Worth      int64      // cents
	Submitted  event.Time // when it arrived
	Moved      event.Time // when its status last changed
	Dur        event.Time // time to its outcome, 0 until it has one
}

// FirstPassFailed tells whether the task failed or was ever parked.
func (l *Life) FirstPassFailed() bool { return l.EverParked || l.Status == Failed }

// Recovered tells whether the task was parked and succeeded later.
func (l *Life) Recovered() bool { return l.EverParked && l.Status == Succeeded }

// Filter chooses tasks for a list.
type Filter uint8

// The filters. "Failed" means that the first pass failed: failed or ever parked.
const (
	FilterAll    Filter = iota
	FilterFailed        // in any strategy
	// FilterOnlyFirst: in the first strategy and not in the last. In a run in which
	// some tasks should not be done: done in the first and refused in the last.
	FilterOnlyFirst
	FilterLast      // in the last strategy
	FilterRetried   // some attempt of the last strategy was tried again
	FilterRecovered // parked in the last strategy and succeeded later
	filters
)

// ringSize is how many of the newest events a log keeps.
const ringSize = 4096

// NewLog makes an empty log that keeps at least limit tasks.
func NewLog(run *event.Run, limit int) *Log {
	l := &Log{strategies: make([]diary, len(run.Strategies)), limit: limit, oldest: 1, guarded: run.Audit != nil && run.Audit.Never != ""}
	l.invalidate()
	return l
}

// Add appends one event, after [State.Apply] has had it. Events of tasks that
// never arrived are left out.
func (l *Log) Add(e *event.Event) {
	if len(l.ring) < ringSize {
		l.ring = append(l.ring, *e)
	} else {
		l.ring[l.next] = *e
	}
	l.next = (l.next + 1) % ringSize
	if e.Task <= 0 || !inside(int(e.Strategy), len(l.strategies)) {
		return
	}
	d := &l.strategies[e.Strategy]
	if e.Kind == event.TaskSubmitted && int(e.Task) == len(d.lives)+1 {
		d.lives = append(d.lives, Life{Status: Running, Worth: e.Amount, Submitted: e.At, Step: event.None})
		d.events = append(d.events, make([]event.Event, 0, 16))
		if e.Task > l.tasks {
			l.tasks = e.Task
			l.kept++
		}
		l.invalidate()
	}
	if int(e.Task) > len(d.lives) {
		return
	}
	life := &d.lives[e.Task-1]
	if !life.Forgotten {
		d.events[e.Task-1] = append(d.events[e.Task-1], *e)
	}
	l.follow(life, e)
}

// follow keeps the short form of a life.
func (l *Log) follow(life *Life, e *event.Event) {
	switch e.Kind {
	case event.StepStarted:
		life.Attempts++
	case event.StepRetrying:
		if !life.Retried {
			life.Retried = true
			l.invalidate()
		}
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected, event.TaskParked, event.TaskRedriven:
		life.Status, life.Moved, life.Step, life.Class = statusOf[e.Kind], e.At, e.Step, e.Class
		life.EverParked = life.EverParked || life.Status == Parked
		if life.Status.Terminal() {
			life.Dur = e.Dur
			l.trim(e.Task)
		}
		l.invalidate()
	}
}

// trim forgets tasks when there are too many: this one if it has ended in every
// strategy and nothing was wrong with it, then the oldest that have ended.
func (l *Log) trim(task int32) {
	if l.kept > l.limit && l.over(task) && !l.some(task, (*Life).FirstPassFailed) {
		l.forget(task)
	}
	for l.kept > 2*l.limit && l.oldest < l.tasks {
		if l.over(l.oldest) {
			l.forget(l.oldest)
		}
		l.oldest++
	}
}

// over tells whether the task has ended for good in every strategy.
func (l *Log) over(task int32) bool {
	for i := range l.strategies {
		if s := l.Life(i, task); s == nil || !s.Status.Terminal() {
			return false
		}
	}
	return true
}

// some tells whether is holds for the task in some strategy.
func (l *Log) some(task int32, is func(*Life) bool) bool {
	for i := range l.strategies {
		if life := l.Life(i, task); life != nil && is(life) {
			return true
		}
	}
	return false
}

func (l *Log) forget(task int32) {
	if l.Life(0, task).Forgotten {
		return
	}
	for i := range l.strategies {
		l.Life(i, task).Forgotten = true
		l.strategies[i].events[task-1] = nil
	}
	l.kept--
}

// Life is a task's life in a strategy in short, nil if it has not arrived there.
// It stays valid until the next Add and must not be written.
func (l *Log) Life(strategy int, task int32) *Life {
	d := &l.strategies[strategy]
	if !inside(int(task)-1, len(d.lives)) {
		return nil
	}
	return &d.lives[task-1]
}

// Task returns all events of a task in a strategy, oldest first; none if it has
// not arrived or is forgotten. They must not be written.
func (l *Log) Task(strategy int, task int32) []event.Event {
	d := &l.strategies[strategy]
	if !inside(int(task)-1, len(d.events)) {
		return nil
	}
	return d.events[task-1]
}

// Recent returns up to n of the newest events for which keep holds (nil: all),
// newest first. It looks back over the last 4,096 events and no further.
func (l *Log) Recent(n int, keep func(*event.Event) bool) []event.Event {
	var found []event.Event
	for i := range len(l.ring) {
		e := &l.ring[(l.next-1-i+2*ringSize)%ringSize]
		if len(found) == n {
			break
		}
		if keep == nil || keep(e) {
			found = append(found, *e)
		}
	}
	return found
}

// Tasks lists the kept tasks that pass a filter, newest first. The list stays
// valid until the next call and must not be written. It is made anew only after
// something has changed.
func (l *Log) Tasks(f Filter) []int32 {
	if f >= filters {
		return nil
	}
	if l.stale[f] {
		l.stale[f] = false
		l.lists[f] = l.lists[f][:0]
		for task := l.tasks; task >= 1; task-- {
			if !l.forgotten(task) && l.passes(f, task) {
				l.lists[f] = append(l.lists[f], task)
			}
		}
	}
	return l.lists[f]
}

func (l *Log) forgotten(task int32) bool {
	life := l.Life(0, task)
	return life != nil && life.Forgotten
}

func (l *Log) passes(f Filter, task int32) bool {
	first, last := l.Life(0, task), l.Life(len(l.strategies)-1, task)
	switch f {
	case FilterFailed:
		return l.some(task, (*Life).FirstPassFailed)
	case FilterOnlyFirst:
		if l.guarded {
			return first != nil && last != nil && first.Status == Succeeded && last.Status == Rejected
		}
		return first != nil && last != nil && first.FirstPassFailed() && !last.FirstPassFailed()
	case FilterLast:
		return last != nil && last.FirstPassFailed()
	case FilterRetried:
		return last != nil && last.Retried
	case FilterRecovered:
		return last != nil && last.Recovered()
	}
	return true
}

func (l *Log) invalidate() {
	for i := range l.stale {
		l.stale[i] = true
	}
}
