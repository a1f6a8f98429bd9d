// Package metrics is the one fold over a run's events. The dashboard and the
// report read its [State] and nothing else, so that a live run and a replayed
// tape say the same.
//
// Accumulation and derivation are apart: [State.Apply] is O(1) per event; rates,
// intervals and quantiles are worked out by methods when they are asked for.
package metrics

import "tasker-sim/internal/event"

// State is everything the program knows of a run so far. It is owned by one
// goroutine; readers may read every field between two calls of Apply, and must
// not write.
type State struct {
	Run *event.Run
	Now event.Time // At of the newest event, or later: see Advance
	// Ended is true once the run's last event was applied.
	Ended bool
	// Strategies holds one fold per strategy, in the order of Run.Strategies.
	Strategies []Strategy
	// Pairs compares the first strategy with the last, task by task.
	Pairs Pairs
	// Faults that are open now, oldest first.
	Faults []Fault
	// FaultLog keeps every fault of the run with its begin and end, for shading
	// timelines. An open one has End 0.
	FaultLog []Fault
	// Live is true once a fault was injected by hand: claims are then not judged.
	Live bool
	// Checks counts the invariants, see [Checks].
	Checks Checks
	// Deaths are the kills that the run survived.
	Deaths []Death
	// Beats are the instants at which the moments of Run.Beats came, or [NotYet].
	Beats []event.Time

	// contents below are private to the fold
	fold
}

// Strategy is what became of the tasks in one strategy.
type Strategy struct {
	Tasks Tasks
	// Steps, in the order of Run.Steps.
	Steps []Step
	// Effects counts what the services did, in the order of Run.Effects.
	Effects []Effect
	// Listeners, in the order of Run.Subscribers.
	Listeners []Listener
	// Promises, in the order of Run.Promises.
	Promises []Promise
	// Over counts the effects that took more than there was, in the order of
	// Run.Resources.
	Over []int
	// Attempts and Retries over all steps; Retries are attempts after a step's first.
	Attempts, Retries int
	// Outcome is the time from submission to the first outcome a customer gets
	// (succeeded, failed, declined, rejected; a parked task counts when it ends), µs.
	Outcome *Histogram
	// WaitedLong counts the tasks whose outcome took longer than people have
	// patience for, see [event.Run.Patient] (parked ones included).
	WaitedLong int
	// CleanFailures left nothing behind; Untold failed for the customer although
	// everything owed was done (the order exists, the mail did not go out).
	CleanFailures, Untold int
	// LostCents is the worth of the tasks that failed or are parked now;
	// DoneCents that of those that succeeded.
	LostCents, DoneCents int64
	// Breakers, in the order of Run.Services.
	Breakers []Breaker
	// Stations are the servers of the services that have a limited number of them,
	// and the lines before them, in the order of Run.Services.
	Stations []Station
	// Settled looks at the third quarter of the run only: how things are when what
	// happened before is over, and tasks still arrive.
	Settled Settled
	// Remedies are the mechanisms switched by hand, as they are now.
	Remedies []Remedy
	// Backlog is what the latest outage or brownout left waiting.
	Backlog Backlog
	// OnTime counts the tasks that succeeded within the run's deadline.
	OnTime int
	// Calls are how often a person was called since a task had stopped, Restarts
	// how often a task began again from its first step.
	Calls, Restarts int
	// Recovery is the time from when a task first stopped until it succeeded, µs,
	// of those that did both.
	Recovery *Histogram
	// Wasted is the time spent in attempts whose results nobody used: those that
	// failed, and those of complete steps that were thrown away.
	Wasted event.Time
	// Watch is how the incident was noticed and mended; empty unless the run is
	// one in which somebody watches.
	Watch Watch
	// Tagged are the tasks with each tag, in the order of Run.Tags.
	Tagged []Tagged
	// Senders adds up, over the tasks, how many people each may have come from.
	Senders int64
	// Seen counts what was seen where it does not belong, in the order of event.Sinks.
	Seen []int64
	// Transitions of tasks and steps; Trail is how many of them have a record.
	Transitions int64
	Trail       Trail
	// Registry is what became of releases; nil: the run has none.
	Registry *Registry
	// Undo is what became of tasks that were given up, where that is undone.
	Undo Undo
	// Children is what became of work that steps handed over.
	Children Children
	// Minutes is a series over virtual time, in buckets of [State.Width].
	Minutes []Bucket
	width   event.Time // of a bucket
}

