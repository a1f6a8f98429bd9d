package scenario

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Reads is what the value of an expression depends on.
type Reads struct {
	Draws  bool     // it draws
	Names  []string // every name it mentions: of data, of the context, "task", its own let variables
	Fields []Field  // the outputs it reads, steps.<step>.<field>
	Steps  bool     // it reads outputs in another way than by name and field
	Pick   string   // it is pick(<Pick>) and nothing else
}

// Field is an output of a step.
type Field struct{ Step, Name string }

// Reads tells what the expression depends on. Whoever evaluates one expression
// for many tasks may keep its values by what it reads.
func (e *Expr) Reads() Reads {
	c := &collector{}
	root := e.program.Node()
	ast.Walk(&root, c)
	c.Steps = c.whole > len(c.Fields)
	if call, ok := root.(*ast.CallNode); ok && isCall(call, "pick") && len(call.Arguments) == 2 {
		if list, ok := call.Arguments[1].(*ast.IdentifierNode); ok {
			c.Pick = list.Value
		}
	}
	return c.Reads
}

type collector struct {
	Reads
	whole int // mentions of steps
}

// Visit implements the library's visitor: children come before their parents.
func (c *collector) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.IdentifierNode:
		switch {
		case n.Value == drawKey:
			c.Draws = true
		case n.Value == "steps":
			c.whole++
		case !slices.Contains(c.Names, n.Value):
			c.Names = append(c.Names, n.Value)
		}
	case *ast.MemberNode:
		if f, ok := stepField(n); ok {
			c.Fields = append(c.Fields, f)
		}
	}
}

// stepField recognises steps.<step>.<field>.
func stepField(n *ast.MemberNode) (Field, bool) {
	inner, ok := n.Node.(*ast.MemberNode)
	if !ok {
		return Field{}, false
	}
	steps, ok1 := inner.Node.(*ast.IdentifierNode)
	step, ok2 := inner.Property.(*ast.StringNode)
	field, ok3 := n.Property.(*ast.StringNode)
	if !ok1 || !ok2 || !ok3 || steps.Value != "steps" {
		return Field{}, false
	}
	return Field{step.Value, field.Value}, true
}

func isCall(n *ast.CallNode, name string) bool {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	return ok && callee.Value == name
}
