package scenario

import (
	"errors"
	"fmt"
	"slices"
)

// reader makes a Scenario of a tree. It collects problems instead of stopping,
// and writes down every parameter that it meets.
type reader struct {
	src    *source
	probs  Problems
	sets   []*override
	params []Param
	exprs  []compiled
	// faultSteps are the steps that faults are about, to be checked once all
	// steps are known.
	faultSteps []stepNamed
	handed     []handOver
	s          *Scenario
}

// compiled is an expression with the names that it was compiled for.
type compiled struct {
	*Expr
	names scope
}

func (r *reader) fail(at place, hint, format string, args ...any) {
	r.probs = append(r.probs, r.src.problem(at, fmt.Sprintf(format, args...), hint))
}

// object is a mapping of the file with the path that --set uses for it. A
// mapping that the file does not have is an object without entries.
type object struct {
	r      *reader
	path   string // canonical: "steps.process_payment.retry"; "": the top
	at     place
	node   *node
	asked  []string // the keys that have been asked for: those that are allowed
	schema *schema  // while a schema is learnt: what is known of the mapping
}

// field is one key of a mapping: what it is for, and what it may be.
type field struct {
	key    string
	doc    string
	def    string   // what an absent key stands for; meaningless if need
	need   bool     // it must be there
	unless string   // … but where this key is
	words  []string // it is one of these
	hide   bool     // no parameter: it is not listed
	rare   bool     // listed only where the file or --set gives it
	low    float64
	high   float64 // no upper bound if not more than low
}

func (o *object) sub(key string) string {
	if o.path == "" {
		return key
	}
	return o.path + "." + key
}

// name is the object in a message.
func (o *object) name() string {
	if o.path == "" {
		return "the scenario"
	}
	return o.path
}

// object makes one of a node that must be a mapping; nil stands for an absent one.
func (r *reader) object(path string, at place, n *node) *object {
	o := &object{r: r, path: path, at: at, node: n}
	if n != nil && n.schema != nil {
		o.schema = n.schema.mapping()
		return o
	}
	if n == nil || n.kind == mappingNode {
		return o
	}
	o.node = nil
	if n.kind != nullNode {
		r.fail(n.at, "", "%s must be a mapping (key: value), not %s", o.name(), n.kind)
	}
	return o
}

// entry looks a key up and remembers that it is allowed.
func (o *object) entry(key string) *entry {
	if !slices.Contains(o.asked, key) {
		o.asked = append(o.asked, key)
	}
	if o.schema != nil {
		return &entry{key: key, at: o.at, value: &node{at: o.at, schema: o.schema.property(key)}}
	}
	if o.node == nil {
		return nil
	}
	for i := range o.node.entries {
		if o.node.entries[i].key == key {
			return &o.node.entries[i]
		}
	}
	return nil
}

// entries are those of a mapping whose keys are the scenario's own. pattern is
// what keys look like, sample one of them.
func (o *object) entries(pattern, sample string) []entry {
	if o.schema != nil {
		return []entry{{key: sample, at: o.at, value: &node{at: o.at, schema: o.schema.each(pattern, sample)}}}
	}
	if o.node == nil {
		return nil
	}
	return o.node.entries
}

// done reports the keys that nobody asked for.
func (o *object) done() {
	if o.node == nil {
		return
	}
	for _, e := range o.node.entries {
		if !slices.Contains(o.asked, e.key) {
			hint := didYouMean(e.key, o.asked)
			o.r.fail(e.at, hint, "unknown key %q in %s: allowed are %s", e.key, o.name(), allOf(o.asked))
		}
	}
}

// required reports an absent key.
func (o *object) required(key, doc string) {
	if o.schema != nil {
		o.schema.require(key, doc, "")
		return
	}
	o.r.fail(o.at, "", "%s lacks %q: %s", o.name(), key, doc)
}

// child is the mapping below a key; absent: one without entries. doc is what it
// is for.
func (o *object) child(key string, doc ...string) *object {
	at, n := o.at, (*node)(nil)
	if e := o.entry(key); e != nil {
		at, n = e.at, e.value
	}
	o.document(key, doc)
	return o.r.object(o.sub(key), at, n)
}

// needed is the mapping below a key that must be there; nil: it is not.
func (o *object) needed(key, doc string) *object {
	e := o.entry(key)
	if o.schema != nil {
		o.schema.require(key, doc, "")
	}
	if e == nil && !slices.ContainsFunc(o.r.sets, func(s *override) bool { return reaches(s.pattern, o.sub(key)) }) {
		o.required(key, doc)
		return nil
	}
	return o.child(key)
}

