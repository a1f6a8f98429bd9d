package telemetry

import (
	"context"
	"time"

	"tasker-sim/internal/wall"
)

// sending is the work beside the run.
type sending struct {
	tap    *Tap
	sender *sender
	weaver *weaver
	epoch  time.Time
	cancel context.CancelFunc
	over   chan struct{}
	clock  wall.Stopwatch // since the latest flush
}

// begin starts to send what the tap sees.
func begin(tap *Tap, to exporters, opts *Options, hold time.Duration) *sending {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sending{tap: tap, epoch: opts.Epoch, cancel: cancel, over: make(chan struct{}), clock: wall.Start()}
	s.sender = &sender{to: to, book: tap.book, ctx: ctx, patient: opts.Patient, clock: wall.Start(), hold: hold}
	s.weaver = newWeaver(tap.Run(), opts.Epoch, opts.Share, s.sender)
	go s.work()
	return s
}

// idle is how long the latest spans wait for company before they are sent.
const idle = time.Second

// work takes from the queue and sends until that is closed and empty.
func (s *sending) work() {
	defer close(s.over)
	defer close(s.tap.queue.quit)
	q := s.tap.queue
	for {
		items, closed := q.take()
		for i := range items {
			s.one(&items[i])
			q.done(&items[i])
		}
		switch {
		case len(items) == 0 && closed:
			s.guard(s.weaver.finish)
			s.guard(s.sender.flush)
			return
		case s.clock.Elapsed() >= idle:
			s.guard(s.sender.flush)
			s.clock = wall.Start()
		case len(items) == 0:
			select {
			case <-q.wake:
			case <-wall.After(idle):
			}
		}
	}
}

// one sends what one item is about.
func (s *sending) one(i *item) {
	s.guard(func() {
		if i.reading != nil {
			s.sender.sendPoints(i.reading.metrics(s.tap.Run(), s.epoch))
		}
		for j := range i.events {
			s.weaver.add(&i.events[j])
		}
	})
}

// guard keeps a panic from reaching the run.
func (s *sending) guard(f func()) {
	if err := guarded(s.sender.ctx, func(context.Context) error { f(); return nil }); err != nil {
		s.tap.book.note(func(a *Account) { a.Remark = oneLine(err) })
	}
}

// end waits for the rest to be sent, at most for the given time. What was not sent
// by then is dropped.
func (s *sending) end(rest time.Duration) Account {
	s.tap.queue.close()
	select {
	case <-s.over:
	case <-wall.After(rest):
	}
	s.cancel()
	select {
	case <-s.over:
	case <-wall.After(2 * time.Second): // whatever it is that does not come back, nobody waits for it
	}
	a := s.tap.book.soFar()
	a.Unread += s.tap.queue.left()
	return a
}
