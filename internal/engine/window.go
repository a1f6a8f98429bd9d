package engine

import "fmt"

// Window lets a breaker open by the share of failures: among the last Calls
// answers, or, with Over, among those of the last Over if they are at least Calls.
type Window struct {
	Calls int     // answers that must be there, 1 to 1024
	Over  Time    // 0: the last Calls answers count, however old they are
	Share float64 // it opens when at least this share has failed, more than 0 and at most 1
}

// maxWindow bounds the answers that a breaker remembers one by one.
const maxWindow = 1024

// window is what a breaker remembers of answers while it is closed.
type window struct {
	bits     [maxWindow / 64]uint64 // the last answers, a bit is a failure; in a circle
	n, next  int64                  // answers in it, and where the next goes
	failures int64                  // among them
	recent   health                 // by time instead
}

// note takes an answer and tells whether the breaker is to open.
func (w *window) note(p *Window, good bool, now Time) bool {
	if p.Over > 0 {
		w.recent.note(good, now, p.Over)
		well, ill := w.recent.sums()
		return well+ill >= int64(p.Calls) && float64(ill) >= float64(p.Share*float64(well+ill))
	}
	word, bit := &w.bits[w.next/64], uint64(1)<<(w.next%64)
	switch {
	case w.n < int64(p.Calls):
		w.n++
	case *word&bit != 0:
		w.failures--
	}
	*word &^= bit
	if !good {
		*word |= bit
		w.failures++
	}
	w.next = (w.next + 1) % int64(p.Calls)
	return w.n == int64(p.Calls) && float64(w.failures) >= float64(p.Share*float64(p.Calls))
}

// ill is the number of failures that are remembered.
func (w *window) ill() int64 {
	_, ill := w.recent.sums()
	return max(ill, w.failures)
}

// fits tells whether what was remembered for one policy may go on under p.
func (w *window) fits(p *Window) bool {
	return p != nil && w.n <= int64(p.Calls) && w.next < int64(p.Calls)
}

// check refuses a window that means nothing.
func (p *Window) check() error {
	if p == nil {
		return nil
	}
	if p.Calls < 1 || p.Calls > maxWindow || p.Over < 0 || !(p.Share > 0 && p.Share <= 1) {
		return fmt.Errorf("window of %d calls over %d with share %v: want 1 to %d, none negative and more than 0 to 1", p.Calls, p.Over, p.Share, maxWindow)
	}
	return nil
}
