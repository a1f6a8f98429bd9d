package metrics

import "tasker-sim/internal/event"

// submit: tasks are numbered from 1 in order of arrival and are the same order
// in every strategy.
func (c *checker) submit(e *event.Event) bool {
	b := &c.books[e.Strategy]
	if !c.hold(int(e.Task) == len(b.tasks)+1, e, "tasks are not numbered in order of arrival") {
		return false
	}
	o := order{worth: e.Amount, bad: e.Class == event.ClassDecline}
	if int(e.Task) > len(c.orders) {
		c.orders = append(c.orders, o)
	}
	c.hold(c.orders[e.Task-1] == o, e, "the strategies do not meet the same order")
	slot := b.watch(len(c.run.Steps))
	b.tasks = append(b.tasks, watched{open: slot, status: Running, flow: event.None})
	b.open[slot].came = e.At
	b.inside.come(e.At)
	if e.Step != event.None {
		b.open[slot].workflow = c.run.Steps[e.Step].Workflow
		b.tasks[e.Task-1].flow = int16(c.run.Steps[e.Step].Workflow)
	}
	b.counts.Submitted++
	b.counts.count(Running, +1)
	return true
}

func (b *book) watch(steps int) int32 {
	slot := int32(len(b.open))
	if n := len(b.free); n > 0 {
		slot, b.free = b.free[n-1], b.free[:n-1]
		w := &b.open[slot]
		clear(w.last)
		clear(w.spent)
		*w = watch{last: w.last, spent: w.spent, began: w.began, workflow: event.None}
	} else {
		b.open = append(b.open, watch{last: make([]int16, steps), spent: make([]int16, steps), began: make([]event.Time, steps), workflow: event.None})
	}
	return slot
}

// move: a task ends once, is parked while it runs, and driven again while it is
// parked. It is false if the fold must not follow.
func (c *checker) move(b *book, e *event.Event) bool {
	t, to := &b.tasks[e.Task-1], statusOf[e.Kind]
	legal := !t.status.Terminal() && (t.status == Parked) == (to == Running) || t.status == Parked && to.Terminal()
	c.tally.Checked++
	if !legal {
		c.breach(e, "a task went from %s to %s", t.status, to)
		return false
	}
	w := &b.open[t.open]
	if to != Running {
		c.length(w.came, e)
	}
	switch to {
	case Running:
		clear(w.spent)
		if e.Class == event.ClassRestart {
			c.hold(w.running == 0, e, "a task began again while an attempt of it ran")
			w.done = w.skipped
		}
	case Succeeded:
		whole := w.workflow == event.None || w.done == c.shapes[c.run.Workflows[w.workflow].First].all
		c.hold(whole && !w.given, e, "a task succeeded with steps left undone")
		c.hold(!c.orders[e.Task-1].bad, e, "a task with a bad card succeeded")
	}
	b.counts.count(t.status, -1)
	b.counts.count(to, +1)
	t.status = to
	if e.Class == event.ClassDied {
		b.drop(c, w, e.At)
		w.running = 0
	}
	if to.Terminal() {
		b.inside.leave(e.At, e.Dur)
	}
	b.close(t)
	return true
}

// close gives back the room of a task of which nothing can run any more.
func (b *book) close(t *watched) {
	if t.open >= 0 && t.status.Terminal() && b.open[t.open].running == 0 {
		b.free = append(b.free, t.open)
		t.open = -1
	}
}

// step: an attempt starts when what it depends on is done, one at a time,
// numbered one by one, within its round's limit; it ends once. It is false if
// the fold must not follow.
func (c *checker) step(b *book, e *event.Event) bool {
	t := &b.tasks[e.Task-1]
	c.tally.Checked++
	if t.open < 0 {
		c.breach(e, "an attempt of a task that has %s", t.status)
		return false
	}
	w, sh := &b.open[t.open], &c.shapes[e.Step]
	workflow := c.run.Steps[e.Step].Workflow
	if w.workflow == event.None {
		w.workflow = workflow
	}
	if !c.hold(w.workflow == workflow, e, "a step of another workflow") {
		return false
	}
	switch e.Kind {
	case event.StepStarted:
		return c.start(b, t, w, e)
	case event.StepSkipped:
		ok := c.hold((w.running|w.done)&sh.bit == 0, e, "a step was skipped that runs or is done")
		w.done |= sh.bit
		w.skipped |= sh.bit
		return ok
	case event.StepFellBack:
		ok := c.hold(!t.status.Terminal() && (w.running|w.done)&sh.bit == 0, e, "a step fell back that runs or is done")
		w.done |= sh.bit
		return ok
	case event.StepDeferred:
		return c.hold(!t.status.Terminal() && (w.running|w.done)&sh.bit == 0, e, "a step was deferred that runs or is done")
	}
	ok := c.hold(w.running&sh.bit != 0 && w.last[e.Step] == e.Attempt, e, "an attempt ended that does not run")
	if ok {
		c.length(w.began[e.Step], e)
		b.calls.leave(e.At, e.Dur)
	}
	w.running &^= sh.bit
	if e.Kind == event.StepSucceeded {
		w.done |= sh.bit
	}
	if e.Kind == event.StepRetrying {
		c.hold(e.Due >= e.At, e, "the next attempt is due in the past")
	}
	b.close(t)
	return ok
}

