package telemetry

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"strconv"

	"go.opentelemetry.io/otel/trace"

	"tasker-sim/internal/event"
)

// ids makes the ids of a run: functions of its description, the strategy, the
// task, the step and the attempt. The same run has the same ids, and runs that
// differ in a dial have others, so that a receiver does not mix them.
type ids struct {
	run        uint64
	strategies []uint64
}

func newIDs(run *event.Run) ids {
	h := fnv.New64a()
	for _, list := range [][]string{{run.Scenario, run.Source, strconv.FormatUint(run.Seed, 10)}, run.Sets, run.Journal} {
		for _, word := range list {
			h.Write([]byte(word))
			h.Write([]byte{0})
		}
	}
	d := ids{run: mix(h.Sum64())}
	for i := range run.Strategies {
		h.Reset()
		h.Write([]byte(run.Strategies[i].Name))
		d.strategies = append(d.strategies, mix(d.run^h.Sum64()))
	}
	return d
}

// mix is a bijection that spreads its input over all bits (the finalizer of
// SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// trace is the id of a task's trace.
func (d ids) trace(strategy int8, task int32) (id trace.TraceID) {
	h := mix(d.strategies[strategy] ^ uint64(task))
	binary.BigEndian.PutUint64(id[:8], h)
	binary.BigEndian.PutUint64(id[8:], mix(h))
	return id
}

// What a span id is of, beside attempts, which count from 1.
const (
	spanOfTask  = 0
	spanOfStep  = 1 << 20 // and how many spans the step had before
	spanOfChild = 1 << 21 // and the attempt that made it
)

// span is the id of a span of the task: of the task itself, of one of its steps
// (step counts from 0) or of an attempt.
func (d ids) span(strategy int8, task int32, step int16, part int) (id trace.SpanID) {
	h := mix(d.strategies[strategy] ^ uint64(task))
	binary.BigEndian.PutUint64(id[:], mix(h^mix(uint64(step+1)<<32^uint64(part))))
	return id
}

// correlation is the correlation id of a task, the same in every strategy: the
// time of its arrival in base 36 and six letters of its own.
func (d ids) correlation(task int32, arrivedMillis int64) string {
	const letters = 36 * 36 * 36 * 36 * 36 * 36
	own := strconv.FormatUint(letters+mix(d.run^uint64(task))%letters, 36) // seven digits, the first is 1
	return "tsk_" + strconv.FormatInt(arrivedMillis, 36) + "_" + own[1:]
}

// deck deals the ids that were laid on it: the SDK asks for one whenever a span
// begins.
type deck struct {
	trace trace.TraceID
	span  trace.SpanID
}

// NewIDs implements the SDK's generator of ids.
func (d *deck) NewIDs(context.Context) (trace.TraceID, trace.SpanID) { return d.trace, d.span }

// NewSpanID implements the SDK's generator of ids.
func (d *deck) NewSpanID(context.Context, trace.TraceID) trace.SpanID { return d.span }
