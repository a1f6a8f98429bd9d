// Package event is the vocabulary of a run: what can be said about it, in one
// flat type, and how that is written down.
//
// A run is a list of events. The world (package sim) makes them, a tape keeps
// them, package metrics folds them, and the dashboard and the report are two
// readers of that fold. The first event of every run carries a [Run], which
// describes the run completely, so that a tape explains itself.
//
// # Words
//
//   - run: one scenario with one seed, from its first instant to its last.
//   - strategy: a set of mechanisms (naive, orchestrated, …). Every strategy of
//     a run meets the same dice: the same orders at the same instants, the same
//     cards, the same faults.
//   - task: one run of a workflow, in one strategy. Task 17 in the naive and
//     task 17 in the orchestrated strategy are the same order's two lives.
//   - step, attempt: a step of the workflow and one try at it. Attempts count
//     from 1 and are never reused, also not when a parked task is driven again.
//   - effect: what a service did to the world: a charge, a reservation, an order
//     row, a mail. Effects outlive the process that caused them.
//   - burst: a short time of high error rates of a service.
//   - parked: given up for now, not lost; driven again later.
//
// Package event imports nothing of ours.
package event
