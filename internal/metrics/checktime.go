package metrics

import "tasker-sim/internal/event"

// presence holds Little's law: the number of things that are there, integrated
// over time, is the sum of the times that each of them stayed. One side is
// counted from when they came and went, the other from the lengths of time that
// the events tell.
type presence struct {
	here int
	now  event.Time
	area event.Time // Σ here·dt
	stay event.Time // Σ told lengths of stay
}

func (p *presence) come(at event.Time) { p.move(at, +1) }

func (p *presence) leave(at, told event.Time) {
	p.move(at, -1)
	p.stay += told
}

func (p *presence) move(at event.Time, by int) {
	p.area += event.Time(p.here) * (at - p.now)
	p.now, p.here = at, p.here+by
}

// length holds the length of time that an event tells against the instant that
// the checker has seen. A wrong one is kept, so that Little's law, which it
// breaks, can say where.
func (c *checker) length(since event.Time, e *event.Event) {
	if e.Dur != e.At-since && c.odd.Kind == 0 {
		c.odd = *e
	}
}

// little compares the two sides of Little's law at the end of the run, for the
// tasks and for the attempts of every strategy.
func (c *checker) little(e *event.Event) {
	for i := range c.books {
		b := &c.books[i]
		for j := range b.tasks {
			t := &b.tasks[j]
			if t.open < 0 {
				continue
			}
			if w := &b.open[t.open]; w.running != 0 {
				b.drop(c, w, e.At)
			}
			if !t.status.Terminal() {
				b.inside.leave(e.At, e.At-b.open[t.open].came)
			}
		}
		b.inside.move(e.At, 0)
		b.calls.move(e.At, 0)
		if c.odd.Kind == 0 {
			c.odd = *e
		}
		c.tally.Checked += 2
		if p := &b.inside; p.area != p.stay {
			c.breach(&c.odd, "Little's law: the tasks of %s stayed %d µs in all, by their number over time it is %d; the first odd length", c.run.Strategies[i].Name, p.stay, p.area)
		}
		if p := &b.calls; p.area != p.stay {
			c.breach(&c.odd, "Little's law: the attempts of %s took %d µs in all, by their number over time it is %d; the first odd length", c.run.Strategies[i].Name, p.stay, p.area)
		}
	}
}

// drop ends the attempts of a task that nobody waits for any more.
func (b *book) drop(c *checker, w *watch, at event.Time) {
	for i := range w.began {
		if w.running&c.shapes[i].bit != 0 && c.run.Steps[i].Workflow == w.workflow {
			b.calls.leave(at, at-w.began[i])
		}
	}
}

// breaker: it opens from closed or half-open, half-opens from open, and closes
// from half-open.
func (c *checker) breaker(b *book, e *event.Event) {
	s := &b.breakers[e.Service]
	ok := s.State == HalfOpen
	switch e.Kind {
	case event.BreakerOpened:
		ok = s.State != Open && e.Due >= e.At
	case event.BreakerHalfOpened:
		ok = s.State == Open
	}
	c.hold(ok, e, "a breaker that cannot do that now")
	s.apply(e)
}
