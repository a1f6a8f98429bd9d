package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// ended makes a store of tasks that are over, the first ones in error.
func ended(t *testing.T, path string, tasks, errored int) *Store {
	t.Helper()
	s, err := Open(path, Options{NoSync: true})
	must(t, err)
	var b engine.Batch
	for id := engine.TaskID(1); id <= engine.TaskID(tasks); id++ {
		kind := engine.Completed
		if id <= engine.TaskID(errored) {
			kind = engine.Errored
		}
		at := engine.Time(id)
		b.Records = append(b.Records,
			engine.Record{Kind: engine.Submitted, Task: id, Seq: 1, At: at, Step: engine.None, Class: "a/b@1", Text: fmt.Sprint("k", id), Data: make([]byte, 100)},
			engine.Record{Kind: kind, Task: id, Seq: 2, At: at, Step: engine.None})
	}
	must(t, s.Append(&b))
	return s
}

// TestQueryScansNothing counts what a look-up allocates: one row read is about
// ten allocations, and there are 20,000.
func TestQueryScansNothing(t *testing.T) {
	s := ended(t, filepath.Join(t.TempDir(), "engine.db"), 20_000, 3)
	defer s.Close()
	tests := []struct {
		name string
		q    engine.Query
		rows int
	}{
		{"by state", engine.Query{State: engine.TaskError}, 3},
		{"by state and template", engine.Query{State: engine.TaskError, Template: "a/b"}, 3},
		{"another template", engine.Query{Template: "a/c"}, 0},
		{"what is open", engine.Query{State: engine.TaskParked}, 0},
		{"by time", engine.Query{Since: 15_000, Until: 15_003}, 3},
		{"by time and state", engine.Query{Since: 15_000, Until: 15_003, State: engine.TaskComplete}, 3},
		{"a page in the middle", engine.Query{After: 12_000, Limit: 3, Template: "a"}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows := 0
			allocs := testing.AllocsPerRun(1, func() {
				rows = 0
				must(t, s.Query(tt.q, func(engine.Row) bool { rows++; return true }))
			})
			if rows != tt.rows || allocs > 1000 {
				t.Errorf("%d rows, %v allocations, want %d and few", rows, allocs, tt.rows)
			}
		})
	}
}

// TestNumbersAreNotGivenOutAgain drops the last task first, then the one before.
func TestNumbersAreNotGivenOutAgain(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "engine.db"), Options{NoSync: true})
	must(t, err)
	defer s.Close()
	record := func(kind engine.Kind, id engine.TaskID, seq uint32) engine.Record {
		return engine.Record{Kind: kind, Task: id, Seq: seq, At: 1, Step: engine.None, Class: "a/b@1"}
	}
	must(t, s.Append(&engine.Batch{Records: []engine.Record{record(engine.Submitted, 1, 1), record(engine.Submitted, 2, 1), record(engine.Cancelled, 2, 2)}}))
	for _, end := range []engine.TaskID{1, 0} {
		if n, _, err := s.Retain(engine.Retention{Before: 5}); n != 1 || err != nil {
			t.Errorf("dropped %d, %v", n, err)
		}
		if last, _, err := s.Last(); last != 2 || err != nil {
			t.Errorf("the last task is %d, %v, want 2", last, err)
		}
		if end > 0 {
			must(t, s.Append(&engine.Batch{Records: []engine.Record{record(engine.Cancelled, end, 2)}}))
		}
	}
}

// TestCompact shows that nothing is lost, and what it refuses.
func TestCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engine.db")
	s := ended(t, path, 2000, 3)
	if err := Compact(path); !errors.Is(err, ErrLocked) {
		t.Errorf("compact an open store: %v, want %v", err, ErrLocked)
	}
	if n, next, err := s.Retain(engine.Retention{Before: 1900}); n != 1899 || next != 0 || err != nil {
		t.Errorf("dropped %d, next %d, %v", n, next, err)
	}
	must(t, s.Close())
	write(t, path+".compact", []byte("left by a process that died"))
	before := content(t, path)
	info, err := os.Stat(path)
	must(t, err)
	must(t, Compact(path))
	if after := content(t, path); after != before {
		t.Errorf("after:\n%s\nbefore:\n%s", after, before)
	}
	small, err := os.Stat(path)
	must(t, err)
	if small.Size() > info.Size()/4 {
		t.Errorf("%d bytes of %d are left", small.Size(), info.Size())
	}
	if _, err := os.Stat(path + ".compact"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the copy is still there: %v", err)
	}
	must(t, os.Truncate(path, 3*4096))
	if err := Compact(path); !errors.Is(err, engine.ErrCorrupt) || !strings.Contains(err.Error(), "compact store "+path) {
		t.Errorf("compact a damaged store: %v", err)
	}
	if err := Compact(path + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("compact nothing: %v", err)
	}
}

// content draws all of a store's buckets.
func content(t *testing.T, path string) string {
	t.Helper()
	s, err := Open(path, Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	var b strings.Builder
	must(t, s.view(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			fmt.Fprintf(&b, "%s %d\n", name, bucket.Sequence())
			return bucket.ForEach(func(k, v []byte) error {
				fmt.Fprintf(&b, "  %x %x\n", k, v)
				return nil
			})
		})
	}))
	return b.String()
}
