package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// keeping and compensating are the strategies of undo.yaml.
const (
	keeping      = 0
	compensating = 1
)

// TestCompensation: who takes back what a task has done that is given up leaves no
// charge without a parcel, and has as many refunds as the other has such charges.
func TestCompensation(t *testing.T) {
	tried := 0
	for seed := uint64(1); seed <= 5; seed++ {
		l := run(t, parseFile(t, "undo.yaml"), seed)
		kept, undone := &l.state.Strategies[keeping], &l.state.Strategies[compensating]
		if kept.Promises[0].Broken == 0 || kept.Undo.Tasks != 0 || kept.Effects[0].Undone != 0 {
			t.Errorf("seed %d, keeping: %+v, %+v: want charges without a parcel, and nothing taken back", seed, kept.Promises[0], kept.Undo)
		}
		if undone.Promises[0].Broken != 0 || undone.Promises[1].Broken != 0 {
			t.Errorf("seed %d, compensating: %+v: want no charge and no box without a parcel", seed, undone.Promises)
		}
		if undone.Tasks.Failed != kept.Tasks.Failed || undone.Effects[0].Undone != undone.Undo.Tasks || undone.Undo.Tasks != kept.Promises[0].Broken {
			t.Errorf("seed %d: %d refunds of %d tasks given up (%d failed), want %d (%d failed)",
				seed, undone.Effects[0].Undone, undone.Undo.Tasks, undone.Tasks.Failed, kept.Promises[0].Broken, kept.Tasks.Failed)
		}
		if undone.Effects[0].Count != kept.Effects[0].Count || undone.CleanFailures != undone.Tasks.Failed {
			t.Errorf("seed %d: %d charges, %d clean failures of %d, want %d charges and all clean",
				seed, undone.Effects[0].Count, undone.CleanFailures, undone.Tasks.Failed, kept.Effects[0].Count)
		}
		tried += undone.Undo.Failures
	}
	if tried == 0 {
		t.Error("no refund had to be tried again: the test shows less than it says")
	}
}

// TestUndoInOrder: what was done last is taken back first, each attempt under the
// next number of its step, and the task ends after that.
func TestUndoInOrder(t *testing.T) {
	l := run(t, parseFile(t, "undo.yaml", "services.*.error.rate=0", "services.*.lost_response.rate=0", "load.tasks=3"), 1)
	var got []string
	for i := range l.events {
		e := &l.events[i]
		if e.Strategy == compensating && e.Task == 3 && (e.Kind >= event.TaskGivenUp || e.Kind == event.TaskFailed) {
			word := e.Kind.String()
			if e.Kind != event.TaskFailed {
				word += " " + l.world.run.Steps[e.Step].Name
			}
			if e.Kind == event.UndoStarted && e.Attempt != 2 {
				t.Errorf("%s has attempt %d, want 2", word, e.Attempt)
			}
			got = append(got, word)
		}
	}
	want := []string{"task.given_up send", "undo.started pack", "effect.undone pack", "step.undone pack",
		"undo.started pay", "effect.undone pay", "step.undone pay", "task.failed"}
	if len(got) != len(want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got, want)
			break
		}
	}
}

// TestUnpackedIsThereAgain: what is taken back of something limited others can take.
func TestUnpackedIsThereAgain(t *testing.T) {
	sc := parseFile(t, "undo.yaml", "resources.boxes.scale=0.5", "services.*.error.rate=0", "services.*.lost_response.rate=0")
	l := run(t, sc, 2)
	kept, undone := &l.state.Strategies[keeping], &l.state.Strategies[compensating]
	if kept.Effects[1].Count != 60 || undone.Effects[1].Count-undone.Effects[1].Undone != 60 || undone.Tasks.Succeeded <= kept.Tasks.Succeeded {
		t.Errorf("keeping packed %d and sent %d, compensating packed %d, unpacked %d and sent %d: want 60 boxes in use in both, and more sent",
			kept.Effects[1].Count, kept.Tasks.Succeeded, undone.Effects[1].Count, undone.Effects[1].Undone, undone.Tasks.Succeeded)
	}
}

// TestUndoSurvivesKills: a run that is killed while something is taken back goes on
// as if it had not been, and the ledger has each refund once.
func TestUndoSurvivesKills(t *testing.T) {
	for seed, set := range []string{"load.tasks=120", "load.tasks=110", "services.bank.servers=4", "services.bank.faults=20%duplicate(2s)"} {
		sc, seed := parseFile(t, "undo.yaml", set), uint64(seed)
		whole := run(t, sc, seed)
		for _, kills := range [][]int{{7}, {11}, {16}, {20}, {9, 1, 0, 4}, {12, 2, 2, 2, 2, 2}} {
			l, ledger := crashing(t, sc, seed, 4*event.Second, kills...)
			want, got := withoutDeaths(whole.events), withoutDeaths(l.events)
			compareEvents(t, nil, got, want)
			rows := map[callID]int{}
			for i := range ledger.all {
				if r := &ledger.all[i]; r.Kind == event.EffectUndone {
					rows[callID{r.Strategy, r.Task, r.Step, 0}]++
				}
			}
			for id, n := range rows {
				if n != 1 {
					t.Errorf("seed %d, kills %v: %d rows for the undo of %+v", seed, kills, n, id)
				}
			}
			if u := l.state.Strategies[compensating].Effects; len(rows) != u[0].Undone+u[1].Undone {
				t.Errorf("seed %d, kills %v: %d undos in the ledger, %d on the tape", seed, kills, len(rows), u[0].Undone+u[1].Undone)
			}
		}
	}
}

// withoutDeaths is a life without the kills that it survived.
func withoutDeaths(events []event.Event) (rest []event.Event) {
	for i := range events {
		if events[i].Kind != event.ProcessDied {
			rest = append(rest, events[i])
		}
	}
	return rest
}
