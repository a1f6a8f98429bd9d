package redact

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Public is the class of fields that are left as they are.
const Public = "public"

// Classes of what is taken out because nobody said that it may stay.
const (
	Undeclared = "undeclared"
	FreeText   = "free_text"
)

// Rules say what is taken out.
type Rules struct {
	// Fields gives classes to fields by their path: "customer.email",
	// "items.*.recipient" (any element). [Public] ones stay, with all below them.
	Fields map[string]string
	// Deny takes out every text of which Fields says nothing.
	Deny bool
	// Keys takes out every field whose key contains one of these, wherever it is;
	// Top those with exactly such a key at the top.
	Keys, Top []string
	// Patterns are looked for in all texts that are left, see [Patterns]; Checked
	// ones by check digits and formats too.
	Patterns []string
	Checked  bool
}

// Redactor applies rules. It is read only. A nil one takes nothing out.
type Redactor struct {
	rules    Rules
	patterns []pattern
}

// New makes a redactor of rules. An error names the pattern that there is not.
func New(rules Rules) (*Redactor, error) {
	r := &Redactor{rules: rules}
	for _, name := range rules.Patterns {
		if _, err := compilePattern(name, rules.Checked); err != nil {
			return nil, err
		}
	}
	for _, name := range Patterns() {
		if slices.Contains(rules.Patterns, name) {
			p, err := compilePattern(name, rules.Checked)
			if err != nil {
				return nil, err
			}
			r.patterns = append(r.patterns, p)
		}
	}
	return r, nil
}

func token(class string) string { return "[REDACTED:" + class + "]" }

// Value is a copy of v, of maps, lists, texts and numbers as JSON has them,
// without what is to be taken out.
func (r *Redactor) Value(v any) any {
	if r == nil {
		return v
	}
	return r.value("", v)
}

func (r *Redactor) value(path string, v any) any {
	if class, ok := r.rules.Fields[path]; ok {
		if class == Public {
			return v
		}
		return token(class)
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, x := range v {
			out[key] = r.field(path, key, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = r.value(below(path, "*"), x)
		}
		return out
	case string:
		return r.text(v, Undeclared)
	case int, int64, float64:
		if s := decimal(v); r.search(s) != s {
			return r.search(s)
		}
	}
	return v
}

// decimal is a number's digits, as they would stand in a text.
func decimal(v any) string {
	if f, ok := v.(float64); ok {
		if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return ""
		}
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return fmt.Sprint(v)
}

func (r *Redactor) field(path, key string, v any) any {
	byKey := slices.ContainsFunc(r.rules.Keys, func(k string) bool { return strings.Contains(key, k) })
	if byKey || path == "" && slices.Contains(r.rules.Top, key) {
		return token(key)
	}
	return r.value(below(path, key), v)
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Text is a text that people wrote, or that came from elsewhere, without what is
// to be taken out: all of it if what is undeclared is denied.
func (r *Redactor) Text(s string) string {
	if r == nil {
		return s
	}
	return r.text(s, FreeText)
}

func (r *Redactor) text(s, class string) string {
	if r.rules.Deny && s != "" {
		return token(class)
	}
	return r.search(s)
}

// search takes out what a pattern finds.
func (r *Redactor) search(s string) string {
	for i := range r.patterns {
		s = r.patterns[i].replace(s)
	}
	return s
}
