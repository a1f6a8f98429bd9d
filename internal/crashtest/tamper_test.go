package crashtest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
)

// TestJudge tampers with the evidence of a run that was killed and resumed, one
// thing at a time. The judge finds each; of the evidence as it is it finds nothing.
func TestJudge(t *testing.T) {
	w := worlds()[0]
	alone := w.alone(t)
	s := &story{world: w, alone: alone}
	dir, tape := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "tape")
	cmd := command(t, s.first(dir, "1s")...)
	seen, _ := strike(t, cmd, os.Kill, filepath.Join(dir, rundir.Ledger), moment{ledger: alone.reach(170 * event.Second)})
	found, ok := autopsy(dir)
	if !ok {
		t.Fatal("the process was killed before its first window was durable")
	}
	killed := gather(t, dir, tape, mustCall(t, "resume", dir, "--output", "json", "--record", tape))
	killed.seen, killed.kills = [][]byte{seen}, []kill{found}
	for _, f := range judge(alone, killed) {
		t.Errorf("untouched: %s", f)
	}
	for _, tt := range tamperings() {
		e := killed.copied()
		tt.tamper(e)
		if found := judge(alone, e); !slices.ContainsFunc(found, func(f finding) bool { return f.law == tt.law }) {
			t.Errorf("%s: the judge does not find %q broken, but %v", tt.name, tt.law, found)
		}
	}
}

// copied is evidence that may be tampered with.
func (e *evidence) copied() *evidence {
	c := *e
	c.events, c.rows, c.kills = slices.Clone(e.events), slices.Clone(e.rows), slices.Clone(e.kills)
	c.result.Crashes = slices.Clone(e.result.Crashes)
	return &c
}

// find is the index of the first event of the strategy and kind that fits.
func (e *evidence) find(strategy int8, kind event.Kind, fits func(*event.Event) bool) int {
	return slices.IndexFunc(e.events, func(ev event.Event) bool {
		return ev.Strategy == strategy && ev.Kind == kind && (fits == nil || fits(&ev))
	})
}

func (e *evidence) drop(i int) { e.events = slices.Delete(e.events, i, i+1) }

// wish is the index of an effect that was made for a task after its death.
func (e *evidence) wish() int {
	dead := map[life]bool{}
	return slices.IndexFunc(e.events, func(ev event.Event) bool {
		dead[lifeOf(&ev)] = dead[lifeOf(&ev)] || died(&ev)
		return ev.Kind == event.EffectMade && dead[lifeOf(&ev)]
	})
}

// tampering breaks one law.
type tampering struct {
	name, law string
	tamper    func(*evidence)
}

func tamperings() []tampering {
	const naive, orchestrated = 0, 1
	return []tampering{
		{"an order without an end", "nothing lost", func(e *evidence) { e.drop(e.find(orchestrated, event.TaskSucceeded, nil)) }},
		{"an order that never arrived", "nothing lost", func(e *evidence) { e.drop(e.find(naive, event.TaskSubmitted, nil)) }},
		{"an order that ends twice", "nothing lost", func(e *evidence) { e.events = append(e.events, e.events[e.find(naive, event.TaskFailed, nil)]) }},
		{"a second charge under one key", "nothing doubled", func(e *evidence) {
			again := e.rows[slices.IndexFunc(e.rows, func(r event.Event) bool { return r.Strategy == orchestrated })]
			again.Attempt++
			e.rows = append(e.rows, again)
		}},
		{"another amount", "durable strategies as if nothing had been", func(e *evidence) { e.events[e.find(orchestrated, event.EffectMade, nil)].Amount++ }},
		{"a retry less", "durable strategies as if nothing had been", func(e *evidence) { e.drop(e.find(orchestrated, event.StepRetrying, nil)) }},
		{"a burst less", "durable strategies as if nothing had been", func(e *evidence) { e.drop(e.find(event.None, event.FaultBegan, nil)) }},
		{"another outcome of an order that lived on", "the others differ by their dead only", func(e *evidence) {
			e.events[e.find(naive, event.TaskSucceeded, nil)].Kind = event.TaskFailed
		}},
		{"a death that nobody caused", "the others differ by their dead only", func(e *evidence) {
			e.events[e.find(naive, event.TaskFailed, func(ev *event.Event) bool { return !died(ev) })].Text = "because"
		}},
		{"a charge after death", "the others differ by their dead only", func(e *evidence) { e.events[e.wish()].Amount++ }},
		{"a call that the death recalled", "what the dead had asked for is done", func(e *evidence) { e.drop(e.wish()) }},
		{"a row less", "the ledger is the tape's effects", func(e *evidence) { e.rows = e.rows[1:] }},
		{"a row more", "the ledger is the tape's effects", func(e *evidence) { e.rows = append(e.rows, e.rows[0]) }},
		{"a tape that takes back what was seen", "what was seen stays", func(e *evidence) { e.tape = e.tape[1:] }},
		{"a violation", "the result tells the same", func(e *evidence) { e.result.Invariants.Violations = 1 }},
		{"an incomplete run", "the result tells the same", func(e *evidence) { e.result.Complete = false }},
		{"a miscount", "the result tells the same", func(e *evidence) { e.rows = append(e.rows, e.rows[0]) }},
		{"fewer in flight", "the crashes are told truly", func(e *evidence) { e.result.Crashes[0].InFlight-- }},
		{"fewer calls repeated", "the crashes are told truly", func(e *evidence) { e.result.Crashes[0].Repeated-- }},
		{"fewer effects met", "the crashes are told truly", func(e *evidence) { e.result.Crashes[0].Met-- }},
		{"a kill that is not told", "the crashes are told truly", func(e *evidence) { e.result.Crashes = nil }},
		{"a crash that was not", "the crashes are told truly", func(e *evidence) { e.kills = nil }},
	}
}
