// Package share packs what repeats a run into one word that can be pasted:
// scenario, changed parameters, seed, strategies and journal.
//
// The word is "ts" with the version of the format, a point, and base64 (the
// alphabet that needs no quoting) of a deflated JSON object and a checksum of
// that. A program reads every version that it ever wrote.
package share

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Run is what makes a run, besides the program.
type Run struct {
	Scenario   string   `json:"scenario"` // name of a shipped one, or of the one in Source
	Seed       uint64   `json:"seed"`
	Sets       []string `json:"sets,omitempty"`       // --set arguments
	Strategies []string `json:"strategies,omitempty"` // none: those that the scenario compares
	Journal    []string `json:"journal,omitempty"`    // what people did to it
	// Source is the text of a scenario that is not shipped. Sum is the checksum of
	// the text of one that is: it may have changed since.
	Source string `json:"source,omitempty"`
	Sum    uint32 `json:"sum,omitempty"`
}

// Errors that a caller may want to tell apart.
var (
	// ErrForm: the text is no share string at all.
	ErrForm = errors.New("not a share string: one begins with ts1. and has letters, digits, - and _")
	// ErrVersion: it was made by a later program.
	ErrVersion = errors.New("a share string of another version")
	// ErrDamaged: something of it is missing or was changed.
	ErrDamaged = errors.New("the share string is damaged: copy it whole")
)

// version is what this program writes.
const version = "1"

// limit bounds what a string may unpack to.
const limit = 4 << 20

// Is tells whether a text looks like a share string of any version.
func Is(text string) bool {
	v, _, ok := split(text)
	return ok && v != ""
}

// split cuts "ts1.…" into version and body.
func split(text string) (v, body string, ok bool) {
	head, body, ok := strings.Cut(strings.TrimSpace(text), ".")
	v, ts := strings.CutPrefix(head, "ts")
	if !ok || !ts || strings.Trim(v, "0123456789") != "" {
		return "", "", false
	}
	return v, body, true
}

// Sum is the checksum of a scenario's text.
func Sum(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// Encode makes the share string of a run.
func Encode(r Run) string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("share: %v", err)) // strings and numbers: there is nothing to fail
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is valid
	_, _ = w.Write(text)                                    // a bytes.Buffer takes everything
	_ = w.Close()
	body := binary.BigEndian.AppendUint32(packed.Bytes(), crc32.ChecksumIEEE(packed.Bytes()))
	return "ts" + version + "." + base64.RawURLEncoding.EncodeToString(body)
}

// Decode reads a share string.
func Decode(text string) (Run, error) {
	v, body, ok := split(text)
	switch {
	case !ok || v == "":
		return Run{}, ErrForm
	case v != version:
		return Run{}, fmt.Errorf("%w: it has version %s, this program reads version %s", ErrVersion, v, version)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) < 4 {
		return Run{}, ErrDamaged
	}
	packed, sum := raw[:len(raw)-4], binary.BigEndian.Uint32(raw[len(raw)-4:])
	if crc32.ChecksumIEEE(packed) != sum {
		return Run{}, ErrDamaged
	}
	return unpack(packed)
}

func unpack(packed []byte) (r Run, err error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), limit+1))
	if err != nil || len(plain) > limit {
		return r, ErrDamaged
	}
	if err := json.Unmarshal(plain, &r); err != nil || r.Scenario == "" {
		return Run{}, ErrDamaged
	}
	return r, nil
}
