package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"tasker-sim/internal/lab"
	"tasker-sim/internal/wall"
)

func newVerify(env *Env) *cobra.Command {
	o := lab.Options{Workers: runtime.GOMAXPROCS(0)}
	output, list := "text", false
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "hold the simulator against exact theory",
		Long: `Poses laws of probability (oracles) as small scenarios, lets them run, and puts
what was counted beside what the law says, with the probability that chance
alone is that far off. All tests of a call together raise a false alarm with
probability 0.001 at most. Exit code 1: a law or an invariant is broken.

A case of one's own: --set ORACLE.PARAMETER=VALUE, several values with commas
between them. --list shows the oracles and their parameters. See docs/verify.md.`,
		Example: `  tasker-sim verify
  tasker-sim verify --only O1,O7 --seeds 5
  tasker-sim verify --only o1 --set o1.p=0.2,0.3 --set o1.n=4
  tasker-sim verify --output json | jq '.cells[] | select(.ok | not)'`,
		Args: want(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case output != "text" && output != "json":
				return usage("", "--output %q: want text or json", output)
			case list:
				text, err := lab.Describe(o.Only)
				if err != nil {
					return usage("", "%w", err)
				}
				_, err = io.WriteString(env.Stdout, text)
				return err
			}
			o.Progress = tenths(env.Stderr)
			return verify(cmd.Context(), env, &o, output)
		},
	}
	f := cmd.Flags()
	f.Uint64Var(&o.Seed, "seed", 7, "the first seed")
	f.IntVar(&o.Seeds, "seeds", 1, "how many seeds")
	f.StringSliceVar(&o.Only, "only", nil, "oracles by their ids (default: all)")
	f.StringArrayVar(&o.Sets, "set", nil, "ORACLE.PARAMETER=VALUE[,VALUE…]: pose cases of your own (repeatable)")
	f.StringVar(&output, "output", "text", "text or json")
	f.BoolVar(&list, "list", false, "list the oracles with their parameters, and run nothing")
	return cmd
}

func verify(ctx context.Context, env *Env, o *lab.Options, output string) error {
	watch := wall.Start()
	r, err := lab.Verify(ctx, *o)
	switch {
	case errors.Is(err, context.Canceled):
		return &failure{code: ExitFailed, err: fmt.Errorf("interrupted: nothing is verified")}
	case err != nil:
		return usage("`tasker-sim verify --list` shows the oracles and their parameters", "%w", err)
	}
	if output == "json" {
		enc := json.NewEncoder(env.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		_, err = fmt.Fprintf(env.Stdout, "%s%s, %.1f s\n", r.Text(), seeds(o), watch.Elapsed().Seconds())
	}
	switch {
	case err != nil:
		return trouble(err, "")
	case !r.OK:
		return &failure{code: ExitFailed}
	}
	return nil
}

// seeds names the seeds that were asked.
func seeds(o *lab.Options) string {
	if o.Seeds == 1 {
		return fmt.Sprintf("1 seed, %d", o.Seed)
	}
	return fmt.Sprintf("%d seeds, %d to %d", o.Seeds, o.Seed, o.Seed+uint64(o.Seeds)-1)
}

// tenths tells of progress each time another tenth is done, if there is much to do.
func tenths(w io.Writer) func(done, all int) {
	const few = 200
	return func(done, all int) {
		if all > few && done*10/all > (done-1)*10/all {
			fmt.Fprintf(w, "%s %d of %d\n", strings.Repeat("#", done*10/all), done, all)
		}
	}
}
