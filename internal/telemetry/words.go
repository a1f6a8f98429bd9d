package telemetry

import "slices"

// words counts by one or two words of the scenario, in the order in which they came.
type words []wordCount

type wordCount struct {
	one, two string
	n        float64
}

// Labels must not grow without end, whatever words a scenario has. Words beyond are
// counted together as otherClass: errors of one step, and all else.
const (
	manyClasses = 32
	manyWords   = 256
	otherClass  = "other"
)

// at is the count of these words.
func (w *words) at(one, two string, many int) *float64 {
	same := func(c wordCount) bool { return c.one == one && c.two == two }
	i := slices.IndexFunc(*w, same)
	if i < 0 && len(*w) >= many && one != otherClass {
		return w.at(otherClass, two, many)
	}
	if i < 0 {
		i = len(*w)
		*w = append(*w, wordCount{one: one, two: two})
	}
	return &(*w)[i].n
}
