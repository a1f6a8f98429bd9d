package scenario

import (
	"os"
	"testing"
)

// TestByteOrderMark: a file that an editor began with a byte order mark is the
// same scenario.
func TestByteOrderMark(t *testing.T) {
	text, err := os.ReadFile("testdata/ok/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := Parse("minimal.yaml", append([]byte("\xef\xbb\xbf"), text...), nil); len(problems) > 0 {
		t.Error(problems)
	}
}
