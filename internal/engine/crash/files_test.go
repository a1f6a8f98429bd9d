package crash

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/engine/failpoint"
)

// TestDiskFull lets the disk refuse: the engine stops with that error and takes
// nothing more, also if the disk is well again at once. The next process goes on,
// and nothing that was acknowledged is lost.
func TestDiskFull(t *testing.T) {
	program := pointed(t)
	const full = "no space left on device"
	for _, point := range []string{failpoint.CommitBefore, failpoint.DiskSpace, failpoint.Resize, failpoint.Write, failpoint.WriteMeta, failpoint.Map} {
		for _, terms := range []string{"%d*off->error(" + full + ")", "%d*off->1*error(" + full + ")->off"} {
			hits := map[string]int{failpoint.CommitBefore: 15, failpoint.Write: 70, failpoint.WriteMeta: 15}[point] + 1
			s := &story{plan: plan{"linear", *seed, 14, never}, program: program, dir: t.TempDir()}
			s.refuse(t, death{terms: point + "=" + fmt.Sprintf(terms, hits)}, exitStopped, full)
			s.tell(t, nil, "-run DiskFull")
		}
	}
}

// refuse runs a process that is to end with a code and a word about why.
func (s *story) refuse(t *testing.T, d death, code int, why string) {
	t.Helper()
	l := s.start(t, d)
	if l.code != code || !strings.Contains(l.last(), why) {
		t.Errorf("%s: ended with code %d: %s\nwant code %d, saying %q", d.terms, l.code, l.last(), code, why)
	}
	for _, line := range l.said {
		if strings.HasPrefix(line, "accepted") || strings.HasPrefix(line, "complains") {
			t.Errorf("%s: %s", d.terms, line)
		}
	}
}

// killed is a story whose first process died in the middle of its work, and the
// file that it left.
func killed(t *testing.T) (s *story, left []byte) {
	t.Helper()
	s = &story{plan: plan{"linear", *seed, 14, never}, dir: t.TempDir()}
	if l := s.start(t, death{lines: 60}); !l.killed || !l.inFlight() {
		t.Fatalf("the first process ended with code %d: %s", l.code, l.last())
	}
	left, err := os.ReadFile(dbOf(s.dir))
	must(t, err)
	return s, left
}

// goesOn puts the file back, and all is well.
func (s *story) goesOn(t *testing.T, left []byte) {
	t.Helper()
	must(t, os.WriteFile(dbOf(s.dir), left, 0o600))
	s.lives = s.lives[:1]
	s.tell(t, nil, "-run "+t.Name())
}

// TestUselessFiles shows what the program says of files that it cannot use. It
// changes none of them, so whoever repairs one goes on.
func TestUselessFiles(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
		says  string
	}{
		{"cut short", func(t *testing.T, path string) { must(t, os.Truncate(path, 3*4096)) }, "stored data is corrupt"},
		{"cut to its beginning", func(t *testing.T, path string) { must(t, os.Truncate(path, 100)) }, "not an engine's store"},
		{"both beginnings spoiled", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte{0xAA}, 40_000), 0o600))
		}, "not an engine's store"},
		{"later format", func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			must(t, err)
			must(t, db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("99")) }))
			must(t, db.Close())
		}, "written in another format"},
		{"locked", func(t *testing.T, path string) {
			store, err := bolt.Open(path, bolt.Options{})
			must(t, err)
			t.Cleanup(func() { store.Close() })
		}, "in use by another process"},
	}
	for _, tt := range tests {
		s, left := killed(t)
		t.Run(tt.name, func(t *testing.T) {
			tt.spoil(t, dbOf(s.dir))
			before, err := os.ReadFile(dbOf(s.dir))
			must(t, err)
			s.refuse(t, death{}, exitBroken, tt.says)
			after, err := os.ReadFile(dbOf(s.dir))
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
		s.goesOn(t, left)
	}
}

// TestSpoiledPages spoils one page after the other under the program: it says
// that the store is corrupt and ends, or the page was of no use and all is well.
// It never loses anything in silence.
func TestSpoiledPages(t *testing.T) {
	s, left := killed(t)
	said := 0
	for at := 0; at < len(left); at += 4096 {
		bad := bytes.Clone(left)
		for i := at; i < min(at+4096, len(bad)); i++ {
			bad[i] ^= byte(i*7 + 1)
		}
		must(t, os.WriteFile(dbOf(s.dir), bad, 0o600))
		s.lives = s.lives[:1]
		l := s.start(t, death{})
		switch {
		case l.code == exitDone:
			for _, f := range lost(s) {
				t.Errorf("page %d spoiled: %s", at/4096, f)
			}
		case !strings.Contains(l.last(), "corrupt") && !strings.Contains(l.last(), "not an engine's store"):
			t.Errorf("page %d spoiled: code %d: %s", at/4096, l.code, l.last())
		default:
			said++
		}
	}
	if said < 3 {
		t.Errorf("only %d of %d pages were missed", said, len(left)/4096)
	}
}

// TestReadOnlyDirectory: a program that may not write says so.
func TestReadOnlyDirectory(t *testing.T) {
	s := &story{plan: plan{"linear", *seed, 3, never}, dir: t.TempDir(), nobody: os.Geteuid() == 0}
	if s.nobody {
		s.program = forEverybody(t)
	}
	must(t, os.Chmod(s.dir, 0o555))
	s.refuse(t, death{}, exitBroken, "permission denied")
	must(t, os.Chmod(s.dir, 0o777))
	s.lives = nil
	s.tell(t, nil, "-run ReadOnlyDirectory")
}

// forEverybody is a copy of the test binary that everybody may run.
func forEverybody(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	text, err := os.ReadFile(self)
	must(t, err)
	path := filepath.Join(t.TempDir(), "app")
	must(t, os.WriteFile(path, text, 0o755))
	must(t, os.Chmod(filepath.Dir(path), 0o755))
	must(t, os.Chmod(filepath.Dir(filepath.Dir(path)), 0o755))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
