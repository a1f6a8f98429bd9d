package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/vault"
)

// Trail is the audit trail of a kept run, with what is held against it.
type Trail struct {
	*sim.Past
	Rows  [][]byte     // as they stand in the store
	Heads []audit.Head // as they were written down elsewhere
}

// Verify looks for signs that the trail was changed.
func (t *Trail) Verify() audit.Report { return audit.Verify(t.Rows, t.Heads) }

// ReadTrail reads the audit trail of the run in dir and leaves it as it is.
func ReadTrail(dir string) (*Trail, error) {
	t := &Trail{}
	err := look(dir, func(store engine.Store) (err error) {
		if t.Past, err = readPast(store); err != nil {
			return err
		}
		t.Rows, err = rowsOf(store)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.Heads, err = readHeads(dir)
	return t, err
}

// look reads something of the store in dir.
func look(dir string, f func(engine.Store) error) error {
	if err := check(dir); err != nil {
		return err
	}
	store, err := openStore(dir, bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if err = errors.Join(f(store), store.Close()); err != nil {
		return fmt.Errorf("run directory %s: %w", dir, err)
	}
	return nil
}

func rowsOf(store engine.Store) (rows [][]byte, err error) {
	err = store.Trail(func(row []byte) error {
		rows = append(rows, bytes.Clone(row))
		return nil
	})
	return rows, err
}

// Tampered copies the store of the run in dir to a file, changes the trail in the
// copy, and reads it back: what somebody could do who can write to the disk.
func Tampered(dir, copyTo string, change func(rows [][]byte) [][]byte) (rows [][]byte, err error) {
	if err := copyFile(filepath.Join(dir, Database), copyTo); err != nil {
		return nil, err
	}
	if err := bolt.Tamper(copyTo, change); err != nil {
		return nil, err
	}
	store, err := bolt.Open(copyTo, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	rows, err = rowsOf(store)
	return rows, errors.Join(err, store.Close())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Stored is what the store holds about a task of a strategy: its context, and the
// outputs of its steps.
type Stored struct {
	Place string // see [sim.Place]
	Data  []byte
	Plain []byte // opened; nil: it cannot be
	Err   error  // why not
}

// Open reads what the store of the run in dir holds about a task, and opens it with
// the keys that are left.
func Open(dir string, past *sim.Past, subject string, task int32) (list []Stored, err error) {
	v, err := openVault(dir)
	if err != nil {
		return nil, err
	}
	err = look(dir, func(store engine.Store) error {
		return sim.Kept(store, past.Run, task, func(place string, data []byte) {
			s := Stored{Place: place, Data: bytes.Clone(data)}
			s.Plain, s.Err = sim.Unseal(v, subject, place, s.Data)
			list = append(list, s)
		})
	})
	return list, err
}

// Erase forgets the key of a subject: what is sealed with it stays where it is and
// cannot be opened any more. It tells whether there was a key.
func Erase(dir, subject string) (bool, error) {
	if err := check(dir); err != nil {
		return false, err
	}
	path := KeyFile(dir)
	in, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	var out bytes.Buffer
	left, err := vault.Without(subject, bytes.NewReader(in), &out)
	if err != nil || left == 0 {
		return false, err
	}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return false, err
	}
	_, err = f.Write(out.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, err
	}
	return true, os.Rename(tmp, path)
}

// Texts calls f with everything that a run leaves, place by place: the bytes of its
// files, and what its database keeps packed.
func Texts(dir string, f func(place string, text []byte)) error {
	err := look(dir, func(store engine.Store) error {
		return store.Apps(func(app []byte) error {
			text, err := sim.Unpack(app)
			if err == nil {
				f("tape in "+Database, text)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, path := range []string{filepath.Join(dir, Database), filepath.Join(dir, Ledger), filepath.Join(dir, Log), HeadFile(dir), KeyFile(dir)} {
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		f(filepath.Base(path), text)
	}
	return nil
}

// Contexts counts the contexts that the store of the run in dir holds, by strategy,
// and how many of them are sealed with nothing beside them.
func Contexts(dir string, past *sim.Past) (list []Counted, err error) {
	byName := map[string]int{}
	for i := range past.Run.Strategies {
		name := past.Run.Strategies[i].Name
		byName[name] = i
		list = append(list, Counted{Strategy: name})
	}
	tasks := int32(0)
	for i := range past.Events {
		tasks = max(tasks, past.Events[i].Task)
	}
	err = look(dir, func(store engine.Store) error {
		for task := int32(1); task <= tasks; task++ {
			err := sim.Kept(store, past.Run, task, func(place string, data []byte) {
				strategy, what, _ := strings.Cut(place, "/")
				if !strings.HasSuffix(what, "/context") {
					return
				}
				c := &list[byName[strategy]]
				c.Contexts++
				if bytes.HasPrefix(data, []byte(`{"sealed":`)) {
					c.Sealed++
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Counted is how many contexts of a strategy there are.
type Counted struct {
	Strategy         string
	Contexts, Sealed int
}
