package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestIdentity: the same scenario, seed and flags come to the same bytes, tape and
// result, however fast the run is shown, however far it runs ahead of its disk
// and on however many processors. Only the time it took may differ.
func TestIdentity(t *testing.T) {
	var first *outcome
	for _, tt := range []struct {
		procs string
		flags []string
	}{
		{"2", []string{"--speed", "max"}},
		{"1", []string{"--speed", "max"}},
		{"2", []string{"--speed", "max", "--flush", "instant"}},
		{"1", []string{"--speed", "max", "--flush", "1s"}},
		{"2", []string{"--speed", "max", "--flush", "1h"}},
		{"2", []string{"--speed", "3600x"}},
		{"1", []string{"--speed", "1777x", "--flush", "instant"}},
	} {
		got := live(t, tt.procs, tt.flags)
		if first == nil {
			first = got
			continue
		}
		if !bytes.Equal(got.tape, first.tape) {
			t.Errorf("GOMAXPROCS=%s %v: another tape", tt.procs, tt.flags)
		}
		if !bytes.Equal(got.result, first.result) {
			t.Errorf("GOMAXPROCS=%s %v: another result:\n%s\nwant\n%s", tt.procs, tt.flags, got.result, first.result)
		}
	}
}

// outcome is what a run came to, apart from the time it took.
type outcome struct{ tape, result []byte }

// live runs two minutes of the checkout with a rush, an outage and a brown-out.
func live(t *testing.T, procs string, flags []string) *outcome {
	t.Helper()
	dir := t.TempDir()
	tape := filepath.Join(dir, "tape")
	args := []string{
		"run", "checkout", "--duration", "2m", "--set", "load.peak=20x@1m/5s", "--seed", "5",
		"--inject", "payment_gateway @ 50s..70s: brownout(rate=60%, lat=x4)", "--inject", "inventory @ 80s..95s: outage",
		"--data-dir", filepath.Join(dir, "run"), "--record", tape, "--output", "json",
	}
	cmd := exec.Command("tasker-sim", append(args, flags...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+procs)
	result, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(tape)
	if err != nil {
		t.Fatal(err)
	}
	var wall struct {
		MS json.Number `json:"wall_ms"`
	}
	if err := json.Unmarshal(result, &wall); err != nil {
		t.Fatal(err)
	}
	line := []byte(`"wall_ms": ` + wall.MS.String())
	if !bytes.Contains(result, line) {
		t.Fatalf("no %s in\n%s", line, result)
	}
	return &outcome{recorded, bytes.Replace(result, line, []byte(`"wall_ms": 0`), 1)}
}
