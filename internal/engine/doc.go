// Package engine is a small durable workflow engine: tasks made of steps that
// depend on each other, retried, timed out, held back by circuit breakers,
// parked when nothing helps, and resumed after a crash.
//
// The [Core] is the product. It is not safe for concurrent use, starts no
// goroutine and reads no clock: the time and the random draws are arguments, so
// that the same calls always lead to the same records. [Engine] is a thin
// thread-safe front with one draining writer for programs that live in real
// time. A [Store] keeps what must survive; package bolt has one on a bbolt file.
//
// # Persist, then publish
//
// Each call stages records, one for each transition. [Core.Flush] makes all that
// is staged durable in one atomic batch. Config.Observe sees a record when it is
// applied, before it is durable: whoever tells the world must flush first.
//
// # Crashes
//
// [New] on the same store goes on where the last Flush ended. It reads the tasks
// that are open, not those that are over. Steps in progress stay in progress:
// [Core.InFlight] lists their attempts, to be driven again under their own
// number, start and [Attempt.Key]; [Core.Retake] does the same and gives each its
// whole timeout again. Retries that had become due are due again:
// [Core.Tick] and [Core.Claim] come first after New. A crash does not spend an attempt, and no
// wait begins again. An attempt may therefore run more than once, a completed
// step never does; services are expected to honour the key.
//
// With Config.Poison each end of the process during an attempt is recorded. An
// attempt that one more would exhaust is a suspect: suspects are driven again one
// at a time, so that the one that ends the process takes no other with it.
//
// # Rules
//
//   - A step may start when all its parents are settled; there are no barriers
//     between levels, only a limit of attempts in flight per service.
//   - Retry.Limit counts all attempts of a round. A round begins at submission and
//     whenever a parked task is driven again; attempt numbers go on counting.
//   - A retryable failure below the limit waits (see [Retry.Wait]); at the limit
//     the step is in error. A permanent failure puts the step in error at once.
//   - What can still run of a task runs. Then a task with a permanent error ends
//     in error, one with exhausted steps only is parked (blocked_by_failures).
//   - Parked is not terminal: the operator ([Core.Redrive]) or the [Recovery]
//     policy drives it again in a fresh round.
//   - A step that decides chooses which of its children run. The others are
//     skipped, and so is each step all of whose parents are skipped; a step with
//     another parent runs when all of them are settled.
//   - An operator may reset a failed step, settle or complete one by hand that does
//     not run, or cancel the task. What follows, follows at once.
//   - A task that ends in error or is cancelled is undone first, if its template says
//     so: its complete steps that name an Undo are taken back one by one, the last
//     one first, with their own key and retries. If that fails the task is parked.
//   - With Config.Stale a task about which nothing is recorded for too long is
//     reported, once; nothing else happens to it.
//   - [Core.DeadLetters] lists what does not get on by itself: parked and stale tasks.
//   - At its deadline an attempt fails with class [ClassTimeout]. A result that
//     comes at the same instant, before [Core.Tick], wins.
//   - Results of attempts that are over are refused with [ErrStale].
//
// The states are those of Tasker; ARCHITECTURE.md lists where the rules differ.
package engine
