package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// looked is how many rows one transaction of Retain looks at, at most.
const looked = 20_000

// Retain implements [engine.Store] in one transaction. It looks at tasks in the
// order of their numbers and stops at the first that was submitted too late to
// have ended before: what it costs depends on what is dropped and on what older
// tasks are kept, which are those that are open.
func (s *Store) Retain(r engine.Retention) (dropped int, next engine.TaskID, err error) {
	err = s.guard("write", func() error {
		return s.db.Update(func(tx *bbolt.Tx) (err error) {
			var rows []engine.Row
			if rows, next, err = outdated(tx, r); err != nil || len(rows) == 0 {
				return err
			}
			if err := keepLast(tx); err != nil {
				return err
			}
			for i := range rows {
				if err := drop(tx, &rows[i]); err != nil {
					return fmt.Errorf("task %d: %w", rows[i].Task, err)
				}
			}
			dropped = len(rows)
			return nil
		})
	})
	if err != nil {
		return 0, 0, err
	}
	return dropped, next, nil
}

// outdated finds what is to be dropped, and where to go on.
func outdated(tx *bbolt.Tx, r engine.Retention) (rows []engine.Row, next engine.TaskID, err error) {
	c := tx.Bucket(bucketTasks).Cursor()
	n := 0
	for k, v := c.Seek(idKey(uint64(r.From))); k != nil; k, v = c.Next() {
		id, err := taskOf(k)
		if err != nil {
			return nil, 0, err
		}
		row, err := parseRow(id, v)
		if err != nil {
			return nil, 0, err
		}
		if row.Submitted >= r.Before {
			return rows, 0, nil
		}
		if n++; n > looked || r.Limit > 0 && len(rows) == r.Limit {
			return rows, id, nil
		}
		if r.Drops(&row) {
			rows = append(rows, row)
		}
	}
	return rows, 0, nil
}

// keepLast remembers the highest number, which is not to be given out again even
// if its task is dropped.
func keepLast(tx *bbolt.Tx) error {
	last, _ := tx.Bucket(bucketTasks).Cursor().Last()
	meta := tx.Bucket(bucketMeta)
	if bytes.Compare(last, meta.Get(keyLast)) <= 0 {
		return nil
	}
	return meta.Put(keyLast, bytes.Clone(last))
}

// drop removes all that is known of a task.
func drop(tx *bbolt.Tx, row *engine.Row) error {
	id := idKey(uint64(row.Task))
	history := tx.Bucket(bucketHistory)
	var keys [][]byte
	c := history.Cursor()
	for k, _ := c.Seek(id); bytes.HasPrefix(k, id); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		if err := history.Delete(k); err != nil {
			return err
		}
	}
	if used := tx.Bucket(bucketKeys); row.Key != "" && bytes.Equal(used.Get([]byte(row.Key)), id) {
		if err := used.Delete([]byte(row.Key)); err != nil {
			return err
		}
	}
	if err := tx.Bucket(bucketEnded).Delete(append(endedKey(row.Template, row.End), id...)); err != nil {
		return err
	}
	return tx.Bucket(bucketTasks).Delete(id)
}

// compactTx is how many bytes of keys and values one transaction of Compact copies.
const compactTx = 1 << 20

// Compact writes the store at path anew without the space that is free in it, and
// puts the new file in the place of the old one, all or nothing. The store must
// not be open anywhere.
func Compact(path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("compact store %s: %w", path, err)
		}
	}()
	if _, err := os.Stat(path); err != nil {
		return err
	}
	old, err := open(path, Options{})
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, old.Close()) }() // locked until the new one is in its place
	fresh := path + ".compact"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := old.copyTo(fresh); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return syncDir(path)
}

// copyTo makes a durable copy in a new file.
func (s *Store) copyTo(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		return err
	}
	err = s.guard("copy", func() error { return bbolt.Compact(db, s.db, compactTx) })
	if err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}
