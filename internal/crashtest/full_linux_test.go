package crashtest

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tasker-sim/internal/cli"
)

// TestFullDisk lets runs meet a full disk in their rush hour. The exit code says
// that it is the disk, a line which file, and when there is room again the run
// goes on as after a kill. It needs the right to mount a small file system.
func TestFullDisk(t *testing.T) {
	w := worlds()[0]
	alone := w.alone(t)
	s := story{world: w, alone: alone}
	for _, room := range []string{"size=512k", "size=1m"} {
		disk, tape := t.TempDir(), filepath.Join(t.TempDir(), "tape")
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, room); errors.Is(err, syscall.EPERM) {
			t.Skip("a file system of one's own may not be mounted here")
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
		dir := filepath.Join(disk, "run")
		seen, stderr, code := call(t, s.first(dir, "1s")...)
		if code != cli.ExitIO || !bytes.HasPrefix(stderr, []byte("error: ")) || !strings.Contains(string(stderr), "no space left on device\nhint: make room, then go on with it: tasker-sim resume "+dir) {
			t.Errorf("%s: exit code %d, stderr\n%s", room, code, stderr)
		}
		found, ok := autopsy(dir)
		if !ok || found.inFlight == 0 {
			t.Fatalf("%s: nothing was in flight when the disk was full: %+v", room, found)
		}
		if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Fatal(err)
		}
		e := gather(t, dir, tape, mustCall(t, "resume", dir, "--output", "json", "--record", tape))
		e.seen, e.kills = [][]byte{seen}, []kill{found}
		for _, f := range judge(alone, e) {
			t.Errorf("%s: %s", room, f)
		}
	}
}
