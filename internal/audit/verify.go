package audit

import (
	"fmt"
	"maps"
	"slices"
)

// Head is where a chain stood at some time, as it was written down elsewhere.
type Head struct {
	Chain string `json:"chain"`
	At    int64  `json:"at"` // µs since the start
	Seq   uint64 `json:"seq"`
	Hash  string `json:"hash"`
}

// Kinds of problems.
const (
	Unreadable = "unreadable" // a row is no record
	Edited     = "edited"     // the content is not what was hashed
	Missing    = "missing"    // numbers are left out
	Reordered  = "reordered"  // a number that was there already, or comes too early
	Unlinked   = "unlinked"   // it does not follow from the record before it
	Truncated  = "truncated"  // a head was written down that the chain does not reach
	Rewritten  = "rewritten"  // the chain has another record where a head was written down
)

// Problem is a sign that a trail was changed.
type Problem struct {
	Kind  string `json:"kind"`
	Chain string `json:"chain,omitempty"`
	Row   int    `json:"row,omitempty"` // of the trail, from 1; 0: of the heads
	Seq   uint64 `json:"seq,omitempty"` // the record's own number, as far as it can be read
	Text  string `json:"text"`
}

// Report is what a verification has found.
type Report struct {
	Records  int               `json:"records"`
	Chains   map[string]Head   `json:"chains"` // where each one ends, by name
	Heads    int               `json:"heads"`  // that were compared
	Problems []Problem         `json:"problems"`
	points   map[point]string  // hashes by number, where a head was written down
	last     map[string]uint64 // by chain: the highest number
}

type point struct {
	chain string
	seq   uint64
}

// Whole tells whether nothing was found.
func (r *Report) Whole() bool { return len(r.Problems) == 0 }

// Verifier goes through a trail row by row.
type Verifier struct {
	report Report
	heads  []Head
	wanted map[point]bool
	chains map[string]Chain
}

// NewVerifier makes a verifier that also holds the trail against the heads that
// were written down elsewhere.
func NewVerifier(heads []Head) *Verifier {
	v := &Verifier{heads: heads, wanted: map[point]bool{}, chains: map[string]Chain{}}
	v.report = Report{Chains: map[string]Head{}, Problems: []Problem{}, points: map[point]string{}, last: map[string]uint64{}}
	for _, h := range heads {
		v.wanted[point{h.Chain, h.Seq}] = true
	}
	return v
}

// maxProblems bounds what is told: one edit can be followed by nothing else.
const maxProblems = 20

func (v *Verifier) found(kind string, r *Record, format string, args ...any) {
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, Problem{kind, r.Chain, v.report.Records, r.Seq, fmt.Sprintf(format, args...)})
	}
}

// Row looks at the next row.
func (v *Verifier) Row(row []byte) {
	v.report.Records++
	r, err := Parse(row)
	if err != nil {
		v.found(Unreadable, &r, "row %d: %v", v.report.Records, err)
		return
	}
	if !Sealed(row) {
		v.found(Edited, &r, "record %d of %s: its content is not what was hashed", r.Seq, r.Chain)
	}
	c := v.chains[r.Chain]
	v.follow(&c, &r)
	v.chains[r.Chain] = Chain{r.Seq, r.Hash}
	v.report.Chains[r.Chain] = Head{r.Chain, r.At, r.Seq, r.Hash}
	v.report.last[r.Chain] = max(v.report.last[r.Chain], r.Seq)
	if p := (point{r.Chain, r.Seq}); v.wanted[p] {
		v.report.points[p] = r.Hash
	}
}

// follow holds a record against the one before it in its chain.
func (v *Verifier) follow(c *Chain, r *Record) {
	prev := c.Hash
	if prev == "" {
		prev = origin()
	}
	switch {
	case r.Seq == c.Seq+1 && r.Prev == prev:
	case r.Seq == c.Seq+1:
		v.found(Unlinked, r, "record %d of %s does not follow from the one before it", r.Seq, r.Chain)
	case r.Seq > c.Seq+1 && r.Seq-c.Seq == 2:
		v.found(Missing, r, "record %d of %s is missing", c.Seq+1, r.Chain)
	case r.Seq > c.Seq+1:
		v.found(Missing, r, "records %d to %d of %s are missing", c.Seq+1, r.Seq-1, r.Chain)
	default:
		v.found(Reordered, r, "record %d of %s comes after record %d", r.Seq, r.Chain, c.Seq)
	}
}

// Done compares the heads and returns the report.
func (v *Verifier) Done() Report {
	for _, h := range v.heads {
		v.report.Heads++
		at := Record{Chain: h.Chain, Seq: h.Seq}
		hash, there := v.report.points[point{h.Chain, h.Seq}]
		row := v.report.Records
		v.report.Records = 0 // a problem of the heads has no row
		switch last := v.report.last[h.Chain]; {
		case last < h.Seq:
			v.found(Truncated, &at, "%s ends at record %d, and record %d was written down", h.Chain, last, h.Seq)
		case !there || hash != h.Hash:
			v.found(Rewritten, &at, "record %d of %s is not the one that was written down", h.Seq, h.Chain)
		}
		v.report.Records = row
	}
	return v.report
}

// Verify looks at all rows of a trail and at the heads written down elsewhere.
func Verify(rows [][]byte, heads []Head) Report {
	v := NewVerifier(heads)
	for _, row := range rows {
		v.Row(row)
	}
	return v.Done()
}

// Names are the chains of the report, sorted.
func (r *Report) Names() []string { return slices.Sorted(maps.Keys(r.Chains)) }
