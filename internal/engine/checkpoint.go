package engine

import "fmt"

// Checkpoint is how far a long step has got. It outlives the attempt: the next
// one, after a failure, a redrive or a crash, goes on from there. Checkpoints are
// part of the history; they are meant to be small, and far fewer than what they
// count.
type Checkpoint struct {
	Data  []byte // where to go on, in the step's own terms; not changed afterwards
	Done  int64  // how much is done
	Total int64  // of how much; 0: not known
}

// Checkpoint keeps how far a running attempt has got. Its timeout begins again.
func (c *Core) Checkpoint(now Time, a Attempt, p Checkpoint) error {
	t, i, err := c.find(a)
	if err != nil {
		return err
	}
	r := c.slot(t.seq)
	if err := decideCheckpoint(t, i, int32(a.N), c.advance(now), p, r); err != nil {
		c.drop()
		return err
	}
	c.commit(t, r)
	c.schedule(t, i)
	return nil
}

// decideCheckpoint takes the progress of attempt n of step i.
func decideCheckpoint(t *task, i int16, n int32, now Time, p Checkpoint, r *Record) error {
	if err := t.running(i, n); err != nil {
		return err
	}
	if p.Done < 0 || p.Total < 0 || p.Total > 0 && p.Done > p.Total {
		return fmt.Errorf("task %d: step %q: progress %d of %d", t.id, t.plan.Steps[i].Name, p.Done, p.Total)
	}
	t.about(r, Checkpointed, i, now)
	r.Attempt, r.Start, r.Count, r.Extra, r.Data = n, t.steps[i].start, p.Done, p.Total, p.Data
	r.Due = t.patience(i, t.steps[i].start, now)
	return nil
}
