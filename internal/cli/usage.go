package cli

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// want accepts least to most arguments; otherwise it says in the words of the
// command's usage line what was wanted.
func want(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage("", "an argument is missing: %s", cmd.UseLine())
		case len(args) > most:
			return usage("", "unexpected argument %q: %s", args[most], cmd.UseLine())
		}
		return nil
	}
}

// badFlag complains about a flag: what was wrong with it, and which one may have
// been meant.
func badFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near, ok := scenario.Nearest(unknown.GetSpecifiedName(), names); ok {
			return usage("did you mean --"+near+"?", "%w", err)
		}
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return usage("", "--%s %q: %s", invalid.GetFlag().Name, invalid.GetValue(), reason(invalid))
	}
	return usage("", "%w", err)
}

// reason is why a flag's value was refused, in words for people.
func reason(err *pflag.InvalidValueError) string {
	var number *strconv.NumError
	switch kind := err.GetFlag().Value.Type(); {
	case kind == "duration":
		return "want a length of time like 90s or 20m"
	case !errors.As(err, &number):
		return err.Unwrap().Error()
	case errors.Is(number.Err, strconv.ErrRange):
		return "too large"
	case strings.HasPrefix(kind, "uint"):
		return "want a whole number, 0 or more"
	case kind == "bool":
		return "want true or false"
	}
	return "want a whole number"
}

// check refuses combinations of flags that mean nothing.
func (o *runOptions) check(f *pflag.FlagSet) error {
	switch {
	case f.Changed("tasks") && o.tasks < 1:
		return usage("", "--tasks %d: want at least 1", o.tasks)
	case f.Changed("duration") && o.duration <= 0:
		return usage("", "--duration %s: want more than nothing", o.duration)
	case f.Changed("mode") && f.Changed("strategies"):
		return usage("", "--mode %s and --strategies %s: want one of the two", o.mode, o.strategies)
	}
	return nil
}

// badLine complains about an --inject: its hint comes last, as with other
// complaints.
func badLine(err error) error {
	var wrong *fault.Error
	if !errors.As(err, &wrong) {
		return usage("", "--inject: %w", err)
	}
	bare := *wrong
	bare.Hint = ""
	return usage(wrong.Hint, "--inject: %w", &bare)
}
