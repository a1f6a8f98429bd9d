package crash

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

// line is one line of the ledger: what the outside saw.
type line struct {
	what    string // call: a handler began; effect: done; repeat: known by its key, not done again
	process int    // from 1
	at      engine.Time
	task    engine.TaskID
	step    string
	n       int
	key     string
}

func (l line) String() string {
	return fmt.Sprintf("%s %d %d %d %s %d %q", l.what, l.process, l.at, l.task, l.step, l.n, l.key)
}

func readLedger(path string) ([]line, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines []line
	for one := range strings.Lines(string(text)) {
		var l line
		if _, err := fmt.Sscanf(one, "%s %d %d %d %s %d %q\n", &l.what, &l.process, &l.at, &l.task, &l.step, &l.n, &l.key); err != nil {
			return nil, fmt.Errorf("ledger %s: line %q: %w", path, one, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// outside is the world beyond the engine. It honours keys, and knows from its
// ledger those that it has met before this process began.
type outside struct {
	mu    sync.Mutex
	file  *os.File
	known map[string]bool
}

func openOutside(path string, lines []line) (*outside, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	o := &outside{file: file, known: map[string]bool{}}
	for _, l := range lines {
		o.known[l.key] = o.known[l.key] || l.what == "effect" && l.key != ""
	}
	return o, nil
}

// write appends a line with one write: a kill leaves it whole or absent.
func (o *outside) write(l line) {
	var buf bytes.Buffer
	fmt.Fprintln(&buf, l)
	if _, err := o.file.Write(buf.Bytes()); err != nil {
		panic(err)
	}
}

// effect does something for a key, if it was not done before.
func (o *outside) effect(l line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l.what = "effect"
	if o.known[l.key] {
		l.what = "repeat"
	}
	o.known[l.key] = l.key != ""
	o.write(l)
	failpoint.Hit(failpoint.LedgerSync)
}

func (o *outside) call(l line) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l.what = "call"
	o.write(l)
}
