package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tasker-sim/internal/sweep"
	"tasker-sim/internal/wall"
)

// sweepOptions are the flags of a sweep.
type sweepOptions struct {
	runOptions
	vary    []string
	seeds   int
	measure string
	form    string
	workers int
	keep    string
}

const sweepExamples = `  tasker-sim sweep checkout --vary steps.process_payment.retry.base=1s..30s/10log
  tasker-sim sweep checkout --vary retry_limit=1..5 --strategies orchestrated --seeds 5
  tasker-sim sweep checkout --vary services.payment_gateway.error.rate=0%..20%/5 \
      --vary steps.process_payment.retry.limit=1..4 --output csv > grid.csv`

func newSweep(env *Env) *cobra.Command {
	var o sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep SCENARIO|FILE.yaml --vary path=from..to/count",
		Short: "run a scenario over ranges of one or two parameters, with many seeds",
		Long: `Run a scenario at each point of a grid of one or two parameters, with many seeds,
and say what a figure comes to there, with Student's 95 % interval over the seeds.
All cores work, each on runs of its own; what comes out is the same on any number
of them. With --keep a sweep that was interrupted goes on where it was.`,
		Example: sweepExamples,
		Args:    want(1, 1),
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), env, args[0]) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return shipped(env.Scenarios), cobra.ShellCompDirectiveDefault
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.vary, "vary", nil, "path=from..to/count (log behind it: equal ratios) or path=a,b,c; once or twice")
	f.IntVar(&o.seeds, "seeds", 10, "runs at each point, with seeds from --seed on")
	f.Uint64Var(&o.seed, "seed", 1, "the first seed")
	f.StringVar(&o.measure, "measure", "first_pass_failure_rate", "the figure: a path below strategies.<name> of a run's JSON")
	f.StringVar(&o.form, "output", "text", "text, csv, json or svg")
	f.StringVar(&o.strategies, "strategies", "", "strategies to run, in this order (default: those of the scenario)")
	f.StringArrayVar(&o.sets, "set", nil, "path=value: change another parameter first")
	f.IntVar(&o.tasks, "tasks", 0, "how many tasks arrive in a run (default: as the scenario says)")
	f.IntVar(&o.workers, "parallel", runtime.GOMAXPROCS(0), "runs at a time")
	f.StringVar(&o.keep, "keep", "", "a file that keeps each run as it ends; the same command goes on with it")
	return cmd
}

func (o *sweepOptions) run(ctx context.Context, env *Env, name string) error {
	p, err := o.plan(env, name)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"text", "csv", "json", "svg"}, o.form) {
		return usage("", "--output %q: want text, csv, json or svg", o.form)
	}
	samples, err := o.samples(ctx, env, p)
	if err != nil {
		return err
	}
	res, err := p.Sum(samples)
	if errors.Is(err, sweep.ErrMeasure) {
		return usage("paths are those below strategies.<name> of `tasker-sim "+name+" --output json`", "--measure %q: %w in %s", o.measure, err, name)
	}
	if err != nil {
		return trouble(err, "")
	}
	if err := o.write(env, res); err != nil {
		return trouble(err, "")
	}
	return nil
}

// plan is what the flags ask for.
func (o *sweepOptions) plan(env *Env, name string) (*sweep.Plan, error) {
	switch {
	case len(o.vary) < 1 || len(o.vary) > 2:
		return nil, usage("e.g. --vary steps.process_payment.retry.base=1s..30s/10", "--vary is given %d times: want once or twice", len(o.vary))
	case o.seeds < 1:
		return nil, usage("", "--seeds %d: want at least 1", o.seeds)
	case o.workers < 1:
		return nil, usage("", "--parallel %d: want at least 1", o.workers)
	case o.tasks < 0:
		return nil, usage("", "--tasks %d: want at least 1", o.tasks)
	}
	if o.tasks > 0 {
		o.sets = append(o.sets, fmt.Sprintf("load.tasks=%d", o.tasks))
	}
	sc, err := load(env, name, o.sets)
	if err != nil {
		return nil, err
	}
	p := &sweep.Plan{Sets: o.sets, Seed: o.seed, Seeds: o.seeds, Measure: o.measure}
	if p.File, p.Text, err = find(env, name); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(p.Text)
	p.Digest = hex.EncodeToString(sum[:8])
	if o.strategies != "" {
		p.Strategies = strings.Split(o.strategies, ",")
		if err := sc.Choose(p.Strategies); err != nil {
			return nil, usage("", "%w", err)
		}
	}
	for _, v := range o.vary {
		a, err := sweep.ParseAxis(v, sc.Params())
		if err != nil {
			return nil, usage("", "--vary %w", err)
		}
		p.Axes = append(p.Axes, a)
	}
	for i := range p.Points() {
		if _, err := p.Scenario(i); err != nil {
			return nil, &failure{ExitUsage, err, ""}
		}
	}
	return p, nil
}

