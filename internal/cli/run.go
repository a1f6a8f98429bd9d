package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/wall"
)

// runOptions are the flags of a run.
type runOptions struct {
	watchOptions
	strategies string
	mode       string
	seed       uint64
	tasks      int
	duration   time.Duration
	sets       []string
	inject     []string
	from       string
	dataDir    string
	flush      string
}

func (o *runOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Uint64Var(&o.seed, "seed", 7, "what decides every draw; same seed, same run")
	f.StringVar(&o.strategies, "strategies", "", "strategies to compare, in this order: naive,orchestrated")
	f.StringVar(&o.mode, "mode", "compare", "naive, orchestrated or compare: short for --strategies")
	f.IntVar(&o.tasks, "tasks", 0, "how many tasks arrive (default: as the scenario says)")
	f.DurationVar(&o.duration, "duration", 0, "virtual time over which they arrive, at the scenario's density")
	f.StringArrayVar(&o.sets, "set", nil, "path=value: change a parameter of the scenario (show --params lists them)")
	f.StringArrayVar(&o.inject, "inject", nil, "a fault or action of the journal, e.g. 'payment_gateway @ 30m..33m: outage'")
	f.StringVar(&o.dataDir, "data-dir", "", "the run's own directory (default: a new one in your state directory)")
	f.StringVar(&o.flush, "flush", "", "how far the world may run ahead of the disk: a virtual time, or instant (default: 1s at 60x, 5s at max)")
	o.watchOptions.flags(cmd)
}

const runExamples = `  tasker-sim run my.yaml
  tasker-sim run checkout --seed 11 --headless
  tasker-sim run checkout --set faults=off --output json
  tasker-sim run checkout --inject 'payment_gateway @ 30m..33m: outage'
  tasker-sim run --from ts1.…`

func newRun(env *Env) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run SCENARIO|FILE.yaml",
		Short:   "run a scenario, shipped or your own, or what somebody shared",
		Example: runExamples,
		Args:    want(0, 1),
		RunE:    func(cmd *cobra.Command, args []string) error { return runNamed(cmd, env, args, &o) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return shipped(env.Scenarios), cobra.ShellCompDirectiveDefault
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.from, "from", "", "repeat the run of a share `string`, which report --share prints")
	return cmd
}

// runNamed runs the scenario that is named, or the run of a share string.
func runNamed(cmd *cobra.Command, env *Env, args []string, o *runOptions) error {
	switch {
	case o.from == "" && len(args) == 0:
		return usage("", "an argument is missing: %s", cmd.UseLine())
	case o.from == "":
		return runScenario(cmd, env, args[0], o)
	case len(args) > 0:
		return usage("", "%s and --from: want one of the two, the string names its scenario", args[0])
	}
	name, err := o.receive(cmd, env)
	if err != nil {
		return err
	}
	return runScenario(cmd, env, name, o)
}

// newShort is `tasker-sim NAME`, short for `run NAME`.
func newShort(env *Env, name string) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   name,
		Short: title(env, name),
		Args:  want(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return runScenario(cmd, env, name, &o) },
	}
	o.flags(cmd)
	return cmd
}

// title is the scenario's own, without parsing the whole file at every start.
func title(env *Env, name string) string {
	_, text, err := find(env, name)
	if err != nil {
		return name
	}
	for _, line := range strings.Split(string(text), "\n") {
		if t, ok := strings.CutPrefix(line, "title:"); ok {
			return strings.Trim(strings.TrimSpace(t), `"'`)
		}
	}
	return name
}

// runScenario makes a new run and shows it.
func runScenario(cmd *cobra.Command, env *Env, name string, o *runOptions) error {
	if err := errors.Join(o.check(cmd.Flags()), o.settle(env)); err != nil {
		return err
	}
	sc, err := o.load(env, name)
	if err != nil {
		return err
	}
	o.keepPace(sc)
	window, err := o.window(sc.Load.Duration)
	if err != nil {
		return err
	}
	if o.needsSupervisor(env) {
		return errors.Join(o.fix(sc.Load.Duration), o.supervise(cmd.Context(), env))
	}
	again := func() (*rundir.Run, error) {
		return o.create(sc, sim.Options{Seed: o.seed, Journal: o.inject, Window: window})
	}
	r, err := again()
	if err != nil {
		return err
	}
	s := &stage{src: r, run: r, name: name, fresh: true}
	if o.dataDir == "" {
		s.again = again
	}
	return watch(cmd.Context(), env, s, &o.watchOptions)
}

