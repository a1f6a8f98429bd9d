package telemetry

import (
	"fmt"
	"sync"

	"tasker-sim/internal/event"
)

// Tap is a Source whose events are also shown outside. It passes on what it gets,
// unchanged and at once.
type Tap struct {
	event.Source
	book    *book
	patient bool
	queue   *queue // nil: nothing is sent

	mu    sync.Mutex // guards the tally against scrapes
	tally *tally

	every    event.Time // between readings for OTLP
	next     event.Time
	admitted []map[int32]admission // by strategy: tasks on their way
}

// admission is what was decided about a task when it came.
type admission uint8

const (
	followed admission = iota + 1
	leftOut
	cut
)

// newTap watches src.
func newTap(src event.Source, book *book, q *queue, patient bool) *Tap {
	run := src.Run()
	t := &Tap{Source: src, book: book, patient: patient, queue: q, tally: newTally(run), every: spacing(run)}
	t.next = t.every
	for range run.Strategies {
		t.admitted = append(t.admitted, map[int32]admission{})
	}
	return t
}

// spacing is the virtual time between two readings: 15 s for an hour, and the same
// part of a longer run.
func spacing(run *event.Run) event.Time { return max(15*event.Second, run.Duration/240) }

// Unwrap is the source that is watched, see [event.As].
func (t *Tap) Unwrap() event.Source { return t.Source }

// Advance passes the events on. What goes wrong with showing them is told in the
// account, and is never an error of the run.
func (t *Tap) Advance(until event.Time) ([]event.Event, error) {
	evs, err := t.Source.Advance(until)
	t.see(evs)
	return evs, err
}

func (t *Tap) see(evs []event.Event) {
	defer func() {
		if r := recover(); r != nil {
			t.book.note(func(a *Account) { a.Remark = fmt.Sprintf("telemetry ended with a panic: %v", r) })
		}
	}()
	for len(evs) > 0 {
		n := t.until(evs)
		t.count(evs[:n])
		t.offer(evs[:n])
		if evs = evs[n:]; len(evs) > 0 {
			t.sample()
		}
	}
	if t.tally.now >= t.next {
		t.sample()
	}
}

// until is how many of the events come before the next reading.
func (t *Tap) until(evs []event.Event) int {
	for i := range evs {
		if evs[i].At >= t.next {
			return i
		}
	}
	return len(evs)
}

func (t *Tap) count(evs []event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range evs {
		t.tally.count(&evs[i])
	}
}

// read is the present reading, for scrapes.
func (t *Tap) read() *reading {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tally.read()
}

// sample takes the reading that is due and sets the time of the next.
func (t *Tap) sample() {
	at := t.next
	for t.next <= max(at, t.tally.now) {
		t.next += t.every
	}
	t.sampleAt(at)
}

func (t *Tap) sampleAt(at event.Time) {
	if t.queue == nil {
		return
	}
	r := t.read()
	r.at = at
	t.await(readingWeight)
	if t.queue.free() < readingWeight {
		t.book.note(func(a *Account) { a.Made[points]++; a.Dropped[points]++ })
		return
	}
	t.queue.put(item{reading: r})
}

// await waits for room if the source is one that may be kept waiting.
func (t *Tap) await(n int) {
	if t.patient {
		t.queue.await(min(n, t.queue.limit))
	}
}

// offer hands events over as far as there is room for them.
func (t *Tap) offer(evs []event.Event) {
	if t.queue == nil || len(evs) == 0 {
		return
	}
	t.await(len(evs))
	free := t.queue.free()
	keep := make([]event.Event, 0, len(evs))
	for i := range evs {
		if t.admit(&evs[i], free-len(keep)) {
			keep = append(keep, evs[i])
		}
	}
	t.queue.put(item{events: keep})
}

// admit decides about one event. A task is followed if half of the queue is free
// when it comes, so that there is room for the rest of those that are on their way.
func (t *Tap) admit(e *event.Event, free int) bool {
	if e.Task < 1 || e.Strategy < 0 || int(e.Strategy) >= len(t.admitted) {
		if free <= 0 && !t.patient {
			t.book.note(func(a *Account) { a.Unread++ })
			return false
		}
		return true
	}
	tasks := t.admitted[e.Strategy]
	if e.Kind == event.TaskSubmitted {
		tasks[e.Task] = followed
		if free <= t.queue.limit/2 && !t.patient {
			tasks[e.Task] = leftOut
			t.book.note(func(a *Account) { a.LeftOut++ })
		} else {
			t.book.note(func(a *Account) { a.Traces++ })
		}
	}
	if tasks[e.Task] == followed && free <= 0 && !t.patient {
		tasks[e.Task] = cut
		t.book.note(func(a *Account) { a.Cut++ })
	}
	return tasks[e.Task] == followed
}

// last takes a reading of the end, whatever time that is.
func (t *Tap) last() {
	t.mu.Lock()
	now := t.tally.now
	t.mu.Unlock()
	t.sampleAt(now)
}
