package telemetry

import (
	"strconv"

	"tasker-sim/internal/event"
)

// tally counts the events of a run, in constant time each. What is told of a run
// in numbers is read from here, by scrapes and by OTLP alike.
type tally struct {
	run     *event.Run
	now     event.Time
	worth   []int64 // by task − 1, the same in every strategy
	columns []column
	faults  []int  // open ones, by service
	deaths  uint64 // kills
}

// column is one strategy's part.
type column struct {
	tasks     []taskCount // by workflow
	steps     []stepCount // by step
	effects   []effectCount
	breakers  []breakerCount // by service
	alerts    []alertCount   // in the order in which they fired first
	work      []workCount    // by service
	releases  words          // by team and what happened
	trail     words          // by what is counted
	secrets   words          // by where
	misrouted uint64
	flights   []flight // by task − 1
}

// taskCount is about the tasks of one workflow.
type taskCount struct {
	started, parked    uint64
	ended              [statusEnd]uint64
	redriven           [causeEnd]uint64
	running, parkedNow int
	duration           [statusEnd]buckets
	processed, lost    int64 // cents
}

// stepCount is about the attempts at one step.
type stepCount struct {
	attempts, retries, deferred, skipped, fallbacks uint64
	failures                                        words // by class and whether it was final
	children                                        words // by outcome
	running                                         int
	duration                                        buckets
}

// effectCount is about one kind of effect. Which service makes it is learned from
// the events.
type effectCount struct {
	made, repeated []uint64 // by service
}

// alertCount is about one rule.
type alertCount struct {
	name   string
	fired  uint64
	firing bool
}

type breakerCount struct {
	opened uint64
	state  int
}

// flight is where a task stands.
type flight struct {
	workflow int16
	parked   bool
	running  uint64 // attempts without an answer, a bit for each step of the workflow
}

// status is how a task ended.
type status uint8

const (
	completed status = iota
	failed
	declined
	rejected
	statusEnd
)

// String is the value of the label status.
func (s status) String() string {
	return [...]string{"completed", "failed", "declined", "rejected"}[s]
}

// causeEnd is the number of causes for which a parked task goes on.
const causeEnd = 3

// causes are the values of the label cause.
func causes() [causeEnd]string {
	return [causeEnd]string{event.ClassRecovery, event.ClassOperator, event.ClassRestart}
}

func newTally(run *event.Run) *tally {
	t := &tally{run: run, columns: make([]column, len(run.Strategies)), faults: make([]int, len(run.Services))}
	for i := range t.columns {
		c := &t.columns[i]
		c.tasks = make([]taskCount, len(run.Workflows))
		c.steps = make([]stepCount, len(run.Steps))
		c.breakers = make([]breakerCount, len(run.Services))
		c.work = make([]workCount, len(run.Services))
		c.effects = make([]effectCount, len(run.Effects))
		for j := range c.effects {
			c.effects[j] = effectCount{make([]uint64, len(run.Services)), make([]uint64, len(run.Services))}
		}
	}
	return t
}

// count takes one event in. One that refers to something that does not exist is
// left out: a tape may be anybody's.
func (t *tally) count(e *event.Event) {
	t.now = max(t.now, e.At)
	if !known(t.run, e) {
		return
	}
	switch e.Kind {
	case event.FaultBegan, event.FaultInjected:
		t.fault(e, +1)
	case event.FaultEnded:
		t.fault(e, -1)
	case event.ProcessDied:
		t.deaths++
	}
	if e.Strategy < 0 {
		return
	}
	c := &t.columns[e.Strategy]
	switch e.Kind {
	case event.TaskSubmitted:
		t.submit(c, e)
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected, event.TaskParked, event.TaskRedriven:
		t.move(c, e)
	case event.StepStarted, event.StepSucceeded, event.StepRetrying, event.StepFailed, event.StepDeferred,
		event.StepSkipped, event.StepFellBack:
		t.step(c, e)
	case event.EffectMade, event.EffectRepeated:
		c.effect(e)
	case event.BreakerOpened, event.BreakerHalfOpened, event.BreakerClosed:
		c.breaker(e)
	case event.AlertFired, event.AlertResolved:
		c.alert(e.Class, e.Kind == event.AlertFired)
	default:
		c.other(e)
	}
}

