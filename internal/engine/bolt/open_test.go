package bolt

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// filled makes a store with some open tasks and returns its path.
func filled(t testing.TB, tasks int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "engine.db")
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for id := 1; id <= tasks; id++ {
		r := engine.Record{Kind: engine.Submitted, Task: engine.TaskID(id), Seq: 1, Step: engine.None, Class: "a/b@1", Data: make([]byte, 200)}
		if err := s.Append(&engine.Batch{Records: []engine.Record{r}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOpenRefuses shows what is said of each kind of file that is no use.
func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  error
		says  string
	}{
		{"locked", func(t *testing.T, path string) {
			s, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
		}, ErrLocked, "in use by another process"},
		{"text", func(t *testing.T, path string) {
			write(t, path, bytes.Repeat([]byte("no database "), 2000))
		}, ErrNotStore, "not an engine's store (invalid database)"},
		{"directory", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.Mkdir(path, 0o700))
		}, ErrNotStore, "not an engine's store: d"},
		{"foreign bbolt file", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			edit(t, path, func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("other"))
				return err
			})
		}, ErrNotStore, "not an engine's store"},
		{"later format", func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error {
				return tx.Bucket(bucketMeta).Put([]byte("format"), []byte("7"))
			})
		}, ErrVersion, `written in another format: "7", this program reads "2"`},
		{"bucket gone", func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket(bucketOpen) })
		}, engine.ErrCorrupt, `bucket "open" is missing`},
		{"cut short", func(t *testing.T, path string) {
			must(t, os.Truncate(path, 5*4096))
		}, engine.ErrCorrupt, "stored data is corrupt"},
		{"cut to a page and a half", func(t *testing.T, path string) {
			must(t, os.Truncate(path, 6000))
		}, ErrNotStore, "not an engine's store (file size too small 6000)"},
		{"no directory", func(t *testing.T, path string) {
			must(t, os.RemoveAll(filepath.Dir(path)))
		}, fs.ErrNotExist, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filled(t, 200)
			tt.spoil(t, path)
			s, err := Open(path, Options{})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Open: %v\nwant %v, saying %q", err, tt.want, tt.says)
			}
		})
	}
}

// TestLookIntoEmpty: a file that is there and empty is no store for looking only,
// while opening it to write begins one.
func TestLookIntoEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	write(t, path, nil)
	if _, err := Open(path, Options{ReadOnly: true}); !errors.Is(err, ErrNotStore) || !strings.Contains(err.Error(), "the file is empty") {
		t.Errorf("Open to look: %v", err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatalf("Open to write: %v", err)
	}
	must(t, s.Close())
}

// TestOpenNoPermission runs only where the system refuses anything at all.
func TestOpenNoPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may do everything")
	}
	path := filled(t, 1)
	must(t, os.Chmod(path, 0))
	if _, err := Open(path, Options{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open: %v, want a lack of permission", err)
	}
}

// TestDamagedPages overwrites each page in turn: opening and reading everything
// ends well or with an error that says corrupt, and the file can be opened
// again: nothing stays locked.
func TestDamagedPages(t *testing.T) {
	path := filled(t, 200)
	good, err := os.ReadFile(path)
	must(t, err)
	refused, used := 0, usedPages(t, path)
	for at := 0; at < len(good); at += 4096 {
		bad := bytes.Clone(good)
		for i := at; i < at+4096; i++ {
			bad[i] = byte(i*7 + at/4096)
		}
		write(t, path, bad)
		if err := readAll(path); err != nil {
			refused++
			if !errors.Is(err, engine.ErrCorrupt) && !errors.Is(err, ErrNotStore) {
				t.Errorf("page %d damaged: %v", at/4096, err)
			}
		}
		write(t, path, good)
		if err := readAll(path); err != nil {
			t.Fatalf("page %d healed: %v", at/4096, err)
		}
	}
	if refused < used {
		t.Errorf("%d of %d pages in use were noticed when damaged", refused, used)
	}
}

// usedPages counts the pages that hold the tree.
func usedPages(t *testing.T, path string) (used int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	must(t, err)
	defer db.Close()
	must(t, db.View(func(tx *bbolt.Tx) error {
		for id := 0; ; id++ {
			p, err := tx.Page(id)
			if p == nil || err != nil {
				return err
			}
			if p.Type == "leaf" || p.Type == "branch" {
				used++
			}
		}
	}))
	return used
}

// TestCutShortWhileOpen shows that a file that shrinks under an open store
// becomes an error, not the end of the process.
func TestCutShortWhileOpen(t *testing.T) {
	path := filled(t, 200)
	s, err := Open(path, Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	if err := os.Truncate(path, 2*4096); err != nil {
		t.Skip("the system does not cut open files: ", err)
	}
	if _, err := s.Task(150); !errors.Is(err, engine.ErrCorrupt) {
		t.Errorf("Task: %v, want corrupt", err)
	}
}

// FuzzRow reads rows of any bytes.
func FuzzRow(f *testing.F) {
	row := engine.Row{Task: 1, Template: "a/b@1", Key: "k", Submitted: 5}.Over(engine.Completed, 9)
	f.Add(appendRow(nil, &row))
	f.Fuzz(func(t *testing.T, buf []byte) {
		row, err := parseRow(1, buf)
		if err != nil {
			return
		}
		if again, err := parseRow(1, appendRow(nil, &row)); err != nil || again != row {
			t.Errorf("%+v came back as %+v, %v", row, again, err)
		}
	})
}

func readAll(path string) error {
	s, err := Open(path, Options{NoSync: true, ReadOnly: true})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, _, err := s.Last(); err != nil {
		return err
	}
	if err := s.Open(func(engine.TaskID, []engine.Record) error { return nil }); err != nil {
		return err
	}
	if err := s.Query(engine.Query{}, func(engine.Row) bool { return true }); err != nil {
		return err
	}
	if _, err := s.ByKey("k"); err != nil {
		return err
	}
	if err := s.Services(func(engine.ServiceState) error { return nil }); err != nil {
		return err
	}
	return s.Apps(func([]byte) error { return nil })
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	must(t, os.WriteFile(path, content, 0o600))
}

func edit(t testing.TB, path string, f func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(f))
	must(t, db.Close())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamageDoesNotLock: a file that was refused for writing can be opened once
// it is healed, by the same process.
func TestDamageDoesNotLock(t *testing.T) {
	path := filled(t, 20)
	good, err := os.ReadFile(path)
	must(t, err)
	locked := 0
	for at := 0; at < len(good); at += 4096 {
		bad := bytes.Clone(good)
		clear(bad[at:min(at+4096, len(bad))])
		write(t, path, bad)
		if s, err := Open(path, Options{NoSync: true}); err == nil {
			must(t, s.Close())
		} else if !errors.Is(err, engine.ErrCorrupt) && !errors.Is(err, ErrNotStore) {
			t.Errorf("page %d emptied: %v", at/4096, err)
		} else {
			locked++
		}
		write(t, path, good)
		s, err := Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatalf("page %d healed: %v", at/4096, err)
		}
		must(t, s.Close())
	}
	if locked == 0 {
		t.Error("no page was missed")
	}
}
