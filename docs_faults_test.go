package main_test

import (
	"fmt"
	"strings"
	"testing"

	"tasker-sim/internal/fault"
)

// TestFaultsInDocument: the table of the kinds is made from the kinds.
func TestFaultsInDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("| kind | does | knobs, with what they are if not given | for example | also called |\n|---|---|---|---|---|\n")
	for _, s := range fault.Kinds() {
		var knobs []string
		for _, k := range s.Knobs {
			def := k.Default
			if def == "" {
				def = "none; " + k.Like
			}
			knobs = append(knobs, fmt.Sprintf("`%s` (%s)", k.Name, def))
		}
		if s.Kind == fault.GE {
			knobs = []string{"`good`, `bad`, and `e` after each (0%, 100%)"}
		}
		if len(knobs) == 0 {
			knobs = []string{"–"}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | %s |\n", s.Kind, s.Doc, strings.Join(knobs, ", "), s.Try, s.Also)
	}
	generated(t, "docs/faults.md", "kinds", b.String())
}
