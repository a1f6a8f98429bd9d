package sim

import (
	"reflect"
	"testing"

	"tasker-sim/internal/event"
)

// untold are the events without the marks of a kill.
func untold(l lived) (events []event.Event) {
	for _, e := range l.events {
		if e.Kind != event.ProcessDied {
			e.Text = ""
			events = append(events, e)
		}
	}
	return events
}

// TestTeamsSurviveAKill: killed at any time, in whatever collision, with children
// out and names before the committee, the run goes on to the same end.
func TestTeamsSurviveAKill(t *testing.T) {
	sc := parse(t, "team-scaling", "load.tasks=900", "load.duration=336h")
	whole, _ := crashing(t, sc, 7, event.Hour)
	for _, kill := range [][]int{{40}, {203}, {215, 3}, {228}, {250, 20, 5}} {
		cut, _ := crashing(t, sc, 7, event.Hour, kill...)
		for k := range whole.state.Strategies {
			if a, b := business(whole, int8(k)), business(cut, int8(k)); !reflect.DeepEqual(a, b) {
				t.Fatalf("killed at %v: other business in strategy %d", kill, k)
			}
		}
		a, b := untold(whole), untold(cut)
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Fatalf("killed at %v: event %d is %+v, want %+v", kill, i, b[min(i, len(b)-1)], a[i])
			}
		}
		if cut.state.Checks.Violations > 0 || cut.world.Unmet() > 0 {
			t.Errorf("killed at %v: %s; %d rows unmet", kill, cut.state.Checks.First, cut.world.Unmet())
		}
	}
}
