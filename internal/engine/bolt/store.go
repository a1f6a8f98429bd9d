package bolt

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

// fill is how full pages are left when they are split. Tasks come at the end, so
// half would waste space; but those in flight still grow in the middle, and a
// page left too full is split again for each of their records.
const fill = 0.7

var (
	bucketMeta     = []byte("meta")
	bucketHistory  = []byte("history")
	bucketTasks    = []byte("tasks")
	bucketOpen     = []byte("open")
	bucketEnded    = []byte("ended")
	bucketKeys     = []byte("keys")
	bucketServices = []byte("services")
	bucketApps     = []byte("apps")
	bucketTrail    = []byte("trail") // made with the first row

	keyLast = []byte("last") // in meta
)

// Store is an engine's store on a bbolt file. It belongs to one core, and to one
// process: the file is locked. Task may be called at any time from anywhere.
type Store struct {
	db   *bbolt.DB
	path string

	// Memory for one batch: the values written, one key and one record, the
	// records by task.
	buf    []byte
	key    []byte
	record []byte
	order  []int32
}

// Append implements [engine.Store]: one transaction.
func (s *Store) Append(b *engine.Batch) error {
	return s.guard("write", func() error {
		err := s.db.Update(func(tx *bbolt.Tx) error {
			s.buf = s.buf[:0]
			if err := s.putRecords(tx, b.Records); err != nil {
				return err
			}
			for _, sv := range b.Services {
				if err := tx.Bucket(bucketServices).Put([]byte(sv.Name), sv.State); err != nil {
					return fmt.Errorf("service %q: %w", sv.Name, err)
				}
			}
			if err := putApp(tx, b.App); err != nil {
				return err
			}
			if err := putTrail(tx, b.Trail); err != nil {
				return err
			}
			return failpoint.Err(failpoint.CommitBefore)
		})
		failpoint.Hit(failpoint.CommitAfter)
		return err
	})
}

// putRecords writes the records task by task, each task's under one key.
func (s *Store) putRecords(tx *bbolt.Tx, records []engine.Record) error {
	s.order = s.order[:0]
	for i := range records {
		s.order = append(s.order, int32(i))
	}
	slices.SortStableFunc(s.order, func(a, b int32) int { return cmp.Compare(records[a].Task, records[b].Task) })
	history := tx.Bucket(bucketHistory)
	history.FillPercent = fill
	for at := 0; at < len(s.order); {
		first := &records[s.order[at]]
		from := len(s.buf)
		for ; at < len(s.order) && records[s.order[at]].Task == first.Task; at++ {
			r := &records[s.order[at]]
			s.record = engine.AppendRecord(s.record[:0], r)
			s.buf = binary.AppendUvarint(s.buf, uint64(len(s.record)))
			s.buf = append(s.buf, s.record...)
			if err := index(tx, r); err != nil {
				return fmt.Errorf("task %d: %w", r.Task, err)
			}
		}
		s.buf = binary.BigEndian.AppendUint32(s.buf, crc32.Checksum(s.buf[from:], castagnoli()))
		// Earlier values stay where they are if the buffer moved: bbolt holds on
		// to them until the transaction ends.
		s.key = appendHistoryKey(s.key[:0], first.Task, first.Seq) // bbolt copies keys
		if err := history.Put(s.key, s.buf[from:len(s.buf):len(s.buf)]); err != nil {
			return fmt.Errorf("task %d: record %d: %w", first.Task, first.Seq, err)
		}
	}
	return nil
}

// castagnoli is the polynomial that processors have an instruction for. bbolt
// has no checksums of its own but for its meta pages.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// index keeps what is looked up by other ways than the history: when a task
// opens and when it ends.
func index(tx *bbolt.Tx, r *engine.Record) error {
	if r.Task == 0 {
		return nil
	}
	key := idKey(uint64(r.Task))
	switch {
	case r.Kind == engine.Submitted:
		tasks := tx.Bucket(bucketTasks)
		tasks.FillPercent = fill
		row := engine.Row{Task: r.Task, Template: r.Class, Key: r.Text, Submitted: r.At}
		if err := tasks.Put(key, appendRow(nil, &row)); err != nil {
			return err
		}
		if r.Text != "" {
			if err := tx.Bucket(bucketKeys).Put([]byte(r.Text), key); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketOpen).Put(key, nil)
	case r.Kind.Ends():
		tasks := tx.Bucket(bucketTasks)
		row, err := rowOf(tx, r.Task)
		if err != nil {
			return err
		}
		row = row.Over(r.Kind, r.At)
		if err := tasks.Put(key, appendRow(nil, &row)); err != nil {
			return err
		}
		ended := tx.Bucket(bucketEnded)
		ended.FillPercent = fill
		if err := ended.Put(append(endedKey(row.Template, r.Kind), key...), nil); err != nil {
			return err
		}
		return tx.Bucket(bucketOpen).Delete(key)
	}
	return nil
}

func putApp(tx *bbolt.Tx, app []byte) error {
	if app == nil {
		return nil
	}
	apps := tx.Bucket(bucketApps)
	apps.FillPercent = fill
	n, err := apps.NextSequence()
	if err != nil {
		return err
	}
	return apps.Put(idKey(n), app)
}

func idKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func appendHistoryKey(buf []byte, id engine.TaskID, seq uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(buf, uint64(id)), seq)
}
