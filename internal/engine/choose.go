package engine

import "fmt"

// maxChoices keeps the choice of a deciding step within the bits of a positive
// Record.Count.
const maxChoices = 62

// checkChoices refuses steps that decide about too many children.
func (p *plan) checkChoices() error {
	for i := range p.steps {
		if n := len(p.steps[i].children); p.Steps[i].Decides && n > maxChoices {
			return fmt.Errorf("step %q: decides about %d children: want at most %d", p.Steps[i].Name, n, maxChoices)
		}
	}
	return nil
}

// Choose ends an attempt of a step that decides well: of its children those with
// the given names run, none if there are none. Other names are refused with
// [ErrChoice], and the attempt goes on.
func (c *Core) Choose(now Time, a Attempt, output []byte, names ...string) error {
	t, i, err := c.find(a)
	if err != nil {
		return err
	}
	now = c.advance(now)
	r := c.slot(t.seq)
	if err := decideChoose(t, i, int32(a.N), now, names, r); err != nil {
		c.drop()
		return err
	}
	r.Data = output
	c.succeeded(t, i, now, r)
	return nil
}

// decideChoose takes the choice of attempt n of step i.
func decideChoose(t *task, i int16, n int32, now Time, names []string, r *Record) error {
	if err := t.running(i, n); err != nil {
		return err
	}
	if !t.plan.Steps[i].Decides || t.undo == i {
		return fmt.Errorf("task %d: step %q: %w: it does not decide", t.id, t.plan.Steps[i].Name, ErrChoice)
	}
	chosen, err := t.choice(i, names)
	if err != nil {
		return err
	}
	t.about(r, Succeeded, i, now)
	r.Attempt, r.Start, r.Count = n, t.steps[i].start, chosen
	return nil
}

// choice makes bits of the names of children of step i.
func (t *task) choice(i int16, names []string) (chosen int64, err error) {
	step := &t.plan.Steps[i]
	for _, name := range names {
		bit := int64(0)
		for k, ch := range t.plan.steps[i].children {
			if step.Decides && t.plan.Steps[ch].Name == name {
				bit = 1 << k
			}
		}
		if bit == 0 {
			return 0, fmt.Errorf("task %d: step %q: %w: it does not decide about %q", t.id, step.Name, ErrChoice, name)
		}
		chosen |= bit
	}
	return chosen, nil
}
