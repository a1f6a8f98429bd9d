package crash

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/engine/failpoint"
)

var images = flag.Int("images", 2, "how many images of the disk are made at each moment of a run")

// power is a run whose every moment may have been the last before a loss of power.
type power struct {
	demands []demand
	states  []string // after each acknowledgement; 0 is the empty store
	path    string   // where images are put
	made    int
	first   int // images with the last acknowledged state
	second  int // images with the one after it
	refused int // images that were refused, while the store was made
}

// record runs a plan once and keeps what it asked of the disk.
func record(t *testing.T, p plan, mutant string) *power {
	t.Helper()
	dir := t.TempDir()
	s := &story{plan: p, program: pointed(t), mutant: mutant, traced: true, dir: dir}
	s.finish(t)
	for _, f := range judge(s) {
		t.Errorf("%s", f)
	}
	w := &power{path: filepath.Join(dir, "image.db")}
	var err error
	if w.demands, err = readDemands(diskOf(dir)); err != nil {
		t.Fatal(err)
	}
	d := &disk{}
	for _, x := range w.demands {
		if d.do(x); x.what != 'A' {
			continue
		}
		state, err := w.open(d.whole())
		if err != nil {
			t.Fatal(err)
		}
		w.states = append(w.states, state)
	}
	return w
}

// open opens a file with this content as a store and says what is in it.
func (w *power) open(content []byte) (string, error) {
	if err := os.WriteFile(w.path, content, 0o600); err != nil {
		return "", err
	}
	store, err := bolt.Open(w.path, bolt.Options{NoSync: true})
	if err != nil {
		return "", err
	}
	defer store.Close()
	snap, err := read(store)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", *snap)
	err = store.Services(func(s engine.ServiceState) error {
		fmt.Fprintf(&b, "%s %x\n", s.Name, s.State)
		return nil
	})
	return b.String(), err
}

// lose loses power after each demand, -images times, and returns what is wrong
// with what is left.
func (w *power) lose(rng *rand.Rand, most int) (wrong []error) {
	d, acked := &disk{}, -1
	for i, x := range w.demands {
		if d.do(x); x.what == 'A' {
			acked++
		}
		for range *images {
			w.made++
			if err := w.check(d.image(rng), acked); err != nil {
				wrong = append(wrong, fmt.Errorf("demand %d of %d, batch %d acknowledged, %d writes not synced: %w", i, len(w.demands), acked, len(d.pending), err))
			}
			if len(wrong) >= most {
				return wrong
			}
		}
	}
	return wrong
}

// check opens an image: it holds exactly what was acknowledged, or that and the
// batch that was under way. Only a store that is still being made may be refused.
func (w *power) check(image []byte, acked int) error {
	state, err := w.open(image)
	switch {
	case err == nil && acked >= 0 && state == w.states[acked]:
		w.first++
		return w.sound()
	case err == nil && acked+1 < len(w.states) && state == w.states[acked+1]:
		w.second++
		return w.sound()
	case acked < 0 && (errors.Is(err, bolt.ErrNotStore) || errors.Is(err, engine.ErrCorrupt)):
		w.refused++
		return nil
	case err != nil:
		return err
	}
	for i, s := range w.states {
		if s == state {
			return fmt.Errorf("it holds batch %d", i)
		}
	}
	return errors.New("it holds no state that there ever was")
}

// sound lets the database look for pages that are lost or used twice.
func (w *power) sound() error {
	db, err := bbolt.Open(w.path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) (err error) {
		for e := range tx.Check() {
			err = errors.Join(err, e)
		}
		return err
	})
}

// TestPowerLoss makes images of the file as a loss of power may leave them at
// every moment of a run, with the writes since the last sync dropped, torn or
// reordered.
func TestPowerLoss(t *testing.T) {
	for i, shape := range shapes() {
		w := record(t, plan{shape.Name, *seed + uint64(i), 5, never}, "")
		for _, err := range w.lose(rand.New(rand.NewPCG(*seed, uint64(i))), 10) {
			t.Errorf("%s: %v; to repeat: go test ./internal/engine/crash -run PowerLoss -seed %d -images %d", shape.Name, err, *seed, *images)
		}
		t.Logf("%s: %d batches, %d images: %d with what was acknowledged, %d with one batch more, %d refused while the store was made",
			shape.Name, len(w.states)-1, w.made, w.first, w.second, w.refused)
		if w.first == 0 || w.second == 0 || len(w.states) < 10 {
			t.Errorf("%s: a trivial pass", shape.Name)
		}
	}
}

// TestPowerLossFindsNoSync: an engine that does not sync looks well to whoever
// kills processes only.
func TestPowerLossFindsNoSync(t *testing.T) {
	w := record(t, plan{"linear", *seed, 5, never}, failpoint.NoSync+"=on")
	wrong := w.lose(rand.New(rand.NewPCG(*seed, 0)), 1)
	if len(wrong) == 0 {
		t.Fatalf("%d images, and all was well", w.made)
	}
	t.Logf("%s is found by image %d: %v", failpoint.NoSync, w.made, wrong[0])
	if moment := w.made / *images; moment > 50 {
		t.Errorf("only moment %d shows that nothing was synced, want one of the first 50", moment)
	}
}
