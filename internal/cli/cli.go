// Package cli is the wiring: the command tree, files and exit codes. Everything
// a command finds out is written to stdout, everything it has to say besides to
// stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
)

// Exit codes.
const (
	ExitOK      = 0
	ExitFailed  = 1 // a claim, check or invariant failed
	ExitUsage   = 2 // usage, or an invalid scenario
	ExitIO      = 3 // a file, a directory or the disk
	exitSignals = 128
)

// Env is what a command may touch of the world outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Scenarios      fs.FS // the shipped scenarios, NAME.yaml
	// Terminal tells whether stdout is one.
	Terminal bool
	Getenv   func(string) string
	// Executable is this program's file, for the dashboard's supervisor. "": the
	// dashboard has none.
	Executable string

	args       []string // that Main got
	supervisor *os.File // who watches over this process; nil: nobody
}

// Main runs the program with the arguments (without its name) and returns its
// exit code.
func Main(args []string, env Env) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env.args = args
	if supervised(&env) {
		env.supervisor = os.NewFile(announceFD, "supervisor")
		ctx = whileHeld(ctx, os.NewFile(livingFD, "living"))
	}
	root := newRoot(&env)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	return complain(env.Stderr, cmd, err)
}

// complain writes what went wrong, with a hint if there is one, and returns the
// exit code.
func complain(stderr io.Writer, cmd *cobra.Command, err error) int {
	if err == nil {
		return ExitOK
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{code: codeOf(err), err: err}
	}
	if f.err != nil {
		fmt.Fprintf(stderr, "error: %s\n", strings.TrimRight(f.err.Error(), "\n"))
	}
	if f.hint == "" && f.code == ExitUsage && f.err != nil {
		f.hint = hintFor(cmd, f.err)
	}
	if f.hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", f.hint)
	}
	return f.code
}

// failure is an error with its exit code and a hint. A nil err: all is said.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{ExitUsage, fmt.Errorf(format, args...), hint}
}

func trouble(err error, hint string) error { return &failure{ExitIO, err, hint} }

// codeOf finds the exit code of an error that does not bring its own: what the
// operating system said is 3, the rest are complaints about usage.
func codeOf(err error) int {
	var path *fs.PathError
	var sys syscall.Errno
	var problems scenario.Problems
	switch {
	case errors.As(err, &problems):
		return ExitUsage
	case errors.As(err, &path), errors.As(err, &sys), errors.Is(err, rundir.ErrInUse), errors.Is(err, rundir.ErrNoRun):
		return ExitIO
	}
	return ExitUsage
}

// hintFor is what to try after a complaint about usage.
func hintFor(cmd *cobra.Command, err error) string {
	var problems scenario.Problems
	if errors.As(err, &problems) {
		return ""
	}
	if cmd.HasParent() {
		return fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	}
	return fmt.Sprintf("`%s --help` lists the commands and flags", cmd.Name())
}
