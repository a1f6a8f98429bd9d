package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

// format is the version of the stored form. Another one is refused.
const format = "2"

// Why a file cannot be opened, for errors.Is. Damage is [engine.ErrCorrupt]; a
// lack of permission is fs.ErrPermission, a lack of the directory fs.ErrNotExist.
var (
	ErrLocked   = errors.New("in use by another process")
	ErrNotStore = errors.New("not an engine's store")
	ErrVersion  = errors.New("written in another format")
)

// Options of a store. The zero value is safe.
type Options struct {
	Timeout time.Duration // how long to wait for another process to let go; 0: not at all
	// NoSync leaves it to the system when data reaches the disk: what was flushed
	// survives the end of the process, but not a loss of power.
	NoSync bool
	// ReadOnly opens for looking only. Several processes may; none may write.
	ReadOnly bool
}

// Open opens the store in the file at path, or makes a new one.
func Open(path string, o Options) (*Store, error) {
	s, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, explain(err))
	}
	return s, nil
}

func open(path string, o Options) (_ *Store, err error) {
	info, statErr := os.Stat(path)
	fresh := errors.Is(statErr, fs.ErrNotExist)
	if statErr == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %v", ErrNotStore, info.Mode())
	}
	if o.ReadOnly && statErr == nil && info.Size() == 0 { // bbolt would begin one in a file that it may not write
		return nil, fmt.Errorf("%w: the file is empty", ErrNotStore)
	}
	s := &Store{path: path}
	var file *os.File // bbolt lets go of it when it fails, but not when it panics
	err = s.guard("read", func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, boltOptions(o, &file))
		if err != nil {
			return err
		}
		if replaced(file, path) {
			return ErrLocked
		}
		return s.check(o.ReadOnly)
	})
	if err == nil && fresh {
		err = syncDir(path)
	}
	if err != nil {
		s.abandon(file)
		return nil, err
	}
	return s, nil
}

// replaced tells whether [Compact] put another file in the place of ours while we
// waited for the lock.
func replaced(file *os.File, path string) bool {
	ours, err := file.Stat()
	if err != nil {
		return true
	}
	there, err := os.Stat(path)
	return err != nil || !os.SameFile(ours, there)
}

func boltOptions(o Options, file **os.File) *bbolt.Options {
	return &bbolt.Options{
		// bbolt waits for ever if this is 0, and gives up at once if it is tiny.
		Timeout: max(o.Timeout, time.Nanosecond), NoSync: o.NoSync || failpoint.On(failpoint.NoSync), ReadOnly: o.ReadOnly,
		FreelistType: bbolt.FreelistMapType, NoStatistics: true,
		OpenFile: func(path string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(path, flag, mode)
			*file = f
			return f, err
		},
	}
}

// abandon lets go of a file that could not be opened as a store.
func (s *Store) abandon(file *os.File) {
	if s.db != nil {
		_ = s.guard("close", s.db.Close) // the first error is the one to report
	}
	if file != nil {
		unlock(file)
		_ = file.Close() // closed already unless bbolt panicked
	}
}

// check refuses files that are cut short, foreign or of another format, and
// makes the buckets of a new one.
func (s *Store) check(readOnly bool) error {
	empty := false
	err := s.db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(s.path)
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("%d bytes of %d are left: %w", info.Size(), tx.Size(), engine.ErrCorrupt)
		}
		first, _ := tx.Cursor().First()
		empty = first == nil
		return nil
	})
	if err != nil {
		return err
	}
	if empty && !readOnly {
		return s.create()
	}
	return s.db.View(checkBuckets)
}

func (s *Store) create() error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put([]byte("format"), []byte(format))
	})
}

func buckets() [][]byte {
	return [][]byte{bucketMeta, bucketHistory, bucketTasks, bucketOpen, bucketEnded, bucketKeys, bucketServices, bucketApps}
}

func checkBuckets(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if meta == nil || meta.Get([]byte("format")) == nil {
		return ErrNotStore
	}
	if got := meta.Get([]byte("format")); string(got) != format {
		return fmt.Errorf("%w: %q, this program reads %q", ErrVersion, got, format)
	}
	for _, name := range buckets() {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("bucket %q is missing: %w", name, engine.ErrCorrupt)
		}
	}
	return nil
}

// explain puts bbolt's errors into words of ours.
func explain(err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, berrors.ErrInvalid), strings.HasPrefix(err.Error(), "file size too small"): // no error of its own
		return fmt.Errorf("%w (%w)", ErrNotStore, err)
	case errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("%w (%w)", ErrVersion, err)
	case errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("%w (%w)", engine.ErrCorrupt, err)
	}
	return err
}

// syncDir makes the name of a new file durable. Systems that cannot sync a
// directory order such writes themselves.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = dir.Sync()
	return dir.Close()
}

// Close implements [engine.Store]. It waits for reads that are under way.
func (s *Store) Close() error { return s.guard("close", s.db.Close) }

// view runs a read.
func (s *Store) view(f func(*bbolt.Tx) error) error {
	return s.guard("read", func() error { return s.db.View(f) })
}

// guard turns the panics with which bbolt meets damaged pages into errors, and
// so the memory faults of a file that was cut short while it is open.
func (s *Store) guard(what string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v: %w", what, p, engine.ErrCorrupt)
		}
	}()
	return f()
}
