// Package needle finds many texts in a haystack at once: whether any of tens of
// thousands of names, addresses and numbers stands anywhere in the bytes of a file.
package needle

import (
	"bytes"
	"encoding/binary"
)

// head is how many bytes of a needle it is looked up by; a shorter one is not
// looked for.
const head = 8

// Index is a set of needles, each with a number that says whose it is.
type Index struct {
	needles [][]byte
	owners  []int
	byHead  map[uint64][]int32
	filter  []uint64 // bits by a hash of the first bytes: most places need no look
}

const filterBits = 1 << 20

// New makes an empty index.
func New() *Index {
	return &Index{byHead: map[uint64][]int32{}, filter: make([]uint64, filterBits/64)}
}

// Add adds a needle. It is false for one too short to be looked for.
func (x *Index) Add(owner int, text string) bool {
	if len(text) < head {
		return false
	}
	key := binary.LittleEndian.Uint64([]byte(text))
	x.byHead[key] = append(x.byHead[key], int32(len(x.needles)))
	x.needles, x.owners = append(x.needles, []byte(text)), append(x.owners, owner)
	bit := slot(key)
	x.filter[bit/64] |= 1 << (bit % 64)
	return true
}

func slot(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> 44 }

// Hits are the needles that were found in one place, in any number of texts.
type Hits struct {
	Bytes int // that were looked at
	x     *Index
	found map[int32]bool
}

// Hits begins a search of a place.
func (x *Index) Hits() *Hits { return &Hits{x: x, found: map[int32]bool{}} }

// In looks at a text of the place.
func (h *Hits) In(text []byte) {
	h.Bytes += len(text)
	for i := 0; i+head <= len(text); i++ {
		key := binary.LittleEndian.Uint64(text[i:])
		if bit := slot(key); h.x.filter[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, n := range h.x.byHead[key] {
			if bytes.HasPrefix(text[i:], h.x.needles[n]) {
				h.found[n] = true
			}
		}
	}
}

// Needles is how many different needles were found.
func (h *Hits) Needles() int { return len(h.found) }

// Owners is how many different owners they have.
func (h *Hits) Owners() int {
	owners := map[int]bool{}
	for n := range h.found {
		owners[h.x.owners[n]] = true
	}
	return len(owners)
}