// Tasks counts tasks. At every instant
// Submitted = Succeeded + Failed + Declined + Rejected + Parked + Running.
type Tasks struct {
	Submitted, Succeeded, Failed, Declined, Rejected, Parked, Running int
	// Recovered were parked and succeeded later.
	Recovered int
	// EverParked counts tasks that were parked at least once.
	EverParked int
	// FirstPassFailed counts tasks that failed or were ever parked, without those
	// whose card was bad: the headline.
	FirstPassFailed int
	// Undecided are the running tasks that were never parked: their first pass
	// is not over.
	Undecided int
}

// Step is one step's figures in one strategy.
type Step struct {
	Attempts, Retries int
	// Failures are failed attempts, whatever came after.
	Failures int
	// FellBack are the tasks that completed the step with a lesser result only.
	FellBack int
	// Done is the number of tasks that completed the step; Stopped that of tasks
	// that failed, were declined, rejected or are parked at it now.
	Done, Stopped int
	// Batches that were done, and Kept rows with which attempts began where an
	// earlier one had stopped.
	Batches int
	Kept    int64
	// Skipped is the number of tasks that did not need it.
	Skipped int
	// Running attempts now; Waiting for their next attempt now; Deferred by an
	// open breaker now.
	Running, Waiting, Deferred int
	// Spent is the time of all finished attempts.
	Spent event.Time
	// Latency of all finished attempts, µs.
	Latency *Histogram
	// recent outcomes of attempts, for the rate of the last minute
	recent recent
}

// Effect counts one kind of effect.
type Effect struct {
	Count    int   // effects made
	Amount   int64 // their sum in the effect's unit
	Repeated int   // calls that met their own effect: nothing doubled
	Undone   int   // of those made, taken back
	Returned int64 // the sum of those
}

// Promise counts the tasks that have an effect and not (yet) the one it owes.
// See [event.Promise].
type Promise struct {
	Kept, Running, Unknown, Parked, Broken int
	Twice                                  int // effects beyond the first of a task
	Undone                                 int // effects that were taken back
}

// Breaker is a circuit breaker as seen from outside.
type Breaker struct {
	State BreakerState
	Since event.Time
	Until event.Time // of an open one: when a probe may go
	Opens int        // how often it opened
}

// BreakerState is one of the three states of a circuit breaker.
type BreakerState uint8

// The states of a breaker.
const (
	Closed BreakerState = iota
	Open
	HalfOpen
)

// Fault is a time of misbehaviour of a service.
type Fault struct {
	ID         int64
	Service    int
	Name       string // standard name: "burst", "outage", …
	Text       string // its knobs in words
	Begin, End event.Time
	Due        event.Time // the end if it is known beforehand, else 0
	Live       bool       // injected by hand
}

// Bucket is a short time of a strategy's life, see [State.Width].
type Bucket struct {
	Submitted int // tasks that arrived in it
	Failed    int // tasks that first failed or were first parked in it
	Done      int // tasks that succeeded in it
	Retries   int // attempts that failed and were tried again
	Calls     int // attempts that began: the load offered to the services
	First     int // of them, those that were not tried before: what it would be without retries
	Answered  int // attempts that were answered well: what of the load was of use
}

// Pairs is the 2×2 table over tasks that ended in both strategies, first against
// last. A task counts as failed if its first pass failed: it failed or was ever
// parked. Bad cards have their own cell.
type Pairs struct {
	BothOK, OnlyFirstFailed, OnlyLastFailed, BothFailed, Declined int
	// Rescued are tasks that failed in the first strategy and succeeded in the
	// last, be it after having been parked.
	Rescued int
	// FirstFailed are the tasks that failed in the first strategy and ended in the last.
	FirstFailed int
}

// Checks is the tally of the invariants that are held against every event.
type Checks struct {
	Checked    int64  // comparisons made
	Violations int    // comparisons that failed
	First      string // the first violation, in words: task, step, time
}

// Death is one kill that the run survived.
type Death struct {
	At       event.Time
	InFlight int
}
