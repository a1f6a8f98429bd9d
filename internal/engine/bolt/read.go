package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// Last implements [engine.Store].
func (s *Store) Last() (id engine.TaskID, seq uint32, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if k, _ := tx.Bucket(bucketTasks).Cursor().Last(); k != nil {
			if id, err = taskOf(k); err != nil {
				return err
			}
		}
		if v := tx.Bucket(bucketMeta).Get(keyLast); v != nil { // the last ones may have been dropped
			kept, err := taskOf(v)
			if err != nil {
				return err
			}
			id = max(id, kept)
		}
		seq, err = lastSeq(tx.Bucket(bucketHistory))
		return err
	})
	return id, seq, err
}

// lastSeq is the highest Seq of services' records: they come before those of
// task 1.
func lastSeq(history *bbolt.Bucket) (uint32, error) {
	c := history.Cursor()
	before := c.Prev
	if k, _ := c.Seek(idKey(1)); k == nil {
		before = c.Last
	}
	k, v := before()
	if k == nil {
		return 0, nil
	}
	if len(k) != 12 {
		return 0, fmt.Errorf("history key %x: %w", k, engine.ErrCorrupt)
	}
	if binary.BigEndian.Uint64(k) != 0 {
		return 0, nil
	}
	first := binary.BigEndian.Uint32(k[8:])
	records, err := parseRecords(nil, 0, v)
	return first + uint32(len(records)) - 1, err
}

// Open implements [engine.Store].
func (s *Store) Open(f func(engine.TaskID, []engine.Record) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		var records []engine.Record // one after the other in the same memory
		at := tx.Bucket(bucketHistory).Cursor()
		return tx.Bucket(bucketOpen).ForEach(func(k, _ []byte) error {
			id, err := taskOf(k)
			if err != nil {
				return err
			}
			if records, err = history(at, id, records[:0]); err != nil {
				return err
			}
			return f(id, records)
		})
	})
}

// Task implements [engine.Store].
func (s *Store) Task(id engine.TaskID) (records []engine.Record, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		records, err = history(tx.Bucket(bucketHistory).Cursor(), id, nil)
		if err == nil && len(records) == 0 && id != 0 {
			err = fmt.Errorf("task %d: %w", id, engine.ErrUnknown)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// history appends the records of one task, checked to be all there from the
// first, to records, which is empty.
func history(c *bbolt.Cursor, id engine.TaskID, records []engine.Record) (_ []engine.Record, err error) {
	prefix := idKey(uint64(id))
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if len(k) != 12 || int(binary.BigEndian.Uint32(k[8:])) != len(records)+1 {
			return nil, fmt.Errorf("task %d: key %x after record %d: %w", id, k, len(records), engine.ErrCorrupt)
		}
		if records, err = parseRecords(records, id, v); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// parseRecords appends the records of one value to history.
func parseRecords(history []engine.Record, id engine.TaskID, v []byte) ([]engine.Record, error) {
	end := len(v) - crc32.Size
	if end < 0 || crc32.Checksum(v[:end], castagnoli()) != binary.BigEndian.Uint32(v[end:]) {
		return nil, fmt.Errorf("task %d: checksum after record %d: %w", id, len(history), engine.ErrCorrupt)
	}
	v = v[:end]
	for len(v) > 0 {
		seq := uint32(len(history) + 1)
		n, used := binary.Uvarint(v)
		if used <= 0 || n > uint64(len(v)-used) {
			return nil, fmt.Errorf("task %d: length of record %d: %w", id, seq, engine.ErrCorrupt)
		}
		r, err := engine.ParseRecord(v[used : used+int(n)])
		if err != nil {
			return nil, fmt.Errorf("task %d: record %d: %w", id, seq, err)
		}
		r.Task, r.Seq = id, seq
		history = append(history, r)
		v = v[used+int(n):]
	}
	return history, nil
}

// ByKey implements [engine.Store].
func (s *Store) ByKey(key string) (id engine.TaskID, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketKeys).Get([]byte(key)); v != nil {
			id, err = taskOf(v)
		}
		return err
	})
	return id, err
}

// Services implements [engine.Store].
func (s *Store) Services(f func(engine.ServiceState) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketServices).ForEach(func(k, v []byte) error {
			return f(engine.ServiceState{Name: string(k), State: v})
		})
	})
}

// Apps implements [engine.Store]. The bytes are valid during the call.
func (s *Store) Apps(f func([]byte) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketApps).ForEach(func(_, v []byte) error { return f(v) })
	})
}

func taskOf(key []byte) (engine.TaskID, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("task number %x: %w", key, engine.ErrCorrupt)
	}
	return engine.TaskID(binary.BigEndian.Uint64(key)), nil
}
