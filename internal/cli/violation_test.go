package cli

import (
	"errors"
	"strings"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// TestViolationNamesTheCommand: what breaks an invariant says where, and with
// which command the run is made again: seed, sets and journal.
func TestViolationNamesTheCommand(t *testing.T) {
	run := &event.Run{
		Scenario: "shop", Seed: 5, Sets: []string{"load.tasks=9"}, Journal: []string{"bank @ 1m..2m: outage"},
		Strategies: []event.Strategy{{Name: "naive"}}, Workflows: []event.Workflow{{Name: "buy", End: 1}},
		Steps: []event.Step{{Name: "pay", Limit: 1}}, Services: []event.Service{{Name: "bank"}},
	}
	state := metrics.New(run)
	state.Apply(&event.Event{Kind: event.StepStarted, At: event.Second, Task: 4, Effect: event.None, Attempt: 1})
	res := result(&stage{name: "my shop.yaml"}, state, 0)
	command := "tasker-sim run 'my shop.yaml' --seed 5 --set load.tasks=9 --inject 'bank @ 1m..2m: outage'"
	if got := res.Invariants; got.Repeat != command || !strings.Contains(got.First, "task 4 in naive, step pay, at 0:00:01") {
		t.Errorf("%+v, want %s", got, command)
	}
	var text strings.Builder
	if err := res.Text(&text); err != nil || !strings.Contains(text.String(), "again: "+command) {
		t.Errorf("%v\n%s", err, text.String())
	}
	var f *failure
	if err := (&watchOptions{}).verdict(&res); !errors.As(err, &f) || f.code != ExitFailed || !strings.HasSuffix(f.hint, command) {
		t.Errorf("%v", err)
	}
}
