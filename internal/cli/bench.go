package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tasker-sim/internal/bench"
)

func newBench(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "measure the engine on this machine",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBenchEngine(env), newBenchStore(env), newBenchDrive(env))
	return cmd
}

func newBenchEngine(env *Env) *cobra.Command {
	o := bench.EngineOptions{}
	output := "text"
	cmd := &cobra.Command{
		Use:   "engine",
		Short: "throughput and durations, beside the floor and one transaction per transition",
		Long: `Measures a checkout of five steps that do nothing, durable per step, with the
given numbers of workflows in flight: the engine, the floor and one transaction
per transition in turn. Compare within one run: machines drift.`,
		Example: "  tasker-sim bench engine\n  tasker-sim bench engine --clients 256 --rounds 5 --output json | jq .rows[].of_floor",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkBench(&o, output); err != nil {
				return err
			}
			o.Progress = func(what string) { fmt.Fprintln(env.Stderr, what) }
			r, err := bench.Engine(cmd.Context(), o)
			if err != nil {
				return trouble(err, "")
			}
			return printBench(env, output, r)
		},
	}
	f := cmd.Flags()
	f.IntSliceVar(&o.Clients, "clients", []int{1, 64, 256, 1024}, "workflows in flight, a row each")
	f.DurationVar(&o.Duration, "duration", 2*time.Second, "how long each measurement takes")
	f.IntVar(&o.Workflows, "workflows", 0, "workflows per measurement, instead of a duration")
	f.IntVar(&o.Rounds, "rounds", 3, "how often everything is measured")
	benchFlags(cmd, &o.Dir, &output)
	return cmd
}

func newBenchStore(env *Env) *cobra.Command {
	o := bench.StoreOptions{}
	output := "text"
	cmd := &cobra.Command{
		Use:   "store",
		Short: "a store full of finished tasks: cost per workflow, look-ups, going on after a kill",
		Long: `Fills a store with finished tasks and measures at each power of ten what a
workflow costs and how long a look-up takes; then leaves tasks in flight, and
starts and kills a process on the store several times.`,
		Example: "  tasker-sim bench store --finished 100000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return usage("", "--output %q: want text or json", output)
			}
			if o.Finished < 1 || o.Running < 1 || o.Workflows < 1 || o.Rounds < 1 {
				return usage("", "--finished %d, --running %d, --workflows %d, --rounds %d: want at least 1 each", o.Finished, o.Running, o.Workflows, o.Rounds)
			}
			self, err := os.Executable()
			if err != nil {
				return trouble(err, "")
			}
			o.Drive = func(path string, running int) *exec.Cmd {
				child := exec.CommandContext(cmd.Context(), self, "bench", "drive", path, "--running", strconv.Itoa(running))
				child.Stderr = env.Stderr
				return child
			}
			o.Progress = func(what string) { fmt.Fprintln(env.Stderr, what) }
			r, err := bench.Store(cmd.Context(), o)
			if err != nil {
				return trouble(err, "")
			}
			return printBench(env, output, r)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Finished, "finished", 1_000_000, "finished tasks in the end")
	f.IntVar(&o.Running, "running", 10_000, "tasks in flight")
	f.IntVar(&o.Workflows, "workflows", 20_000, "workflows at each point of the curve")
	f.IntVar(&o.Rounds, "rounds", 3, "restarts")
	benchFlags(cmd, &o.Dir, &output)
	return cmd
}

// newBenchDrive is the process that "bench store" starts and kills.
func newBenchDrive(env *Env) *cobra.Command {
	running := 0
	cmd := &cobra.Command{
		Use:    "drive STORE",
		Short:  "go on with the tasks of a store until killed",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := bench.Drive(cmd.Context(), env.Stdout, args[0], running); err != nil {
				return trouble(err, "")
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&running, "running", 1, "how many tasks are in flight")
	return cmd
}

// benchFlags are the flags of all measurements.
func benchFlags(cmd *cobra.Command, dir, output *string) {
	cmd.Flags().StringVar(dir, "dir", "", "where the files are made and removed again: a real disk (default: the system's place for temporary files)")
	cmd.Flags().StringVar(output, "output", "text", "text or json")
}

func checkBench(o *bench.EngineOptions, output string) error {
	switch {
	case output != "text" && output != "json":
		return usage("", "--output %q: want text or json", output)
	case o.Rounds < 1:
		return usage("", "--rounds %d: want at least 1", o.Rounds)
	case o.Workflows < 0 || o.Duration <= 0:
		return usage("", "--workflows %d, --duration %v: want more than nothing", o.Workflows, o.Duration)
	case len(o.Clients) == 0:
		return usage("", "--clients: want at least one number")
	}
	for _, c := range o.Clients {
		if c < 1 {
			return usage("", "--clients %d: want at least 1", c)
		}
	}
	return nil
}

func printBench(env *Env, output string, r interface{ Text() string }) error {
	if output == "text" {
		_, err := fmt.Fprint(env.Stdout, r.Text())
		return err
	}
	enc := json.NewEncoder(env.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
