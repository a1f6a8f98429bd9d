package scenario

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// draftsOf makes steps s0, s1, … that wait for those whose numbers are given.
func draftsOf(after [][]int) []*draft {
	var list []*draft
	for i, parents := range after {
		d := &draft{index: i}
		d.Name = fmt.Sprintf("s%d", i)
		for _, p := range parents {
			d.after = append(d.after, reference{name: fmt.Sprintf("s%d", p)})
		}
		list = append(list, d)
	}
	return list
}

// TestOrder holds for any graph without circles that every step comes after its
// parents, that DependsOn points at them, and that among the steps that could
// come next the first of the file does.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		rank := rapid.Permutation(upTo(n)).Draw(t, "rank")
		after := make([][]int, n)
		for i := range after {
			for j := range after {
				if rank[j] < rank[i] && rapid.Bool().Draw(t, "edge") {
					after[i] = append(after[i], j)
				}
			}
		}
		r := &reader{src: newSource("test", nil)}
		order := r.order(draftsOf(after))
		if len(order) != n || len(r.probs) > 0 {
			t.Fatalf("order %v of %v: %v", order, after, r.probs)
		}
		placed := map[int]bool{}
		for _, d := range order {
			for k, p := range d.DependsOn {
				if order[p].index != after[d.index][k] {
					t.Fatalf("%s depends on %s", d.Name, order[p].Name)
				}
			}
			for earlier := range d.index {
				if !placed[earlier] && all(after[earlier], placed) {
					t.Fatalf("s%d could have come before %s", earlier, d.Name)
				}
			}
			if !all(after[d.index], placed) {
				t.Fatalf("%s comes before its parents", d.Name)
			}
			placed[d.index] = true
		}
	})
}

// TestCircles holds that any circle is found, and named from its earliest step.
func TestCircles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		circle := rapid.Permutation(upTo(n)).Draw(t, "circle")
		after := make([][]int, n+1)
		for i := range circle {
			after[circle[i]] = append(after[circle[i]], circle[(i+1)%n])
		}
		after[n] = []int{circle[0]} // waits for the circle, is no part of it
		r := &reader{src: newSource("test", nil)}
		if order := r.order(draftsOf(after)); order != nil || len(r.probs) != 1 {
			t.Fatalf("order %v of %v: %v", order, after, r.probs)
		}
		want := "steps wait for each other in a circle: s0"
		for at := after[0][0]; ; at = after[at][0] {
			want += fmt.Sprintf(" after s%d", at)
			if at == 0 {
				break
			}
		}
		if got := r.probs[0].Msg; got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func all(list []int, in map[int]bool) bool {
	for _, x := range list {
		if !in[x] {
			return false
		}
	}
	return true
}
