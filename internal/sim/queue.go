package sim

import "tasker-sim/internal/event"

// occKind says what an occurrence is.
type occKind uint8

const (
	occFaultEnd   occKind = iota // a scheduled fault or burst ends
	occFaultBegin                // … begins
	occRelease                   // a registry goes on by itself
	occArrival                   // a task arrives, in every strategy
	occEffect                    // a service does its work; nobody waits for it any more
	occChild                     // work that was handed over goes on
	occReply                     // a service does its work or refuses, and its answer arrives
	occTimeout                   // a caller stops waiting (strategies without the engine)
	occRetry                     // a caller tries again (strategies without the engine)
	occCall                      // a person who was called acts
	occProgress                  // a batch of rows is done; class: its number
	occLiveEnd                   // a fault injected for a length of time ends: after all else at its instant
	occAction                    // an action of the journal
	occWatch                     // a responder has something to do; lane: whose
)

// occurrence is something that will happen at a known instant.
type occurrence struct {
	at      event.Time
	began   event.Time // when the call began
	task    int32
	step    int16
	attempt int16
	class   int16 // index into the service's refusals, or answered
	lane    int8
	kind    occKind
	effect  bool // of an occReply: the service does its work, whatever it answers
	served  bool // the service worked on it, and has a server free again
	paced   bool // of an occRetry: it has waited for its turn at the caller's rate limit
}

// before orders occurrences by instant; what happens at one instant is ordered
// by what it is, never by when it was put into the queue, so that a world that
// was rebuilt after a crash goes on in the same order.
func (a *occurrence) before(b *occurrence) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	return a.rank() < b.rank()
}

// rank packs kind, lane, task, step and attempt, in this order of weight.
func (a *occurrence) rank() uint64 {
	return uint64(a.kind)<<60 | uint64(uint8(a.lane+1)&15)<<56 | uint64(uint32(a.task))<<24 | uint64(uint16(a.step)&0xfff)<<12 | uint64(uint16(a.attempt)&0xfff)
}

// queue is a 4-ary heap of occurrences by value: shallower than a binary one and
// free of pointers, which is what an event loop spends its time on.
type queue struct {
	heap []occurrence
	// quiet counts the occurrences that do not keep the run alive: scheduled
	// faults and releases go on for ever.
	quiet int
}

func (a *occurrence) isQuiet() bool { return a.kind <= occRelease || a.kind >= occLiveEnd }

func (q *queue) push(o occurrence) {
	if o.isQuiet() {
		q.quiet++
	}
	q.heap = append(q.heap, o)
	i := len(q.heap) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !o.before(&q.heap[up]) {
			break
		}
		q.heap[i] = q.heap[up]
		i = up
	}
	q.heap[i] = o
}

func (q *queue) pop() occurrence {
	top := q.heap[0]
	if top.isQuiet() {
		q.quiet--
	}
	n := len(q.heap) - 1
	last := q.heap[n]
	q.heap = q.heap[:n]
	if n > 0 {
		q.sink(last)
	}
	return top
}

// sink puts o at the root and lets it down to its place.
func (q *queue) sink(o occurrence) {
	i, n := 0, len(q.heap)
	for {
		first := 4*i + 1
		if first >= n {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, n); c++ {
			if q.heap[c].before(&q.heap[least]) {
				least = c
			}
		}
		if !q.heap[least].before(&o) {
			break
		}
		q.heap[i] = q.heap[least]
		i = least
	}
	q.heap[i] = o
}

// idle tells that only things remain that do not keep the run alive.
func (q *queue) idle() bool { return len(q.heap) == q.quiet }
