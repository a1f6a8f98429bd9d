package event

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A tape is newline-delimited JSON. The first line is the run.started event
// with the [Run] under "run"; every other line is one event, with names instead
// of indices:
//
//	{"t":1860400,"k":"step.retrying","s":"orchestrated","n":2301,"step":"update_inventory","svc":"inventory","try":1,"dur":20000000,"due":22860400,"class":"timeout","text":"…"}
//
// Times are microseconds of virtual time. Keys that do not apply are left out.

// Writer writes a tape.
type Writer struct {
	enc *Encoder
	w   io.Writer
	buf []byte
}

// NewWriter makes a tape of run on w. The caller owns w.
func NewWriter(w io.Writer, run *Run) *Writer { return &Writer{enc: NewEncoder(run), w: w} }

// Write appends events to the tape. It makes one call of the underlying Write.
func (w *Writer) Write(evs []Event) error {
	w.buf = w.buf[:0]
	for i := range evs {
		w.buf = w.enc.Append(w.buf, &evs[i])
	}
	if len(w.buf) == 0 {
		return nil
	}
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("tape: %w", err)
	}
	return nil
}

// Reader reads a tape. It is a [Source].
type Reader struct {
	dec     *Decoder
	in      *bufio.Reader
	line    int
	pending []Event // read, beyond the horizon
	out     []Event
	last    Kind // of what was yielded last
	eof     bool
}

// NewReader reads the first line of a tape from r. The caller owns r.
func NewReader(r io.Reader) (*Reader, error) {
	t := &Reader{in: bufio.NewReaderSize(r, 1<<16)}
	line, err := t.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("tape: %w", err)
	}
	run, err := DecodeRun(line)
	if err != nil {
		return nil, fmt.Errorf("tape: line 1: %w", err)
	}
	t.dec = NewDecoder(run)
	first, err := t.dec.Decode(line)
	if err != nil {
		return nil, fmt.Errorf("tape: line 1: %w", err)
	}
	t.pending = append(t.pending, first)
	return t, nil
}

// Run describes the run on the tape.
func (t *Reader) Run() *Run { return t.dec.run }

// Advance returns the recorded events up to until. A tape that was cut in the
// middle of a line, or before the end of its run, ends with an error that names the line.
func (t *Reader) Advance(until Time) ([]Event, error) {
	t.out = t.out[:0]
	for {
		if len(t.pending) > 0 {
			if t.pending[0].At > until {
				return t.out, nil
			}
			t.out, t.last = append(t.out, t.pending[0]), t.pending[0].Kind
			t.pending = slices.Delete(t.pending, 0, 1)
			continue
		}
		if t.eof {
			return t.out, t.end()
		}
		if err := t.read(); err != nil {
			return t.out, err
		}
	}
}

// end is io.EOF for a whole tape and an error for a cut one.
func (t *Reader) end() error {
	if t.last != RunEnded {
		return fmt.Errorf("tape: line %d: the tape ends before its run does", t.line)
	}
	return io.EOF
}

// read decodes the next line into pending, or notes the end.
func (t *Reader) read() error {
	line, err := t.next()
	if errors.Is(err, io.EOF) {
		t.eof = true
		if len(bytes.TrimSpace(line)) > 0 {
			return fmt.Errorf("tape: line %d: cut in the middle", t.line)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("tape: %w", err)
	}
	ev, err := t.dec.Decode(line)
	if err != nil {
		return fmt.Errorf("tape: line %d: %w", t.line, err)
	}
	t.pending = append(t.pending, ev)
	return nil
}

func (t *Reader) next() ([]byte, error) {
	line, err := t.in.ReadBytes('\n')
	t.line++
	return line, err
}

// Tee is a Source that also hands everything it yields to a tape.
type Tee struct {
	Source
	tape *Writer
}

// NewTee records what src yields on tape.
func NewTee(src Source, tape *Writer) *Tee { return &Tee{Source: src, tape: tape} }

// Unwrap is the source that is recorded, see [As].
func (t *Tee) Unwrap() Source { return t.Source }

// Advance passes events on once they are on the tape.
func (t *Tee) Advance(until Time) ([]Event, error) {
	evs, err := t.Source.Advance(until)
	if werr := t.tape.Write(evs); werr != nil {
		return evs, werr
	}
	return evs, err
}
