package fault

import (
	"fmt"
	"strings"
	"unicode"
)

// Error is what is wrong with a line, and where.
type Error struct {
	Line string // as it was given
	Col  int    // from 1, in characters
	Msg  string // what was found and what is allowed
	Hint string // what was probably meant, or ""
}

// Error is the message with the line and a caret below, and the hint.
func (e *Error) Error() string {
	s := e.Msg + "\n  " + printable(e.Line) + "\n  " + strings.Repeat(" ", e.Col-1) + "^"
	if e.Hint != "" {
		s += "\nhint: " + e.Hint
	}
	return s
}

// Short is the error in one line.
func (e *Error) Short() string {
	s := fmt.Sprintf("column %d: %s", e.Col, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// printable replaces what could command a terminal or shift the caret.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func oneOf(names []string) string { return enumerate(names, " or ") }
func allOf(names []string) string { return enumerate(names, " and ") }

func enumerate(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + last + names[len(names)-1]
}

// didYouMean is a hint that names the nearest of the candidates, or "".
func didYouMean(name string, candidates []string) string {
	best, least := "", max(1, len([]rune(name))/3)+1
	for _, c := range candidates {
		d := distance(strings.ToLower(name), c)
		if name != "" && len(name) > 2 && strings.HasPrefix(c, strings.ToLower(name)) {
			d = 1 // an abbreviation
		}
		if d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the number of letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
