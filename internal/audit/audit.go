// Package audit keeps a trail of what was done, by whom and with what outcome, in
// a way that shows when somebody has changed it afterwards.
//
// Each [Record] holds the hash of the one before it, so that the records form a
// chain: whoever edits, drops or reorders one has to compute all later hashes anew.
// The end of a chain can still be cut off without a trace; for that its head is
// written down elsewhere from time to time, see [Head] and [Verify].
//
// A chain knows no disk and no clock. Its owner writes the rows it makes in the
// transaction of what they tell of.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Record is one thing that was done. It tells who, what, when, about which data
// and with what outcome, and holds none of the data itself.
type Record struct {
	Seq         uint64   `json:"seq"`   // in its chain, from 1
	Chain       string   `json:"chain"` // the system that did it
	At          int64    `json:"at"`    // µs since the start
	Actor       string   `json:"actor"`
	Role        string   `json:"role,omitempty"`
	Team        string   `json:"team,omitempty"`
	Action      string   `json:"action"` // what happened: "task.submitted"
	Outcome     string   `json:"outcome,omitempty"`
	Task        int32    `json:"task,omitempty"`
	Step        string   `json:"step,omitempty"`
	Attempt     int16    `json:"attempt,omitempty"`
	Workflow    string   `json:"workflow,omitempty"`
	Correlation string   `json:"correlation,omitempty"`
	Subject     string   `json:"subject,omitempty"` // whose data it is about, by a name that says nothing of the person
	Data        string   `json:"data,omitempty"`    // how the data is classified
	Content     string   `json:"content,omitempty"` // hash of the data
	Tags        []string `json:"tags,omitempty"`    // rules that apply to it
	Prev        string   `json:"prev"`              // hash of the record before; of the first one, zeros
	Hash        string   `json:"hash"`              // of all the rest
}

// hashHex is the length of a hash as text.
const hashHex = 2 * sha256.Size

// origin is the hash before the first record.
func origin() string { return string(bytes.Repeat([]byte("0"), hashHex)) }

// Chain is the growing end of a trail. The zero value is an empty chain.
type Chain struct {
	Seq  uint64 // of the latest record
	Hash string // of the latest record; empty: there is none
}

// Append numbers and seals the record and returns its row: a line of JSON.
func (c *Chain) Append(r *Record) []byte {
	c.Seq++
	r.Seq, r.Prev = c.Seq, c.Hash
	if r.Prev == "" {
		r.Prev = origin()
	}
	r.Hash = ""
	row := r.row()
	r.Hash = sum(row)
	c.Hash = r.Hash
	// The hash is the last field, and empty in what was hashed: `"hash":""}`.
	row = append(row[:len(row)-2], r.Hash...)
	return append(row, `"}`...)
}

func (r *Record) row() []byte {
	row, err := json.Marshal(r)
	if err != nil {
		panic("audit: a record of texts and numbers cannot be written: " + err.Error())
	}
	return row
}

func sum(row []byte) string {
	h := sha256.Sum256(row)
	return hex.EncodeToString(h[:])
}

// ErrNoRecord is wrapped by errors about a row that is no record.
var ErrNoRecord = errors.New("not a record")

// Parse reads a row. It does not look at the hashes, see [Verify].
func Parse(row []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(row, &r); err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrNoRecord, err)
	}
	return r, nil
}

// ChainOf is the chain of a row, found without reading the rest of it; "" if there
// is none where [Chain.Append] puts it.
func ChainOf(row []byte) string {
	_, rest, ok := bytes.Cut(row, []byte(`,"chain":"`))
	name, _, whole := bytes.Cut(rest, []byte(`"`))
	if !ok || !whole {
		return ""
	}
	return string(name)
}

// Sealed tells whether the record's hash is that of its content, to the byte.
func Sealed(row []byte) bool {
	n := len(row) - len(`"}`)
	if n < hashHex {
		return false
	}
	bare := append(append([]byte{}, row[:n-hashHex]...), row[n:]...)
	return sum(bare) == string(row[n-hashHex:n])
}