// samples runs what is not kept already.
func (o *sweepOptions) samples(ctx context.Context, env *Env, p *sweep.Plan) ([]sweep.Sample, error) {
	have, keeper, closing, err := o.open(env, p)
	if err != nil {
		return nil, err
	}
	bar := &progress{w: env.Stderr, all: p.Cells() - len(have), watch: wall.Start(), quiet: !isTerminal(env.Stderr)}
	samples, err := p.Run(ctx, o.workers, have, func(s sweep.Sample) error {
		bar.step()
		if keeper == nil {
			return nil
		}
		return keeper.Add(s)
	})
	bar.clear()
	if err = errors.Join(err, closing()); errors.Is(err, context.Canceled) {
		f := &failure{code: exitSignals + 2, err: fmt.Errorf("stopped after %d of %d runs", len(have)+bar.done, p.Cells())}
		if o.keep != "" {
			f.hint = "the same command goes on with " + o.keep
		}
		return nil, f
	} else if err != nil {
		return nil, trouble(err, "")
	}
	return samples, nil
}

// open reads the file that keeps the samples, if there is one.
func (o *sweepOptions) open(env *Env, p *sweep.Plan) (have []sweep.Sample, k *sweep.Keeper, closing func() error, err error) {
	closing = func() error { return nil }
	if o.keep == "" {
		return nil, nil, closing, nil
	}
	f, err := os.OpenFile(o.keep, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, closing, trouble(err, "")
	}
	text, err := io.ReadAll(f)
	if err == nil {
		var end int64
		if have, end, err = p.Resume(bytes.NewReader(text)); err == nil {
			if err = errors.Join(f.Truncate(end), seek(f, end)); err == nil {
				k, err = p.Keep(f, end)
			}
		}
	}
	if err != nil {
		return nil, nil, closing, trouble(errors.Join(fmt.Errorf("%s: %w", o.keep, err), f.Close()), "name another file with --keep, or remove it")
	}
	if len(have) > 0 {
		fmt.Fprintf(env.Stderr, "%s: %d of %d runs are there already\n", o.keep, len(have), p.Cells())
	}
	return have, k, f.Close, nil
}

func seek(f *os.File, to int64) error {
	_, err := f.Seek(to, io.SeekStart)
	return err
}

func (o *sweepOptions) write(env *Env, res *sweep.Result) error {
	switch o.form {
	case "csv":
		return res.CSV(env.Stdout)
	case "json":
		return res.JSON(env.Stdout)
	case "svg":
		return res.SVG(env.Stdout)
	}
	width, _, err := term.GetSize(1)
	if err != nil || !env.Terminal {
		width = 80
	}
	return res.Text(env.Stdout, width)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress says on a line of a terminal how many runs are done and how long the
// others will take.
type progress struct {
	w         io.Writer
	all, done int
	watch     wall.Stopwatch
	quiet     bool
}

func (p *progress) step() {
	p.done++
	if p.quiet {
		return
	}
	took := p.watch.Elapsed()
	left := (took / time.Duration(p.done) * time.Duration(p.all-p.done)).Round(time.Second)
	fmt.Fprintf(p.w, "\r%d of %d runs, %s left\x1b[K", p.done, p.all, left)
}

func (p *progress) clear() {
	if !p.quiet && p.done > 0 {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
