package sim

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"tasker-sim/internal/event"
)

// ErrCrash is what Advance returns when the journal has the process lose its
// memory. Everything up to that instant is durable; the world is to be thrown
// away, and made anew from its store and ledger.
var ErrCrash = errors.New("the process lost its memory")

// ErrDiskFull is what Advance returns when the journal has the disk take no more.
// What was durable before stays so; a world made anew goes on from there, as
// somebody has made room.
var ErrDiskFull = fmt.Errorf("%w, as the journal has it", syscall.ENOSPC)

// A crash and a full disk act at an instant of the journal. So that it does not
// matter how far the world runs ahead of its disk, everything up to that instant
// is durable before: a window always ends there.

// stopAt notes an action that stops the world. Those up to the horizon were
// performed by an earlier process.
func (w *World) stopAt(a *Action) {
	if a.At > w.horizon {
		w.stops = append(w.stops, a)
	}
}

// bound is limit, or the instant of the next stop if that comes before.
func (w *World) bound(limit event.Time) event.Time {
	if len(w.stops) > 0 {
		return min(limit, w.stops[0].At)
	}
	return limit
}

// stop stops the world if its time has come.
func (w *World) stop() error {
	for len(w.stops) > 0 && w.stops[0].At <= w.horizon && !w.ended {
		a := w.stops[0]
		w.stops = w.stops[1:]
		if err := w.halt(a.Kind); err != nil {
			return err
		}
	}
	return nil
}

// halt makes the horizon durable, also if nothing has happened, and has the
// world end there.
func (w *World) halt(kind ActionKind) error {
	w.disk.mark = true
	if err := w.flush(); err != nil {
		return err
	}
	if kind == ActionDiskFull {
		return ErrDiskFull // of the next commit, before anything of it happens
	}
	if !w.disk.keep {
		return fmt.Errorf("%w, and nothing of this run is kept", ErrCrash)
	}
	return ErrCrash
}

// stopNow performs a stop by hand: at the next Advance.
func (w *World) stopNow(a Action) {
	w.stops = slices.Insert(w.stops, 0, &a)
}
