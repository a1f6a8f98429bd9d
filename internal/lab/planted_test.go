//go:build !planted

package lab

import (
	"os/exec"
	"testing"
)

// TestPlantedMistakes builds the simulator with mistakes and lets them be found,
// with fewer tasks and at one seed. The whole matrix is a command of its own, see
// CONTRIBUTING.
func TestPlantedMistakes(t *testing.T) {
	if testing.Short() {
		t.Skip("the simulator is built with mistakes for the full tests only")
	}
	out, err := exec.Command("go", "test", "-tags", "planted", "-run", "TestPlanted$", "-timeout", "100s", ".", "-tasks", "6000").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
