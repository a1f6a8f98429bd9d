// Package crash tests that the engine survives what ends processes. It has tests
// only:
//
//	go test ./internal/engine/crash                                        a short round of everything
//	go test ./internal/engine/crash -run Matrix -crashes 10000 -timeout 1h the long one
//	go test ./internal/engine/crash -run Random -crashes 10000 -timeout 1h kills anywhere
//	go test ./internal/engine/crash -run PowerLoss -images 100             more images of the disk
//
// The program under test is no simulator: it takes orders and drives them on a
// thread-safe engine, and its handlers write what they do to a ledger outside.
// The test binary starts itself as that program, built with fail points and with
// a database whose own fail points are open, and lets it die by SIGKILL at one of
// them, or anywhere. It is started again until all orders are settled. A judge, pure
// functions over acknowledgements, ledger, store and plan, says which of these
// promises was broken:
//
//	P1 no acknowledged workflow is lost
//	P2 every acknowledged workflow reaches a terminal or parked state
//	P3 at most one effect per idempotency key; exactly one for completed steps
//	P4 no completed step is executed again
//	P5 same seed, same outcome with and without crashes
//	P6 counters, waits and breakers survive: a crash refunds and spends no attempt
//
// SIGKILL cannot show that the disk was asked to keep what it was given, since the
// system's cache survives it. So the database's writes and syncs are recorded,
// and images of the file are made as a loss of power would leave them.
//
// The judge is tested with mutants: engines with a known defect. Each must be
// found, or the suite fails.
package crash
