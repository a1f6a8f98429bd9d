package sim

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"tasker-sim/internal/event"
)

// Ledger is the memory of the outside world: every effect that a service made,
// in order. It outlives the process that caused them. A row is on its way to the
// disk when Append returns and on the disk when Sync returns.
type Ledger interface {
	Append(row *event.Event) error
	Sync() error
}

// noLedger forgets: for runs that are not kept.
type noLedger struct{}

func (noLedger) Append(*event.Event) error { return nil }
func (noLedger) Sync() error               { return nil }

// FileLedger is a ledger in a file. The file is a tape (see package event): the
// description of the run, then effect.made and effect.undone events. It has one owner.
type FileLedger struct {
	f     *os.File
	enc   *event.Encoder
	buf   []byte
	dirty bool
	err   error // of the first row that could not be written: none may follow it
}

// CreateLedger makes a new ledger file of the run. It fails if the file exists.
func CreateLedger(path string, run *event.Run) (*FileLedger, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l := &FileLedger{f: f, enc: event.NewEncoder(run)}
	head := event.Event{Kind: event.RunStarted, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None, Text: run.Scenario}
	if err := errors.Join(l.Append(&head), l.Sync()); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// OpenLedger opens the ledger of an earlier process and reads its rows. A last
// line that was cut by the crash is removed: its effect never happened.
func OpenLedger(path string, run *event.Run) (*FileLedger, []event.Event, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: %w", err)
	}
	rows, whole, err := readRows(f, run)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	return &FileLedger{f: f, enc: event.NewEncoder(run)}, rows, nil
}

// ReadLedger reads the rows of the ledger at path and leaves the file alone.
func ReadLedger(path string, run *event.Run) ([]event.Event, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer f.Close()
	rows, _, err := readRows(f, run)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	return rows, nil
}

// readRows reads whole lines and tells the length of the file up to the last one.
func readRows(r io.Reader, run *event.Run) (rows []event.Event, whole int64, err error) {
	in, dec := bufio.NewReaderSize(r, 1<<16), event.NewDecoder(run)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return rows, whole, nil
		}
		if err != nil {
			return nil, 0, err
		}
		whole += int64(len(line))
		if n == 1 {
			continue
		}
		row, err := dec.Decode(bytes.TrimSpace(line))
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, row)
	}
}

// Append writes the row to the file, not yet to the disk.
func (l *FileLedger) Append(row *event.Event) error {
	if l.err != nil {
		return l.err
	}
	l.buf = l.enc.Append(l.buf[:0], row)
	l.dirty = true
	if _, err := l.f.Write(l.buf); err != nil {
		l.err = fmt.Errorf("ledger: %w", err)
	}
	return l.err
}

// Sync puts what was appended on the disk.
func (l *FileLedger) Sync() error {
	if !l.dirty {
		return nil
	}
	if err := l.f.Sync(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	l.dirty = false
	return nil
}

// Close closes the file.
func (l *FileLedger) Close() error { return l.f.Close() }
