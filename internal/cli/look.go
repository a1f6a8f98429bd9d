package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/sim"
)

// film is a recorded run that also tells its payloads: the tape brings its
// scenario along.
type film struct {
	event.Source
	*sim.Details
}

// opened is a tape, or a kept run as one.
type opened struct {
	event.Source
	name    string
	kept    bool             // it is a kept run, with
	crashes []event.Survival // … the kills that it survived
	journal []string         // … and what people did to it
	close   func() error
}

// openTape reads a tape, or the events of a kept run.
func openTape(name string) (*opened, error) {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return openKept(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, trouble(err, "")
	}
	tape, err := event.NewReader(f)
	if err != nil {
		return nil, errors.Join(trouble(fmt.Errorf("%s: %w", name, err), "--record FILE makes a tape"), f.Close())
	}
	return &opened{Source: withDetails(tape), name: name, close: f.Close}, nil
}

// openKept makes a tape of a kept run.
func openKept(name string) (*opened, error) {
	dir, err := findRun([]string{name})
	if err != nil {
		return nil, err
	}
	kept, err := rundir.Read(dir)
	if err != nil {
		return nil, explain(err, dir)
	}
	film := withDetails(event.NewFilm(kept.Run, kept.Events))
	return &opened{Source: film, name: dir, kept: true, crashes: kept.Crashes, journal: kept.Journal, close: func() error { return nil }}, nil
}

// Unwrap is the tape itself, see [event.As].
func (o *opened) Unwrap() event.Source { return o.Source }

// Advance names the tape if it turns out to be damaged.
func (o *opened) Advance(until event.Time) ([]event.Event, error) {
	evs, err := o.Source.Advance(until)
	if err != nil && !errors.Is(err, io.EOF) {
		err = trouble(fmt.Errorf("%s: %w", o.name, err), "")
	}
	return evs, err
}

// stage is the tape as something to be shown.
func (o *opened) stage() *stage {
	return &stage{src: o, name: o.Run().Scenario, crashes: o.crashes}
}

// withDetails adds the payloads if the scenario on the tape can still be read.
func withDetails(tape event.Source) event.Source {
	sc, err := rundir.Scenario(tape.Run())
	if err != nil {
		return tape
	}
	return film{tape, sim.NewDetails(sc, tape.Run().Seed)}
}

func newReplay(env *Env) *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:   "replay TAPE|RUN",
		Short: "show a recorded run again",
		Long:  "Show a recorded run again: a tape that --record wrote, or a run directory. Same screen, same result; only faults by hand are not possible.",
		Args:  want(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.settle(env); err != nil {
				return err
			}
			tape, err := openTape(args[0])
			if err != nil {
				return err
			}
			o.paceOf(tape.Run())
			s := tape.stage()
			s.rewind = func() (event.Source, error) { return openTape(args[0]) }
			return errors.Join(watch(cmd.Context(), env, s, &o), tape.close())
		},
	}
	o.flags(cmd)
	return cmd
}

func newReport(env *Env) *cobra.Command {
	output, asString := "text", false
	cmd := &cobra.Command{
		Use:     "report RUN|TAPE",
		Short:   "the result of a kept or recorded run",
		Example: "  tasker-sim report last.tape --output markdown > checkout.md\n  tasker-sim report last.tape --share",
		Args:    want(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "ndjson" {
				return usage("`tasker-sim replay "+args[0]+" --output ndjson` prints the tape", "--output ndjson: want text, json or markdown")
			}
			o := watchOptions{headless: true, output: output, theme: "auto"}
			if err := o.settle(env); err != nil {
				return err
			}
			tape, err := openTape(args[0])
			if err != nil {
				return err
			}
			if asString {
				return errors.Join(printShared(env, tape), tape.close())
			}
			return errors.Join(reportTape(cmd.Context(), env, tape.stage(), &o), tape.close())
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, json or markdown")
	cmd.Flags().BoolVar(&asString, "share", false, "print a string that repeats the run anywhere: tasker-sim run --from STRING")
	return cmd
}

// reportTape prints the result of a tape, as far as it can be read.
func reportTape(ctx context.Context, env *Env, s *stage, o *watchOptions) error {
	state, err := drive(ctx, s.src, 0)
	res := result(s, state, 0)
	return errors.Join(o.print(env, s, &res, report.Place{Command: repeatCommand(state.Run, s.name)}), err)
}
