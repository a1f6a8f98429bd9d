package crashtest

import (
	"bytes"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestKillKey: on a terminal the kill key really kills the process that works,
// and the one that watches over it brings the run back on the same terminal.
func TestKillKey(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pseudo-terminals there")
	}
	dir := t.TempDir() + "/run"
	cmd := command(t, "checkout", "--data-dir", dir, "--tasks", "400", "--set", "load.peak=20x@30m/1m")
	cmd.Env = append(cmd.Env, onTerminal+"=1", "TERM=xterm-256color", "TMUX=", "NO_COLOR=1")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	screen := &reader{t: t, from: tty}
	screen.until("NAIVE")
	screen.until(" of ")
	screen.press("K")
	screen.until("killed, back")
	screen.press("K") // and once more
	screen.until("killed, back")
	screen.press("q")
	rest, _ := io.ReadAll(tty) // an error is the end of a pseudo-terminal
	screen.seen.Write(rest)
	if err := cmd.Wait(); err != nil {
		var exit *exec.ExitError
		t.Fatalf("%v (%T)\n%s", err, exit, tail(screen.seen.String()))
	}
	if n := strings.Count(screen.seen.String(), "killed              at"); n != 2 {
		t.Errorf("the summary tells of %d kills, want 2:\n%s", n, tail(screen.seen.String()))
	}
	if _, stderr, code := call(t, "inspect", dir); code != 0 {
		t.Errorf("inspect: exit code %d: %s", code, stderr)
	}
}

// reader reads a terminal until something stands there.
type reader struct {
	t    *testing.T
	from io.ReadWriter
	seen bytes.Buffer
	done int // what was looked through already
}

func (r *reader) until(words string) {
	r.t.Helper()
	buf := make([]byte, 1<<14)
	for {
		if i := bytes.Index(r.seen.Bytes()[r.done:], []byte(words)); i >= 0 {
			r.done += i + len(words)
			return
		}
		n, err := r.from.Read(buf)
		r.seen.Write(buf[:n])
		if err != nil {
			r.t.Fatalf("waiting for %q: %v; the terminal showed\n%s", words, err, tail(r.seen.String()))
		}
	}
}

func (r *reader) press(keys string) {
	r.t.Helper()
	if _, err := io.WriteString(r.from, keys); err != nil {
		r.t.Fatal(err)
	}
}

// tail is the end of a long text.
func tail(s string) string { return s[max(0, len(s)-3000):] }
