package fault

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ParseList reads faults with ; between them. A problem's column is that in text.
func ParseList(text string, names Names, implied bool) ([]Fault, error) {
	var list []Fault
	for from := 0; from <= len(text); {
		end := from + semicolon(text[from:])
		f, err := ParseFault(text[from:end], names, implied)
		var e *Error
		if errors.As(err, &e) {
			e.Line, e.Col = text, e.Col+utf8.RuneCountInString(text[:from])
			return nil, e
		}
		list = append(list, f)
		from = end + 1
	}
	return list, nil
}

// semicolon is where the first ; stands that is not in parentheses, or the end.
func semicolon(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ';':
			if depth <= 0 {
				return i
			}
		}
	}
	return len(s)
}

// FormatList is a list as [ParseList] reads it.
func FormatList(list []Fault) string {
	var texts []string
	for i := range list {
		texts = append(texts, list[i].String())
	}
	return strings.Join(texts, "; ")
}
