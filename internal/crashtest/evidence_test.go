package crashtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
)

// evidence is what a run left behind.
type evidence struct {
	run    *event.Run
	tape   []byte
	events []event.Event // of the tape
	rows   []event.Event // of the ledger
	result result
	// seen are the tapes that earlier processes had published before they died.
	seen [][]byte
	// kills are the deaths that were caused, as the directory told right after.
	kills []kill
}

// kill is what a death left in the directory.
type kill struct {
	until    event.Time // virtual time had come durably so far
	inFlight int        // tasks that were running, over all strategies
	calls    int        // attempts of durable strategies that were out
	done     int        // effects that these had made already
	ahead    int        // rows of the ledger beyond until
}

// result is the part of the result that is judged.
type result struct {
	Complete   bool `json:"complete"`
	Strategies map[string]struct {
		Tasks   map[string]int `json:"tasks"`
		Effects map[string]int `json:"effects"`
	} `json:"strategies"`
	Invariants struct {
		Checked    int    `json:"checked"`
		Violations int    `json:"violations"`
		First      string `json:"first"`
	} `json:"invariants"`
	Crashes []crash `json:"crashes"`
}

type crash struct {
	AtMS       float64 `json:"at_ms"`
	InFlight   int     `json:"in_flight"`
	Repeated   int     `json:"repeated_calls"`
	Met        int     `json:"effects_already_there"`
	RecoveryMS float64 `json:"recovery_ms"`
}

// gather reads what a finished run left: its tape, its directory and its result.
func gather(t *testing.T, dir, tape string, output []byte) *evidence {
	t.Helper()
	e := &evidence{}
	var err error
	if e.tape, err = os.ReadFile(tape); err != nil {
		t.Fatal(err)
	}
	if e.run, e.events, err = decode(e.tape); err != nil {
		t.Fatal(err)
	}
	kept, err := rundir.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	e.rows = kept.Rows
	if err := json.Unmarshal(output, &e.result); err != nil {
		t.Fatalf("the result is not JSON: %v\n%s", err, output)
	}
	return e
}

// decode reads a whole tape.
func decode(tape []byte) (*event.Run, []event.Event, error) {
	r, err := event.NewReader(bytes.NewReader(tape))
	if err != nil {
		return nil, nil, err
	}
	evs, err := r.Advance(math.MaxInt64)
	if !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("tape without an end: %w", err)
	}
	return r.Run(), slices.Clone(evs), nil
}

// autopsy reads what a process that was killed left in the directory. ok is
// false if it had not come to its first durable window, or was over.
func autopsy(dir string) (k kill, ok bool) {
	kept, err := rundir.Read(dir)
	if err != nil || kept.Ended() {
		return kill{}, false
	}
	s := stand(kept.Events)
	calls := s.calls(kept.Run)
	k = kill{until: kept.Until, inFlight: s.running(), calls: len(calls)}
	for i := range kept.Rows {
		r := &kept.Rows[i]
		if r.At > kept.Until {
			k.ahead++
		} else if calls[callOf(r)] {
			k.done++
		}
	}
	return k, true
}
