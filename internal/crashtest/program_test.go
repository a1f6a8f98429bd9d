package crashtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"tasker-sim/internal/cli"
	"tasker-sim/scenarios"
)

// beProgram is the environment variable that makes the test binary tasker-sim.
const beProgram = "TASKER_SIM_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) == "" {
		os.Exit(m.Run())
	}
	env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Scenarios: scenarios.FS, Getenv: os.Getenv}
	if os.Getenv(onTerminal) != "" {
		env.Terminal = true
		env.Executable, _ = os.Executable() // without one the test fails by itself
	}
	os.Exit(cli.Main(os.Args[1:], env))
}

// onTerminal is set in the environment of a program that is started on a terminal.
const onTerminal = "CRASHTEST_ON_TERMINAL"

// command is the program with these arguments, not yet started.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), beProgram+"=1", "XDG_STATE_HOME="+t.TempDir())
	return cmd
}

// call runs the program to its end and returns both streams and the exit code.
func call(t *testing.T, args ...string) (stdout, stderr []byte, code int) {
	t.Helper()
	cmd := command(t, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("tasker-sim %s: %v", strings.Join(args, " "), err)
	}
	return out.Bytes(), complaints.Bytes(), cmd.ProcessState.ExitCode()
}

// mustCall is call for a run that is to end well.
func mustCall(t *testing.T, args ...string) []byte {
	t.Helper()
	stdout, stderr, code := call(t, args...)
	if code != cli.ExitOK {
		t.Fatalf("tasker-sim %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// moment is when a process is to be killed: as soon as it has published so many
// lines of tape, or written so many bytes of ledger. Both 0: as soon as it runs.
type moment struct {
	lines  int
	ledger int64
}

// strike starts the program, which is to write its tape to stdout, ends it with
// the signal when the moment has come, and returns the whole lines that it had
// published. hit is false if it came to its end before.
func strike(t *testing.T, cmd *exec.Cmd, sig os.Signal, ledger string, when moment) (published []byte, hit bool) {
	t.Helper()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tape := &counted{due: when.lines, reached: make(chan struct{})}
	drained, done := context.WithCancel(context.Background())
	go func() {
		defer done()
		_, err := io.Copy(tape, pipe)
		tape.err = err
	}()
	await(tape, drained, ledger, when)
	_ = cmd.Process.Signal(sig) // it may be over already
	<-drained.Done()
	if tape.err != nil {
		t.Fatal(tape.err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	all := tape.text.Bytes()
	return all[:bytes.LastIndexByte(all, '\n')+1], cmd.ProcessState.ExitCode() != cli.ExitOK
}

// await returns when the moment has come or the process has come to its end.
func await(tape *counted, drained context.Context, ledger string, when moment) {
	if when.lines > 0 {
		select {
		case <-tape.reached:
		case <-drained.Done():
		}
		return
	}
	for when.ledger > 0 && drained.Err() == nil && size(ledger) < when.ledger {
		runtime.Gosched()
	}
}

// size is the length of a file, 0 if there is none.
func size(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// counted collects text and tells when it has so many lines.
type counted struct {
	text    bytes.Buffer
	lines   int
	due     int
	reached chan struct{}
	err     error
}

func (c *counted) Write(p []byte) (int, error) {
	before := c.lines
	c.lines += bytes.Count(p, []byte("\n"))
	if before < c.due && c.lines >= c.due {
		close(c.reached)
	}
	return c.text.Write(p)
}
