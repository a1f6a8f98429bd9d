package crashtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"tasker-sim/internal/rundir"
)

// TestInterrupt stops runs politely: the exit code says so, one line says where
// and another how to go on, and going on comes to the same as after a kill.
func TestInterrupt(t *testing.T) {
	w := worlds()[0]
	alone := w.alone(t)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir, tape := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "tape")
		s := story{world: w, alone: alone}
		cmd := command(t, s.first(dir, "1s")...)
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		seen, hit := strike(t, cmd, sig, filepath.Join(dir, rundir.Ledger), moment{lines: len(alone.events) / 2})
		if code := cmd.ProcessState.ExitCode(); !hit || code != 130 {
			t.Fatalf("%v: exit code %d, want 130\n%s", sig, code, &complaints)
		}
		if want := regexp.MustCompile(`^error: stopped at 0:0\d:\d\d of the run\nhint: go on with it: tasker-sim resume ` + regexp.QuoteMeta(dir) + `\n$`); !want.Match(complaints.Bytes()) {
			t.Errorf("%v: stderr is\n%s, want\n%s", sig, &complaints, want)
		}
		found, ok := autopsy(dir)
		if !ok || found.inFlight == 0 {
			t.Fatalf("%v: nothing was in flight: %+v", sig, found)
		}
		e := gather(t, dir, tape, mustCall(t, "resume", dir, "--output", "json", "--record", tape))
		e.seen, e.kills = [][]byte{seen}, []kill{found}
		for _, f := range judge(alone, e) {
			t.Errorf("%v: %s", sig, f)
		}
	}
}
