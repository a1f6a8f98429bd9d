package scenario

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	golden(t, "testdata/show_checkout.txt", checkout(t).Show())
}

// TestShowEverything reads a file with every key of the language and shows what
// came of it.
func TestShowEverything(t *testing.T) {
	text, err := os.ReadFile("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, probs := Parse("everything.yaml", text, nil)
	if len(probs) > 0 {
		t.Fatal(probs)
	}
	golden(t, "testdata/show_everything.txt", s.Show())
}

// TestShowParams holds the list of parameters, as "show --params" has it.
func TestShowParams(t *testing.T) {
	var b strings.Builder
	for _, p := range checkout(t).Params() {
		fmt.Fprintf(&b, "%s = %s  [%s] %s\n", p.Path, p.Value, p.Kind, p.Doc)
	}
	golden(t, "testdata/params_checkout.txt", b.String())
}
