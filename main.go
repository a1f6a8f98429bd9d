// Command tasker-sim is a flight simulator for workflow reliability: six
// engineering stories as scenarios, each run naively and orchestrated on the
// same dice, on a dashboard in the terminal.
package main

import (
	"os"

	"golang.org/x/term"

	"tasker-sim/internal/cli"
	"tasker-sim/scenarios"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		self = "" // without a supervisor, then
	}
	os.Exit(cli.Main(os.Args[1:], cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Scenarios: scenarios.FS,
		Terminal: term.IsTerminal(int(os.Stdout.Fd())), Getenv: os.Getenv, Executable: self,
	}))
}
