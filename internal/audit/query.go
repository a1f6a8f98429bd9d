package audit

import "strings"

// Query asks for records. An empty field asks for all.
type Query struct {
	Chain    string
	Actor    string
	Action   string // or its beginning: "task" finds "task.submitted"
	Outcome  string
	Subject  string
	Task     int32
	From, To int64 // instants in µs, both included; To 0: to the end
}

// Matches tells whether the record is one that is asked for.
func (q *Query) Matches(r *Record) bool {
	return same(q.Chain, r.Chain) && same(q.Actor, r.Actor) && same(q.Outcome, r.Outcome) && same(q.Subject, r.Subject) &&
		(q.Action == "" || r.Action == q.Action || strings.HasPrefix(r.Action, q.Action+".")) &&
		(q.Task == 0 || q.Task == r.Task) && r.At >= q.From && (q.To == 0 || r.At <= q.To)
}

func same(want, have string) bool { return want == "" || want == have }
