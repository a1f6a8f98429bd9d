package redact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Names of the patterns.
const (
	Email = "email"
	SSN   = "ssn"
	Phone = "phone"
	Card  = "card"
)

// Patterns are the names that [Rules] may use, in the order in which they are
// tried: the longest runs of digits first.
func Patterns() []string { return []string{Card, SSN, Phone, Email} }

// pattern finds pieces of text that look like something.
type pattern struct {
	class string
	find  *regexp.Regexp
	real  func(match string) bool // nil: what looks like it is taken for it
}

func (p *pattern) replace(text string) string {
	return p.find.ReplaceAllStringFunc(text, func(m string) string {
		if p.real != nil && !p.real(m) {
			return m
		}
		return token(p.class)
	})
}

// compilePattern makes a pattern of its name. A checked one looks at check digits
// and formats too: ten digits are not a telephone number because they are ten.
func compilePattern(name string, checked bool) (pattern, error) {
	loose := map[string]string{
		Email: `[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`,
		SSN:   `\b\d{3}-\d{2}-\d{4}\b`,
		Phone: `\b\d{3}[-. ]?\d{3}[-. ]?\d{4}\b`,
		Card:  `\b\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b`,
	}
	strict := map[string]string{
		Phone: `(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b`,
		Card:  `\b\d(?:[ -]?\d){12,18}\b`,
	}
	real := map[string]func(string) bool{SSN: realSSN, Phone: realPhone, Card: realCard}
	text, ok := loose[name]
	if !ok {
		return pattern{}, fmt.Errorf("unknown pattern %q: there are %s", name, strings.Join(Patterns(), ", "))
	}
	p := pattern{class: name}
	if checked {
		p.real = real[name]
		if s, has := strict[name]; has {
			text = s
		}
	}
	p.find = regexp.MustCompile(text) // one of those above
	return p, nil
}

// digitsOf leaves nothing but digits.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// realSSN leaves out numbers that are never given out: area 000 and 666, group
// 00, serial 0000. Those from 900 on are tax numbers, and as much one's own.
func realSSN(s string) bool {
	return !slices.Contains([]string{"000", "666"}, s[:3]) && s[4:6] != "00" && s[7:] != "0000"
}

// realPhone knows that neither area nor exchange begin with 0 or 1.
func realPhone(s string) bool {
	d := digitsOf(s)
	d = d[len(d)-10:]
	return d[0] >= '2' && d[3] >= '2'
}

// realCard is a number of 13 to 19 digits whose check digit is right.
func realCard(s string) bool { return Luhn(digitsOf(s)) }

// Luhn tells whether the last digit is the check digit of those before it, by the
// algorithm of H. P. Luhn that card numbers use.
func Luhn(digits string) bool {
	n := len(digits)
	return n > 1 && CheckDigit(digits[:n-1]) == digits[n-1]
}

// CheckDigit is the digit that makes the number one that [Luhn] accepts.
func CheckDigit(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}
