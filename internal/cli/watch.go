package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/tui"
	"tasker-sim/internal/wall"
)

// watchOptions are the flags of everything that shows a run, live or recorded.
type watchOptions struct {
	speed    speed
	headless bool
	output   string
	check    bool
	record   string
	theme    string
	ascii    bool
	telemetryOptions
	find bool
}

// speed is how many seconds of virtual time pass in one of wall-clock time.
// Factor 0: as fast as it goes.
type speed struct {
	factor float64
	given  bool
}

// String implements pflag.Value.
func (s *speed) String() string {
	if s.factor == 0 {
		return "max"
	}
	return strconv.FormatFloat(s.factor, 'g', -1, 64) + "x"
}

// Set implements pflag.Value.
func (s *speed) Set(text string) error {
	s.given = true
	if text == "max" {
		s.factor = 0
		return nil
	}
	f, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || !(f > 0 && f <= 1e6) {
		return fmt.Errorf("want e.g. 60x or max")
	}
	s.factor = f
	return nil
}

// Type implements pflag.Value.
func (s *speed) Type() string { return "speed" }

func (o *watchOptions) flags(cmd *cobra.Command) {
	o.speed.factor = 60
	f := cmd.Flags()
	f.Var(&o.speed, "speed", "virtual seconds per second, e.g. 60x, or max (headless: max)")
	f.BoolVar(&o.headless, "headless", false, "no dashboard: run to the end and print the result")
	f.StringVar(&o.output, "output", "text", "what is printed: text, json, ndjson (the tape) or markdown; all but text mean headless")
	f.BoolVar(&o.check, "check", false, "exit with 1 if a claim of the scenario does not hold")
	f.StringVar(&o.record, "record", "", "write the run as a tape to FILE")
	f.StringVar(&o.theme, "theme", "auto", "auto, dark, light, hc or mono")
	f.BoolVar(&o.find, "find", false, "play: find the incident of the run yourself, first in logs, then with metrics and traces")
	f.BoolVar(&o.ascii, "ascii", false, "draw with ASCII only")
	o.telemetryOptions.flags(f)
}

// keepPace takes the scenario's own speed for the dashboard if none was asked for.
func (o *watchOptions) keepPace(sc *scenario.Scenario) {
	if !o.headless && !o.speed.given {
		o.speed.factor = sc.Load.Speed
	}
}

// paceOf does the same with the scenario that a run or tape carries.
func (o *watchOptions) paceOf(run *event.Run) {
	if sc, err := rundir.Scenario(run); err == nil {
		o.keepPace(sc)
	}
}

// ahead is how far the world may run ahead of the disk at this speed.
func (o *watchOptions) ahead(duration event.Time) event.Time {
	if o.speed.factor == 0 || o.find {
		return fullSpeedWindow(duration)
	}
	return max(event.Millisecond, event.Time(o.speed.factor*float64(event.Second)/60))
}

// settle refuses flags that mean nothing and settles what depends on the terminal.
func (o *watchOptions) settle(env *Env) error {
	switch o.output {
	case "text", "json", "ndjson", "markdown":
	default:
		return usage("", "--output %q: want text, json, ndjson or markdown", o.output)
	}
	switch o.theme {
	case "auto", "dark", "light", "hc", "mono":
	default:
		return usage("", "--theme %q: want auto, dark, light, hc or mono", o.theme)
	}
	if err := o.settleTelemetry(); err != nil {
		return err
	}
	if o.output != "text" || !env.Terminal || env.Getenv("TERM") == "dumb" {
		o.headless = true
	}
	if o.headless && !o.speed.given {
		o.speed.factor = 0
	}
	if o.find && o.headless {
		return usage("", "--find is played on a terminal: not with --headless, --output or a pipe")
	}
	return nil
}

// findable refuses to play where there is nothing to find.
func (o *watchOptions) findable(run *event.Run) error {
	if o.find && (run.Watch == nil || run.Watch.Service < 0) {
		return usage("", "--find: %s has no incident to find; observability has one", run.Scenario)
	}
	return nil
}

// stage is a run that is being shown: live in its directory, or from a tape.
type stage struct {
	src  event.Source
	run  *rundir.Run // nil: a tape
	name string      // how the scenario is called on the command line
	// fresh: the run is new and has not begun.
	fresh bool
	// crashes are the kills that a kept run survived.
	crashes []event.Survival
	// again makes the run anew, for the dashboard's restart key; nil: it cannot be.
	again func() (*rundir.Run, error)
	// rewind is the same for a tape.
	rewind func() (event.Source, error)
}

