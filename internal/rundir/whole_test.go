package rundir_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/scenarios"
)

// TestLedgerBehindStore: a ledger that has lost effects of which the store tells
// is damaged, and neither read nor gone on with as if nothing had been done.
func TestLedgerBehindStore(t *testing.T) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("checkout.yaml", text, []string{"load.tasks=50", "load.duration=1m"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dir := filepath.Join(t.TempDir(), "run")
	kept, err := rundir.Create(dir, sc, sim.Options{Seed: 7, Window: event.Second})
	if err != nil {
		t.Fatal(err)
	}
	lives(t, kept.World)
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := rundir.Read(dir); err != nil {
		t.Fatalf("the whole run: %v", err)
	}
	file := filepath.Join(dir, rundir.Ledger)
	rows, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(rows), "\n")
	short := strings.Join(lines[:len(lines)-2], "") // the last line is empty, the one before is an effect
	if err := os.WriteFile(file, []byte(short), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rundir.Read(dir); !errors.Is(err, rundir.ErrDamaged) || !strings.Contains(err.Error(), "effects are left") {
		t.Errorf("read without its last effect: %v", err)
	}
	if r, err := rundir.Resume(dir, event.Second); !errors.Is(err, rundir.ErrDamaged) {
		t.Errorf("resumed without its last effect: %v", err)
		if err == nil {
			t.Error(r.Close())
		}
	}
}
