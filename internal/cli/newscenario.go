package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tasker-sim/internal/scenario"
)

const newLong = `Write a scenario of your own to begin with: NAME.yaml in the present directory,
with a comment at every part. It runs at once. With --from it is a copy of a
shipped scenario under a new name. A file that is there already stays as it is.`

// starter is the scenario that a new one begins as.
const starter = "starter/starter.yaml"

func newNew(env *Env) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:     "new NAME",
		Short:   "write a commented scenario of your own to begin with",
		Long:    newLong,
		Example: "  tasker-sim new my\n  tasker-sim new my-checkout --from checkout",
		Args:    want(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, text, err := draft(env, args[0], from)
			if err != nil {
				return err
			}
			if err := writeNew(file, text); err != nil {
				return err
			}
			fmt.Fprintf(env.Stdout, "%s\n", file)
			fmt.Fprintf(env.Stderr, "run it: tasker-sim run %[1]s\nchecks and completion in an editor: tasker-sim schema > %[2]s\n",
				file, filepath.Join(filepath.Dir(file), schemaFile))
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "begin with a copy of this scenario, shipped or your own")
	registerNames(env, cmd, "from")
	return cmd
}

// registerNames completes a flag with the names of scenarios.
func registerNames(env *Env, cmd *cobra.Command, flag string) {
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return append(shipped(env.Scenarios), examples(env.Scenarios)...), cobra.ShellCompDirectiveDefault
	}
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic("cli: " + err.Error())
	}
}

// draft is the file that a new scenario is written to, and its text.
func draft(env *Env, arg, from string) (file string, text []byte, err error) {
	file = arg
	if ext := filepath.Ext(arg); ext != ".yaml" && ext != ".yml" {
		file += ".yaml"
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(name) {
		return "", nil, usage("for example: tasker-sim new "+plainName(name), "%q cannot be a scenario's name: it is made of a-z, 0-9 and -, and begins with a letter", name)
	}
	if from == "" {
		text, err = fs.ReadFile(env.Scenarios, starter)
	} else {
		_, text, err = find(env, from)
	}
	if err != nil {
		return "", nil, err
	}
	text = rename(text, name)
	if _, problems := scenario.Parse(file, text, nil); len(problems) > 0 {
		return "", nil, &failure{ExitUsage, problems, "--from needs a scenario without problems"}
	}
	return file, text, nil
}

// plainName is a name made of what was given, for a hint.
func plainName(name string) string {
	plain := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-0123456789")
	if plain == "" {
		return "my-scenario"
	}
	return plain
}

// rename gives the scenario another name, and its first line a schema beside it.
func rename(text []byte, name string) []byte {
	text = regexp.MustCompile(`(?m)^scenario: *\S+`).ReplaceAll(text, []byte("scenario: "+name))
	text = regexp.MustCompile(`(?m)^# yaml-language-server: .*$`).ReplaceAll(text, []byte("# yaml-language-server: $$schema="+schemaFile))
	return regexp.MustCompile(`\bmy\.yaml`).ReplaceAll(text, []byte(name+".yaml"))
}

// writeNew writes a file that must not be there yet.
func writeNew(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("take another name, or move the file away", "%s is there already", file)
	}
	if err != nil {
		return trouble(err, "")
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// schemaFile is what scenario files look for beside them.
const schemaFile = "scenario.schema.json"

func newSchema(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "print the JSON Schema of scenario files, for editors",
		Long:    "Print the JSON Schema of scenario files. An editor with a YAML language server finds it by\nthe file's first line, # yaml-language-server: $schema=" + schemaFile + ", without a network.",
		Example: "  tasker-sim schema > " + schemaFile,
		Args:    want(0, 0),
		RunE: func(*cobra.Command, []string) error {
			_, err := env.Stdout.Write(scenario.Schema())
			return err
		},
	}
}
