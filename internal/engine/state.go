package engine

import (
	"fmt"
	"slices"
)

// TaskID numbers tasks 1, 2, 3 … in order of submission.
type TaskID uint64

// StepState is the state of a step, in Tasker's words.
type StepState uint8

// The states of a step.
const (
	StepPending    StepState = iota + 1 // not started in this round
	StepInProgress                      // an attempt runs
	StepWaiting                         // an attempt failed, the next has a due time
	StepComplete                        // done, for ever
	StepError                           // failed, and no attempt follows by itself
	StepCancelled                       // given up with its task
	StepResolved                        // settled by an operator without an output; its children may run
	StepSkipped                         // not chosen, or all its parents are skipped
	StepUndone                          // taken back after it was complete
	stepStates                          // one past the last
)

var stepNames = [stepStates]string{"none", "pending", "in_progress", "waiting_for_retry", "complete", "error", "cancelled", "resolved_manually", "skipped", "undone"}

// String is Tasker's name of the state; "skipped" and "undone" are ours.
func (s StepState) String() string {
	if s < stepStates {
		return stepNames[s]
	}
	return fmt.Sprintf("step_state(%d)", uint8(s))
}

// TaskState is the state of a task, in Tasker's words.
type TaskState uint8

// The states of a task. TaskWaiting is not stored: it is how TaskInProgress is
// shown while nothing runs or could run and a retry is due later.
const (
	TaskPending      TaskState = iota + 1 // nothing started in this round
	TaskInProgress                        // steps run or may run
	TaskWaiting                           // waits for a retry
	TaskParked                            // blocked by failures, not lost
	TaskCompensating                      // given up, its steps are being undone
	TaskComplete                          // every step is complete
	TaskError                             // a step failed for good
	TaskCancelled                         // given up by the operator
	taskStates                            // one past the last
)

var taskNames = [taskStates]string{"none", "pending", "in_progress", "waiting_for_retry", "blocked_by_failures", "compensating", "complete", "error", "cancelled"}

// String is Tasker's name of the state; "compensating" is ours.
func (s TaskState) String() string {
	if s < taskStates {
		return taskNames[s]
	}
	return fmt.Sprintf("task_state(%d)", uint8(s))
}

// Terminal tells whether the task is over for good.
func (s TaskState) Terminal() bool { return s >= TaskComplete }

// stepMoves says where a record takes the step it names. What is not in the
// table is no transition. State 0 stands for "illegal".
var stepMoves = [kindEnd][stepStates]StepState{
	Started:   {StepPending: StepInProgress, StepWaiting: StepInProgress},
	Deferred:  {StepPending: StepPending, StepWaiting: StepWaiting},
	Succeeded: {StepInProgress: StepComplete},
	Retrying:  {StepInProgress: StepWaiting},
	Exhausted: {StepInProgress: StepError},
	Failed:    {StepInProgress: StepError},
	Reset:     {StepWaiting: StepPending, StepError: StepPending},
	Resolved:  {StepPending: StepResolved, StepWaiting: StepResolved, StepError: StepResolved},
	Supplied:  {StepPending: StepComplete, StepWaiting: StepComplete, StepError: StepComplete},

	Interrupted: {StepInProgress: StepInProgress},
	Left:        {StepInProgress: StepInProgress},

	Checkpointed: {StepInProgress: StepInProgress},
	Undone:       {StepInProgress: StepUndone},

	Passed: {StepPending: StepPending},
}

