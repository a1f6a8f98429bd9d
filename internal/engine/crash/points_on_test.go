//go:build bboltpoints

package crash

import (
	"encoding/binary"
	"os"
	"sync"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

// openPoints lets the database's fail points be ours, and records what it asks
// of the disk. It builds only with the copy that buildApp makes.
func openPoints(dir string) {
	bbolt.Fail = failpoint.Err
	if os.Getenv(traceDisk) == "" {
		return
	}
	file, err := os.Create(diskOf(dir))
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	bbolt.Trace = func(what byte, off int64, data []byte) {
		mu.Lock()
		defer mu.Unlock()
		head := binary.BigEndian.AppendUint64([]byte{what}, uint64(off))
		head = binary.BigEndian.AppendUint64(head, uint64(len(data)))
		if _, err := file.Write(append(head, data...)); err != nil {
			panic(err)
		}
	}
}

// marks is a store that marks in the record of the disk what was acknowledged.
type marks struct{ engine.Store }

func marked(s engine.Store) engine.Store {
	bbolt.Trace('A', 0, nil) // an empty store was opened
	return marks{s}
}

func (m marks) Append(b *engine.Batch) error {
	err := m.Store.Append(b)
	if err == nil {
		bbolt.Trace('A', 0, nil)
	}
	return err
}
