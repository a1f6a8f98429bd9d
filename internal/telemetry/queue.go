package telemetry

import (
	"sync"

	"tasker-sim/internal/event"
)

// item is what waits to be sent: events of the run, or its figures at an instant.
type item struct {
	events  []event.Event
	reading *reading
}

// weight is the room that an item takes, counted in events.
func (i *item) weight() int {
	if i.reading != nil {
		return readingWeight
	}
	return len(i.events)
}

// readingWeight is about how many events have the size of a reading.
const readingWeight = 500

// queue stands between the run and what is sent of it. Its one writer never
// waits, unless it asks to.
type queue struct {
	limit int // of the weight

	mu     sync.Mutex
	items  []item
	load   int // weight of the items, and of those that are being worked on
	closed bool

	wake chan struct{} // there is something, or the queue was closed
	room chan struct{} // something was taken out
	quit chan struct{} // nobody takes anything any more
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, wake: make(chan struct{}, 1), room: make(chan struct{}, 1), quit: make(chan struct{})}
}

// free is the room that is left.
func (q *queue) free() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.limit - q.load
}

// put adds an item. It does not look at the limit: who writes asks for the room
// that is left beforehand.
func (q *queue) put(i item) {
	q.mu.Lock()
	if !q.closed {
		q.items = append(q.items, i)
		q.load += i.weight()
	}
	q.mu.Unlock()
	signal(q.wake)
}

// await waits until there is room for n, or until nobody reads any more.
func (q *queue) await(n int) {
	for q.free() < n {
		select {
		case <-q.room:
		case <-q.quit:
			return
		}
	}
}

// take empties the queue. What was taken keeps its room until done is called.
func (q *queue) take() (items []item, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	items, q.items = q.items, nil
	return items, q.closed
}

// done gives the room of a taken item back.
func (q *queue) done(i *item) {
	q.mu.Lock()
	q.load -= i.weight()
	q.mu.Unlock()
	signal(q.room)
}

// close says that nothing will be put any more.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.wake)
}

// signal wakes whoever waits on c; one signal is enough for any number of news.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// left is how many events nobody has worked on.
func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.load
}