// taskMoves says where a record takes its task. A parked task whose steps are
// being undone goes back to that (see [task.goesTo]).
var taskMoves = [kindEnd][taskStates]TaskState{
	Submitted: {0: TaskPending},
	Started:   {TaskPending: TaskInProgress, TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Deferred:  {TaskPending: TaskPending, TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Succeeded: {TaskInProgress: TaskInProgress},
	Retrying:  {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Exhausted: {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Failed:    {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Parked:    {TaskInProgress: TaskParked, TaskCompensating: TaskParked},
	Redriven:  {TaskParked: TaskPending},
	Completed: {TaskInProgress: TaskComplete},
	Errored:   {TaskInProgress: TaskError, TaskCompensating: TaskError},
	Cancelled: {TaskPending: TaskCancelled, TaskInProgress: TaskCancelled, TaskParked: TaskCancelled, TaskCompensating: TaskCancelled},
	Reset:     {TaskInProgress: TaskInProgress, TaskParked: TaskInProgress, TaskCompensating: TaskCompensating},
	Resolved:  {TaskPending: TaskInProgress, TaskInProgress: TaskInProgress, TaskParked: TaskInProgress, TaskCompensating: TaskCompensating},
	Supplied:  {TaskPending: TaskInProgress, TaskInProgress: TaskInProgress, TaskParked: TaskInProgress},

	Interrupted:  {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Left:         {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Checkpointed: {TaskInProgress: TaskInProgress, TaskCompensating: TaskCompensating},
	Compensating: {TaskPending: TaskCompensating, TaskInProgress: TaskCompensating, TaskParked: TaskCompensating},
	Undone:       {TaskCompensating: TaskCompensating},
	Stalled:      {TaskPending: TaskPending, TaskInProgress: TaskInProgress, TaskParked: TaskParked, TaskCompensating: TaskCompensating},
	Passed:       {TaskPending: TaskPending},
}

// task is the state of one open task. It changes only through [apply].
// ready, running and the rest are counts over steps that apply keeps, so that
// every decision is O(1).
type task struct {
	id    TaskID
	plan  *plan
	state TaskState
	seq   uint32 // number of its last record, from 1

	counts [stepStates]int16 // steps by state
	ready  int16             // pending steps whose parents are all settled
	passes bool              // some steps are passed over

	priority  int32
	submitted Time
	deadline  Time  // 0: none
	parked    Time  // since when, if state is TaskParked
	touched   Time  // when the last record was, stalls apart
	stalled   Time  // when it was found stale, if nothing was recorded since
	watched   Time  // when its staleness is looked at next; 0: never. Not part of the history.
	redrives  int32 // how often it was driven again

	// cause is the step that failed for good first; a permanent failure takes
	// precedence over an exhausted one. None: no step is in error.
	cause       int16
	class, text string // of that failure; by whom and why, if the task is being undone because it was cancelled

	// ending is how the task ends when its steps are undone: Errored, Cancelled, or
	// 0 while it is not given up. undo is the step that is being taken back, or None.
	ending Kind
	undo   int16

	key     string
	context []byte
	steps   []step
}

// step is the state of one step of an open task.
type step struct {
	state    StepState
	deferred bool  // a breaker held it back and that was recorded
	missing  int16 // parents that are not settled
	attempts int32 // over the task's life
	round    int32 // of them in this round; round <= the limit
	start    Time  // of the last attempt
	deadline Time  // of the running attempt; 0: none
	ready    Time  // when it became, or will become, ready to start
	waited   Time  // the last wait between two attempts
	output   []byte
	saved    Checkpoint // the last one, of any attempt
	chosen   int64      // children that a complete step chose, by bit
	skipped  int16      // parents that are skipped
	passed   bool       // nothing is to be done for it
	done     uint32     // number of the record that completed it

	crashes int32 // how often the process ended during the last attempt
	left    bool  // the process was closed in good order since it last ran

	// The last failure, until the step is complete or begins a new round.
	permanent   bool
	failed      uint32 // number of its record
	class, text string
}

// reset makes t a task of plan p that no record has touched, and keeps the
// memory of its steps.
func (t *task) reset(id TaskID, p *plan) {
	steps := slices.Grow(t.steps[:0], len(p.steps))
	*t = task{id: id, plan: p, cause: None, undo: None}
	for i := range p.steps {
		missing := int16(len(p.steps[i].parents))
		steps = append(steps, step{state: StepPending, missing: missing})
		if missing == 0 {
			t.ready++
		}
	}
	t.steps = steps
	t.counts[StepPending] = int16(len(steps))
}

// move puts step i into state to and keeps the counts.
func (t *task) move(i int16, to StepState) {
	s := &t.steps[i]
	if s.state == StepPending && s.missing == 0 {
		t.ready--
	}
	if to == StepPending && s.missing == 0 {
		t.ready++
	}
	t.counts[s.state]--
	t.counts[to]++
	s.state = to
}

// idle tells that nothing of the task runs or can run by itself.
func (t *task) idle() bool {
	return t.ready == 0 && t.counts[StepInProgress] == 0 && t.counts[StepWaiting] == 0
}

// settled tells that nothing is left to do: every step is complete, resolved or
// skipped.
func (t *task) settled() bool {
	return int(t.counts[StepComplete]+t.counts[StepResolved]+t.counts[StepSkipped]) == len(t.steps)
}

// shown is the state with waiting for a retry told apart.
func (t *task) shown() TaskState {
	if t.state == TaskInProgress && t.ready == 0 && t.counts[StepInProgress] == 0 && t.counts[StepWaiting] > 0 {
		return TaskWaiting
	}
	return t.state
}
