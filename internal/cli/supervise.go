package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"tasker-sim/internal/wall"
)

// A dashboard has a supervisor: the process that was started keeps the terminal
// and runs another one that does the work. If that one is killed (kill -9, from
// another terminal or by the kill key), the supervisor resumes its run on the
// same terminal. It holds nothing of the run: what comes back was on the disk.

// supervisedBy is set in the environment of a process that has a supervisor.
const supervisedBy = "TASKER_SIM_SUPERVISED"

// announceFD is where the supervisor hears which run it watches over: each line
// is a run's directory, the last one counts.
const announceFD = 3

// killsInARow is how often a run is brought back that lives no longer than
// tooShort: something kills it for good.
const (
	killsInARow = 5
	tooShort    = 2 * time.Second
)

func supervised(env *Env) bool { return env.Getenv(supervisedBy) != "" }

// announce tells the supervisor, if there is one, which run is being shown.
func announce(env *Env, dir string) {
	if env.supervisor != nil {
		fmt.Fprintln(env.supervisor, dir) // one that does not listen cannot be told either
	}
}

// needsSupervisor tells whether the command is to be run by another process.
func (o *watchOptions) needsSupervisor(env *Env) bool {
	return !o.headless && env.Executable != "" && !supervised(env) && runtime.GOOS != "windows" // no inherited files there
}

// supervise runs the program with the same arguments and resumes its run
// whenever it is killed.
func (o *watchOptions) supervise(ctx context.Context, env *Env) error {
	args, dir := env.args, ""
	if o.wanted() { // the one date for all lives of the run
		args = slices.Insert(slices.Clone(args), 1, "--epoch", o.epoch)
	}
	terminal, _ := term.GetState(0) // no terminal: nothing to give back
	for quick := 0; ; {
		clock := wall.Start()
		heard, err := runChild(ctx, env, args)
		if heard != "" {
			dir = heard
		}
		if !killed(err) || dir == "" {
			return childFailure(err)
		}
		if terminal != nil {
			term.Restore(0, terminal)
		}
		if quick++; clock.Elapsed() > tooShort {
			quick = 0
		}
		if quick >= killsInARow {
			return &failure{ExitIO, fmt.Errorf("the run was killed %d times right after its start", quick), "go on by hand: tasker-sim resume " + dir}
		}
		args = o.resumeArgs(dir)
	}
}

// resumeArgs are the arguments that go on with the run as it was shown.
func (o *watchOptions) resumeArgs(dir string) []string {
	args := []string{"resume", dir, "--speed", o.speed.String(), "--theme", o.theme}
	if o.ascii {
		args = append(args, "--ascii")
	}
	if o.check {
		args = append(args, "--check")
	}
	if o.record != "" {
		args = append(args, "--record", o.record)
	}
	return append(args, o.telemetryOptions.args()...)
}

// runChild runs the program once and returns the last directory it announced.
func runChild(ctx context.Context, env *Env, args []string) (dir string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, env.Executable, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), supervisedBy+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
	living, held, err := os.Pipe()
	if err != nil {
		return "", errors.Join(err, w.Close())
	}
	defer held.Close()
	cmd.ExtraFiles = []*os.File{w, living}
	err = cmd.Start()
	living.Close() // the child has its own
	w.Close()
	if err != nil {
		return "", err
	}
	err = cmd.Wait()
	heard, _ := io.ReadAll(r) // the child was the only writer: this ends
	lines := strings.Split(strings.TrimSuffix(string(heard), "\n"), "\n")
	return lines[len(lines)-1], err
}

// killed tells whether the child came to its end by SIGKILL.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// childFailure hands the child's exit code on; what there was to say it has said.
func childFailure(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	code := exit.ExitCode()
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = exitSignals + int(status.Signal())
	}
	return &failure{code: code}
}

// killMyself is the kill key.
func killMyself() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = p.Kill() // SIGKILL: there is no after
	}
}
