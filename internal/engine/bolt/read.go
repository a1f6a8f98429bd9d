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

// Row is what a list of tasks needs to know of one.
type Row struct {
	Task      engine.TaskID
	Template  string // "namespace/name@version"
	Key       string // idempotency key
	Submitted engine.Time
	Ended     engine.Time // 0: it is open
	End       engine.Kind // how it ended; 0: it is open
}

// Rows calls f for the tasks with number from and above, in order, until f
// returns false.
func (s *Store) Rows(from engine.TaskID, f func(Row) bool) error {
	return s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketTasks).Cursor()
		for k, v := c.Seek(idKey(uint64(from))); k != nil; k, v = c.Next() {
			id, err := taskOf(k)
			if err != nil {
				return err
			}
			row, err := parseRow(id, v)
			if err != nil {
				return err
			}
			if !f(row) {
				return nil
			}
		}
		return nil
	})
}

// append writes a row as kind, times and the two texts, the first after its
// length.
func (r *Row) append(buf []byte) []byte {
	buf = append(buf, byte(r.End))
	buf = binary.AppendVarint(buf, int64(r.Submitted))
	buf = binary.AppendVarint(buf, int64(r.Ended))
	buf = binary.AppendUvarint(buf, uint64(len(r.Template)))
	return append(append(buf, r.Template...), r.Key...)
}

func parseRow(id engine.TaskID, buf []byte) (Row, error) {
	if len(buf) < 4 {
		return Row{}, badRow(id, buf)
	}
	row := Row{Task: id, End: engine.Kind(buf[0])}
	rest := buf[1:]
	var times [2]int64
	for i := range times {
		v, n := binary.Varint(rest)
		if n <= 0 {
			return Row{}, badRow(id, buf)
		}
		times[i], rest = v, rest[n:]
	}
	size, n := binary.Uvarint(rest)
	if n <= 0 || size > uint64(len(rest)-n) {
		return Row{}, badRow(id, buf)
	}
	rest = rest[n:]
	row.Submitted, row.Ended = engine.Time(times[0]), engine.Time(times[1])
	row.Template, row.Key = string(rest[:size]), string(rest[size:])
	return row, nil
}

func badRow(id engine.TaskID, buf []byte) error {
	return fmt.Errorf("row of task %d, %d bytes: %w", id, len(buf), engine.ErrCorrupt)
}

func taskOf(key []byte) (engine.TaskID, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("task number %x: %w", key, engine.ErrCorrupt)
	}
	return engine.TaskID(binary.BigEndian.Uint64(key)), nil
}
