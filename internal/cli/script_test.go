package cli_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"tasker-sim/internal/cli"
	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
	"tasker-sim/scenarios"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tasker-sim": func() {
		os.Exit(cli.Main(os.Args[1:], cli.Env{
			Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Scenarios: scenarios.FS, Getenv: os.Getenv,
		}))
	}})
}

// TestScripts runs the conversations in testdata/script: what is typed, what is
// answered on which stream, the exit code, and what is left on the disk.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "hold": hold, "cut": cut, "sameresult": sameResult, "json": jsonValue,
		},
	})
}

// exits CODE PROGRAM ARGS… runs the program and wants that exit code. Whatever
// the program has to complain about is on stderr, in few lines, and is no trace
// of a stack.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if trace := regexp.MustCompile(`(?m)^(panic|goroutine|fatal error)\b|\.go:\d+`); trace.MatchString(stdout + stderr) {
		ts.Fatalf("a trace of the stack:\n%s%s", stdout, stderr)
	}
	if complaint := regexp.MustCompile(`(?m)^(error|hint|Usage): ?`); complaint.MatchString(stdout) && want != 0 {
		ts.Fatalf("a complaint on stdout:\n%s", stdout)
	}
	if want != 0 && (!strings.HasPrefix(stderr, "error: ") && !strings.Contains(stderr, "\nerror: ")) {
		ts.Fatalf("exit code %d without a word:\n%s", want, stderr)
	}
}

// hold DIR keeps the run in the directory open until the script ends, as another
// process would.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	run, err := rundir.Resume(ts.MkAbs(args[0]), event.Second)
	ts.Check(err)
	ts.Defer(func() { ts.Check(run.Close()) })
}

// cut FILE BYTES NEW copies the beginning of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[0])[:n]), 0o644))
}

// sameresult FILE FILE compares two results, apart from the time they took.
func sameResult(ts *testscript.TestScript, neg bool, args []string) {
	var r [2]map[string]any
	for i := range r {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &r[i]))
		delete(r[i], "wall_ms")
	}
	if diff := cmp.Diff(r[0], r[1]); (diff == "") == neg {
		ts.Fatalf("results: %s", diff)
	}
}

// json FILE PATH VALUE wants the value at the path of keys, dots between them.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			v = x[i]
		}
	}
	got, err := json.Marshal(v)
	ts.Check(err)
	if (string(got) == args[2]) == neg {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}
