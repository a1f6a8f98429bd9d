package engine

import (
	"fmt"
	"strings"
)

// Row is what a list of tasks needs to know of one.
type Row struct {
	Task      TaskID
	Template  string // "namespace/name@version"
	Key       string // idempotency key
	Submitted Time
	Ended     Time      // 0: it is open
	End       Kind      // how it ended; 0: it is open
	State     TaskState // stores leave it 0 if the task is open
}

// Over is the row of a task that has ended.
func (r Row) Over(end Kind, at Time) Row {
	r.End, r.Ended, r.State = end, at, end.leads()
	return r
}

// Query asks for tasks; what is zero does not matter.
type Query struct {
	Template     string    // "namespace", "namespace/name" or "namespace/name@version"
	State        TaskState // a store takes each state that is not terminal as "open"
	Since, Until Time      // it was submitted at or after Since and before Until
	After        TaskID    // only tasks with a higher number: for the next page, the last one's
	Limit        int       // rows at most
}

// Matches tells whether a row is asked for, Limit apart.
func (q *Query) Matches(r *Row) bool {
	switch {
	case r.Task <= q.After || r.Submitted < q.Since || q.Until > 0 && r.Submitted >= q.Until:
		return false
	case q.State.Terminal() && q.State != r.End.leads(), q.State != 0 && !q.State.Terminal() && r.End != 0:
		return false
	}
	return q.MatchesTemplate(r.Template)
}

// MatchesTemplate tells whether tasks of a template are asked for.
func (q *Query) MatchesTemplate(template string) bool {
	rest, found := strings.CutPrefix(template, q.Template)
	return found && (q.Template == "" || rest == "" || rest[0] == '/' || rest[0] == '@')
}

// Retention says which tasks are to be dropped: with their history, and with
// their idempotency keys, which may be used again then.
type Retention struct {
	Before Time   // those that ended before
	From   TaskID // and whose number is at least this
	Limit  int    // at most so many at a time; 0: no bound
}

// Drops tells whether a task is to be dropped, From and Limit apart.
func (r Retention) Drops(row *Row) bool { return row.End != 0 && row.Ended < r.Before }

// Query lists tasks, open or over, by number. It finds what is flushed.
func (c *Core) Query(q Query) ([]Row, error) {
	inStore := q
	if q.State != 0 && !q.State.Terminal() {
		inStore.Limit = 0 // the store does not know which of them
	}
	var rows []Row
	err := c.store.Query(inStore, func(r Row) bool {
		if r.State == 0 {
			r.State = c.stateNow(r.Task)
		}
		if q.State == 0 || q.State == r.State {
			rows = append(rows, r)
		}
		return q.Limit == 0 || len(rows) < q.Limit
	})
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return rows, nil
}

// stateNow is the state of a task that the store has as open.
func (c *Core) stateNow(id TaskID) TaskState {
	if t := c.open[id]; t != nil {
		return t.shown()
	}
	for i := range c.staged {
		if r := &c.staged[i]; r.Task == id && r.Kind.Ends() {
			return r.Kind.leads()
		}
	}
	return 0
}

// Errored lists tasks that ended in error in the form of dead letters, by number.
// Of the query State does not matter.
func (c *Core) Errored(q Query) ([]DeadLetter, error) {
	q.State = TaskError
	rows, err := c.Query(q)
	if err != nil {
		return nil, err
	}
	list := make([]DeadLetter, 0, len(rows))
	for _, r := range rows {
		v, err := c.Task(r.Task)
		if err != nil {
			return nil, err
		}
		d := DeadLetter{
			Task: r.Task, Template: r.Template, State: TaskError, Reason: ReasonPermanent, Step: v.Cause,
			Class: v.Class, Message: v.Message, Since: r.Ended, Redrives: v.Redrives,
		}
		for i := range v.Steps {
			if v.Steps[i].Name == v.Cause {
				d.Service = v.Steps[i].Service
			}
		}
		list = append(list, d)
	}
	return list, nil
}

// retainAtOnce is how many tasks are dropped in one transaction.
const retainAtOnce = 500

// Retain drops the tasks that ended before a time, and says how many. Numbers are
// not given out again; idempotency keys may be.
func (c *Core) Retain(before Time) (dropped int, err error) {
	for r := (Retention{Before: before, Limit: retainAtOnce}); ; {
		n, next, err := c.store.Retain(r)
		if dropped += n; err != nil {
			return dropped, fmt.Errorf("retain: %w", err)
		}
		if next == 0 {
			return dropped, nil
		}
		r.From = next
	}
}
