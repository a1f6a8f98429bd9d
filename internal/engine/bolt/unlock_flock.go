//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package bolt

import (
	"os"
	"syscall"
)

// unlock gives the lock of a file up. To close the file is not enough if bbolt
// panicked: the memory that it had mapped keeps the file open, and the lock with
// it, until the process ends.
func unlock(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) // closed already, or not locked
}
