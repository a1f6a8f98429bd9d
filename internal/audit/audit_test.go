package audit_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/audit"
)

// trail makes n records of one chain and the head after each.
func trail(chain string, n int) (rows [][]byte, heads []audit.Head) {
	var c audit.Chain
	for i := range n {
		r := audit.Record{Chain: chain, At: int64(i) * 1000, Actor: fmt.Sprintf("agent.%d", i%3), Action: "task.submitted", Task: int32(i + 1), Outcome: "allowed"}
		rows = append(rows, c.Append(&r))
		heads = append(heads, audit.Head{Chain: chain, At: r.At, Seq: c.Seq, Hash: c.Hash})
	}
	return rows, heads
}

// TestVerifyNames shows what each kind of tampering is found as, and that cutting
// off the end is found by a head written down elsewhere and by nothing else.
func TestVerifyNames(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(rows [][]byte) [][]byte
		heads  bool
		want   string // kind and text of the first problem
	}{
		{"untouched", func(rows [][]byte) [][]byte { return rows }, true, ""},
		{"edited", func(rows [][]byte) [][]byte {
			rows[4] = bytes.Replace(rows[4], []byte("allowed"), []byte("denied!"), 1)
			return rows
		}, false, "edited: record 5 of x: its content is not what was hashed"},
		{"edited and hashed anew", func(rows [][]byte) [][]byte {
			r, _ := audit.Parse(rows[4])
			r.Outcome = "denied"
			c := audit.Chain{Seq: r.Seq - 1, Hash: r.Prev}
			rows[4] = c.Append(&r)
			return rows
		}, false, "unlinked: record 6 of x does not follow from the one before it"},
		{"deleted", func(rows [][]byte) [][]byte { return slices.Delete(rows, 2, 3) }, false, "missing: record 3 of x is missing"},
		{"two deleted", func(rows [][]byte) [][]byte { return slices.Delete(rows, 2, 4) }, false, "missing: records 3 to 4 of x are missing"},
		{"the first deleted", func(rows [][]byte) [][]byte { return rows[1:] }, false, "missing: record 1 of x is missing"},
		{"swapped", func(rows [][]byte) [][]byte { rows[6], rows[7] = rows[7], rows[6]; return rows }, false, "missing: record 7 of x is missing"},
		{"repeated", func(rows [][]byte) [][]byte { return slices.Insert(rows, 3, rows[2]) }, false, "reordered: record 3 of x comes after record 3"},
		{"garbage", func(rows [][]byte) [][]byte { rows[3] = []byte("?"); return rows },
			false, "unreadable: row 4: not a record: invalid character '?' looking for beginning of value"},
		{"cut, no head known", func(rows [][]byte) [][]byte { return rows[:7] }, false, ""},
		{"cut, a head known", func(rows [][]byte) [][]byte { return rows[:7] }, true, "truncated: x ends at record 7, and record 8 was written down"},
		{"all gone", func([][]byte) [][]byte { return nil }, true, "truncated: x ends at record 0, and record 1 was written down"},
		{"written anew from the start", func([][]byte) [][]byte { rows, _ := trail("x", 10); return another(rows) },
			true, "rewritten: record 1 of x is not the one that was written down"},
	} {
		rows, heads := trail("x", 10)
		if !c.heads {
			heads = nil
		}
		report := audit.Verify(c.tamper(rows), heads)
		got := ""
		if !report.Whole() {
			got = report.Problems[0].Kind + ": " + report.Problems[0].Text
		}
		if got != c.want {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
}

// another chains the records again with other actors.
func another(rows [][]byte) (out [][]byte) {
	var c audit.Chain
	for _, row := range rows {
		r, _ := audit.Parse(row)
		r.Actor = "somebody else"
		out = append(out, c.Append(&r))
	}
	return out
}

// TestAnyChangeIsFound: whatever byte of whatever row is changed, and whatever
// rows are dropped or moved, the verification says so.
func TestAnyChangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, heads := trail("x", rapid.IntRange(1, 12).Draw(t, "records"))
		i := rapid.IntRange(0, len(rows)-1).Draw(t, "row")
		switch rapid.SampledFrom([]string{"flip", "drop", "move", "cut"}).Draw(t, "how") {
		case "flip":
			rows[i] = bytes.Clone(rows[i])
			rows[i][rapid.IntRange(0, len(rows[i])-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case "drop":
			rows = slices.Delete(rows, i, i+1)
		case "move":
			j := rapid.IntRange(0, len(rows)-1).Draw(t, "to")
			if i == j {
				t.Skip("not moved")
			}
			row := rows[i]
			rows = slices.Insert(slices.Delete(rows, i, i+1), j, row)
		case "cut":
			rows = rows[:i]
		}
		if r := audit.Verify(rows, heads); r.Whole() {
			t.Fatal("nothing found")
		}
	})
}

// TestChainsAreApart: the rows of several chains may lie between each other.
func TestChainsAreApart(t *testing.T) {
	a, headsA := trail("a", 5)
	b, headsB := trail("b", 5)
	var rows [][]byte
	for i := range a {
		rows = append(rows, a[i], b[i])
	}
	r := audit.Verify(rows, append(headsA, headsB...))
	if !r.Whole() || r.Records != 10 || r.Heads != 10 || !slices.Equal(r.Names(), []string{"a", "b"}) {
		t.Errorf("%+v", r)
	}
	if r = audit.Verify(slices.Delete(rows, 3, 4), nil); r.Whole() || r.Problems[0].Chain != "b" {
		t.Errorf("record 2 of b dropped, found %+v", r.Problems)
	}
}

// TestQuery shows what is found by which question.
func TestQuery(t *testing.T) {
	r := audit.Record{Chain: "x", At: 5, Actor: "priya", Action: "task.submitted", Outcome: "allowed", Subject: "c1", Task: 7}
	for _, c := range []struct {
		q    audit.Query
		want bool
	}{
		{audit.Query{}, true},
		{audit.Query{Actor: "priya", Outcome: "allowed", Task: 7, Subject: "c1", Chain: "x"}, true},
		{audit.Query{Actor: "jake"}, false},
		{audit.Query{Action: "task"}, true},
		{audit.Query{Action: "task.submitted"}, true},
		{audit.Query{Action: "tas"}, false},
		{audit.Query{From: 5, To: 5}, true},
		{audit.Query{From: 6}, false},
		{audit.Query{To: 4}, false},
	} {
		if got := c.q.Matches(&r); got != c.want {
			t.Errorf("%+v: %v, want %v", c.q, got, c.want)
		}
	}
}

// TestChainOf finds the chain that reading the whole row finds, and none in what is
// no row.
func TestChainOf(t *testing.T) {
	rows, _ := trail("a-b.c", 3)
	for _, row := range rows {
		if got := audit.ChainOf(row); got != "a-b.c" {
			t.Errorf("chain %q", got)
		}
	}
	for _, bad := range []string{"", "?", `{"seq":1,"chain":"x`} {
		if got := audit.ChainOf([]byte(bad)); got != "" {
			t.Errorf("%q: chain %q", bad, got)
		}
	}
}
