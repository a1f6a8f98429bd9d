package sim

import (
	"fmt"

	"tasker-sim/internal/event"
)

// logged tells whether the log has a line about events of the kind: what begins
// and ends a task, and what goes wrong on its way.
func logged(k event.Kind) bool {
	switch k {
	case event.TaskSubmitted, event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected, event.TaskParked,
		event.StepRetrying, event.StepFailed:
		return true
	}
	return false
}

// write puts an event into the log, as the strategy's code would.
func (g *guards) write(ev *event.Event) {
	if g.privacy == nil || ev.Strategy < 0 || !logged(ev.Kind) {
		return
	}
	if ev.Text != "" && ev.Kind != event.TaskSubmitted {
		g.sees(ev.Strategy, ev.Task, sinkError, ev.Text)
	}
	line := fmt.Sprintf("%s %s %s task=%d", ev.At.Duration(), g.w.run.Strategies[ev.Strategy].Name, ev.Kind, ev.Task)
	if ev.Step >= 0 {
		line += " step=" + g.w.steps[ev.Step].Name
	}
	switch {
	case ev.Kind == event.TaskSubmitted:
		shown := g.privacy.lanes[ev.Strategy].redactor.Value(g.w.payloads.get(ev.Task).context)
		line += " by=" + ev.Text + " context=" + string(text(shown))
	case ev.Class != "":
		line += " class=" + ev.Class + " message=" + ev.Text
	}
	g.sees(ev.Strategy, ev.Task, sinkLog, line)
	if g.papers != nil {
		g.log = append(append(g.log, line...), '\n')
	}
}

// before makes durable what must be there before the window is: the keys of what
// was sealed in it.
func (g *guards) before() error {
	if g.privacy == nil || g.papers == nil {
		return nil
	}
	if lines := g.privacy.vault.Fresh(); len(lines) > 0 {
		return g.papers.Keys(lines)
	}
	return nil
}

// after leaves the papers of a window that is durable.
func (g *guards) after() error {
	defer func() { g.log, g.heads = g.log[:0], g.heads[:0] }()
	if g.papers == nil {
		return nil
	}
	for _, h := range g.heads {
		if err := g.papers.Head(h); err != nil {
			return err
		}
	}
	if len(g.log) == 0 {
		return nil
	}
	return g.papers.Log(g.log)
}