// close gives up what the stage holds.
func (s *stage) close() error {
	if s.run == nil {
		return nil
	}
	return s.run.Close()
}

// drop is close for a run that is not to begin after all: a new one leaves
// nothing behind.
func (s *stage) drop() error {
	if s.fresh {
		return s.run.Discard()
	}
	return s.close()
}

// restart is what the dashboard's restart key does: the old run is closed and a
// new one begins in a directory of its own.
func (s *stage) restart(env *Env) (event.Source, error) {
	r, err := s.again()
	if err != nil {
		return nil, err
	}
	err = s.close()
	s.run, s.src = r, r
	announce(env, r.Dir)
	return s.src, err
}

// watch shows a run, on the dashboard or headless, says what came of it, and
// closes it.
func watch(ctx context.Context, env *Env, s *stage, o *watchOptions) (err error) {
	clock := wall.Start()
	if err := o.findable(s.src.Run()); err != nil {
		return errors.Join(err, s.drop())
	}
	src, done, err := recorded(env, s.src, o)
	if err != nil {
		return errors.Join(err, s.drop())
	}
	out, err := o.open(env, src.Run(), s.run == nil && o.headless)
	if err != nil {
		return errors.Join(err, done(), s.drop())
	}
	src = out.watch(src)
	defer func() { err = errors.Join(err, out.close(ctx, env), s.close()) }()
	var state *metrics.State
	if o.headless {
		state, err = drive(ctx, src, o.speed.factor)
	} else {
		if s.run != nil {
			announce(env, s.run.Dir)
		}
		state, err = s.dashboard(ctx, env, src, out, o)
	}
	return conclude(env, s, o, state, clock.Elapsed(), errors.Join(err, done()))
}

// dashboard shows the run on the terminal.
func (s *stage) dashboard(ctx context.Context, env *Env, src event.Source, out *outlet, o *watchOptions) (*metrics.State, error) {
	opts := tui.Options{Speed: o.speed.factor, Theme: o.theme, ASCII: o.ascii, Repeat: repeatCommand(src.Run(), s.name), Find: o.find}
	opts.WhatIf = newWhatIf(ctx, src.Run())
	switch {
	case s.rewind != nil:
		opts.Restart = s.rewind
	case s.again != nil && o.record == "":
		opts.Restart = func() (event.Source, error) { return s.restart(env) }
	}
	if restart := opts.Restart; restart != nil {
		opts.Restart = func() (event.Source, error) {
			src, err := restart()
			if err != nil {
				return nil, err
			}
			return out.watch(src), nil
		}
	}
	if supervised(env) && s.run != nil {
		opts.Kill = killMyself
	}
	return tui.Run(ctx, src, opts)
}

// recorded puts the tapes in between that were asked for.
func recorded(env *Env, src event.Source, o *watchOptions) (event.Source, func() error, error) {
	done := func() error { return nil }
	if o.record != "" {
		f, err := os.Create(o.record)
		if err != nil {
			return nil, nil, trouble(err, "--record needs a file that can be written")
		}
		src, done = event.NewTee(src, event.NewWriter(f, src.Run())), f.Close
	}
	if o.output == "ndjson" {
		src = event.NewTee(src, event.NewWriter(env.Stdout, src.Run()))
	}
	return src, done, nil
}

// slice is how much virtual time a headless run lives before it looks up.
func slice(run *event.Run) event.Time { return 2 * fullSpeedWindow(run.Duration) }

// fullSpeedWindow is how far the world may run ahead of the disk when it goes as
// fast as it can: 5 s of an hour, and the same part of a longer run.
func fullSpeedWindow(duration event.Time) event.Time { return max(5*event.Second, duration/720) }

// drive runs the source without a dashboard. factor 0 is as fast as it goes.
func drive(ctx context.Context, src event.Source, factor float64) (*metrics.State, error) {
	state := metrics.New(src.Run())
	clock, horizon := wall.Start(), event.Time(0)
	if w, ok := event.As[*sim.World](src); ok {
		horizon = w.Horizon()
	}
	from := horizon
	for {
		evs, err := src.Advance(horizon)
		for i := range evs {
			state.Apply(&evs[i])
		}
		if errors.Is(err, io.EOF) {
			return state, nil
		}
		if err != nil {
			return state, err
		}
		if ctx.Err() != nil {
			return state, ctx.Err()
		}
		horizon += slice(src.Run())
		if factor > 0 {
			horizon = from + event.Time(clock.Elapsed().Seconds()*factor*float64(event.Second))
			wall.Sleep(ctx, 50_000_000)
		}
	}
}
