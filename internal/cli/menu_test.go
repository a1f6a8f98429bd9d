package cli

import (
	"testing"

	"tasker-sim/scenarios"
)

// TestMenuHasEveryScenario: each line of the menu leads to a command that there
// is, and no shipped scenario is missing.
func TestMenuHasEveryScenario(t *testing.T) {
	env := &Env{Scenarios: scenarios.FS, Terminal: true, Getenv: func(string) string { return "" }}
	list, args := choices(env)
	if want := len(shipped(env.Scenarios)) + len(examples(env.Scenarios)); len(list) != want {
		t.Errorf("the menu has %d lines, want %d", len(list), want)
	}
	root := newRoot(env)
	for i, c := range list {
		sub, rest, err := root.Find(args[i])
		if err != nil || sub == root || c.Hook == "" || c.Title == "" {
			t.Errorf("%s: %v leads to %v %v, %v", c.Name, args[i], sub.Name(), rest, err)
		}
	}
}
