package scenario

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Patterns of values that JSON has no type for.
const (
	timePattern   = `^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`
	ratePattern   = `^\+?([0-9][0-9_]*(\.[0-9]*)?|\.[0-9]+)( *%|[eE]-[0-9]+)$`
	numberPattern = `^[+-]?([0-9][0-9_]*(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`
	countPattern  = `^[+-]?[0-9][0-9_]*$`
)

// scalarForms are the ways to write a value of the codec: JSON's own types, and
// texts for what JSON has no type for.
func scalarForms[T any](c codec[T], f field) []*form {
	if len(f.words) > 0 {
		x := &form{}
		for _, w := range f.words {
			x.enum = append(x.enum, w)
		}
		return []*form{x}
	}
	var forms []*form
	switch c.kind {
	case "jitter":
		forms = append(scalarForms(rates(), f), &form{enum: []any{"none", EqualJitter, FullJitter}})
	case "rate":
		forms = []*form{{types: []string{"number"}, low: new(0.0), high: new(1.0)}, {types: []string{"string"}, pattern: ratePattern}}
	case "number":
		forms = []*form{bounded("number", f), {types: []string{"string"}, pattern: numberPattern}}
	case "count":
		forms = []*form{bounded("integer", f), {types: []string{"string"}, pattern: countPattern}}
	case "time":
		forms = []*form{{types: []string{"string"}, pattern: timePattern}}
		if f.low == 0 {
			forms = append(forms, &form{enum: []any{0, "0"}})
		}
	case "switch":
		forms = []*form{{enum: []any{true, false, "on", "off", "yes", "no"}}}
	default:
		return []*form{{types: []string{"string", "number", "boolean"}}}
	}
	if _, err := c.parse("off"); err == nil && c.kind != "switch" {
		forms = append(forms, &form{enum: []any{"off"}})
	}
	return forms
}

// expressionForm is an expression: a text, or a plain number or truth value.
func expressionForm() *form { return &form{types: []string{"string", "number", "boolean", "null"}} }

// nameForm is the name of something else in the file.
func nameForm() *form { return &form{types: []string{"string"}} }

func bounded(kind string, f field) *form {
	x := &form{types: []string{kind}, low: &f.low}
	if f.high > f.low {
		x.high = &f.high
	}
	return x
}

// MarshalJSON writes the schema with its keys in the order in which people read.
func (s *schema) MarshalJSON() ([]byte, error) {
	var list members
	if s.uri != "" {
		list = append(list, member{"$schema", s.uri}, member{"title", s.title})
	}
	if s.doc != "" {
		list = append(list, member{"description", s.doc})
	}
	if s.def != "" {
		list = append(list, member{"default", defaultOf(s.def)})
	}
	if len(s.forms) == 1 {
		return append(list, s.forms[0].members()...).MarshalJSON()
	}
	var any []members
	for _, f := range s.forms {
		any = append(any, f.members())
	}
	if any != nil {
		list = append(list, member{"anyOf", any})
	}
	return list.MarshalJSON()
}

// defaultOf writes a default as its JSON type.
func defaultOf(text string) any {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return text
}

// members are what a schema says of the form.
func (f *form) members() members {
	var list members
	put := func(key string, value any, there bool) {
		if there {
			list = append(list, member{key, value})
		}
	}
	if len(f.types) == 1 {
		put("type", f.types[0], true)
	} else {
		put("type", f.types, len(f.types) > 0)
	}
	put("enum", f.enum, f.enum != nil)
	put("pattern", f.pattern, f.pattern != "")
	put("minimum", f.low, f.low != nil)
	put("maximum", f.high, f.high != nil)
	put("items", f.item, f.item != nil)
	if len(f.types) == 0 || f.types[0] != "object" {
		return list
	}
	var keys members
	for i, key := range f.keys {
		keys = append(keys, member{key, f.values[i]})
	}
	put("properties", keys, len(keys) > 0)
	put("required", f.required, len(f.required) > 0)
	put("allOf", f.either(), len(f.instead) > 0)
	if f.own == nil {
		put("additionalProperties", false, true)
		return list
	}
	put("propertyNames", members{{"pattern", f.names}}, len(keys) == 0)
	put("additionalProperties", f.own, true)
	put("maxProperties", maxNamed, true)
	return list
}

// either says of pairs of keys that one of the two must be there.
func (f *form) either() []members {
	var all []members
	for _, pair := range f.instead {
		all = append(all, members{{"anyOf", []members{{{"required", pair[:1]}}, {{"required", pair[1:]}}}}})
	}
	return all
}

// members is a JSON object with its keys in order.
type members []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the keys in their order.
func (ms members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range ms {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(m.key) + ":")
		text := json.NewEncoder(&b)
		text.SetEscapeHTML(false)
		if err := text.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
