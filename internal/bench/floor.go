package bench

import (
	"errors"
	"runtime"
	"sync/atomic"

	"go.etcd.io/bbolt"
)

// numbers gives tasks their numbers.
type numbers struct{ last atomic.Uint64 }

func (n *numbers) next() uint64 { return n.last.Add(1) }

// write is something to be made durable, and whom to tell.
type write struct {
	key, value []byte
	done       chan<- error
}

// floor is the least that keeps the same promise: clients hand their records to
// one goroutine, which commits all that is waiting and answers. It knows no
// states, timers, indexes or handlers.
type floor struct {
	db      *bbolt.DB
	commits *commits
	queue   chan write
	ended   chan struct{}
}

func openFloor(path string, clients int, c *commits) (func(int) error, func() error, error) {
	values, records, err := waits()
	if err != nil {
		return nil, nil, err
	}
	db, err := openBare(path)
	if err != nil {
		return nil, nil, err
	}
	f := &floor{db: db, commits: c, queue: make(chan write, clients), ended: make(chan struct{})}
	go f.drain()
	var tasks numbers
	done := make([]chan error, clients)
	for i := range done {
		done[i] = make(chan error, 1)
	}
	one := func(client int) error {
		task, first := tasks.next(), 1
		for i, v := range values {
			f.queue <- write{key(task, first), v, done[client]}
			if err := <-done[client]; err != nil {
				return err
			}
			first += records[i]
		}
		return nil
	}
	end := func() error {
		close(f.queue)
		<-f.ended
		return db.Close()
	}
	return one, end, nil
}

// drain commits whatever waits, all of it at once.
func (f *floor) drain() {
	defer close(f.ended)
	var batch []write
	for first := range f.queue {
		runtime.Gosched() // let them all come, as the engine does
		batch = f.gather(append(batch[:0], first))
		err := f.db.Update(func(tx *bbolt.Tx) error {
			var failed error
			for _, w := range batch {
				failed = errors.Join(failed, put(tx, w.key, w.value))
			}
			return failed
		})
		f.commits.committed()
		for _, w := range batch {
			w.done <- err
		}
	}
}

// gather takes what is in the queue now.
func (f *floor) gather(batch []write) []write {
	for {
		select {
		case w, ok := <-f.queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
		default:
			return batch
		}
	}
}
