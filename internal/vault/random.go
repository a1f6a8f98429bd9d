package vault

import (
	"crypto/rand"
	"io"
)

// Random is the machine's source of keys. It is the one thing in a run that does
// not follow from the seed: a key that does could be worked out again after it was
// forgotten. Nothing that a run tells depends on it.
func Random() io.Reader { return rand.Reader }
