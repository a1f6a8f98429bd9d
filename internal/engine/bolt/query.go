package bolt

import (
	"bytes"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// Query implements [engine.Store]. Tasks that are over are found by template and
// end, those that are open among all open ones, and all of them by number: no
// row is read that is of another template or end.
func (s *Store) Query(q engine.Query, f func(engine.Row) bool) error {
	return s.view(func(tx *bbolt.Tx) error {
		from, err := firstSince(tx, q.Since)
		if err != nil {
			return err
		}
		sources := sourcesOf(tx, &q, max(from, q.After+1))
		for found := 0; q.Limit == 0 || found < q.Limit; {
			id, err := least(sources)
			if err != nil || id == 0 {
				return err
			}
			row, err := rowOf(tx, id)
			if err != nil {
				return err
			}
			if q.Until > 0 && row.Submitted >= q.Until {
				return nil // so are all others
			}
			if !q.Matches(&row) {
				continue
			}
			if found++; !f(row) {
				return nil
			}
		}
		return nil
	})
}

// least is the lowest number that the sources stand at, and moves on; 0: all are
// at their ends.
func least(sources []*source) (lowest engine.TaskID, err error) {
	var at *source
	for _, s := range sources {
		if s.key == nil {
			continue
		}
		id, err := s.id()
		if err != nil {
			return 0, err
		}
		if at == nil || id < lowest {
			at, lowest = s, id
		}
	}
	if at != nil {
		at.next()
	}
	return lowest, nil
}

// sourcesOf are the places where what is asked for is found.
func sourcesOf(tx *bbolt.Tx, q *engine.Query, from engine.TaskID) (sources []*source) {
	if q.State == 0 && q.Template == "" {
		return []*source{seek(tx.Bucket(bucketTasks), nil, from)}
	}
	if !q.State.Terminal() {
		sources = append(sources, seek(tx.Bucket(bucketOpen), nil, from))
	}
	if q.State != 0 && !q.State.Terminal() {
		return sources
	}
	ended := tx.Bucket(bucketEnded)
	for _, template := range templates(ended, q) {
		for _, end := range []engine.Kind{engine.Completed, engine.Errored, engine.Cancelled} {
			if q.State == 0 || q.State == (engine.Row{}).Over(end, 0).State {
				sources = append(sources, seek(ended, endedKey(template, end), from))
			}
		}
	}
	return sources
}

// templates are those asked for that have tasks that are over: one look each.
func templates(ended *bbolt.Bucket, q *engine.Query) (names []string) {
	c := ended.Cursor()
	k, _ := c.Seek([]byte(q.Template))
	for k != nil && bytes.HasPrefix(k, []byte(q.Template)) {
		name, _, _ := bytes.Cut(k, []byte{0})
		if q.MatchesTemplate(string(name)) {
			names = append(names, string(name))
		}
		k, _ = c.Seek(append(bytes.Clone(name), 1))
	}
	return names
}

// firstSince finds the first task that was submitted at or after a time: times
// rise with numbers, so it halves what is left again and again.
func firstSince(tx *bbolt.Tx, since engine.Time) (engine.TaskID, error) {
	if since <= 0 {
		return 1, nil
	}
	c := tx.Bucket(bucketTasks).Cursor()
	last, _ := c.Last()
	if last == nil {
		return 1, nil
	}
	end, err := taskOf(last)
	if err != nil {
		return 0, err
	}
	low, high := engine.TaskID(1), end+1 // the first is in [low, high]
	for low < high {
		k, v := c.Seek(idKey(uint64(low + (high-low)/2)))
		id, err := taskOf(k)
		if err != nil {
			return 0, err
		}
		row, err := parseRow(id, v)
		switch {
		case err != nil:
			return 0, err
		case row.Submitted < since:
			low = id + 1
		case high == low+(high-low)/2:
			return high, nil
		default:
			high = low + (high-low)/2
		}
	}
	return low, nil
}
