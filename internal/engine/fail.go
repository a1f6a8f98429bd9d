package engine

// Fail ends an attempt badly.
func (c *Core) Fail(now Time, a Attempt, f Failure) error {
	t, i, err := c.find(a)
	if err != nil {
		return err
	}
	return c.fail(c.advance(now), t, i, int32(a.N), &f)
}

func (c *Core) fail(now Time, t *task, i int16, n int32, f *Failure) error {
	draw := 0.5
	if c.jitter != nil && !f.Permanent {
		draw = c.jitter(t.attempt(i))
	}
	svc := t.plan.steps[i].service
	r := c.slot(t.seq)
	if err := decideFail(t, i, n, now, f, draw, svc == None || c.services[svc].forgives(), r); err != nil {
		c.drop()
		return err
	}
	if svc != None && r.Kind == Retrying {
		c.services[svc].spend()
	}
	gaveUp := r.Kind == Exhausted
	c.commit(t, r)
	c.schedule(t, i)
	if gaveUp {
		c.fallBack(t, i, now)
	}
	c.answered(t, i, f.Permanent, now)
	return nil
}

// fallBack completes a step that has just failed with its lesser output, if it
// has one.
func (c *Core) fallBack(t *task, i int16, now Time) {
	if c.fallback == nil || t.ending != 0 || t.plan.Steps[i].Decides {
		return
	}
	output, ok := c.fallback(t.attempt(i))
	if !ok {
		return
	}
	r := c.slot(t.seq)
	if err := decideOperate(t, i, now, Supplied, r); err != nil {
		panic("engine: " + err.Error())
	}
	r.Class, r.Text, r.Data = ByFallback, t.steps[i].class+": "+t.steps[i].text, output
	c.commit(t, r)
	c.scheduleNext(t, i)
}
