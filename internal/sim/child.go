package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// child is work that a step of a task has handed over to another workflow. It is
// named after the call that created it, and runs that workflow's steps one after
// the other, with their retries. Nobody waits for it, and it survives its parent.
//
// Nothing of it is stored: from the instant of its creation everything follows
// from keys and faults, so that a world that comes back lives through it again.
type child struct {
	id      callID // the call of the parent that created it
	created event.Time
	call    childCall
	made    uint64 // steps whose effect it has made, by their place in the workflow
}

// childCall is an attempt of a child at a step.
type childCall struct {
	step  int16 // in Run.Steps
	n     int   // of the attempt
	start event.Time
}

// What an occChild is, in its class.
const (
	childStarts int16 = iota // an attempt begins
	childEnds                // it is over
)

// maxTries bounds what of a draw's number is a child's own attempt; those of its
// parent's call are in the digits above.
const maxTries = 1 << 6

// handOver lets the service of the call create a child for the task, or, if it has
// seen the key before, find the one that is there.
func (w *World) handOver(o *occurrence) {
	st := &w.steps[o.step]
	ev := event.Event{
		Kind: event.ChildCreated, Strategy: o.lane, Task: o.task, Step: o.step, Service: int16(st.Service), Attempt: o.attempt,
		Effect: event.None, Text: w.sc.Workflows[st.Delegates.Workflow].ID(),
	}
	if w.book.has(o.lane, o.task, o.step) {
		ev.Kind = event.ChildMet
		w.emit(ev)
		return
	}
	w.book.note(o.lane, o.task, o.step)
	w.emit(ev)
	c := w.newChild(callID{o.lane, o.task, o.step, o.attempt}, w.now)
	w.children[c.id] = c
	w.pushChild(c, childStarts, w.now)
}

// newChild is a child that is about to begin its first step.
func (w *World) newChild(id callID, at event.Time) *child {
	c := &child{id: id, created: at}
	first := w.run.Workflows[w.steps[id.step].Delegates.Workflow].First
	c.call = childCall{w.childStep(c, int16(first)), 1, at}
	return c
}

// childStep is the first step from the given one on that the child does not skip.
func (w *World) childStep(c *child, step int16) int16 {
	end := int16(w.run.Workflows[w.steps[c.id.step].Delegates.Workflow].End)
	for step < end && w.passesBy(c.id.lane, step, w.childFigure(c)) {
		step++
	}
	return step
}

// childFigure is what follows from what the child was sent.
func (w *World) childFigure(c *child) *figure { return w.figures.of(c.id.task).children[c.id.step] }

func (w *World) pushChild(c *child, what int16, at event.Time) {
	w.queue.push(occurrence{at: at, kind: occChild, lane: c.id.lane, task: c.id.task, step: c.id.step, attempt: c.id.attempt, class: what})
}

// childGoesOn begins an attempt of a child, or ends it.
func (w *World) childGoesOn(o *occurrence) {
	c := w.children[callID{o.lane, o.task, o.step, o.attempt}]
	if o.class == childStarts {
		_, took := w.childOutcome(c)
		w.pushChild(c, childEnds, w.now+took)
		return
	}
	out, _ := w.childOutcome(c)
	if out.effect {
		w.childEffect(c)
	}
	class, message, over := w.childNext(c, out)
	if !over {
		w.pushChild(c, childStarts, c.call.start)
		return
	}
	delete(w.children, c.id)
	w.emit(event.Event{
		Kind: event.ChildEnded, Strategy: c.id.lane, Task: c.id.task, Step: c.id.step, Service: int16(w.steps[c.call.step].Service),
		Attempt: c.id.attempt, Effect: event.None, Dur: w.now - c.created, Class: class, Text: message,
	})
}

