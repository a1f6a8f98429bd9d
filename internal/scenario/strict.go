package scenario

import (
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// fieldCall is the function that takes the place of x.y in a strict program. No
// expression can spell it.
const fieldCall = "$field"

// strict compiles an expression so that x.y fails where x has no field y; in
// the program that runs it gives nil. Only rehearsals use it: a misspelt field
// is found there, and a run in front of an audience does not end over one.
func strict(text string, names scope) (*vm.Program, error) {
	inChains := map[*ast.MemberNode]bool{}
	options := append(compileOptions(names),
		expr.Function(fieldCall, fieldOf),
		expr.Patch(noteChains{inChains}), expr.Patch(strictFields{inChains}))
	return expr.Compile(text, options...)
}

// noteChains finds the members of chains like x?.y.z, which may be missing.
type noteChains struct{ found map[*ast.MemberNode]bool }

// Visit implements the library's visitor.
func (v noteChains) Visit(n *ast.Node) {
	chain, ok := (*n).(*ast.ChainNode)
	if !ok {
		return
	}
	for at := chain.Node; ; {
		m, ok := at.(*ast.MemberNode)
		if !ok {
			return
		}
		v.found[m] = true
		at = m.Node
	}
}

// strictFields replaces the other members.
type strictFields struct{ spared map[*ast.MemberNode]bool }

// Visit implements the library's visitor.
func (v strictFields) Visit(n *ast.Node) {
	m, ok := (*n).(*ast.MemberNode)
	if !ok || m.Method || v.spared[m] {
		return
	}
	if name, ok := m.Property.(*ast.StringNode); ok {
		ast.Patch(n, &ast.CallNode{
			Callee:    &ast.IdentifierNode{Value: fieldCall},
			Arguments: []ast.Node{m.Node, &ast.StringNode{Value: name.Value}},
		})
	}
}

// missing is a field that is not there.
type missing struct {
	name string
	has  []string
	of   string // what it was looked for in, if that has no fields at all
}

// Error says what is there instead.
func (m *missing) Error() string {
	if m.of != "" {
		return fmt.Sprintf("no field %q in %s", m.name, m.of)
	}
	return fmt.Sprintf("no field %q: there are %s", m.name, oneOf(m.has))
}

func fieldOf(args ...any) (any, error) {
	name, _ := args[1].(string)
	m, ok := args[0].(map[string]any)
	if !ok {
		return nil, &missing{name: name, of: describe(args[0])}
	}
	v, ok := m[name]
	if !ok {
		return nil, &missing{name: name, has: sortedKeys(m)}
	}
	return v, nil
}