// create makes the run directory with the run in it.
func (o *runOptions) create(sc *scenario.Scenario, opts sim.Options) (*rundir.Run, error) {
	for _, text := range o.inject {
		if _, err := sim.ParseAction(sim.Describe(sc, opts), text); err != nil {
			return nil, badLine(err)
		}
	}
	dir := o.dataDir
	if dir == "" {
		var err error
		if dir, err = newDir(sc.Name, o.seed); err != nil {
			return nil, err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, trouble(err, "")
	}
	r, err := rundir.Create(dir, sc, opts)
	return r, explain(err, dir)
}

// load parses the scenario with the flags that change it. A duration of one's
// own keeps the density of the load: the number of tasks changes with it.
func (o *runOptions) load(env *Env, name string) (*scenario.Scenario, error) {
	sets := slices.Clone(o.sets)
	sc, err := load(env, name, sets)
	if err != nil {
		return nil, err
	}
	tasks := o.tasks
	if o.duration > 0 {
		sets = append(sets, "load.duration="+o.duration.String())
		if tasks == 0 {
			tasks = max(1, int(math.Round(float64(sc.Load.Tasks)*o.duration.Seconds()/sc.Load.Duration.Seconds())))
		}
	}
	if tasks > 0 {
		sets = append(sets, "load.tasks="+strconv.Itoa(tasks))
	}
	if len(sets) > len(o.sets) {
		if sc, err = load(env, name, sets); err != nil {
			return nil, err
		}
	}
	return sc, o.choose(sc)
}

// choose keeps the strategies that were asked for, in the order asked for.
func (o *runOptions) choose(sc *scenario.Scenario) error {
	names := strings.Split(o.strategies, ",")
	if o.strategies == "" {
		switch o.mode {
		case "compare":
			return nil
		default:
			names = []string{o.mode}
		}
	}
	if err := sc.Choose(names); err != nil {
		return usage("", "%w", err)
	}
	return nil
}

// window is how far the world may run ahead of the disk.
func (o *runOptions) window(duration event.Time) (event.Time, error) {
	switch o.flush {
	case "instant":
		return 0, nil
	case "":
		return o.ahead(duration), nil
	}
	d, err := time.ParseDuration(o.flush)
	if err != nil || d <= 0 {
		return 0, usage("", "--flush %q: want a virtual time like 1s, or instant", o.flush)
	}
	return event.FromDuration(d), nil
}

// newResume goes on with a run after a crash.
func newResume(env *Env) *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "go on with a run after a crash or an interruption",
		Long:  "Go on with a run where its last durable moment was. RUN is its directory, or the name of a kept one; without it, the latest.",
		Args:  want(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.settle(env); err != nil {
				return err
			}
			dir, err := findRun(args)
			if err != nil {
				return err
			}
			if o.needsSupervisor(env) {
				return errors.Join(o.fixOf(dir), o.supervise(cmd.Context(), env))
			}
			return resumeRun(cmd.Context(), env, dir, &o)
		},
	}
	o.flags(cmd)
	return cmd
}

func resumeRun(ctx context.Context, env *Env, dir string, o *watchOptions) error {
	r, err := rundir.Resume(dir, 5*event.Second)
	if err != nil {
		return explain(err, dir)
	}
	run := r.World.Run()
	o.paceOf(run)
	r.World.SetWindow(o.ahead(run.Duration))
	if !r.Ended() {
		r.NoteRecovery(wall.SinceStart())
		cs := r.Survived()
		quiet := supervised(env) // the dashboard says it
		if !quiet {
			fmt.Fprintf(env.Stderr, "%s: went on at %s after %.0f ms, %d tasks in flight\n",
				filepath.Base(dir), r.World.Run().Clock(r.Horizon()), wall.SinceStart().Seconds()*1000, cs[len(cs)-1].InFlight)
		}
	}
	return watch(ctx, env, &stage{src: r, run: r, name: r.World.Run().Scenario}, o)
}
