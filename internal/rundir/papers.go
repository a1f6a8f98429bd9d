package rundir

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/vault"
)

// Log is the name of the log in a run's directory.
const Log = "service.log"

// KeyFile is where the keys of what is sealed in the run of dir are: beside the
// directory, not in it, so that a copy of the directory opens nothing.
func KeyFile(dir string) string { return filepath.Clean(dir) + ".keys" }

// HeadFile is where the heads of the run's audit trails are written down: apart
// from the trails too.
func HeadFile(dir string) string { return filepath.Clean(dir) + ".heads" }

// papers writes the files that a world leaves beside records and effects. Each is
// made when something is to be put into it.
type papers struct {
	dir              string
	keys, heads, log *os.File
}

func appendTo(f **os.File, path string, lines []byte, sync bool) error {
	if *f == nil {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		*f = file
	}
	if _, err := (*f).Write(lines); err != nil {
		return err
	}
	if sync {
		return (*f).Sync()
	}
	return nil
}

// Keys implements [sim.Papers].
func (p *papers) Keys(lines []byte) error { return appendTo(&p.keys, KeyFile(p.dir), lines, true) }

// Log implements [sim.Papers].
func (p *papers) Log(lines []byte) error {
	return appendTo(&p.log, filepath.Join(p.dir, Log), lines, false)
}

// Head implements [sim.Papers].
func (p *papers) Head(h audit.Head) error {
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return appendTo(&p.heads, HeadFile(p.dir), append(line, '\n'), true)
}

// again writes the heads down that a process did not come to before it was killed.
func (p *papers) again(past *sim.Past) error {
	heads, err := readHeads(p.dir)
	if err != nil {
		return err
	}
	last := map[string]uint64{}
	for _, h := range heads {
		last[h.Chain] = h.Seq
	}
	for i := range past.Events {
		e := &past.Events[i]
		if e.Kind != event.TrailCounted || e.Class != event.TrailRecords {
			continue
		}
		h := audit.Head{Chain: past.Run.Strategies[e.Strategy].Name, At: int64(e.At), Seq: uint64(e.Amount), Hash: e.Text}
		if h.Seq <= last[h.Chain] {
			continue
		}
		if err := p.Head(h); err != nil {
			return err
		}
	}
	return nil
}

func (p *papers) close() (err error) {
	for _, f := range []*os.File{p.keys, p.heads, p.log} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// removePapers removes what papers of a run there are.
func removePapers(dir string) (err error) {
	for _, path := range []string{KeyFile(dir), HeadFile(dir), filepath.Join(dir, Log)} {
		if e := os.Remove(path); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// openVault reads the keys of the run; new ones are drawn.
func openVault(dir string) (*vault.Vault, error) {
	v := vault.New(vault.Random())
	f, err := os.Open(KeyFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return v, v.Read(f)
}

func readHeads(dir string) (heads []audit.Head, err error) {
	f, err := os.Open(HeadFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return heads, nil // a line that was cut is written again when the run goes on
		}
		if err != nil {
			return nil, err
		}
		var h audit.Head
		if err := json.Unmarshal(bytes.TrimSpace(line), &h); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", HeadFile(dir), n, err)
		}
		heads = append(heads, h)
	}
}
