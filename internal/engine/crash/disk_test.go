package crash

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// traceDisk is the environment variable that wants recorded what the database
// asks of the disk.
const traceDisk = "TASKER_CRASH_TRACE"

func diskOf(dir string) string { return filepath.Join(dir, "disk") }

// demand is one thing that the database asked of the disk.
type demand struct {
	what byte  // W: write; T: new length; S: sync; A: a batch was acknowledged, or an empty store opened
	off  int64 // where to write; the length
	data []byte
}

func readDemands(path string) ([]demand, error) {
	buf, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	const head = 17
	var list []demand
	for len(buf) > 0 {
		if len(buf) < head {
			return nil, fmt.Errorf("record of the disk %s: %d bytes are left", path, len(buf))
		}
		n := head + int(binary.BigEndian.Uint64(buf[9:]))
		list = append(list, demand{buf[0], int64(binary.BigEndian.Uint64(buf[1:])), buf[head:n]})
		buf = buf[n:]
	}
	return list, nil
}

// disk is a disk that keeps what was synced, and may or may not keep the rest.
type disk struct {
	synced  []byte
	pending []demand // since the last sync
}

// do does what is asked.
func (d *disk) do(x demand) {
	switch x.what {
	case 'W', 'T':
		d.pending = append(d.pending, x)
	case 'S':
		d.synced, d.pending = d.whole(), nil
	}
}

// whole is the file as processes see it.
func (d *disk) whole() []byte {
	file := slices.Clone(d.synced)
	for _, p := range d.pending {
		file = p.apply(file, 0, len(p.data))
	}
	return file
}

// apply does the part of a write from one byte to another.
func (x demand) apply(file []byte, from, to int) []byte {
	size := int(x.off) + to
	if x.what == 'T' {
		size = int(x.off)
	}
	if size > len(file) {
		file = append(file, make([]byte, size-len(file))...)
	}
	if x.what == 'W' {
		copy(file[int(x.off)+from:], x.data[from:to])
	}
	return file
}

// image is what a loss of power may leave: what was synced, and of each later
// write nothing, all, or some sectors. Which ones does not depend on their order.
func (d *disk) image(rng *rand.Rand) []byte {
	file := slices.Clone(d.synced)
	unit := []int{512, 4096, 1 << 30}[rng.IntN(3)]
	share := []float64{0, 0.1, 0.5, 0.9, 1}[rng.IntN(5)]
	for _, p := range d.pending {
		if p.what == 'T' && rng.Float64() < share {
			file = p.apply(file, 0, 0)
		}
		for from := 0; from < len(p.data); from += unit {
			if rng.Float64() < share {
				file = p.apply(file, from, min(from+unit, len(p.data)))
			}
		}
	}
	return file
}
