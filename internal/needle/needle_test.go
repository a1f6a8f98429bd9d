package needle_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/needle"
)

// TestFindsWhatContainsFinds: an index finds exactly the needles that a plain search
// finds one by one, wherever the text is cut into pieces between them.
func TestFindsWhatContainsFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := needle.New()
		needles := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab]{8,12}`), 1, 20, rapid.ID[string]).Draw(t, "needles")
		for i, n := range needles {
			if !x.Add(i, n) {
				t.Fatalf("%q was not taken", n)
			}
		}
		text := rapid.StringMatching(`[ab]{0,200}`).Draw(t, "text")
		want := 0
		for _, n := range needles {
			if strings.Contains(text, n) {
				want++
			}
		}
		h := x.Hits()
		h.In([]byte(text))
		if h.Needles() != want || h.Owners() != want || h.Bytes != len(text) {
			t.Fatalf("%d needles of %d owners in %d bytes, want %d", h.Needles(), h.Owners(), h.Bytes, want)
		}
	})
}

// TestShort: what is too short to be told from anything else is not looked for.
func TestShort(t *testing.T) {
	if needle.New().Add(1, "4567") {
		t.Error("a needle of four bytes was taken")
	}
}
