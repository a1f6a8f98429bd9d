package telemetry

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of metrics in docs/telemetry.md anew")

// TestTableOfMetrics holds the table in docs/telemetry.md to the metrics that there
// are.
func TestTableOfMetrics(t *testing.T) {
	const file, from, to = "../../docs/telemetry.md", "<!-- metrics -->\n", "<!-- /metrics -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), from)
	got, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has no table of metrics", file)
	}
	var want strings.Builder
	want.WriteString("| metric | kind | labels | what |\n|---|---|---|---|\n")
	for _, f := range families {
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", f.name, f.kind, strings.ReplaceAll(f.labels, " ", ", "), f.help)
	}
	switch {
	case got == want.String():
	case *update:
		if err := os.WriteFile(file, []byte(before+from+want.String()+to+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table in %s is out of date (run `go test ./internal/telemetry -run Table -update`); want:\n%s", file, want.String())
	}
}

// TestNames: the names of metrics follow the rules of Prometheus that can be checked.
func TestNames(t *testing.T) {
	for _, f := range families {
		if !strings.HasPrefix(f.name, "tasker_") || f.help == "" || f.unit == "" {
			t.Errorf("%+v", f)
		}
		if total := strings.HasSuffix(f.name, "_total"); total != (f.kind == counter) {
			t.Errorf("%s is a %s", f.name, f.kind)
		}
		if strings.HasSuffix(f.name, "_seconds") && f.unit != "s" {
			t.Errorf("%s has the unit %s", f.name, f.unit)
		}
	}
}
