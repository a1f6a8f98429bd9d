package tui

import (
	"fmt"
	"strings"
	"testing"

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
