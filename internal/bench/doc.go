// Package bench measures the engine on the disk and the processor it runs on.
//
// Absolute figures of a shared machine drift, so each row is measured three
// ways in turn, round after round, in one process: the engine as a program would
// use it; the floor, one goroutine that does nothing but drain a queue and
// commit the same record bytes at the same waits for the same clients; and what
// a program without a writer would do, a transaction of its own for each
// transition. Ratios of one run mean something, and so do counts: commits,
// syncs, bytes.
//
// The work is a checkout of five steps in a row whose handlers do nothing: 200
// bytes of context, 100 bytes of output per step, nothing begun before what it
// follows from is durable. That is six waits for the disk per workflow.
package bench
