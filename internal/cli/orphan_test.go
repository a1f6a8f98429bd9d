package cli

import (
	"os"
	"testing"
)

// TestOrphan: a dashboard whose supervisor is killed ends, and does so as at a
// SIGTERM; as long as the supervisor lives it does not.
func TestOrphan(t *testing.T) {
	living, held, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer living.Close()
	ctx := whileHeld(t.Context(), living)
	if ctx.Err() != nil {
		t.Fatal("ended with its supervisor alive")
	}
	held.Close() // as the system does for a killed process
	<-ctx.Done()
}
