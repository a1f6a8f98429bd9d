//go:build !failpoint

package failpoint

import "testing"

// TestOff: without the tag nothing can fail, whatever the environment says.
func TestOff(t *testing.T) {
	t.Setenv("TASKER_FAILPOINTS", Write+"=panic;"+AckEarly+"=on")
	for _, name := range Names() {
		Hit(name)
		if err := Err(name); err != nil || On(name) || Enabled {
			t.Errorf("%s: %v", name, err)
		}
	}
}
