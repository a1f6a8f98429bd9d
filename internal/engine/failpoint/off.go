//go:build !failpoint

package failpoint

// Enabled tells whether the program was built with fail points.
const Enabled = false

// Hit passes a point.
func Hit(string) {}

// Err passes a point that can fail.
func Err(string) error { return nil }

// On tells whether a mutant is switched on.
func On(string) bool { return false }
