package metrics

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"tasker-sim/internal/event"
)

// Bounds of a histogram: three significant digits from 1 µs to 30 days. Longer
// times count as 30 days.
const (
	histMax    = 30 * 24 * event.Hour
	histDigits = 3
)

// tail is how many samples must lie beyond a quantile before it is worth saying.
const tail = 10

// Histogram counts lengths of virtual time. Its zero value is empty and takes no
// room until the first Record.
type Histogram struct {
	h *hdrhistogram.Histogram
}

// Record counts one length of time.
func (h *Histogram) Record(t event.Time) {
	if h.h == nil {
		h.h = hdrhistogram.New(1, int64(histMax), histDigits)
	}
	// cannot fail: the value is within the bounds
	_ = h.h.RecordValue(int64(min(max(t, 0), histMax)))
}

// Count is the number of lengths recorded.
func (h *Histogram) Count() int64 {
	if h.h == nil {
		return 0
	}
	return h.h.TotalCount()
}

// Quantile is the length below which the share q of the samples lies, to three
// digits. It is false as long as fewer than ten samples lie beyond: such a
// quantile says nothing yet.
func (h *Histogram) Quantile(q float64) (event.Time, bool) {
	n := h.Count()
	if float64(n)*min(q, 1-q) < tail {
		return 0, false
	}
	return event.Time(h.h.ValueAtQuantile(q * 100)), true
}

// Mean is the mean length, 0 if there is none.
func (h *Histogram) Mean() event.Time {
	if h.h == nil {
		return 0
	}
	return event.Time(h.h.Mean())
}