// known tells whether everything an event refers to is there.
func known(run *event.Run, e *event.Event) bool {
	return int(e.Strategy) < len(run.Strategies) && int(e.Step) < len(run.Steps) &&
		int(e.Service) < len(run.Services) && int(e.Effect) < len(run.Effects)
}

func (t *tally) fault(e *event.Event, n int) {
	if e.Service >= 0 {
		t.faults[e.Service] += n
	}
}

// submit counts a new task. Tasks of a strategy are numbered in the order in
// which they come.
func (t *tally) submit(c *column, e *event.Event) {
	if int(e.Task) != len(c.flights)+1 {
		return
	}
	if int(e.Task) > len(t.worth) {
		t.worth = append(t.worth, e.Amount)
	}
	f := flight{workflow: int16(workflowOf(t.run, e))}
	c.flights = append(c.flights, f)
	c.tasks[f.workflow].started++
	c.tasks[f.workflow].running++
}

// workflowOf is the workflow of a submitted task: that of its first step, or the
// run's first if the event does not tell.
func workflowOf(run *event.Run, e *event.Event) int {
	if e.Step < 0 {
		return 0
	}
	return run.Steps[e.Step].Workflow
}

func (c *column) flight(task int32) *flight {
	if task < 1 || int(task) > len(c.flights) {
		return nil
	}
	return &c.flights[task-1]
}

// move counts a task that was parked, goes on or ended.
func (t *tally) move(c *column, e *event.Event) {
	f := c.flight(e.Task)
	if f == nil {
		return
	}
	n := &c.tasks[f.workflow]
	if f.parked {
		f.parked = false
		n.parkedNow--
	} else {
		n.running--
	}
	if e.Class == event.ClassDied {
		c.abandon(t.run, f)
	}
	switch e.Kind {
	case event.TaskParked:
		f.parked = true
		n.parked++
		n.parkedNow++
		return
	case event.TaskRedriven:
		n.running++
		for i, cause := range causes() {
			if e.Class == cause {
				n.redriven[i]++
			}
		}
		return
	}
	s := statusOf(e.Kind)
	n.ended[s]++
	n.duration[s].add(e.Dur)
	switch s {
	case completed:
		n.processed += t.worth[e.Task-1]
	case failed:
		n.lost += t.worth[e.Task-1]
	}
}

func statusOf(k event.Kind) status {
	switch k {
	case event.TaskSucceeded:
		return completed
	case event.TaskDeclined:
		return declined
	case event.TaskRejected:
		return rejected
	}
	return failed
}

// abandon ends the attempts of a task whose process died: nobody hears of them.
func (c *column) abandon(run *event.Run, f *flight) {
	first := run.Workflows[f.workflow].First
	for i := 0; f.running != 0; i++ {
		if f.running&1 != 0 {
			c.steps[first+i].running--
		}
		f.running >>= 1
	}
}

// step counts an attempt that begins or ends, or a wait.
func (t *tally) step(c *column, e *event.Event) {
	f := c.flight(e.Task)
	if f == nil || e.Step < 0 {
		return
	}
	n := &c.steps[e.Step]
	bit := uint64(1) << max(0, int(e.Step)-t.run.Workflows[t.run.Steps[e.Step].Workflow].First)
	switch e.Kind {
	case event.StepDeferred:
		n.deferred++
		return
	case event.StepSkipped:
		n.skipped++
		return
	case event.StepFellBack:
		n.fallbacks++
		return
	case event.StepStarted:
		n.attempts++
		if e.Attempt > 1 {
			n.retries++
		}
		if f.running&bit == 0 {
			f.running |= bit
			n.running++
		}
		return
	}
	n.duration.add(e.Dur)
	if f.running&bit != 0 {
		f.running &^= bit
		n.running--
	}
	if e.Kind != event.StepSucceeded {
		*n.failures.at(e.Class, strconv.FormatBool(e.Kind == event.StepFailed), manyClasses)++
	}
}