// named lists the entries of a mapping whose keys are names of the scenario's
// own: steps, services. path gives each its canonical path.
func (o *object) named(key string, path func(name string) string, doc ...string) []namedObject {
	c := o.child(key, doc...)
	pattern := namePattern
	if key == "classes" {
		pattern = classPattern
	}
	all := c.entries(pattern, ownName)
	if n := len(all); n > maxNamed {
		o.r.fail(c.at, "", "%s has %d entries, at most %d are possible", o.sub(key), n, maxNamed)
		return nil
	}
	var list []namedObject
	for _, e := range all {
		o.r.checkName(e, key)
		list = append(list, namedObject{e.key, e.at, o.r.object(path(e.key), e.at, e.value)})
	}
	return list
}

// maxNamed bounds the numbers of steps, services, effects and so on: events
// refer to them by small integers.
const maxNamed = 100

type namedObject struct {
	name string
	at   place
	*object
}

func (r *reader) checkName(e entry, what string) {
	key := e.key
	if what == "classes" {
		key = "x" + key // "503" is a fine name for an error
	}
	if !isName(key) || e.key == "" {
		r.fail(e.at, "", "%q cannot be a name in %s: names are made of a-z, 0-9 and _, and begin with a letter", e.key, what)
	}
}

func isName(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// list is the items below a key. doc is what they are for.
func (o *object) list(key string, doc ...string) []*node {
	e := o.entry(key)
	o.document(key, doc)
	if e != nil && e.value.schema != nil {
		return []*node{{at: o.at, schema: e.value.schema.items()}}
	}
	if e == nil || e.value.kind == nullNode {
		return nil
	}
	if e.value.kind != listNode {
		o.r.fail(e.value.at, "", "%s must be a list, not %s", o.sub(key), e.value.kind)
		return nil
	}
	return e.value.items
}

// read reads one value: from --set if that names it, else from the file, else
// its default. It returns the value and where it stands.
func read[T any](o *object, c codec[T], f field) (T, place) {
	e := o.entry(f.key)
	path := o.sub(f.key)
	set := o.r.override(path)
	if o.schema != nil {
		return learn(o.schema, c, f), o.at
	}
	var zero T
	if e == nil && set == nil && f.need {
		o.required(f.key, f.doc)
		return zero, o.at
	}
	asFile, at, ok := readFile(o, c, f, e, set != nil)
	value := asFile
	if set != nil {
		at = place{set: set.text}
		value, ok = convert(o.r, c, f, path, &node{text: set.value, at: at})
	}
	if ok && !f.hide && (!f.rare || e != nil || set != nil) {
		o.r.params = append(o.r.params, Param{Path: path, Value: c.write(value), Default: c.write(asFile), Kind: c.kind, Doc: f.doc})
	}
	return value, at
}

// readFile is the value of the file or its default. It is silent about mistakes
// if the value is to be replaced.
func readFile[T any](o *object, c codec[T], f field, e *entry, replaced bool) (v T, at place, ok bool) {
	if e == nil {
		if f.def != "" || !f.need {
			v, _ = c.parse(f.def)
		}
		return v, o.at, true
	}
	if replaced {
		v, _ = c.parse(e.value.text)
		return v, e.value.at, true
	}
	v, ok = convert(o.r, c, f, o.sub(f.key), e.value)
	return v, e.value.at, ok
}

// convert parses a node and holds it against its bounds.
func convert[T any](r *reader, c codec[T], f field, path string, n *node) (v T, ok bool) {
	if n.schema != nil {
		n.schema.add(scalarForms(c, f)...)
		return v, false
	}
	if n.kind != scalarNode || n.text == "" && (c.kind != "text" || f.need) {
		found := n.kind.String()
		if n.kind == scalarNode {
			found = "nothing"
		}
		r.fail(n.at, "", "%s must be a %s like %s, not %s", path, c.kind, c.like, found)
		return v, false
	}
	v, err := c.parse(n.text)
	if errors.Is(err, errForm) {
		r.fail(n.at, "", "%s must be a %s like %s, not %q", path, c.kind, c.like, n.text)
		return v, false
	}
	if err != nil {
		r.fail(n.at, "", "%s is %s: it %v", path, n.text, err)
		return v, false
	}
	if c.size == nil || !outside(c.size(v), f) {
		return v, true
	}
	r.fail(n.at, "", "%s is %s, must be %s", path, c.write(v), bounds(c, f))
	return v, false
}

func outside(x float64, f field) bool {
	return x < f.low || f.high > f.low && x > f.high
}

// bounds writes the allowed values for a message.
func bounds[T any](c codec[T], f field) string {
	write := func(x float64) string {
		if c.kind == "time" {
			return writeTime(timeOf(x))
		}
		return writeNumber(x)
	}
	switch {
	case f.high > f.low:
		return "between " + write(f.low) + " and " + write(f.high)
	case c.kind == "time" && f.low == 1:
		return "more than 0s"
	}
	return "at least " + write(f.low)
}
