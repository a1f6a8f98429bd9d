package sim

import (
	"fmt"
	"strings"

	"tasker-sim/internal/event"
)

// book knows which effects the services remember: by key for strategies that
// send keys, and after a crash the rows that the ledger holds although this
// process's past does not.
type book struct {
	keyed   []bool
	natural []bool // by step: its service knows what is there without a key
	// known are calls of the past that met what was there, until they are made again
	// after a crash.
	known map[callID]bool
	bit   []uint64 // of a step, among those of its workflow
	// made[lane][task] has a bit per step whose effect is there, keyed lanes only.
	made  [][]uint64
	undos undos // what was taken back
	// ahead counts, by call, rows of the ledger that lie beyond the last durable window. When
	// the world lives through that time again it meets them.
	ahead map[callID]int
	// met counts rows that were met, repeated the calls made again after a crash.
	met, repeated int
}

// callID tells one call from every other.
type callID struct {
	lane          int8
	task          int32
	step, attempt int16
}

func newBook(run *event.Run) book {
	b := book{made: make([][]uint64, len(run.Strategies)), ahead: map[callID]int{}, undos: newUndos(), known: map[callID]bool{}, natural: make([]bool, len(run.Steps))}
	for i := range run.Strategies {
		b.keyed = append(b.keyed, run.Strategies[i].Keyed)
	}
	for i := range run.Steps {
		b.bit = append(b.bit, 1<<(i-run.Workflows[run.Steps[i].Workflow].First))
	}
	return b
}

func (b *book) has(lane int8, task int32, step int16) bool {
	m := b.made[lane]
	return int(task) < len(m) && m[task]&b.bit[step] != 0
}

func (b *book) note(lane int8, task int32, step int16) {
	if !b.keyed[lane] && !b.natural[step] {
		return
	}
	for int(task) >= len(b.made[lane]) {
		b.made[lane] = append(b.made[lane], 0)
	}
	b.made[lane][task] |= b.bit[step]
}

// Key is the idempotency key that a keyed strategy sends with every attempt of
// the step: a function of task and step and nothing else.
func Key(run *event.Run, task int32, step int) string {
	return fmt.Sprintf("%s-%d/%s", strings.ReplaceAll(run.Noun.One, " ", "-"), task, run.Steps[step].Name)
}

// doneAlready tells whether the service has done this before, and knows it.
func (w *World) doneAlready(o *occurrence) bool {
	return w.remembers(w.book.has(o.lane, o.task, o.step)) && !w.ignoresKeys(o)
}

// makeEffect lets the service of the call do its work. A service that has seen
// the key before does nothing again. over is the class of an effect that took more
// than there was.
func (w *World) makeEffect(o *occurrence, over string) {
	st := &w.steps[o.step]
	if st.Delegates != nil {
		w.handOver(o)
	}
	if st.Effect == nil {
		return
	}
	ev := event.Event{
		At: w.now, Kind: event.EffectMade, Strategy: o.lane, Task: o.task, Step: o.step, Service: int16(st.Service),
		Attempt: o.attempt, Effect: int16(st.Effect.Effect), Amount: w.figures.of(o.task).amounts[o.step],
	}
	if w.doneAlready(o) {
		ev.Kind = event.EffectRepeated
		w.emit(ev)
		return
	}
	w.book.note(o.lane, o.task, o.step)
	ev.Class = over
	w.emit(ev)
	w.writeDown(ev)
}

// writeDown puts an effect into the ledger, unless it is there: a row that lies
// beyond the last durable window was written by the process that died.
func (w *World) writeDown(ev event.Event) {
	id := callID{ev.Strategy, ev.Task, ev.Step, ev.Attempt}
	if n := w.book.ahead[id]; n > 0 {
		if w.book.ahead[id]--; n == 1 {
			delete(w.book.ahead, id)
		}
		w.book.met++
		return
	}
	if _, forgets := w.ledger.(noLedger); forgets {
		return
	}
	if w.book.keyed[ev.Strategy] {
		ev.Text = Key(w.run, ev.Task, int(ev.Step))
	}
	if err := w.ledger.Append(&ev); err != nil && w.failure == nil {
		w.failure = err
	}
}
