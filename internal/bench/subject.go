package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/wall"
)

// subject is one way to do the work on a file: it makes what it needs and
// returns how a client does one workflow and how all of it ends.
type subject struct {
	name string
	open func(path string, clients int, c *commits) (one func(client int) error, end func() error, err error)
}

func subjects() []subject {
	return []subject{{"engine", openEngine}, {"floor", openFloor}, {"update", openUpdates}}
}

// commits counts what reached the disk: two syncs for each commit, and one when
// the file had to grow.
type commits struct {
	mu    sync.Mutex
	path  string
	size  int64
	count int
	syncs int
}

func (c *commits) committed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	c.syncs += 2
	if info, err := os.Stat(c.path); err == nil && info.Size() != c.size {
		c.size = info.Size()
		c.syncs++
	}
}

// counted is the engine's store with its commits counted.
type counted struct {
	engine.Store
	*commits
}

// Append implements [engine.Store].
func (c counted) Append(b *engine.Batch) error {
	err := c.Store.Append(b)
	c.committed()
	return err
}

// clock is the wall clock for an engine.
func clock() engine.Clock {
	return engine.Clock{
		Now: func() engine.Time { return engine.Time(wall.Micros()) },
		Wait: func(until engine.Time) <-chan time.Time {
			return wall.After(time.Duration(int64(until)-wall.Micros()) * time.Microsecond)
		},
	}
}

// openEngine is the engine as a program uses it.
func openEngine(path string, _ int, c *commits) (func(int) error, func() error, error) {
	store, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return nil, nil, err
	}
	e, err := engine.Open(options(counted{store, c}))
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	ref := checkout().Ref
	one := func(int) error { return submitAndWait(e, ref, engine.Submission{Context: make([]byte, contextSize)}) }
	return one, func() error { return errors.Join(e.Close(), store.Close()) }, nil
}

// options are those of an engine whose handlers do nothing.
func options(store engine.Store) engine.Options {
	output := make([]byte, outputSize)
	handlers := map[string]engine.Handler{}
	for _, s := range checkout().Steps {
		handlers[s.Name] = func(context.Context, engine.Call) ([]byte, error) { return output, nil }
	}
	return engine.Options{
		Config: engine.Config{Store: store, Templates: []engine.Template{checkout()}}, Clock: clock(), Handlers: handlers,
	}
}

func submitAndWait(e *engine.Engine, ref engine.Ref, s engine.Submission) error {
	id, err := e.Submit(ref, s)
	if err != nil {
		return err
	}
	state, err := e.Wait(context.Background(), id)
	if err == nil && state != engine.TaskComplete {
		err = fmt.Errorf("task %d is %v", id, state)
	}
	return err
}

var bucket = []byte("history")

// openBare opens a plain database with the engine's own settings.
func openBare(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucket)
		return err
	})
	return db, err
}

// key is the engine's key of what a task wrote from its record first on.
func key(task uint64, first int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, task), uint32(first))
}

func put(tx *bbolt.Tx, k, v []byte) error {
	b := tx.Bucket(bucket)
	b.FillPercent = 0.7
	return b.Put(k, v)
}

// openUpdates is a transaction for each wait of each client.
func openUpdates(path string, _ int, c *commits) (func(int) error, func() error, error) {
	values, records, err := waits()
	if err != nil {
		return nil, nil, err
	}
	db, err := openBare(path)
	if err != nil {
		return nil, nil, err
	}
	var tasks numbers
	one := func(int) error {
		task, first := tasks.next(), 1
		for i, v := range values {
			if err := db.Update(func(tx *bbolt.Tx) error { return put(tx, key(task, first), v) }); err != nil {
				return err
			}
			c.committed()
			first += records[i]
		}
		return nil
	}
	return one, db.Close, nil
}
