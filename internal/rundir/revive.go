package rundir

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/event"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/wall"
)

// Advance is the world's, and survives the crashes that a journal asks for: the
// world is thrown away with all that was in memory, the files are closed and
// opened again, and what is on the disk goes on. Only the operating system's part
// of a killed process is missing; `kill -9` has that.
func (r *Run) Advance(until event.Time) ([]event.Event, error) {
	evs, err := r.World.Advance(until)
	r.told += len(evs)
	for errors.Is(err, sim.ErrCrash) {
		evs = slices.Clone(evs)
		if err := r.revive(); err != nil {
			return evs, err
		}
		var more []event.Event
		more, err = r.World.Advance(max(until, r.Horizon()))
		more = more[min(r.told, len(more)):] // it begins with what was told before
		r.told += len(more)
		evs = append(evs, more...)
	}
	return evs, err
}

// Unwrap is the world as it is now: another one after each crash. See [event.As].
func (r *Run) Unwrap() event.Source { return r.World }

// revive makes the world anew from what is on the disk.
func (r *Run) revive() error {
	clock, window := wall.Start(), r.Window()
	err := r.Close()
	r.ledger, r.store, r.papers = nil, nil, papers{}
	if err == nil {
		r.store, err = openStore(r.Dir, bolt.Options{})
	}
	if err == nil {
		err = r.resume(window)
	}
	if err != nil {
		return fmt.Errorf("coming back after a crash: %s: %w", filepath.Base(r.Dir), err)
	}
	r.NoteRecovery(clock.Elapsed())
	return nil
}
