package bench

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// tiny measures next to nothing.
func tiny(t *testing.T) EngineResult {
	t.Helper()
	r, err := Engine(t.Context(), EngineOptions{Clients: []int{1, 4}, Workflows: 8, Rounds: 2, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEngineCounts holds what does not depend on the machine: how often the disk
// is waited for and how many bytes are kept.
func TestEngineCounts(t *testing.T) {
	r := tiny(t)
	if len(r.Rows) != 2 || r.Rows[0].Clients != 1 || r.Rows[1].Clients != 4 {
		t.Fatalf("rows %+v", r.Rows)
	}
	for _, row := range r.Rows {
		for name, f := range map[string]Figures{"engine": row.Engine, "floor": row.Floor, "update": row.Update} {
			if f.Workflows != 8 || f.PerSecond <= 0 || f.P50 <= 0 || f.P99 < f.P50 {
				t.Errorf("%s, %d clients: %+v", name, row.Clients, f)
			}
			if kept := f.Stored - payload; kept < 100 || kept > 2000 {
				t.Errorf("%s, %d clients: %.0f bytes per workflow besides the payload, want 100 to 2000", name, row.Clients, kept)
			}
		}
		if c := row.Update.Commits; c != steps+1 {
			t.Errorf("%d clients: %.2f transactions per workflow without a writer, want %d", row.Clients, c, steps+1)
		}
	}
	alone, four := r.Rows[0], r.Rows[1]
	if c := alone.Floor.Commits; c != steps+1 {
		t.Errorf("floor: %.2f commits of a lone workflow, want %d", c, steps+1)
	}
	if c := alone.Engine.Commits; c < steps+1 || c > steps+2 {
		t.Errorf("engine: %.2f commits of a lone workflow, want hardly more than %d", c, steps+1)
	}
	if four.Engine.Commits > alone.Engine.Commits || four.Engine.Commits < 1 {
		t.Errorf("engine: %.2f commits per workflow with four in flight, %.2f alone", four.Engine.Commits, alone.Engine.Commits)
	}
}

// TestEngineText shows every row in the table and in JSON.
func TestEngineText(t *testing.T) {
	r := tiny(t)
	text := r.Text()
	for _, want := range []string{"medians of 2 rounds", "engine", "floor", "update", "of floor"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from\n%s", want, text)
		}
	}
	buf, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"clients":4`, `"fsyncs_per_workflow"`, `"of_floor"`} {
		if !strings.Contains(string(buf), want) {
			t.Errorf("%s is missing from %s", want, buf)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		list []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{5, 1}, 3}, {[]float64{9, 1, 2}, 2}} {
		if got := median(tt.list); got != tt.want {
			t.Errorf("median of %v: %v, want %v", tt.list, got, tt.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	list := []time.Duration{1, 2, 3, 4}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.99: 4, 1: 4} {
		if got := quantile(list, q); got != want {
			t.Errorf("quantile %v: %v, want %v", q, got, want)
		}
	}
}

// TestWaits shows what a workflow waits for: its submission with the first
// start, and then each result with the start that follows from it.
func TestWaits(t *testing.T) {
	values, records, err := waits()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, v := range values {
		total += len(v)
		if records[i] != 2 {
			t.Errorf("wait %d: %d records, want 2", i, records[i])
		}
	}
	if len(values) != steps+1 || total < payload || total > payload+500 {
		t.Errorf("%d waits of %d bytes", len(values), total)
	}
}
