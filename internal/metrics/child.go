package metrics

import "tasker-sim/internal/event"

// Children is what became of the work that steps handed over to another
// workflow.
type Children struct {
	// Created is how many children there are; Doubled are those beyond the first of
	// a step of a task, Met the calls that found theirs there already.
	Created, Doubled, Met int
	Running, Done, Failed int
	Took                  event.Time // those that are done, from creation, all together

	of map[child]int // how many there are
}

// child is the step of a task that hands work over.
type child struct {
	task int32
	step int16
}

func (s *State) applyChild(e *event.Event) {
	c, id := &s.Strategies[e.Strategy].Children, child{e.Task, e.Step}
	switch {
	case e.Kind == event.ChildMet:
		c.Met++
	case e.Kind == event.ChildCreated:
		if c.of == nil {
			c.of = map[child]int{}
		}
		if c.of[id]++; c.of[id] > 1 {
			c.Doubled++
		}
		c.Created, c.Running = c.Created+1, c.Running+1
	case e.Class == "":
		c.Done, c.Running, c.Took = c.Done+1, c.Running-1, c.Took+e.Dur
	default:
		c.Failed, c.Running = c.Failed+1, c.Running-1
	}
}

// child: a key brings at most one child into the world; each that was created ends once.
func (c *checker) child(b *book, e *event.Event) {
	if b.children == nil {
		b.children, b.given, b.theirs = map[child]int{}, map[given]bool{}, map[child]bool{}
	}
	id := child{e.Task, e.Step}
	one := given{id, e.Attempt}
	switch e.Kind {
	case event.ChildCreated:
		if c.run.Strategies[e.Strategy].Keyed {
			c.hold(b.children[id] == 0, e, "a child was created twice under one key")
		}
		c.hold(!b.given[one], e, "an attempt created two children")
		b.children[id]++
		b.given[one] = true
	case event.ChildMet:
		c.hold(b.children[id] > 0, e, "a call met a child that is not there")
	default:
		c.hold(b.given[one], e, "a child ended that does not run")
		delete(b.given, one)
	}
}

// given is a child by the attempt that created it.
type given struct {
	child
	attempt int16
}

// childEffect: what holds for an effect of a task's own steps holds for those of
// its children.
func (c *checker) childEffect(b *book, e *event.Event) {
	id := child{e.Task, e.Step}
	if e.Kind == event.EffectRepeated {
		c.hold(b.theirs[id], e, "a call met an effect that is not there")
		return
	}
	if !c.hold(b.children != nil, e, "an effect of a step of another workflow") {
		return
	}
	if c.run.Strategies[e.Strategy].Keyed {
		c.hold(!b.theirs[id], e, "an effect was made twice under one key")
	}
	b.theirs[id] = true
	b.made[e.Effect]++
}
