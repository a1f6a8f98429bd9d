package scenario

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
)

// data reads the scenario's own tables. Scalars directly below data are
// parameters; a percentage there and below becomes a share.
func (r *reader) data(o *object) {
	r.s.Data = map[string]any{}
	for _, e := range o.entries(namePattern, ownName) {
		if o.schema != nil {
			return // a value of any form
		}
		r.checkName(e, "data")
		r.checkFree(e, "data", nil)
		n := e.value
		path := o.sub(e.key)
		set := r.override(path)
		if set != nil {
			n = &node{text: set.value, at: place{set: set.text}}
			r.checkData(path, e.value, n)
		}
		if n.kind == scalarNode {
			def := strings.TrimSpace(e.value.text)
			r.params = append(r.params, Param{Path: path, Value: strings.TrimSpace(n.text), Default: def, Kind: "data", Doc: r.src.remark(e.value.at)})
		}
		r.s.Data[e.key] = plain(n)
	}
}

// checkData reports a --set value for data that is not of the file's kind.
func (r *reader) checkData(path string, old, n *node) {
	if old.kind != scalarNode {
		r.fail(n.at, "", "%s is %s: only single values can be set", path, old.kind)
		return
	}
	if _, isNumber := number(plain(old)); isNumber {
		if _, still := number(plain(n)); !still {
			r.fail(n.at, "", "%s must be a number like %s, not %q", path, old.text, n.text)
		}
	}
}

// remark is the comment at the end of a line: what the file says of a value.
func (s *source) remark(at place) string {
	if at.line < 1 || at.line > len(s.lines) {
		return ""
	}
	_, remark, _ := strings.Cut(s.lines[at.line-1], " #")
	return strings.TrimSpace(remark)
}

// plain makes Go values of a node: numbers, truth values and percentages unless
// they are quoted.
func plain(n *node) any {
	switch n.kind {
	case nullNode:
		return nil
	case listNode:
		list := make([]any, len(n.items))
		for i, x := range n.items {
			list[i] = plain(x)
		}
		return list
	case mappingNode:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.key] = plain(e.value)
		}
		return m
	}
	if n.style != plainText {
		return n.text
	}
	return plainScalar(n.text)
}

func plainScalar(text string) any {
	if n, err := parseCount(text); err == nil {
		return n
	}
	if x, err := parseAmount(text); err == nil {
		return x
	}
	switch text {
	case "true":
		return true
	case "false":
		return false
	}
	return text
}

// context reads the bindings that make a task's input, worth and bad; it
// returns the names that steps see.
func (r *reader) context(o *object) scope {
	names := scope{}
	for _, k := range sortedKeys(r.s.Data) {
		names[k] = types.Any
	}
	names["task"] = types.Int
	o.document("context", []string{"a task's input: names and the expressions of their values, each of which sees those above it"})
	r.s.Context, names = r.bindings(o, "context", names, true)
	if r.s.Worth = r.expr(o, "worth", names, "expression: what a task is worth, in cents"); r.s.Worth == nil {
		r.s.Worth, _, _, _ = compile("0", spot{file: r.src.name}, names)
	}
	r.s.Bad = r.expr(o, "bad", names, "expression: whether the task ends declined in every strategy")
	return names
}

// checkFree reports a name that stands for something else in expressions.
func (r *reader) checkFree(e entry, where string, names scope) {
	_, taken := names[e.key]
	if taken || slices.Contains(reserved(), e.key) {
		r.fail(e.at, "", "the name %q in %s is taken already: it stands for something else in expressions", e.key, where)
	}
}

func (o *object) has(key string) bool { return o.entry(key) != nil }

// bindings reads a mapping of names to expressions. Chained ones see those
// before them by name, so their names must be new.
func (r *reader) bindings(o *object, key string, names scope, chained bool) ([]Binding, scope) {
	c := o.child(key)
	var list []Binding
	for _, e := range c.entries(namePattern, ownName) {
		r.checkName(e, key)
		if chained {
			r.checkFree(e, c.name(), names)
		}
		if x := r.expr(c, e.key, names); x != nil {
			list = append(list, Binding{Name: e.key, Expr: x})
		}
		if chained {
			names = names.with(e.key, types.Any)
		}
	}
	return list, names
}

// expr compiles the expression below a key; nil: there is none, it is off, or
// it has a problem. doc is what it is for.
func (r *reader) expr(o *object, key string, names scope, doc ...string) *Expr {
	e := o.entry(key)
	o.document(key, doc)
	if o.schema != nil {
		e.value.schema.add(expressionForm())
		return nil
	}
	set := r.override(o.sub(key))
	if set == nil && (e == nil || e.value.kind == nullNode) {
		return nil
	}
	var n *node
	if set != nil {
		n = &node{text: set.value, at: place{set: set.text}}
	} else {
		n = e.value
	}
	if n.kind != scalarNode {
		r.fail(n.at, "quote an expression that begins with [ or {", "%s must be an expression, not %s", o.sub(key), n.kind)
		return nil
	}
	if n.text == "off" {
		return nil
	}
	x, at, msg, hint := compile(strings.TrimRight(n.text, " \n"), r.src.spot(n), names)
	if x == nil {
		r.fail(at, hint, "%s: %s", o.sub(key), msg)
		return nil
	}
	r.exprs = append(r.exprs, compiled{x, names})
	return x
}

// spot tells where the text of a scalar stands.
func (s *source) spot(n *node) spot {
	sp := spot{place: n.at, file: s.name}
	switch n.style {
	case blockText:
		sp.block, sp.indent = true, s.indentBelow(n.at.line)
	case quotedText:
		sp.single, sp.col = !strings.Contains(n.text, "\n"), n.at.col+1
	default:
		sp.single = true
	}
	return sp
}

// indentBelow is the indent of the block that begins below a line.
func (s *source) indentBelow(line int) int {
	for _, l := range s.lines[min(line, len(s.lines)):] {
		if t := strings.TrimLeft(l, " "); t != "" {
			return len(l) - len(t)
		}
	}
	return 0
}
