package cli

import (
	"context"
	"io"
)

// livingFD is a pipe that the supervisor holds open as long as it lives.
const livingFD = 4

// whileHeld is a context that ends when nobody holds the other end of the pipe any
// more: the supervisor has died, the shell takes the terminal back, and two programs
// must not read its keys.
func whileHeld(ctx context.Context, living io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, living) // nothing is ever written: this waits for the end
	}()
	return ctx
}
