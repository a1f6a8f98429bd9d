package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// shapes are workflows to draw: names of steps, each with what it depends on.
var shapes = []struct {
	name  string
	steps string
}{
	{"line", "cart payment<cart inventory<payment order<inventory e-mail<order"},
	{"diamond", "account billing<account prefs<account welcome<billing,prefs activate<welcome"},
	{"pipeline", "orders users products customers<orders,users sales<orders,products insights<customers,sales dashboard<insights notify<dashboard,products"},
	{"wide", "receive fraud<receive stock<receive price<receive tax<receive risk<fraud quote<price,tax,stock charge<risk,quote ship<charge email<charge ledger<charge,tax done<ship,email,ledger"},
	{"single", "only"},
}

// shapeRun makes a run of one workflow.
func shapeRun(steps string) *event.Run {
	run := storyRun(10)
	run.Steps = nil
	index := map[string]int{}
	for i, f := range strings.Fields(steps) {
		name, after, _ := strings.Cut(f, "<")
		s := event.Step{Name: name + "_step", Label: name, Service: i % len(run.Services)}
		for _, d := range strings.FieldsFunc(after, func(r rune) bool { return r == ',' }) {
			s.DependsOn = append(s.DependsOn, index[d])
		}
		index[name] = i
		run.Steps = append(run.Steps, s)
	}
	run.Workflows[0].End = len(run.Steps)
	return run
}

func shapeScene(steps string) *scene {
	run := shapeRun(steps)
	return &scene{run: run, state: metrics.New(run), log: metrics.NewLog(run, 10), theme: newTheme("mono", true, 0, false)}
}

// TestGraphs draws every shape into panes of several sizes.
func TestGraphs(t *testing.T) {
	var b strings.Builder
	for _, shape := range shapes {
		for _, size := range [][2]int{{116, 24}, {76, 14}, {76, 5}, {40, 28}, {30, 3}} {
			s := shapeScene(shape.steps)
			c := &canvas{}
			c.reset(size[0], size[1])
			s.drawGraph(c.all(), 0)
			fmt.Fprintf(&b, "-- %s in %d×%d\n%s\n", shape.name, size[0], size[1], plainText(c.render(s.theme)))
		}
	}
	golden(t, "graphs.txt", b.String())
}

// plainText is a frame without escape sequences and blanks at line ends.
func plainText(frame string) string {
	var out []string
	for _, line := range strings.Split(stripped(frame), "\n") {
		out = append(out, strings.TrimRight(line, " "))
	}
	return strings.Join(out, "\n")
}

// TestPlansAreSound lays out random workflows: boxes lie inside and apart, every
// edge ends at an arrow head beside its box, and layers follow the dependencies.
func TestPlansAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "steps")
		deps := make([][]int, n)
		for i := range deps {
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
					deps[i] = append(deps[i], j)
				}
			}
		}
		size := nodeSize{w: rapid.IntRange(1, 20).Draw(t, "w"), h: rapid.IntRange(1, 5).Draw(t, "h"),
			down: rapid.Bool().Draw(t, "down"), gap: rapid.IntRange(0, 2).Draw(t, "gap"), stretch: rapid.IntRange(0, 3).Draw(t, "stretch")}
		size.port = (size.h - 1) / 2
		if size.down {
			size.port = size.w / 2
		}
		pl := newPlan(newGraph(deps), n, size)
		boxesApart(t, pl)
		for i, ds := range deps {
			for _, d := range ds {
				if a, b := pl.boxes[d], pl.boxes[i]; size.down && a.y+a.h >= b.y || !size.down && a.x+a.w >= b.x {
					t.Fatalf("step %d does not stand after %d: %v, %v", i, d, b, a)
				}
			}
			if len(ds) > 0 && !slices.Contains(pl.ports, arrowOf(pl.boxes[i], size)) {
				t.Fatalf("no arrow leads to step %d at %v: %v", i, pl.boxes[i], pl.ports)
			}
		}
	})
}

func boxesApart(t *rapid.T, pl *plan) {
	for i, a := range pl.boxes {
		if a.x < 0 || a.y < 0 || a.x+a.w > pl.w || a.y+a.h > pl.h {
			t.Fatalf("box %d lies outside: %v in %d×%d", i, a, pl.w, pl.h)
		}
		for _, b := range pl.boxes[:i] {
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
				t.Fatalf("boxes overlap: %v, %v", a, b)
			}
		}
	}
}

// arrowOf is where the arrow head before a box must be.
func arrowOf(b rect, size nodeSize) [2]int {
	if size.down {
		return [2]int{b.x + size.port, b.y - 1}
	}
	return [2]int{b.x - 1, b.y + size.port}
}
