package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrCorrupt is wrapped by every error about stored bytes that cannot be.
var ErrCorrupt = errors.New("stored data is corrupt")

// A stored record is its kind, a byte of flags for the fields that follow, At
// and the fields themselves as varints, times relative to At. Task and Seq are
// the record's key and not repeated; Template and Service follow from the
// task's template and are filled in when a record is read.
const (
	hasStart = 1 << iota
	hasDue
	hasCount
	hasAttempt
	hasStep
	hasClass
	hasText
	hasData
)

// hasExtra is part of the byte of the kind: Extra follows Count.
const hasExtra = 0x80

// AppendRecord appends the stored form of r to buf.
func AppendRecord(buf []byte, r *Record) []byte {
	kind := byte(r.Kind)
	if r.Extra != 0 {
		kind |= hasExtra
	}
	buf = append(buf, kind, r.flags())
	buf = binary.AppendVarint(buf, int64(r.At))
	if r.Start != 0 {
		buf = binary.AppendVarint(buf, int64(r.At-r.Start))
	}
	if r.Due != 0 {
		buf = binary.AppendVarint(buf, int64(r.Due-r.At))
	}
	if r.Count != 0 {
		buf = binary.AppendVarint(buf, r.Count)
	}
	if r.Extra != 0 {
		buf = binary.AppendVarint(buf, r.Extra)
	}
	if r.Attempt != 0 {
		buf = binary.AppendVarint(buf, int64(r.Attempt))
	}
	if r.Step != None {
		buf = binary.AppendVarint(buf, int64(r.Step))
	}
	if r.Class != "" {
		buf = append(binary.AppendUvarint(buf, uint64(len(r.Class))), r.Class...)
	}
	if r.Text != "" {
		buf = append(binary.AppendUvarint(buf, uint64(len(r.Text))), r.Text...)
	}
	return append(buf, r.Data...)
}

func (r *Record) flags() byte {
	var f byte
	for i, has := range [...]bool{
		r.Start != 0, r.Due != 0, r.Count != 0, r.Attempt != 0,
		r.Step != None, r.Class != "", r.Text != "", len(r.Data) > 0,
	} {
		if has {
			f |= 1 << i
		}
	}
	return f
}

// ParseRecord reads what [AppendRecord] wrote: all of buf. Task, Seq, Template
// and Service are not in it. Strings and Data are copies.
func ParseRecord(buf []byte) (Record, error) {
	r := Record{Template: None, Step: None, Service: None}
	if len(buf) < 3 || buf[0]&^hasExtra == 0 || buf[0]&^hasExtra >= byte(kindEnd) {
		return r, fmt.Errorf("record of %d bytes: %w", len(buf), ErrCorrupt)
	}
	flags, d := buf[1], decoder{buf: buf[2:]}
	r.Kind = Kind(buf[0] &^ hasExtra)
	r.At = Time(d.varint())
	if flags&hasStart != 0 {
		r.Start = r.At - Time(d.varint())
	}
	if flags&hasDue != 0 {
		r.Due = r.At + Time(d.varint())
	}
	if flags&hasCount != 0 {
		r.Count = d.varint()
	}
	if buf[0]&hasExtra != 0 {
		r.Extra = d.varint()
	}
	if flags&hasAttempt != 0 {
		r.Attempt = d.count32()
	}
	if flags&hasStep != 0 {
		r.Step = d.index()
	}
	if flags&hasClass != 0 {
		r.Class = d.text()
	}
	if flags&hasText != 0 {
		r.Text = d.text()
	}
	if flags&hasData != 0 {
		r.Data = append([]byte(nil), d.buf...)
		d.buf = nil
	}
	if d.err != nil || len(d.buf) > 0 || r.flags() != flags || (r.Extra != 0) != (buf[0]&hasExtra != 0) {
		return r, fmt.Errorf("record %v of %d bytes: %w", r.Kind, len(buf), ErrCorrupt)
	}
	return r, nil
}

// decoder reads a buffer from its front and remembers the first error.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

// count32 reads a number from 0 to the largest int32.
func (d *decoder) count32() int32 {
	v := d.varint()
	if v < 0 || v > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int32(v)
}

// index reads a number from 0 to the largest int16.
func (d *decoder) index() int16 {
	v := d.varint()
	if v < 0 || v > math.MaxInt16 {
		d.fail()
		return None
	}
	return int16(v)
}

func (d *decoder) text() string {
	n, used := binary.Uvarint(d.buf)
	if used <= 0 || n > uint64(len(d.buf)-used) {
		d.fail()
		return ""
	}
	s := string(d.buf[used : used+int(n)])
	d.buf = d.buf[used+int(n):]
	return s
}

func (d *decoder) fail() { d.buf, d.err = nil, ErrCorrupt }
