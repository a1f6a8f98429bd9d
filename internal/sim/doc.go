// Package sim is the world of a run: virtual time, chance, the services and how
// they fail, the ledger of what they did, and the strategies that live in it.
//
// # How a run goes
//
// A [World] is an event loop over occurrences ordered by instant. All strategies
// live in the same world at the same time and meet the same dice: a draw is a
// function of (seed, task, step, attempt, purpose), never of the order of calls,
// so that two strategies, two speeds or a run before and after a crash draw alike.
// A service call is a function of (scenario, seed, task, step, attempt, instant,
// faults injected by hand); only the effects it leaves depend on what was there.
//
// A strategy that is durable runs on the workflow engine (package engine); the
// others are straight-line code.
//
// # Disk
//
// The world may run ahead of the disk by a window of virtual time. At the end of
// a window it makes the ledger durable first, then the engine's records together
// with the window's events in one transaction, and only then returns the events.
// After a kill the ledger may therefore be ahead of the engine, never behind:
// the outside world does not forget a charge because our process died.
//
// Sim imports event, scenario and engine.
package sim
