package metrics

import (
	"math"

	"tasker-sim/internal/event"
)

// order is what the strategies share of a task.
type order struct {
	worth int64 // cents
	tags  uint8 // by bit, in the order of Run.Tags
	bad   bool  // its card is bad: ends declined in every strategy
}

// Status is where a task stands in one strategy.
type Status uint8

// The places where a task can stand. Succeeded and all that follow are terminal.
const (
	Absent Status = iota // not submitted
	Running
	Parked
	Succeeded
	Failed
	Declined
	Rejected
)

// Terminal tells whether the task has ended for good.
func (s Status) Terminal() bool { return s >= Succeeded }

// String is the word of the JSON result: "parked".
func (s Status) String() string {
	return [...]string{"absent", "running", "parked", "succeeded", "failed", "declined", "rejected"}[s]
}

// life is one task in one strategy. It is small, since there may be millions.
type life struct {
	flight     int32 // index into ledger.flights while attempts may run, else −1
	status     Status
	everParked bool
	long       bool // counted in WaitedLong
}

// flight is what is known of a task only as long as it may still move.
type flight struct {
	running, waiting, deferred, done uint64 // steps, as bits of [shape]
	skipped                          uint64 // of those done: the task does not need them
	first                            int16  // the step that bit 0 stands for
	stopped                          int16  // step at which it is parked, or event.None

	worked   event.Time // spent in attempts of the steps that are done
	parkedAt event.Time // when it was first parked
}

// ledger keeps the lives of one strategy.
type ledger struct {
	lives   []life   // by task − 1
	effects []uint8  // effects of a kind a task has, saturating: task-major, then kind
	flights []flight // slots, reused
	made    []uint64 // steps that made an effect of a kind: flight-major, then kind
	free    []int32  // free slots
	kinds   int
}

func newLedger(run *event.Run) ledger {
	n, kinds := reserve(run), len(run.Effects)
	return ledger{lives: make([]life, 0, n), effects: make([]uint8, 0, n*kinds), kinds: kinds}
}

// begin makes the life of the next task.
func (g *ledger) begin() *life {
	for range g.kinds {
		g.effects = append(g.effects, 0)
	}
	g.lives = append(g.lives, life{flight: g.takeFlight(), status: Running})
	return &g.lives[len(g.lives)-1]
}

func (g *ledger) takeFlight() int32 {
	slot := int32(len(g.flights))
	if n := len(g.free); n > 0 {
		slot, g.free = g.free[n-1], g.free[:n-1]
	} else {
		g.flights = append(g.flights, flight{})
		for range g.kinds {
			g.made = append(g.made, 0)
		}
	}
	g.flights[slot] = flight{stopped: event.None}
	clear(g.madeBy(slot))
	return slot
}

// release gives back the flight of a terminal task once no attempt runs any more.
func (g *ledger) release(l *life) {
	if l.flight >= 0 && l.status.Terminal() && g.flights[l.flight].running == 0 {
		g.free = append(g.free, l.flight)
		l.flight = -1
	}
}

// of is the flight of a task, nil if it cannot move any more.
func (g *ledger) of(task int32) *flight {
	if f := g.lives[task-1].flight; f >= 0 {
		return &g.flights[f]
	}
	return nil
}

// owned are the counts of effects of a task, by kind.
func (g *ledger) owned(task int32) []uint8 {
	i := int(task-1) * g.kinds
	return g.effects[i : i+g.kinds]
}

// madeBy are the steps that made effects in a flight, by kind.
func (g *ledger) madeBy(slot int32) []uint64 {
	i := int(slot) * g.kinds
	return g.made[i : i+g.kinds]
}

// add counts an effect and tells how many of its kind the task had before.
func (g *ledger) add(task int32, kind int16, bit uint64) (before uint8) {
	n := &g.owned(task)[kind]
	before = *n
	if *n < math.MaxUint8 {
		*n++
	}
	if slot := g.lives[task-1].flight; slot >= 0 {
		g.madeBy(slot)[kind] |= bit
	}
	return before
}

// remove takes one effect off and tells how many of its kind the task had before.
func (g *ledger) remove(task int32, kind int16) (before uint8) {
	n := &g.owned(task)[kind]
	if before = *n; before > 0 {
		*n--
	}
	return before
}

// knows tells whether the process that runs the task knows of its effect: a
// step that made it is complete.
func (g *ledger) knows(task int32, kind int) bool {
	slot := g.lives[task-1].flight
	return slot >= 0 && g.madeBy(slot)[kind]&g.flights[slot].done != 0
}
