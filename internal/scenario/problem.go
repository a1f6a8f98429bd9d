package scenario

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing wrong with a scenario file or with a --set argument.
type Problem struct {
	File      string // the file as the caller named it, or the whole --set argument
	Line, Col int    // from 1, Col in characters; both 0 for a --set argument
	Msg       string // what was found and what is allowed
	Excerpt   string // the line with a caret under Col, or ""
	Hint      string // what was probably meant, or ""
}

// String is the problem in one to four lines: place and message, then the
// excerpt and the hint if there are any.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": " + p.Msg)
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	if p.Hint != "" {
		b.WriteString("\nhint: " + p.Hint)
	}
	return b.String()
}

// Problems is everything that is wrong with a scenario, in the order of the
// file; problems of --set arguments come first.
type Problems []Problem

// Error writes all problems, each as [Problem.String] does.
func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.String()
	}
	return strings.Join(texts, "\n")
}

// Err is ps as an error, nil if there is no problem.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// place is where a value was written: a position in the file or a --set argument.
type place struct {
	set       string // the --set argument; "": in the file
	line, col int
}

// culprit is the place to blame for two values that do not fit: that of --set if
// one of them was set, else the last.
func culprit(places ...place) place {
	for _, p := range places {
		if p.set != "" {
			return p
		}
	}
	return places[len(places)-1]
}

// source is the file that problems point into.
type source struct {
	name  string
	lines []string
}

func newSource(name string, text []byte) *source {
	clean := strings.ToValidUTF8(string(text), "\uFFFD")
	clean = strings.ReplaceAll(clean, "\r\n", "\n")
	return &source{name: name, lines: strings.Split(clean, "\n")}
}

// clamp moves a position into the file: the libraries' positions at the end of
// a file may lie behind it.
func (s *source) clamp(at place) place {
	at.line = min(max(at.line, 1), len(s.lines))
	at.col = min(max(at.col, 1), utf8.RuneCountInString(s.lines[at.line-1])+1)
	return at
}

// problem makes a Problem at a place.
func (s *source) problem(at place, msg, hint string) Problem {
	msg, hint = printable(msg), printable(hint)
	if at.set != "" {
		return Problem{File: "--set " + printable(at.set), Msg: msg, Hint: hint}
	}
	at = s.clamp(at)
	return Problem{File: s.name, Line: at.line, Col: at.col, Msg: msg, Hint: hint, Excerpt: s.excerpt(at)}
}

// printable replaces what could command a terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return unicode.ReplacementChar
		}
		return c
	}, s)
}

// excerpt is the line at a place with a caret under the column.
func (s *source) excerpt(at place) string {
	line := printable(s.lines[at.line-1])
	if strings.TrimSpace(line) == "" {
		return ""
	}
	number := fmt.Sprintf("%5d | ", at.line)
	var pad strings.Builder
	for i, r := range []rune(line) {
		if i >= at.col-1 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		pad.WriteRune(r)
	}
	return number + line + "\n" + strings.Repeat(" ", len(number)-2) + "| " + pad.String() + "^"
}

// sorted puts problems into the order of the file and drops repetitions.
func (ps Problems) sorted() Problems {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	var out Problems
	seen := map[string]bool{}
	for _, p := range ps {
		key := fmt.Sprintf("%s:%d:%d:%s", p.File, p.Line, p.Col, p.Msg)
		if !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}
