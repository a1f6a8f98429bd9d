// Package rundir is a run's own directory: the engine's database, with the
// run's events in it, and the ledger of the outside world beside it.
//
//	run.db         bbolt: the engine's records and the windows of events
//	ledger.ndjson  every effect a service made, as a tape of effect.made events
//	service.log    what the log says, of scenarios that ask what is seen in it
//
// Beside the directory, since it is of no use in one place with what it guards:
//
//	NAME.keys      the keys of contexts and outputs that are sealed in run.db
//	NAME.heads     where the audit trails stood, from time to time
//
// A directory belongs to one process at a time; the database's lock sees to it.
package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
)

// Names of the files in a run's directory.
const (
	Database = "run.db"
	Ledger   = "ledger.ndjson"
)

// Errors that a caller may want to tell apart.
var (
	// ErrInUse: another process has the run open.
	ErrInUse = errors.New("in use by another process")
	// ErrNoRun: the directory holds no run, or one whose making was cut short
	// before anything could happen in it.
	ErrNoRun = errors.New("no run there")
	// ErrHoldsRun: a new run was to be made where there is one already.
	ErrHoldsRun = errors.New("there is a run there already")
	// ErrDamaged: what is in the directory cannot be read as a run.
	ErrDamaged = errors.New("damaged")
)

// Run is an open run directory with the world that lives in it. It has one owner.
type Run struct {
	*sim.World
	Dir    string
	store  engine.Store
	ledger *sim.FileLedger
	papers papers
	told   int  // events that Advance has returned
	made   bool // the directory was made for this run
	ours   bool // so were the files in it
}

// Create makes the directory, if need be, and a new run in it. opts.Store,
// opts.Ledger and opts.Rows are filled in. If it fails it leaves nothing behind.
func Create(dir string, sc *scenario.Scenario, opts sim.Options) (*Run, error) {
	_, err := os.Lstat(dir)
	r := &Run{Dir: dir, made: errors.Is(err, fs.ErrNotExist)}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	if err := vacate(dir); err != nil {
		return nil, fmt.Errorf("run directory %s: %w", dir, err)
	}
	if err := r.create(sc, opts); err != nil {
		return nil, errors.Join(fmt.Errorf("run directory %s: %w", dir, err), r.Discard())
	}
	return r, nil
}

func (r *Run) create(sc *scenario.Scenario, opts sim.Options) (err error) {
	store, err := bolt.Open(filepath.Join(r.Dir, Database), bolt.Options{})
	if errors.Is(err, bolt.ErrLocked) {
		return ErrInUse // somebody else's, made this very moment
	}
	r.ours = true
	if err != nil {
		return err
	}
	r.store = store
	if r.ledger, err = sim.CreateLedger(filepath.Join(r.Dir, Ledger), sim.Describe(sc, opts)); err != nil {
		return err
	}
	if err := removePapers(r.Dir); err != nil { // of a run that is gone
		return err
	}
	r.papers.dir = r.Dir
	opts.Store, opts.Ledger, opts.Papers = r.store, r.ledger, &r.papers
	if opts.Vault, err = openVault(r.Dir); err != nil {
		return err
	}
	r.World, err = sim.New(sc, opts)
	return err
}

// vacate refuses a directory that holds a run, and removes what is left of one
// whose making was cut short: nothing had happened in it.
func vacate(dir string) error {
	if !exists(dir, Database) && !exists(dir, Ledger) {
		return nil
	}
	if !exists(dir, Database) {
		return ErrHoldsRun
	}
	store, err := bolt.Open(filepath.Join(dir, Database), bolt.Options{})
	switch {
	case errors.Is(err, bolt.ErrLocked):
		return ErrInUse
	case err != nil:
		return ErrHoldsRun
	}
	_, err = sim.ReadPast(store)
	if err = errors.Join(err, store.Close()); !errors.Is(err, sim.ErrNoPast) {
		return ErrHoldsRun
	}
	return remove(dir)
}

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

// remove removes the files of a run.
func remove(dir string) (err error) {
	for _, name := range []string{Database, Ledger} {
		if e := os.Remove(filepath.Join(dir, name)); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, removePapers(dir))
}

// Discard gives up a run that is not to begin after all, and removes its files,
// and the directory if it was made for it.
func (r *Run) Discard() error {
	err := r.Close()
	if r.ours {
		err = errors.Join(err, remove(r.Dir))
	}
	if r.ours && r.made {
		err = errors.Join(err, os.Remove(r.Dir))
	}
	return err
}

// Resume opens the run in dir and goes on where its last durable window ended.
// window is as [sim.Options].Window.
func Resume(dir string, window event.Time) (*Run, error) {
	if err := check(dir); err != nil {
		return nil, err
	}
	store, err := openStore(dir, bolt.Options{})
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, store: store}
	if err := r.resume(window); err != nil {
		return nil, errors.Join(fmt.Errorf("run directory %s: %w", dir, err), r.Close())
	}
	return r, nil
}

