package cli

import (
	"github.com/spf13/cobra"

	"tasker-sim/internal/tui"
)

// menu lets the person pick a scenario and runs it as if its name had been typed.
func menu(env *Env, cmd *cobra.Command) error {
	list, names := choices(env)
	i, err := tui.Menu(cmd.Context(), list, tui.Options{})
	if err != nil || i < 0 {
		return err
	}
	env.args = names[i]
	sub, rest, err := cmd.Root().Find(names[i])
	if err != nil {
		return err
	}
	sub.SetContext(cmd.Context())
	return sub.RunE(sub, rest)
}

// choices are the menu's lines, and what one would type for each.
func choices(env *Env) (list []tui.Choice, args [][]string) {
	add := func(name, apart string, typed ...string) {
		sc, err := load(env, name, nil)
		if err != nil {
			return // a test says what is wrong with it
		}
		list = append(list, tui.Choice{Name: name, Title: sc.Title, Hook: sc.Story.Hook, Watch: sc.Story.Watch, Apart: apart})
		args = append(args, typed)
	}
	for _, name := range shipped(env.Scenarios) {
		add(name, "", name)
	}
	apart := "examples of the language"
	for _, name := range examples(env.Scenarios) {
		add(name, apart, "run", name)
		apart = ""
	}
	return list, args
}
