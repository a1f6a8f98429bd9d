package event

import (
	"fmt"
	"time"
)

// Time is virtual time: whole microseconds since the start of the run.
type Time int64

// Units of virtual time.
const (
	Microsecond Time = 1
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
)

// FromDuration rounds d to the nearest microsecond of virtual time.
func FromDuration(d time.Duration) Time {
	return Time(d.Round(time.Microsecond) / time.Microsecond)
}

// Duration is t as a length of time since the start of the run.
func (t Time) Duration() time.Duration { return time.Duration(t) * time.Microsecond }

// Seconds is t in seconds.
func (t Time) Seconds() float64 { return float64(t) / float64(Second) }

// Millis is t in milliseconds.
func (t Time) Millis() float64 { return float64(t) / float64(Millisecond) }

// Clock writes t as h:mm:ss, cut to whole seconds: "0:31:07".
func (t Time) Clock() string {
	s := int64(t / Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// None stands in the index fields of an [Event] (Strategy, Step, Service,
// Effect) for "does not apply".
const None = -1

// Event is one thing that happened. It is a flat value; which fields say
// something depends on Kind, as the comments of the [Kind] constants tell.
// Index fields refer to the lists of the [Run] that opens the stream and are
// [None] when they do not apply.
type Event struct {
	At       Time  // when it happened
	Kind     Kind  // what happened
	Strategy int8  // index into Run.Strategies; None: it concerns all of them
	Step     int16 // index into Run.Steps, or None
	Service  int16 // index into Run.Services, or None
	Effect   int16 // index into Run.Effects, or None
	Attempt  int16 // number of the attempt, from 1; 0: does not apply
	Task     int32 // number of the task, from 1 in order of arrival; 0: none

	Dur    Time  // a length of time: latency, time to outcome
	Due    Time  // a later instant: when the next attempt starts, when a breaker lets a probe through
	Amount int64 // cents, units or a count, as the kind says

	Class string // error class ("timeout", "503", …) or cause; see [Class]
	Text  string // free text: an error message, a fault's description
}

// Kind says what happened.
type Kind uint8

// The kinds of events, grouped by who speaks. Fields named in a comment are
// set; the others are zero or None. At and Kind are always set.
const (
	// RunStarted opens every run. Its Run travels beside the event (see
	// [Writer] and [Reader]); Text is the scenario's name.
	RunStarted Kind = iota + 1
	// RunEnded closes a run: every task is terminal or parked for good.
	RunEnded

	// TaskSubmitted: a task arrived and was accepted. Strategy, Task; Amount is
	// what it is worth to the business in cents; Class is "decline" if the
	// customer's card is bad: such a task ends declined in every strategy. If the
	// run has several workflows, Step is the first of the task's. If it is asked who
	// sends tasks, Text is the name that the strategy has for the sender, and Attempt
	// how many people had that name at the time.
	TaskSubmitted
	// TaskSucceeded: every step is done. Strategy, Task; Dur since submission.
	TaskSucceeded
	// TaskFailed: the task ended without its purpose fulfilled. Strategy, Task,
	// Step where it ended, Class and Text of the error, Dur since submission.
	TaskFailed
	// TaskDeclined: ended by a business refusal (a bad card). Fields as TaskFailed.
	TaskDeclined
	// TaskRejected: ended because it cannot be had (sold out). Fields as TaskFailed.
	TaskRejected
	// TaskParked: gave up for now, kept safe. Fields as TaskFailed, and Service
	// that stopped it. A parked task may be driven again; Due is set if a person
	// was called, who will do that then.
	TaskParked
	// TaskRedriven: a parked task goes on with a fresh budget of attempts.
	// Strategy, Task, Step, Service; Class is "recovery" (by itself) or
	// "operator", or "restart" if a person lets it begin again from its first step:
	// what it had done is thrown away. Dur since it was parked.
	TaskRedriven

	// StepStarted: an attempt began. Strategy, Task, Step, Service, Attempt.
	StepStarted
	// StepSucceeded: the attempt's answer was good and the step is complete.
	// Fields as StepStarted; Dur is the latency seen by the caller.
	StepSucceeded
	// StepRetrying: the attempt failed and another will follow at Due. Fields as
	// StepSucceeded, and Class and Text of the error.
	StepRetrying
	// StepFailed: the attempt failed and no other follows by itself. Fields as
	// StepRetrying without Due. What becomes of the task is said by the next event.
	StepFailed
	// StepDeferred: a step that could start has to wait, without spending an
	// attempt, because its service's breaker is open. Strategy, Task, Step,
	// Service; Due is when the breaker will let a probe through.
	StepDeferred

	// EffectMade: a service did something that stays. Strategy, Task, Step,
	// Service, Attempt, Effect; Amount in cents or units; Class is the resource's
	// Over if more was taken of it than there was.
	EffectMade
	// EffectRepeated: a call bore the key of an effect that was already there;
	// nothing was done again. Fields as EffectMade.
	EffectRepeated

	// FaultBegan: a service began to misbehave. Strategy is None: all meet it.
	// Service; Class is the fault's standard name ("burst", "outage",
	// "brownout", …), Text its knobs in words, Amount an id that FaultEnded
	// repeats; Due is its end if that is known, else 0.
	FaultBegan
	// FaultEnded: the fault with the id in Amount is over. Fields as FaultBegan.
	FaultEnded
	// FaultInjected: as FaultBegan, but by hand and not by the scenario. It acts
	// right after At.
	FaultInjected

	// BreakerOpened: too many failures in a row; calls are deferred until Due.
	// Strategy, Service; Amount is the number of failures in a row.
	BreakerOpened
	// BreakerHalfOpened: a probe may go through. Strategy, Service.
	BreakerHalfOpened
	// BreakerClosed: the service answers again. Strategy, Service; Dur is how
	// long the breaker was not closed.
	BreakerClosed

	// ProcessDied: the process was killed at this instant and came back. Amount
	// is the number of tasks in flight over all strategies.
	ProcessDied

	// StepSkipped: the task does not need the step, or the strategy has not got its
	// mechanism: it counts as done from the start. Strategy, Task, Step, Service.
	StepSkipped
	// AlertFired: a rule that watches the strategy began to hold. Strategy; Class
	// is the rule's name, Text what it saw, Step whose executions it watches (None:
	// a figure of the business); Amount is 1 if somebody is called.
	AlertFired
	// AlertResolved: the rule does not hold any more. Fields as AlertFired; Dur is
	// how long it held.
	AlertResolved
	// ResponderActs: the person who was called begins to do something. Strategy;
	// Class is what ([ActLog], [ActTrace], …), Service at which it looks or None,
	// Dur how long it takes, Due its end; Amount is the number of lines to read.
	ResponderActs
	// ResponderFound: what came of it. Strategy, Class and Service as
	// ResponderActs; Text is the finding, Amount 1 if it led on, else 0.
	ResponderFound
	// IncidentMended: in this strategy the fault of the incident is over. Strategy,
	// Service; Dur since it began.
	IncidentMended

	// StepFellBack: the step's attempts all failed and it counts as done with a
	// lesser result. Strategy, Task, Step, Service, Class and Text of the last error.
	StepFellBack
	// WorkBegan: a service with a limited number of servers begins to work on a call.
	// Strategy, Task, Step, Service, Attempt; Dur is how long it stood in line, Due
	// when the work will be done as far as is known (0: its servers stand still until
	// somebody ends that), Amount how many stay in line behind it. Class is
	// [ClassLate] if nobody will wait for the answer any more.
	WorkBegan
	// WorkDropped: a call leaves the line undone. Strategy, Task, Step, Service,
	// Attempt; Dur is how long it stood in line, Class why: [ClassExpired] or the
	// class of the refusal that its caller gets.
	WorkDropped
	// RemedySwitched: a mechanism of the strategy was switched by hand. Strategy;
	// Class is the mechanism, Text "on" or "off". It acts right after At.
	RemedySwitched

	// TaskTagged: the task has a tag of the scenario, the same in every strategy, whom
	// none of them sees. Task; Class is the tag.
	TaskTagged
	// SecretSeen: something that a task carries was written where it does not belong.
	// Strategy, Task; Class is where ("store", "log", "error", "audit"), Text names
	// what was not there before, Amount how many that are.
	SecretSeen
	// TrailCounted: how far the audit trail has come, from time to time and at the end.
	// Strategy; Class is what is counted, "records" (Text is then the hash of the
	// latest) or "bytes", Amount how many there are.
	TrailCounted
	// StepProgress: an attempt got so far and goes on. Strategy, Task, Step, Service,
	// Attempt; Amount is the number of rows that are done, Text "of" and how many
	// there are; Dur since the attempt began. Class is [ClassResumed] if the attempt
	// begins there, with what an earlier one had done.
	StepProgress
	// SubscriberTold: somebody who listens to the events of a strategy heard of one.
	// Strategy, Task, Step or None; Class is its name, Text whom it told, Amount the
	// index of that among its routes.
	SubscriberTold
	// SubscriberThrew: the same, but it broke while it listened: that is contained
	// and changes nothing. Fields as SubscriberTold; Text is what it said.
	SubscriberThrew

	// ReleaseBuilt: a team has built a workflow and asks the committee for its
	// name. Of this and the kinds down to ContractAdapted: Strategy, Class is the
	// team, Text the name or key. Dur is how long it took to build.
	ReleaseBuilt
	// ReleaseSentBack: the committee has heard a name and wants another. Amount is
	// how long it was talked about, in µs.
	ReleaseSentBack
	// ReleaseApproved: the committee has approved a name. Amount as above; Dur
	// since it was first asked for.
	ReleaseApproved
	// ReleaseRefused: the registry said that the key is taken. Attempt is 1 if it
	// is another team's, 0 if the team's own. Amount is the number of the scripted
	// release, 0: an ordinary one.
	ReleaseRefused
	// ReleaseRegistered: a workflow is in production. Text is its key, Attempt is 1
	// if its name was invented because the one that was meant was taken. Amount as
	// above; Dur since its making began.
	ReleaseRegistered
	// ReleaseOverwrote: a workflow took the key of another team's, and nobody was
	// told. Attempt is the round: 1 for the release itself, then each time that one
	// of the two takes the key back. Amount and Dur as above, of round 1.
	ReleaseOverwrote
	// CollisionNoticed: the team whose key was taken has found out. Attempt is the
	// round, Amount its tasks that ran the other's workflow in it, Dur since then.
	CollisionNoticed
	// CollisionSettled: the newcomer goes on under the invented name in Text.
	// Attempt is the number of rounds, Dur since the first.
	CollisionSettled
	// ContractAdapted: those who call the team's workflow send what its breaking
	// release wants. Dur since that.
	ContractAdapted
	// TaskMisrouted: a task that was just submitted runs another team's workflow.
	// Strategy, Task; Step is the first step of the workflow that it should run;
	// Class is the other team, Text the name that it was started by; Amount is 1 if
	// its own workflow has a control that it now evades.
	TaskMisrouted

	// ChildCreated: a step has handed work over: another team's workflow runs for
	// the task from now on, and nobody waits for it. Strategy, Task, Step, Service,
	// Attempt that did it; Text is the workflow.
	ChildCreated
	// ChildMet: the call bore the key of a child that was there already; no other
	// was created. Fields as ChildCreated.
	ChildMet
	// ChildEnded: the child is done, or, with Class and Text of the error, it has
	// failed, which its parent is not told. Fields as ChildCreated; Dur since then.
	ChildEnded

	// ClockSet: the clock that the engine reads was set by hand. Dur is by how much,
	// negative if it was set back. It acts right after At.
	ClockSet

	// TaskGivenUp: the task will end without its purpose fulfilled, and what its steps
	// have done is taken back first. Strategy, Task, Step that failed, Class and Text
	// of the error; Amount is the number of steps to undo,
	// Dur since submission.
	TaskGivenUp
	// UndoStarted: an attempt to take back what a step has done began. Fields as
	// StepStarted: the numbers of a step's attempts go on.
	UndoStarted
	// UndoRetrying: the attempt failed and another will follow. Fields as StepRetrying.
	UndoRetrying
	// UndoFailed: the attempt failed and no other follows by itself. Fields as StepFailed.
	UndoFailed
	// UndoDeferred: it has to wait for its service's breaker. Fields as StepDeferred.
	UndoDeferred
	// StepUndone: the step is taken back. Fields as StepSucceeded.
	StepUndone
	// EffectUndone: a service took back what it had done. Fields as EffectMade.
	EffectUndone

	kindEnd // one past the last kind
)

var kindNames = [kindEnd]string{
	RunStarted: "run.started", RunEnded: "run.ended",
	TaskSubmitted: "task.submitted", TaskSucceeded: "task.succeeded", TaskFailed: "task.failed",
	TaskDeclined: "task.declined", TaskRejected: "task.rejected", TaskParked: "task.parked", TaskRedriven: "task.redriven",
	StepStarted: "step.started", StepSucceeded: "step.succeeded", StepRetrying: "step.retrying",
	StepFailed: "step.failed", StepDeferred: "step.deferred",
	EffectMade: "effect.made", EffectRepeated: "effect.repeated",
	FaultBegan: "fault.began", FaultEnded: "fault.ended", FaultInjected: "fault.injected",
	BreakerOpened: "breaker.opened", BreakerHalfOpened: "breaker.half_opened", BreakerClosed: "breaker.closed",
	ProcessDied: "process.died", StepSkipped: "step.skipped",
	AlertFired: "alert.fired", AlertResolved: "alert.resolved",
	ResponderActs: "responder.acts", ResponderFound: "responder.found", IncidentMended: "incident.mended",
	StepFellBack: "step.fell_back", WorkBegan: "work.began", WorkDropped: "work.dropped", RemedySwitched: "remedy.switched",
	TaskTagged: "task.tagged", SecretSeen: "secret.seen", TrailCounted: "trail.counted",

	ReleaseBuilt: "release.built", ReleaseSentBack: "release.sent_back", ReleaseApproved: "release.approved",
	ReleaseRefused: "release.refused", ReleaseRegistered: "release.registered", ReleaseOverwrote: "release.overwrote",
	CollisionNoticed: "collision.noticed", CollisionSettled: "collision.settled", ContractAdapted: "contract.adapted",
	TaskMisrouted: "task.misrouted",

	ChildCreated: "child.created", ChildMet: "child.met", ChildEnded: "child.ended",
	ClockSet:    "clock.set",
	TaskGivenUp: "task.given_up", UndoStarted: "undo.started", UndoRetrying: "undo.retrying", UndoFailed: "undo.failed",
	UndoDeferred: "undo.deferred", StepUndone: "step.undone", EffectUndone: "effect.undone",
	StepProgress: "step.progress", SubscriberTold: "subscriber.told", SubscriberThrew: "subscriber.threw",
}

// String is the kind's name on a tape: "step.retrying".
func (k Kind) String() string {
	if k > 0 && k < kindEnd {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Transition tells whether the kind moves a task or one of its steps: what an audit
// trail has a record of.
func (k Kind) Transition() bool {
	return k >= TaskSubmitted && k <= TaskRedriven || k >= StepStarted && k <= StepDeferred || k == StepSkipped || k == StepFellBack ||
		k >= TaskGivenUp && k <= StepUndone
}

// Kinds lists all kinds in order.
func Kinds() []Kind {
	ks := make([]Kind, 0, kindEnd-1)
	for k := RunStarted; k < kindEnd; k++ {
		ks = append(ks, k)
	}
	return ks
}

// ParseKind finds the kind of a name; ok is false if there is none.
func ParseKind(name string) (k Kind, ok bool) {
	for k := RunStarted; k < kindEnd; k++ {
		if kindNames[k] == name {
			return k, true
		}
	}
	return 0, false
}

// Places where something may be seen that a task carries: classes of SecretSeen.
const (
	SinkStore = "store" // contexts and outputs in the engine's database
	SinkLog   = "log"   // lines of the log
	SinkError = "error" // messages of errors, and with them tape, ledger and reports
	SinkAudit = "audit" // records of the audit trail
)

// Sinks are all of them.
func Sinks() []string { return []string{SinkStore, SinkLog, SinkError, SinkAudit} }

// Things that TrailCounted counts.
const (
	TrailRecords = "records"
	TrailBytes   = "bytes"
)

// Error classes. A class is a plain word so that scenarios may use their own;
// these have a meaning to the program.
const (
	ClassTimeout  = "timeout"      // no answer within the step's timeout
	ClassDecline  = "decline"      // the customer's card is bad: ends declined
	ClassSoldOut  = "sold_out"     // there is no stock left: ends rejected
	ClassDied     = "process_died" // the process that ran the task was killed
	ClassRecovery = "recovery"     // of TaskRedriven: by itself
	ClassOperator = "operator"     // of TaskRedriven: by a person
	ClassResumed  = "resumed"      // of StepProgress: an earlier attempt had done it
	ClassRestart  = "restart"      // of TaskRedriven: by a person, from the first step
	ClassBreaker  = "breaker_open" // the call was not made: the caller's breaker is open
	ClassLate     = "late"         // of WorkBegan: the caller will be gone
	ClassExpired  = "expired"      // of WorkDropped: not to be done in the time that the caller said it would wait
	ClassKeyless  = "ignored_keys" // of FaultBegan: the service does not look at keys
	ClassContract = "contract"     // the callee's new version wants what the caller does not send
	ClassStranger = "stranger"     // the workflow behind the name is another team's, and cannot read the task
)

// What a person who was called does: classes of ResponderActs and ResponderFound.
const (
	ActTriage    = "triage"     // looks at what there is: health checks, all of them green
	ActLog       = "log"        // reads the log of a service
	ActDashboard = "dashboard"  // looks at the table of slow steps
	ActTrace     = "trace"      // opens the trace of one slow task
	ActHealth    = "health"     // asks a service how it is
	ActDetour    = "detour"     // follows a wrong track
	ActFix       = "fix"        // mends what was found
	ActStandDown = "stand_down" // gives up: nothing is wrong any more
)

// FaultHang is the class of the incident's fault: calls that are never answered.
const FaultHang = "hang"