// childOutcome is what the child's present attempt comes to, and how long it takes.
// It meets the faults that its services have of themselves, and their limits on the
// number of calls not at all: those are counted for tasks.
// What a service does after its caller has stopped waiting counts as done then.
func (w *World) childOutcome(c *child) (outcome, event.Time) {
	st := &w.steps[c.call.step]
	id := callID{c.id.lane, c.id.task, c.call.step, int16(c.call.n)}
	out := w.business(id, w.childFigure(c), st.service.call(st.where, int(id.task), int(c.id.attempt)*maxTries+c.call.n, c.call.start))
	if out.reply && out.latency <= st.Timeout {
		return out, out.latency
	}
	out.reply = false
	return out, st.Timeout
}

// childNext moves the child on after an attempt: to the next step, to the next
// attempt, or to its end, with the class and message of the error if it failed.
func (w *World) childNext(c *child, out outcome) (class, message string, over bool) {
	st := &w.steps[c.call.step]
	end := int16(w.run.Workflows[w.steps[c.id.step].Delegates.Workflow].End)
	_, took := w.childOutcome(c)
	now := c.call.start + took
	if out.reply && out.class == answered {
		next := w.childStep(c, c.call.step+1)
		if next < end {
			c.call = childCall{next, 1, now}
		}
		return "", "", next == end
	}
	why, message := &scenario.Class{Name: event.ClassTimeout}, timeoutText(w, c.call.step, st.Timeout)
	if out.reply {
		why, message = &st.service.refusals[out.class], st.service.message(out.class)
	}
	if why.Permanent || c.call.n >= st.Retry.Limit || c.call.n >= maxTries-1 {
		return why.Name, message, true
	}
	wait := engineRetry(st.Retry).Wait(c.call.n, w.jitter(c.call.step, c.id.task, c.id.attempt*maxTries+int16(c.call.n)))
	c.call.n, c.call.start = c.call.n+1, now+max(event.Time(wait), why.RetryAfter)
	return "", "", false
}

// childEffect lets the service of the child's step do its work, once: a child
// bears a key of its own, whatever its parent did.
func (w *World) childEffect(c *child) {
	st := &w.steps[c.call.step]
	if st.Effect == nil {
		return
	}
	ev := event.Event{
		At: w.now, Kind: event.EffectMade, Strategy: c.id.lane, Task: c.id.task, Step: c.call.step, Service: int16(st.Service),
		Attempt: c.id.attempt, Effect: int16(st.Effect.Effect), Amount: w.childFigure(c).amounts[c.call.step],
	}
	bit := uint64(1) << (c.call.step - int16(w.run.Workflows[w.steps[c.id.step].Delegates.Workflow].First))
	if c.made&bit != 0 {
		ev.Kind = event.EffectRepeated
		w.emit(ev)
		return
	}
	c.made |= bit
	w.emit(ev)
	w.writeDown(ev)
}

// resumeChildren takes up the children that the past has created and not ended:
// each lives again, without a word, up to the horizon.
func (w *World) resumeChildren(events []event.Event) {
	var open []callID
	created := map[callID]event.Time{}
	for i := range events {
		e := &events[i]
		id := callID{e.Strategy, e.Task, e.Step, e.Attempt}
		switch e.Kind {
		case event.ChildCreated:
			open, created[id] = append(open, id), e.At
		case event.ChildEnded:
			delete(created, id)
		}
	}
	for _, id := range open {
		if at, is := created[id]; is {
			w.children[id] = w.newChild(id, at)
			w.relive(w.children[id])
		}
	}
}

// relive carries a child up to the horizon.
func (w *World) relive(c *child) {
	first := int16(w.run.Workflows[w.steps[c.id.step].Delegates.Workflow].First)
	for {
		if c.call.start > w.horizon {
			w.pushChild(c, childStarts, c.call.start)
			return
		}
		out, took := w.childOutcome(c)
		if c.call.start+took > w.horizon {
			w.pushChild(c, childEnds, c.call.start+took)
			return
		}
		if out.effect {
			c.made |= 1 << (c.call.step - first)
		}
		if _, _, over := w.childNext(c, out); over {
			panic("sim: a child of the past has ended and nobody was told")
		}
	}
}