func (r *Run) resume(window event.Time) error {
	past, err := readPast(r.store)
	if err != nil {
		return err
	}
	sc, err := Scenario(past.Run)
	if err != nil {
		return err
	}
	var rows []event.Event
	r.ledger, rows, err = sim.OpenLedger(filepath.Join(r.Dir, Ledger), past.Run)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := whole(past, rows); err != nil {
		return err
	}
	r.papers.dir = r.Dir
	keys, err := openVault(r.Dir)
	if err = errors.Join(err, r.papers.again(past)); err != nil {
		return err
	}
	r.World, err = sim.New(sc, sim.Options{
		Seed: past.Run.Seed, Journal: past.Run.Journal, Window: window, Store: r.store, Ledger: r.ledger, Rows: rows, Past: past,
		Papers: &r.papers, Vault: keys,
	})
	return err
}

// Scenario parses the scenario that a run describes.
func Scenario(run *event.Run) (*scenario.Scenario, error) {
	sc, problems := scenario.Parse(run.Scenario+".yaml", []byte(run.Source), run.Sets)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the scenario kept with the run: %w", problems)
	}
	var names []string
	for i := range run.Strategies {
		names = append(names, run.Strategies[i].Name)
	}
	return sc, sc.Choose(names)
}

// Close gives the directory up.
func (r *Run) Close() error {
	err := r.papers.close()
	if r.ledger != nil {
		err = errors.Join(err, r.ledger.Close())
	}
	if r.store != nil {
		err = errors.Join(err, r.store.Close())
	}
	return err
}

// Kept is a run as its directory keeps it, read and closed again.
type Kept struct {
	*sim.Past
	Rows []event.Event // of the ledger
}

// Read reads the run in dir, finished or not, and leaves it as it is.
func Read(dir string) (*Kept, error) {
	if err := check(dir); err != nil {
		return nil, err
	}
	store, err := openStore(dir, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	past, err := readPast(store)
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, fmt.Errorf("run directory %s: %w", dir, err)
	}
	rows, err := sim.ReadLedger(filepath.Join(dir, Ledger), past.Run)
	if err != nil {
		return nil, fmt.Errorf("run directory %s: %w: %w", dir, ErrDamaged, err)
	}
	if err := whole(past, rows); err != nil {
		return nil, fmt.Errorf("run directory %s: %w", dir, err)
	}
	return &Kept{past, rows}, nil
}

// whole tells whether the ledger has every effect that the store tells of. It is
// synced before each window of the store, so that it may be ahead and never behind.
func whole(past *sim.Past, rows []event.Event) error {
	told, kept := effects(past.Events), effects(rows)
	if kept < told {
		return fmt.Errorf("%w: ledger: %d of %d effects are left", ErrDamaged, kept, told)
	}
	return nil
}

// effects counts those made among events.
func effects(events []event.Event) int {
	n := 0
	for i := range events {
		if events[i].Kind == event.EffectMade {
			n++
		}
	}
	return n
}

// readPast is [sim.ReadPast] in this package's words.
func readPast(store engine.Store) (*sim.Past, error) {
	past, err := sim.ReadPast(store)
	switch {
	case errors.Is(err, sim.ErrNoPast):
		return nil, ErrNoRun
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return past, nil
}

// check tells whether dir holds a run at all, in better words than a database would.
func check(dir string) error {
	_, err := os.Stat(filepath.Join(dir, Database))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run directory %s: %w", dir, ErrNoRun)
	}
	return err
}

func openStore(dir string, opts bolt.Options) (engine.Store, error) {
	store, err := bolt.Open(filepath.Join(dir, Database), opts)
	switch {
	case errors.Is(err, bolt.ErrLocked):
		return nil, fmt.Errorf("run directory %s: %w", dir, ErrInUse)
	case errors.Is(err, bolt.ErrNotStore), errors.Is(err, bolt.ErrVersion), errors.Is(err, engine.ErrCorrupt):
		return nil, fmt.Errorf("run directory %s: %w: %w", dir, ErrDamaged, err)
	case err != nil:
		return nil, fmt.Errorf("run directory %s: %w", dir, err)
	}
	return store, nil
}

// Home is where runs are kept that were given no directory: tasker-sim/runs in
// the user's state directory (XDG_STATE_HOME, else ~/.local/state).
func Home() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("state directory: %w", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "tasker-sim", "runs"), nil
}

// List names the runs in home, the oldest first by name.
func List(home string) ([]string, error) {
	entries, err := os.ReadDir(home)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && check(filepath.Join(home, e.Name())) == nil {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}
