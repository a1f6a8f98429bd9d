// Package wall is the one place where the program reads the wall clock. What is
// measured here is shown to people and written to no tape.
package wall

import (
	"context"
	"time"
)

// started is when the program started, as nearly as Go can tell.
var started = time.Now()

// SinceStart is the time since the program started.
func SinceStart() time.Duration { return time.Since(started) }

// Stopwatch measures a length of wall-clock time.
type Stopwatch struct{ from time.Time }

// Start starts a stopwatch.
func Start() Stopwatch { return Stopwatch{time.Now()} }

// Elapsed is the time since the stopwatch was started.
func (s Stopwatch) Elapsed() time.Duration { return time.Since(s.from) }

// Stamp is the present date and time in a form fit for a file name.
func Stamp() string { return time.Now().Format("20060102-150405") }

// Sleep waits for d, or less if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Micros is the present time in microseconds since 1970.
func Micros() int64 { return time.Now().UnixMicro() }

// After is a channel that receives once when d has passed.
func After(d time.Duration) <-chan time.Time { return time.After(d) }