// progress: only an attempt that runs gets on.
func (c *checker) progress(b *book, e *event.Event) bool {
	t := &b.tasks[e.Task-1]
	if !c.hold(t.open >= 0, e, "progress of a task that is over") {
		return false
	}
	w := &b.open[t.open]
	return c.hold(w.running&c.shapes[e.Step].bit != 0 && w.last[e.Step] == e.Attempt, e, "progress of an attempt that does not run")
}

func (c *checker) start(b *book, t *watched, w *watch, e *event.Event) bool {
	sh := &c.shapes[e.Step]
	w.began[e.Step] = e.At
	b.calls.come(e.At)
	ok := c.hold(!t.status.Terminal(), e, "an attempt of a task that has ended")
	ok = c.hold((w.running|w.done)&sh.bit == 0, e, "an attempt of a step that runs or is done") && ok
	c.hold(w.done&sh.deps == sh.deps, e, "an attempt before what it depends on is done")
	c.hold(e.Attempt == w.last[e.Step]+1, e, "attempts are not numbered one by one")
	limit := 1
	if c.run.Strategies[e.Strategy].Retries {
		limit = c.run.Steps[e.Step].Limit
	}
	w.spent[e.Step]++
	c.hold(int(w.spent[e.Step]) <= limit, e, "more attempts in one round than the limit")
	w.last[e.Step] = e.Attempt
	w.running |= sh.bit
	return ok
}

// effect: with keys a step of a task makes its effect once; a repeated call
// meets an effect that is there. Effects may arrive after their task has ended.
func (c *checker) effect(b *book, e *event.Event) {
	t, bit := &b.tasks[e.Task-1], c.shapes[e.Step].bit
	if t.flow != event.None && int(t.flow) != c.run.Steps[e.Step].Workflow {
		c.childEffect(b, e)
		return
	}
	if e.Kind == event.EffectRepeated {
		c.hold(t.made&bit != 0, e, "a call met an effect that is not there")
		return
	}
	if c.run.Strategies[e.Strategy].Keyed && (e.Service < 0 || !c.keyless[e.Service]) {
		c.hold(t.made&bit == 0, e, "an effect was made twice under one key")
	}
	t.made |= bit
	b.made[e.Effect]++
}

// after holds the fold's figures against the checker's own and the laws of
// conservation: every task is somewhere, every effect is accounted for.
func (c *checker) after(s *State, e *event.Event) {
	switch {
	case e.Kind == event.RunEnded:
		c.little(e)
		for i := range s.Strategies {
			n := s.Strategies[i].Tasks.Running
			c.tally.Checked++
			if n != 0 {
				c.breach(e, "%d tasks of %s still run", n, c.run.Strategies[i].Name)
			}
		}
	case e.Kind >= event.TaskSubmitted && e.Kind <= event.TaskRedriven:
		c.tasks(s, e)
		c.promises(s, e)
	case e.Kind == event.EffectMade || e.Kind == event.StepSucceeded || e.Kind == event.EffectUndone:
		c.promises(s, e)
	}
}

func (c *checker) tasks(s *State, e *event.Event) {
	t := s.Strategies[e.Strategy].Tasks
	sum := t.Succeeded + t.Failed + t.Declined + t.Rejected + t.Parked + t.Running
	c.tally.Checked += 2
	if t.Submitted != sum {
		c.breach(e, "%d tasks were submitted, %d are accounted for", t.Submitted, sum)
	}
	t.Recovered, t.EverParked, t.FirstPassFailed, t.Undecided = 0, 0, 0, 0
	if t != c.books[e.Strategy].counts {
		c.breach(e, "the fold counts %+v, the checker %+v", t, c.books[e.Strategy].counts)
	}
}

// promises: the effects made are the tasks that have one, in whatever state the
// promise is, and those beyond the first of a task.
func (c *checker) promises(s *State, e *event.Event) {
	for i, p := range c.run.Promises {
		q := s.Strategies[e.Strategy].Promises[i]
		sum := q.Kept + q.Running + q.Unknown + q.Parked + q.Broken + q.Twice + q.Undone
		made := c.books[e.Strategy].made[p.Effect]
		c.tally.Checked++
		if made != sum {
			c.breach(e, "%d %s were made, %d are accounted for", made, c.run.Effects[p.Effect].Many, sum)
		}
	}
}
