package crash

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
)

// fileLimit is the environment variable with the most bytes that a file may have.
const fileLimit = "TASKER_CRASH_FILE_LIMIT"

// limitFiles makes the system refuse longer files, as a full disk would.
func limitFiles() {
	most, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		panic(err)
	}
}

// TestFileLimit is TestDiskFull with a refusal of the system itself.
func TestFileLimit(t *testing.T) {
	s := &story{plan: plan{"wide", *seed, 14, never}, dir: t.TempDir(), most: 40_000}
	s.refuse(t, death{}, exitStopped, "file too large")
	s.most = 0
	s.tell(t, nil, "-run FileLimit")
}
