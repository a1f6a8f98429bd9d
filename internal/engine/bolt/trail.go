package bolt

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// putTrail adds rows at the end of the caller's trail.
func putTrail(tx *bbolt.Tx, rows [][]byte) error {
	if len(rows) == 0 {
		return nil
	}
	trail, err := tx.CreateBucketIfNotExists(bucketTrail)
	if err != nil {
		return fmt.Errorf("trail: %w", err)
	}
	trail.FillPercent = fill
	for _, row := range rows {
		n, err := trail.NextSequence()
		if err == nil {
			err = trail.Put(idKey(n), row)
		}
		if err != nil {
			return fmt.Errorf("trail: %w", err)
		}
	}
	return nil
}

// Trail implements [engine.Store]. The bytes are valid during the call.
func (s *Store) Trail(f func([]byte) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		trail := tx.Bucket(bucketTrail)
		if trail == nil {
			return nil
		}
		return trail.ForEach(func(_, v []byte) error { return f(v) })
	})
}

// Tamper puts other rows in the place of the trail of the store at path: what
// somebody does who can write to the file. It is for drills, on a copy.
func Tamper(path string, change func(rows [][]byte) [][]byte) error {
	s, err := Open(path, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.guard("write", func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			trail := tx.Bucket(bucketTrail)
			if trail == nil {
				return fmt.Errorf("trail: %w", engine.ErrUnknown)
			}
			var rows [][]byte
			err := trail.ForEach(func(_, v []byte) error {
				rows = append(rows, bytes.Clone(v))
				return nil
			})
			if err != nil {
				return err
			}
			if err := tx.DeleteBucket(bucketTrail); err != nil {
				return err
			}
			return putTrail(tx, change(rows))
		})
	})
}
