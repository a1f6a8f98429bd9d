package lab

import (
	"slices"

	"tasker-sim/internal/stats"
)

// Result is what came of a verification.
type Result struct {
	Schema     int        `json:"schema"`
	OK         bool       `json:"ok"`
	Seed       uint64     `json:"seed"`
	Seeds      int        `json:"seeds"`
	Bound      float64    `json:"bound"` // chance of any false alarm
	Tests      int        `json:"tests"` // tests of chance, all cells and seeds
	Limit      float64    `json:"limit"` // p-value below which a test fails, by Holm's rule
	SmallestP  float64    `json:"smallest_p"`
	Cells      []Cell     `json:"cells"`
	Unposed    []Unposed  `json:"unposed"`
	Invariants Invariants `json:"invariants"`
}

// Cell is one figure of one case: predicted beside measured.
type Cell struct {
	Oracle    string   `json:"oracle"`
	Law       string   `json:"law"`
	Case      string   `json:"case"`
	Figure    string   `json:"figure"`
	Unit      string   `json:"unit"`
	Predicted float64  `json:"predicted"`
	Measured  float64  `json:"measured"` // over all seeds
	N         int      `json:"n"`
	Test      string   `json:"test"`
	Pooled    float64  `json:"p"` // of the seeds together
	OK        bool     `json:"ok"`
	Seeds     []AtSeed `json:"at_seeds"`
	First     string   `json:"first,omitempty"`  // of a broken identity: where
	Repeat    string   `json:"repeat,omitempty"` // of a failed cell: the command that repeats it

	pooled   evidence
	question *question
}

// AtSeed is what one seed measured of a cell.
type AtSeed struct {
	Seed     uint64  `json:"seed"`
	Measured float64 `json:"measured"`
	N        int     `json:"n"`
	P        float64 `json:"p"`
	OK       bool    `json:"ok"`
}

// Unposed is a law that cannot be asked, and why.
type Unposed struct {
	Oracle string `json:"oracle"`
	Law    string `json:"law"`
	Why    string `json:"why"`
}

// Invariants are those that are held against every event of every world.
type Invariants struct {
	Checked    int64  `json:"checked"`
	Violations int    `json:"violations"`
	First      string `json:"first,omitempty"`
	Repeat     string `json:"repeat,omitempty"`
}

// exact tells whether the cell is an identity, which chance cannot excuse.
func (c *Cell) exact() bool {
	return c.pooled.test() == exactTest
}

// judge finds which tests fail. All tests of chance, of each seed and of all
// seeds together, are one family: Holm's rule rejects them from the smallest
// p-value on. An identity fails if it is broken once.
func (r *Result) judge() {
	type test struct {
		p  float64
		ok *bool
	}
	var family []test
	r.OK = r.Invariants.Violations == 0
	for i := range r.Cells {
		c := &r.Cells[i]
		c.OK = !c.exact() || c.Pooled > 0
		for j := range c.Seeds {
			s := &c.Seeds[j]
			s.OK = !c.exact() || s.P > 0
			if !c.exact() {
				family = append(family, test{s.P, &s.OK})
			}
		}
		if len(c.Seeds) > 1 && !c.exact() {
			family = append(family, test{c.Pooled, &c.OK})
		}
	}
	slices.SortStableFunc(family, func(a, b test) int { return compare(a.p, b.p) })
	r.Tests, r.SmallestP = len(family), 1
	rejected := 0
	for i, t := range family {
		if t.p > stats.Holm(r.Bound, i, len(family)) {
			break
		}
		*t.ok = false
		rejected++
	}
	if len(family) > 0 {
		r.SmallestP = family[0].p
		r.Limit = stats.Holm(r.Bound, min(rejected, len(family)-1), len(family))
	}
	r.conclude()
}

// conclude lets a cell fail if one of its seeds did, and the whole if a cell did.
func (r *Result) conclude() {
	for i := range r.Cells {
		c := &r.Cells[i]
		seed := c.Seeds[0].Seed
		for j := len(c.Seeds) - 1; j >= 0; j-- {
			if !c.Seeds[j].OK {
				c.OK, seed = false, c.Seeds[j].Seed
			}
		}
		if !c.OK {
			c.Repeat = repeat(c.question, seed)
			r.OK = false
		}
	}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Failed are the cells that are not as the law says.
func (r *Result) Failed() (list []*Cell) {
	for i := range r.Cells {
		if !r.Cells[i].OK {
			list = append(list, &r.Cells[i])
		}
	}
	return list
}
