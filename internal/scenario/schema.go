package scenario

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Schema is the JSON Schema of scenario files, for editors. Nobody wrote it: it
// is what the reader learns about itself while it reads an imaginary file in
// which every key is there. So a key that the reader knows is in it, with the
// documentation, bounds and default that the reader uses.
//
// It is wider than the language: what one part of a file says of another (names,
// sums of shares, expressions) only [Parse] can tell.
func Schema() []byte {
	root := &schema{}
	r := &reader{src: newSource("", nil), s: &Scenario{}}
	r.scenario(r.object("", place{line: 1, col: 1}, &node{schema: root}))
	root.uri, root.title = "http://json-schema.org/draft-07/schema#", "a scenario of tasker-sim"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(root); err != nil {
		panic("scenario: the schema cannot be written: " + err.Error())
	}
	return b.Bytes()
}

// schema is what is known of a value of the file.
type schema struct {
	uri, title string
	doc        string
	def        string
	forms      []*form // it has one of these
}

// form is one way to write a value.
type form struct {
	types    []string // JSON's names of types
	enum     []any
	pattern  string
	low      *float64
	high     *float64
	keys     []string // of a mapping, in the order in which they are read
	values   []*schema
	required []string
	instead  [][2]string // one of two keys must be there
	names    string      // pattern of the scenario's own keys
	sample   string      // one of them, as the reader was given it
	own      *schema     // what stands below each of them
	item     *schema     // of a list
}

// ownName stands for any name of the scenario's own while a schema is learnt.
const ownName = "name"

// Patterns of the scenario's own keys.
const (
	namePattern     = "^[a-z][a-z0-9_]*$"
	classPattern    = "^[a-z0-9_]+$"
	workflowPattern = "^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*@[^/@ ]+$"
)

// add notes further forms of the value.
func (s *schema) add(forms ...*form) { s.forms = append(s.forms, forms...) }

// find is the form of the type, which is added if there is none.
func (s *schema) find(types ...string) *form {
	i := slices.IndexFunc(s.forms, func(f *form) bool { return slices.Equal(f.types, types) && f.enum == nil })
	if i >= 0 {
		return s.forms[i]
	}
	f := &form{types: types}
	s.add(f)
	return f
}

// mapping says that the value may be a mapping. Nothing below its key is an
// empty one.
func (s *schema) mapping() *schema {
	s.find("object", "null")
	return s
}

func (s *schema) keysForm() *form { return s.find("object", "null") }

// property is what is known of the value below a key.
func (s *schema) property(key string) *schema {
	f := s.keysForm()
	if f.own != nil && key == f.sample {
		return f.own
	}
	if i := slices.Index(f.keys, key); i >= 0 {
		return f.values[i]
	}
	p := &schema{}
	f.keys, f.values = append(f.keys, key), append(f.values, p)
	return p
}

// each is what is known of the values below keys of the scenario's own.
func (s *schema) each(pattern, sample string) *schema {
	f := s.keysForm()
	if f.own == nil {
		f.names, f.sample, f.own = pattern, sample, &schema{}
	}
	return f.own
}

// items says that the value may be a list and is what is known of its items.
func (s *schema) items() *schema {
	f := s.find("array", "null")
	if f.item == nil {
		f.item = &schema{}
	}
	return f.item
}

// require notes that a key must be there, unless another one is.
func (s *schema) require(key, doc, unless string) {
	p := s.property(key)
	if p.doc == "" {
		p.doc = doc
	}
	f := s.keysForm()
	switch {
	case f.own != nil && key == f.sample: // any name may be absent
	case unless != "":
		f.instead = append(f.instead, [2]string{key, unless})
	case !slices.Contains(f.required, key):
		f.required = append(f.required, key)
	}
}

// document notes what a key is for.
func (o *object) document(key string, doc []string) {
	if o.schema == nil || len(doc) == 0 {
		return
	}
	if p := o.schema.property(key); p.doc == "" {
		p.doc = doc[0]
	}
}

// learn notes what the reader wants below a key, and gives it the default.
func learn[T any](s *schema, c codec[T], f field) T {
	p := s.property(f.key)
	if p.doc == "" {
		p.doc = f.doc
	}
	if f.need {
		s.require(f.key, f.doc, f.unless)
	} else {
		p.def = f.def
	}
	for _, x := range scalarForms(c, f) {
		if !slices.ContainsFunc(p.forms, func(y *form) bool { return sameScalar(x, y) }) {
			p.add(x)
		}
	}
	v, _ := c.parse(f.def)
	return v
}

func sameScalar(x, y *form) bool {
	return slices.Equal(x.types, y.types) && x.pattern == y.pattern && slices.Equal(x.enum, y.enum)
}
