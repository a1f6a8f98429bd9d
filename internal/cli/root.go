package cli

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `tasker-sim is a flight simulator for workflow reliability.

Each scenario is an engineering story run twice on the same dice: once as the
naive code of the story, once orchestrated on a durable workflow engine. Watch
15 % failed checkouts become 0.2 %, stop, open any order and see why.`

const rootExamples = `  tasker-sim checkout                        the dashboard
  tasker-sim checkout --headless --check     the same run as text; exit code 1 if a claim fails
  tasker-sim checkout --output json | jq .paired
  tasker-sim checkout --set steps.process_payment.retry.base=1s
  tasker-sim run my.yaml                     your own scenario
  tasker-sim resume                          go on after a crash`

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "tasker-sim",
		Short:         "see what workflow orchestration buys",
		Long:          rootLong,
		Example:       rootExamples,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownName(env, cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if env.Terminal && env.Getenv("TERM") != "dumb" {
				return menu(env, cmd)
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(badFlag)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run:"}, &cobra.Group{ID: "look", Title: "Look:"}, &cobra.Group{ID: "write", Title: "Scenarios:"})
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	for _, name := range shipped(env.Scenarios) {
		add("run", newShort(env, name))
	}
	add("run", newRun(env), newResume(env), newReplay(env))
	add("look", newReport(env), newInspect(env), newSweep(env), newVerify(env), newAudit(env), newBench(env))
	add("write", newList(env), newShow(env), newValidate(env), newNew(env), newSchema(env))
	return root
}

// shipped names the scenarios in the file system, sorted by name.
func shipped(scenarios fs.FS) []string { return namesIn(scenarios, "*.yaml") }

// examples names the scenarios that show the language.
func examples(scenarios fs.FS) []string { return namesIn(scenarios, "examples/*.yaml") }

func namesIn(scenarios fs.FS, pattern string) []string {
	files, err := fs.Glob(scenarios, pattern)
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// unknownName complains about a first argument that is neither a command nor a
// scenario, and names the nearest.
func unknownName(env *Env, cmd *cobra.Command, name string) error {
	hint := "scenarios: " + strings.Join(shipped(env.Scenarios), ", ") + "; `tasker-sim --help` lists the commands"
	cmd.SuggestionsMinimumDistance = 3
	if s := cmd.SuggestionsFor(name); len(s) > 0 {
		hint = "did you mean `tasker-sim " + s[0] + "`?"
	}
	return usage(hint, "no scenario or command %q", name)
}
