//go:build !linux

package crash

// fileLimit is used on Linux only.
const fileLimit = "TASKER_CRASH_FILE_LIMIT"

func limitFiles() {}
