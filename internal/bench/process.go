package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Memory is what the process holds, in bytes. What the system does not tell is 0.
type Memory struct {
	Heap      uint64 `json:"heap"`      // objects in use
	Resident  uint64 `json:"resident"`  // all of it that is in memory, pages of the file included
	Anonymous uint64 `json:"anonymous"` // of that, what is not a file's
}

// memory looks at the process as it is.
func memory() Memory {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{Heap: m.HeapInuse, Resident: status("VmRSS"), Anonymous: status("RssAnon")}
}

// settle gives back what earlier measurements left.
func settle() { debug.FreeOSMemory() }

// status reads a line of the process's status in Linux, in bytes.
func status(name string) uint64 { return field("/proc/self/status", name) << 10 }

// written is how many bytes the process has written, by Linux's count.
func written() uint64 { return field("/proc/self/io", "wchar") }

// field finds the number behind "name:" in a file of lines.
func field(file, name string) uint64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		rest, ok := strings.CutPrefix(line, name+":")
		words := strings.Fields(rest)
		if !ok || len(words) == 0 {
			continue
		}
		n, _ := strconv.ParseUint(words[0], 10, 64) // 0: it is not told
		return n
	}
	return 0
}

// busy is the processor time of the whole process, in steps of a hundredth of a
// second, which is what Linux counts in.
func busy() time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may have spaces
	words := strings.Fields(rest)
	if len(words) < 13 {
		return 0
	}
	var ticks uint64
	for _, w := range words[11:13] { // in user and in system mode
		n, _ := strconv.ParseUint(w, 10, 64) // 0: it is not told
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
