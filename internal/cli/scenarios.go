package cli

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func newList(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the shipped scenarios and the examples",
		Args:  want(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			tw := tabwriter.NewWriter(env.Stdout, 0, 0, 3, ' ', 0)
			for _, name := range shipped(env.Scenarios) {
				fmt.Fprintf(tw, "%s\t%s\n", name, title(env, name))
			}
			if more := examples(env.Scenarios); len(more) > 0 {
				fmt.Fprintln(tw, "\nexamples, with run:")
				for _, name := range more {
					fmt.Fprintf(tw, "%s\t%s\n", name, title(env, name))
				}
			}
			return tw.Flush()
		},
	}
}

func newShow(env *Env) *cobra.Command {
	var params bool
	var sets []string
	cmd := &cobra.Command{
		Use:     "show SCENARIO|FILE.yaml",
		Short:   "describe a scenario, or list its parameters",
		Example: "  tasker-sim show checkout\n  tasker-sim show checkout --params",
		Args:    want(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sc, err := load(env, args[0], sets)
			if err != nil {
				return err
			}
			if !params {
				_, err = io.WriteString(env.Stdout, sc.Show())
				return err
			}
			tw := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
			for _, p := range sc.Params() {
				fmt.Fprintf(tw, "%s\t%s\t%s\n", p.Path, p.Value, p.Doc)
			}
			return tw.Flush()
		},
	}
	cmd.Flags().BoolVar(&params, "params", false, "list every parameter that --set can change, with its value")
	cmd.Flags().StringArrayVar(&sets, "set", nil, "path=value: change a parameter first")
	return cmd
}

func newValidate(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "validate SCENARIO|FILE.yaml...",
		Short: "check scenario files and say all that is wrong with them",
		Args:  want(1, math.MaxInt),
		RunE: func(cmd *cobra.Command, args []string) error {
			var bad error
			for _, name := range args {
				if _, err := load(env, name, nil); err != nil {
					if bad != nil {
						complain(env.Stderr, cmd, bad)
					}
					bad = err
					continue
				}
				fmt.Fprintf(env.Stdout, "%s: good\n", name)
			}
			return bad
		},
	}
}
