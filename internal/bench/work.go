package bench

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
	"time"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/wall"
)

const (
	steps       = 5
	contextSize = 200 // bytes
	outputSize  = 100 // bytes
	payload     = contextSize + steps*outputSize
)

// checkout is the workflow: steps in a row.
func checkout() engine.Template {
	t := engine.Template{Ref: engine.Ref{Namespace: "bench", Name: "checkout", Version: "1"}}
	for i := range steps {
		s := engine.Step{
			Name: fmt.Sprintf("step%d", i+1), Service: fmt.Sprintf("service%d", i+1), Timeout: 30_000_000,
			Retry: engine.Retry{Limit: 3, Base: 1_000_000, Cap: 30_000_000, Factor: 2},
		}
		if i > 0 {
			s.DependsOn = []string{fmt.Sprintf("step%d", i)}
		}
		t.Steps = append(t.Steps, s)
	}
	return t
}

// tape is a store that keeps what each batch of records looks like when stored.
type tape struct {
	engine.Discard
	batches [][]byte
	counts  []int
}

// Append notes the batch: each record after its length, then a checksum, as the
// engine's own store writes them.
func (t *tape) Append(b *engine.Batch) error {
	var value []byte
	for i := range b.Records {
		r := engine.AppendRecord(nil, &b.Records[i])
		value = append(binary.AppendUvarint(value, uint64(len(r))), r...)
	}
	sum := crc32.Checksum(value, crc32.MakeTable(crc32.Castagnoli))
	t.batches = append(t.batches, binary.BigEndian.AppendUint32(value, sum))
	t.counts = append(t.counts, len(b.Records))
	return nil
}

// waits is what one workflow writes at each of its waits for the disk, as the
// engine itself says it, and how many records that is.
func waits() (values [][]byte, records []int, err error) {
	now := engine.Time(wall.Micros())
	t := new(tape)
	c, err := engine.New(engine.Config{Store: t, Templates: []engine.Template{checkout()}})
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.SubmitTo(now, 0, engine.Submission{Context: make([]byte, contextSize)}); err != nil {
		return nil, nil, err
	}
	for {
		attempts := c.Claim(now, nil)
		if err := c.Flush(nil); err != nil {
			return nil, nil, err
		}
		if len(attempts) == 0 {
			return t.batches, t.counts, nil
		}
		now += 300
		for _, a := range attempts {
			if err := c.Succeed(now, a, make([]byte, outputSize)); err != nil {
				return nil, nil, err
			}
		}
	}
}

// load says how much a measurement does: a number of workflows, or as many as
// are begun within a time.
type load struct {
	clients   int
	workflows int           // 0: until the time is over
	duration  time.Duration // if workflows is 0
}

// drive runs a closed loop: each client does one workflow after the other. It
// returns how long each took, sorted, and how long all of it did.
func (l load) drive(one func(client int) error) (took []time.Duration, all time.Duration, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	watch := wall.Start()
	for client := range l.clients {
		wg.Go(func() {
			var mine []time.Duration
			var failed error
			for n := client; failed == nil && l.more(n, watch); n += l.clients {
				begun := wall.Start()
				failed = one(client)
				mine = append(mine, begun.Elapsed())
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err == nil {
				err = failed
			}
		})
	}
	wg.Wait()
	all = watch.Elapsed()
	slices.Sort(took)
	return took, all, err
}

// more tells whether workflow n is to be begun.
func (l load) more(n int, watch wall.Stopwatch) bool {
	if l.workflows > 0 {
		return n < l.workflows
	}
	return watch.Elapsed() < l.duration
}
