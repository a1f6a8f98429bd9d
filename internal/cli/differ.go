package cli

import (
	"fmt"
	"io"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/rundir"
)

// inspectDiffer lists the tasks whose first pass failed in one of the first and the
// last strategy and not in the other, each with a sentence of why for both. most
// bounds each list; 0 is no bound.
func inspectDiffer(w io.Writer, kept *rundir.Kept, most int) error {
	run := kept.Run
	last := len(run.Strategies) - 1
	if last < 1 {
		return usage("", "the run has one strategy, %s: there is nothing to compare it with", run.Strategies[0].Name)
	}
	log := metrics.NewLog(run, max(1, run.Tasks))
	for i := range kept.Events {
		log.Add(&kept.Events[i])
	}
	var only [2][]int32
	for task := int32(1); int(task) <= run.Tasks; task++ {
		a, b := log.Life(0, task), log.Life(last, task)
		if a == nil || b == nil || declined(a) || declined(b) {
			continue
		}
		switch x, y := a.FirstPassFailed(), b.FirstPassFailed(); {
		case x && !y:
			only[0] = append(only[0], task)
		case y && !x:
			only[1] = append(only[1], task)
		}
	}
	p := metrics.Pairs{OnlyFirstFailed: len(only[0]), OnlyLastFailed: len(only[1])}
	for side, k := range []int{0, last} {
		fmt.Fprintf(w, "%s failed only in %s\n", report.Plural(len(only[side]), run.Noun), run.Strategies[k].Name)
		for i, task := range only[side] {
			if most > 0 && i == most {
				fmt.Fprintf(w, "  … and %s more (--most 0 lists all)\n", report.Count(len(only[side])-most))
				break
			}
			fmt.Fprintf(w, "  %s %s\n", run.Noun.One, report.Count(int(task)))
			for _, k := range []int{0, last} {
				fmt.Fprintf(w, "    %-14s %s\n", run.Strategies[k].Name, report.Explain(run, log.Task(k, task)))
			}
		}
	}
	fmt.Fprintf(w, "McNemar's exact p-value: %.3g\n", p.PValue())
	return nil
}

// declined tells whether the task's card was bad, which is the same in every strategy.
func declined(l *metrics.Life) bool { return l.Status == metrics.Declined }
