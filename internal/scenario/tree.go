package scenario

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is a YAML value with its place: what the rest of the package sees of the
// YAML library.
type node struct {
	kind    nodeKind
	at      place
	text    string // of a scalar
	style   textStyle
	entries []entry // of a mapping, in the order of the file
	items   []*node // of a list
	schema  *schema // while a schema is learnt: what is known of the value
}

// mayBe tells whether the value is of the kind, or a schema is being learnt: then
// it is of every kind.
func (n *node) mayBe(k nodeKind) bool { return n.kind == k || n.schema != nil }

// entry is one key of a mapping.
type entry struct {
	key   string
	at    place
	value *node
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	mappingNode
	listNode
	nullNode
)

func (k nodeKind) String() string {
	return [...]string{"a value", "a mapping", "a list", "nothing"}[k]
}

// textStyle is how a scalar was written.
type textStyle uint8

const (
	plainText  textStyle = iota
	quotedText           // 'x' or "x"
	blockText            // | or >
)

// maxNodes bounds the tree: aliases of aliases can make a small file enormous.
const maxNodes = 100_000

// grower makes a tree from the library's.
type grower struct {
	src     *source
	probs   *Problems
	anchors map[string]ast.Node
	open    map[string]bool // anchors being expanded
	nodes   int
}

// grow parses text. It returns nil if there is nothing to go on with.
func grow(src *source, text []byte, probs *Problems) *node {
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, msg, hint := syntaxError(err)
		*probs = append(*probs, src.problem(at, msg, hint))
		return nil
	}
	g := &grower{src: src, probs: probs, anchors: map[string]ast.Node{}, open: map[string]bool{}}
	var docs []*ast.DocumentNode
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.DirectiveType {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		g.fail(place{line: 1, col: 1}, "the file is empty: a scenario begins with \"scenario: NAME\"")
		return nil
	}
	if len(docs) > 1 {
		g.fail(placeOf(docs[1].Body), "a second document begins here: a file holds one scenario")
	}
	return g.node(docs[0].Body)
}

// syntaxError is place, message and hint of an error of the YAML library.
func syntaxError(err error) (at place, msg, hint string) {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil || e.GetToken().Position == nil {
		return place{line: 1, col: 1}, "not valid YAML: " + err.Error(), ""
	}
	if strings.Contains(e.GetMessage(), "mapping value is not allowed") {
		hint = "a value that holds \": \" needs quotes, or a | and lines of its own; else check the indent"
	}
	return placeAt(e.GetToken()), "not valid YAML: " + e.GetMessage(), hint
}

func placeAt(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{line: 1, col: 1}
	}
	return place{line: t.Position.Line, col: t.Position.Column}
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return placeOf(m.Values[0].Key)
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return placeOf(m.Key)
	}
	return placeAt(n.GetToken())
}

func (g *grower) fail(at place, msg string) {
	*g.probs = append(*g.probs, g.src.problem(at, msg, ""))
}

// node converts one value of the library's tree.
func (g *grower) node(n ast.Node) *node {
	if n == nil {
		return &node{kind: nullNode}
	}
	at := placeOf(n)
	if g.nodes++; g.nodes > maxNodes {
		if g.nodes == maxNodes+1 {
			g.fail(at, fmt.Sprintf("the file has more than %d values", maxNodes))
		}
		return &node{kind: nullNode, at: at}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return g.mapping(at, n.Values)
	case *ast.MappingValueNode:
		return g.mapping(at, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := &node{kind: listNode, at: at}
		for _, v := range n.Values {
			list.items = append(list.items, g.node(v))
		}
		return list
	case *ast.AnchorNode:
		g.anchors[nameOf(n.Name)] = n.Value
		return g.node(n.Value)
	case *ast.AliasNode:
		return g.alias(at, n)
	case *ast.TagNode:
		return g.node(n.Value)
	}
	return g.scalar(at, n)
}

// scalar converts a value without parts.
func (g *grower) scalar(at place, n ast.Node) *node {
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{kind: nullNode, at: at}
	case *ast.LiteralNode:
		if n.Value == nil {
			return &node{kind: nullNode, at: at}
		}
		return &node{at: at, text: n.Value.Value, style: blockText}
	case *ast.StringNode:
		style := plainText
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			style = quotedText
		}
		return &node{at: at, text: n.Value, style: style}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return &node{at: at, text: strings.TrimSpace(n.GetToken().Value)}
	}
	g.fail(at, "this form of YAML has no meaning in a scenario")
	return &node{kind: nullNode, at: at}
}

func (g *grower) alias(at place, n *ast.AliasNode) *node {
	name := nameOf(n.Value)
	target, ok := g.anchors[name]
	if !ok || g.open[name] {
		g.fail(at, fmt.Sprintf("*%s refers to nothing: no &%s stands above it", name, name))
		return &node{kind: nullNode, at: at}
	}
	g.open[name] = true
	defer delete(g.open, name)
	return g.node(target)
}

func nameOf(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

// mapping converts a mapping and reports keys that come twice.
func (g *grower) mapping(at place, values []*ast.MappingValueNode) *node {
	m := &node{kind: mappingNode, at: at}
	first := map[string]place{}
	for _, v := range values {
		key, keyAt := "", placeOf(v.Key)
		switch k := v.Key.(type) {
		case *ast.MergeKeyNode:
			g.fail(keyAt, "\"<<\" is not supported: write the keys out, or repeat a whole value with &name and *name")
			continue
		case *ast.StringNode:
			key = k.Value
		default:
			key = nameOf(v.Key)
		}
		if f, twice := first[key]; twice {
			g.fail(keyAt, fmt.Sprintf("key %q comes twice: it stood already in line %d", key, f.line))
			continue
		}
		first[key] = keyAt
		m.entries = append(m.entries, entry{key: key, at: keyAt, value: g.node(v.Value)})
	}
	return m
}
