// Package crashtest kills the program and looks at what is left. It has tests
// only:
//
//	go test ./internal/crashtest                       5 kills
//	go test ./internal/crashtest -v -kills 50 -seed 1  50, and what they came to
//
// The test binary starts itself as tasker-sim, in a process of its own, and ends
// it with SIGKILL in the middle of a rush hour. The moment is a place on the tape
// or in the ledger, never a time on the clock. Then the run is resumed, and a
// judge compares what it has come to with the same run left alone.
//
// The judge is a set of pure functions over two tapes, a ledger and a result,
// and is itself tested with evidence that was tampered with.
//
// SIGKILL shows that a crash of the process loses nothing. It cannot show that
// the disk was asked to keep what it was given: the system's cache survives it.
package crashtest
