package telemetry

import (
	"slices"

	"tasker-sim/internal/event"
)

// bounds are the upper ends of the buckets of every histogram. They go on beyond
// half a minute, where a call that hangs shows itself, and up to half a day, for
// pipelines.
var bounds = [...]event.Time{
	5 * event.Millisecond, 10 * event.Millisecond, 25 * event.Millisecond, 50 * event.Millisecond,
	100 * event.Millisecond, 250 * event.Millisecond, 500 * event.Millisecond, event.Second,
	2500 * event.Millisecond, 5 * event.Second, 10 * event.Second, 20 * event.Second, 30 * event.Second,
	event.Minute, 2 * event.Minute, 5 * event.Minute, 10 * event.Minute, 30 * event.Minute,
	event.Hour, 3 * event.Hour, 12 * event.Hour,
}

// boundsInSeconds are the same for the formats.
func boundsInSeconds() []float64 {
	var s []float64
	for _, b := range bounds {
		s = append(s, b.Seconds())
	}
	return s
}

// buckets is a histogram. Its zero value is empty and takes no room.
type buckets struct {
	n   []uint64 // one more than there are bounds: the last is beyond all of them
	sum event.Time
}

// add counts one length of time: in the first bucket whose end it does not exceed.
func (b *buckets) add(d event.Time) {
	if b.n == nil {
		b.n = make([]uint64, len(bounds)+1)
	}
	i, _ := slices.BinarySearch(bounds[:], d)
	b.n[i]++
	b.sum += d
}

func (b *buckets) total() uint64 {
	var n uint64
	for _, k := range b.n {
		n += k
	}
	return n
}

// copied is a histogram of its own with the same counts.
func (b *buckets) copied() buckets { return buckets{slices.Clone(b.n), b.sum} }

// cumulative is how many lengths do not exceed each bound, in seconds.
func (b *buckets) cumulative() map[float64]uint64 {
	m, sum := make(map[float64]uint64, len(bounds)), uint64(0)
	for i, end := range bounds {
		if b.n != nil {
			sum += b.n[i]
		}
		m[end.Seconds()] = sum
	}
	return m
}
