package scenario

import (
	"fmt"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	golden(t, "testdata/show_checkout.txt", checkout(t).Show())
}

// TestShowParams holds the list of parameters, as "show --params" has it.
func TestShowParams(t *testing.T) {
	var b strings.Builder
	for _, p := range checkout(t).Params() {
		fmt.Fprintf(&b, "%s = %s  [%s] %s\n", p.Path, p.Value, p.Kind, p.Doc)
	}
	golden(t, "testdata/params_checkout.txt", b.String())
}
