//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package bolt

import "os"

// unlock does nothing: locks end when the file is closed here.
func unlock(*os.File) {}
