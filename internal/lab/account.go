package lab

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// account counts tasks and effects for itself, straight from the events.
type account struct {
	at           []map[int32]event.Kind // by strategy: the last event of each task as a whole
	charges      []map[int32]int
	orders       []map[int32]int
	counts       []map[event.Kind]int
	submitted    []int
	places, keys identity
	owned        identity
	keyed        []bool
}

func newAccount(strategies, tasks int) *account {
	a := &account{submitted: make([]int, strategies), keyed: []bool{false, false, true, true}}
	for range strategies {
		a.at = append(a.at, make(map[int32]event.Kind, tasks))
		a.charges = append(a.charges, make(map[int32]int, tasks))
		a.orders = append(a.orders, make(map[int32]int, tasks))
		a.counts = append(a.counts, map[event.Kind]int{})
	}
	return a
}

// watch keeps the account and compares its sums after every event of a task.
func (a *account) watch(e *event.Event) {
	k := e.Strategy
	switch {
	case e.Kind == event.EffectMade:
		list := a.charges[k]
		if e.Effect == 1 {
			list = a.orders[k]
		}
		list[e.Task]++
		if a.keyed[k] {
			a.keys.hold(list[e.Task] == 1, func() string { return fmt.Sprintf("task %d at %s", e.Task, e.At.Clock()) })
		}
	case e.Kind >= event.TaskSubmitted && e.Kind <= event.TaskRedriven:
		if e.Kind == event.TaskSubmitted {
			a.submitted[k]++
		} else {
			a.counts[k][a.at[k][e.Task]]--
		}
		a.at[k][e.Task] = e.Kind
		a.counts[k][e.Kind]++
		sum := 0
		for kind := event.TaskSubmitted; kind <= event.TaskRedriven; kind++ {
			sum += a.counts[k][kind]
		}
		a.places.hold(sum == a.submitted[k] && sum == len(a.at[k]), func() string { return fmt.Sprintf("task %d at %s", e.Task, e.At.Clock()) })
	}
}

// settle holds the ledger at the end: a task that was charged has its order, or
// it is one that the fold lists as parked, broken or not known.
func (a *account) settle(s *metrics.State) {
	for k := range a.charges {
		paid, ordered, all := 0, 0, 0
		for task, n := range a.charges[k] {
			all += n
			paid++
			if a.orders[k][task] > 0 {
				ordered++
			}
		}
		q := s.Strategies[k].Promises[0]
		a.owned.hold(paid-ordered == q.Running+q.Unknown+q.Parked+q.Broken && ordered == q.Kept && all-paid == q.Twice, func() string {
			return fmt.Sprintf("%s: %d charged, %d of them with an order, %d charges: the fold says %+v", s.Run.Strategies[k].Name, paid, ordered, all, q)
		})
	}
}
