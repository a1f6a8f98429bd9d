package fault

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// cursor walks through a line. It stops at the first problem: everything after
// that is to be ignored.
type cursor struct {
	text string
	at   int // byte offset
	err  *Error
}

// fail notes a problem at a byte offset.
func (c *cursor) fail(at int, hint, format string, args ...any) {
	if c.err == nil {
		c.err = &Error{Line: c.text, Col: utf8.RuneCountInString(c.text[:at]) + 1, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
}

func (c *cursor) space() {
	for c.at < len(c.text) && (c.text[c.at] == ' ' || c.text[c.at] == '\t' || c.text[c.at] == '\n' || c.text[c.at] == '\r') {
		c.at++
	}
}

// sees tells whether s comes next, spaces aside.
func (c *cursor) sees(s string) bool {
	c.space()
	return c.err == nil && strings.HasPrefix(c.text[c.at:], s)
}

// takes steps over s if it comes next.
func (c *cursor) takes(s string) bool {
	if !c.sees(s) {
		return false
	}
	c.at += len(s)
	return true
}

// wants steps over s, which must come next.
func (c *cursor) wants(s, what string) {
	if !c.takes(s) {
		c.fail(c.at, "", "want %q here: %s", s, what)
	}
}

// done tells that nothing is left.
func (c *cursor) done() bool {
	c.space()
	return c.err != nil || c.at == len(c.text)
}

func isWord(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// word takes letters, digits and _, and tells where they began.
func (c *cursor) word() (w string, from int) {
	return c.run(isWord)
}

// number takes digits and what a time or a decimal has besides, up to two points
// in a row.
func (c *cursor) number() (w string, from int) {
	c.space()
	from = c.at
	for c.err == nil && c.at < len(c.text) && !strings.HasPrefix(c.text[c.at:], "..") {
		r, n := utf8.DecodeRuneInString(c.text[c.at:])
		if !isWord(r) && r != '.' && r != 'µ' && r != 'μ' {
			break
		}
		c.at += n
	}
	return c.text[from:c.at], from
}

// raw takes everything up to one of the stops, without the spaces around it.
func (c *cursor) raw(stops string) (w string, from int) {
	w, from = c.run(func(r rune) bool { return !strings.ContainsRune(stops, r) })
	return strings.TrimRight(w, " \t\r\n"), from
}

func (c *cursor) run(in func(rune) bool) (w string, from int) {
	c.space()
	from = c.at
	for c.err == nil && c.at < len(c.text) {
		r, n := utf8.DecodeRuneInString(c.text[c.at:])
		if !in(r) {
			break
		}
		c.at += n
	}
	return c.text[from:c.at], from
}
