package engine

import "fmt"

// Kind says which transition a [Record] is.
type Kind uint8

// The kinds of records. At, Kind, Task and Seq are always set, and so are
// Template and Service where they apply; other fields as told here.
const (
	// Submitted: a task was accepted. Class is the template's reference, Text
	// the idempotency key if there is one, Data the context, Count a fingerprint
	// of the template, Extra the priority, Due the deadline or 0.
	Submitted Kind = iota + 1
	// Started: an attempt began. Step, Attempt; Start is At, Due the deadline
	// or 0, Class [ClassUndo] if it is to take the step back.
	Started
	// Succeeded: the attempt's answer was good and the step is complete. Step,
	// Attempt, Start; Data is the output. If the step decides, bit k of Count says
	// that the k-th of its children in the template's order was chosen; the others
	// are skipped, and with them each step all of whose parents are.
	Succeeded
	// Retrying: the attempt failed and the next is due at Due. Step, Attempt,
	// Start, Class, Text.
	Retrying
	// Exhausted: the attempt failed and was the last of its round. Fields as
	// Retrying without Due.
	Exhausted
	// Failed: the attempt failed permanently. Fields as Exhausted.
	Failed
	// Deferred: the step could start, but its service's breaker does not let it.
	// Recorded once until it starts. Step; Due is when the breaker lets a probe
	// through, 0 if probes are out and their answer decides.
	Deferred
	// Parked: nothing of the task runs or can run. Step, Class and Text of the
	// failure that stopped it; Start is when the task was submitted.
	Parked
	// Redriven: a parked task goes on in a fresh round. Class is by whom
	// ([ByRecovery] or a name), Text why, Step what had stopped it, Start since
	// when it was parked, Count how often it was driven again by now.
	Redriven
	// Completed: every step is complete. Start is when the task was submitted.
	Completed
	// Errored: the task ended in error. Fields as Parked.
	Errored
	// Cancelled: the task and all its unfinished steps were given up. Class by
	// whom, Text why, Start when the task was submitted.
	Cancelled
	// BreakerOpened: a service's breaker holds steps back until Due. Task is 0,
	// Class the service's name, Count the failures in a row.
	BreakerOpened
	// BreakerHalfOpened: probes may go through. Task is 0, Class the service.
	BreakerHalfOpened
	// BreakerClosed: a probe succeeded. Task is 0, Class the service, Start when
	// the breaker had opened first.
	BreakerClosed
	// Reset: an operator gave a step a fresh round, without a wait. Step; Class by
	// whom, Text why, Start since when the task was parked, 0 if it was not.
	Reset
	// Resolved: an operator settled a step without an output. Fields as Reset.
	Resolved
	// Supplied: an operator completed a step; Data is the output, Count as in
	// Succeeded. Other fields as Reset.
	Supplied
	// Interrupted: a new process found the attempt in progress and will drive it
	// again. Step, Attempt, Start; Count is how often the process ended during it.
	Interrupted
	// Left: the engine was closed in good order during the attempt, which is no
	// crash. Step, Attempt, Start.
	Left
	// Checkpointed: the attempt got so far and goes on. Step, Attempt, Start; Count
	// of Extra are done, Data is where the next attempt is to go on, Due the new
	// deadline or 0.
	Checkpointed
	// Compensating: the task is given up and its complete steps that can be are
	// undone, the last one first; Count says how many. In the end it is errored, or
	// cancelled if Step is None. Other fields as Errored or Cancelled.
	Compensating
	// Undone: the attempt took its step back. Step, Attempt, Start.
	Undone
	// Stalled: nothing was recorded about the task for as long as Config.Stale
	// allows. It is a note and changes no state. Class is the task's state, Start
	// when the last other record was.
	Stalled
	// Passed: whoever submitted the task has nothing to do for the step. When its
	// turn comes it is skipped, and what follows goes on as if it were complete.
	// Step. It is recorded with Submitted, in the same batch.
	Passed

	kindEnd // one past the last kind
)

var kindNames = [kindEnd]string{
	"none", "submitted", "started", "succeeded", "retrying", "exhausted", "failed", "deferred", "parked", "redriven",
	"completed", "errored", "cancelled", "breaker_opened", "breaker_half_opened", "breaker_closed",
	"reset", "resolved", "supplied", "interrupted", "left", "checkpointed", "compensating",
	"undone", "stalled", "passed",
}

// String is the kind's name: "breaker_opened".
func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Ends tells whether the record is the last of its task.
func (k Kind) Ends() bool { return k == Completed || k == Errored || k == Cancelled }

// leads is the state in which the record leaves its task, if nothing happens to
// it by itself from there; else 0.
func (k Kind) leads() TaskState {
	switch k {
	case Parked:
		return TaskParked
	case Completed:
		return TaskComplete
	case Errored:
		return TaskError
	case Cancelled:
		return TaskCancelled
	}
	return 0
}

// Record is one transition. It is a flat value; which fields say something
// depends on Kind. Class, Text and Data belong to the engine and must not be
// changed.
type Record struct {
	At    Time
	Start Time
	Due   Time
	Count int64
	Extra int64  // a second number
	Task  TaskID // 0: about a service
	Seq   uint32 // its number within the task's history, from 1; of services' records over all of them

	Attempt  int32 // over the task's life, from 1; 0: does not apply
	Template int16 // index into Config.Templates, or None
	Step     int16 // index into the compiled template's steps, or None
	Service  int16 // index into [Core.Services], or None
	Kind     Kind

	Class string
	Text  string
	Data  []byte
}

// Classes and names with a meaning to the engine.
const (
	ClassTimeout = "timeout"  // of a failure: no result before the deadline
	ClassChoice  = "choice"   // of a failure: the step chose what it does not decide about, or not at all
	ClassUndo    = "undo"     // of Started: the attempt takes the step back
	ClassPoison  = "poison"   // of a failure: the process ended each time the attempt ran
	ByRecovery   = "recovery" // of Redriven: by the engine itself
	ByFallback   = "fallback" // of Supplied: by the engine itself, see Config.Fallback
)
