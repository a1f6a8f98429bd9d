package engine

import (
	"fmt"
	"strings"
	"testing"
)

// undoMoments are the states of a task of two steps, of which the first can be
// undone, and how it gets there.
func undoMoments() []struct {
	name string
	path func(c *Core)
} {
	begin := func(c *Core) Attempt {
		if _, err := c.SubmitTo(0, 0, Submission{}); err != nil {
			panic(err)
		}
		return c.Claim(0, nil)[0]
	}
	fail := func(c *Core, f Failure) {
		if err := c.Fail(0, c.Claim(0, nil)[0], f); err != nil {
			panic(err)
		}
	}
	over := func(c *Core) {
		_ = c.Succeed(0, begin(c), nil)
		fail(c, Failure{Class: "invalid", Permanent: true})
	}
	return []struct {
		name string
		path func(c *Core)
	}{
		{"complete, before the end", func(c *Core) { _ = c.Succeed(0, begin(c), nil) }},
		{"to be undone", over},
		{"undo runs", func(c *Core) { over(c); c.Claim(0, nil) }},
		{"undo waits", func(c *Core) { over(c); fail(c, Failure{Class: "503"}) }},
		{"undo failed", func(c *Core) { over(c); fail(c, Failure{Class: "closed", Permanent: true}) }},
		{"to be undone after a cancel", func(c *Core) {
			_ = c.Succeed(0, begin(c), nil)
			_ = c.Cancel(0, 1, "ops", "why")
		}},
	}
}

// TestUndoMatrix draws what every command does to a step that is being undone.
func TestUndoMatrix(t *testing.T) {
	tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a", "b<-a"), UndoOnError: true, UndoOnCancel: true}
	tpl.Steps[0].Undo, tpl.Steps[0].Retry = "back", Retry{Limit: 2, Base: 50}
	moment := func(path func(*Core)) *task {
		c := newCore(t, Config{Store: new(Memory), Templates: []Template{tpl}})
		path(c)
		return c.open[1]
	}
	var out strings.Builder
	for _, m := range undoMoments() {
		tk := moment(m.path)
		fmt.Fprintf(&out, "%s: task %v, step %v\n", m.name, tk.shown(), tk.steps[0].state)
		for _, cmd := range commands() {
			fmt.Fprintf(&out, "    %-28s %s\n", cmd.name, outcome(t, moment(m.path), cmd.decide))
		}
	}
	golden(t, "testdata/matrix-undo.txt", out.String())
}
