package metrics

import (
	"slices"

	"tasker-sim/internal/event"
)

// Tagged is what became of the tasks with a tag.
type Tagged struct {
	Tasks   Tasks
	Effects []Effect // in the order of Run.Effects
}

// Trail is how far an audit trail had come when it was last counted, by its own
// count; Of is how many transitions there were then.
type Trail struct{ Records, Bytes, Of int64 }

// guarded is the part of a strategy's fold about senders, secrets and records.
func (st *Strategy) guarded(run *event.Run) {
	st.Tagged, st.Seen = make([]Tagged, len(run.Tags)), make([]int64, len(event.Sinks()))
	for i := range st.Tagged {
		st.Tagged[i].Effects = make([]Effect, len(run.Effects))
	}
}

// applyGuard folds an event about tags, secrets or records.
func (s *State) applyGuard(e *event.Event) {
	switch e.Kind {
	case event.TaskTagged:
		s.tag(e)
	case event.SecretSeen:
		if i := slices.Index(event.Sinks(), e.Class); i >= 0 {
			s.Strategies[e.Strategy].Seen[i] += e.Amount
		}
	case event.TrailCounted:
		t := &s.Strategies[e.Strategy].Trail
		if e.Class == event.TrailBytes {
			t.Bytes = e.Amount
		} else {
			t.Records, t.Of = e.Amount, s.Strategies[e.Strategy].Transitions
		}
	}
}

// maxTags keeps a task's tags within the bits of a byte.
const maxTags = 8

// tag marks a task, which every strategy has by now.
func (s *State) tag(e *event.Event) {
	i := slices.Index(s.Run.Tags, e.Class)
	o := &s.orders[e.Task-1]
	if i < 0 || i >= maxTags || o.tags&(1<<i) != 0 {
		return
	}
	o.tags |= 1 << i
	for k := range s.lives {
		if g := &s.lives[k]; int(e.Task) <= len(g.lives) {
			t := &s.Strategies[k].Tagged[i].Tasks
			t.Submitted++
			t.count(g.lives[e.Task-1].status, +1)
		}
	}
}

// tallyTags counts in strategy k where a tagged task stands.
func (s *State) tallyTags(k int, task int32, sign int) {
	tags, now := s.orders[task-1].tags, s.lives[k].lives[task-1].status
	for i := range s.Strategies[k].Tagged {
		if tags&(1<<i) != 0 {
			s.Strategies[k].Tagged[i].Tasks.count(now, sign)
		}
	}
}

// effectOfTags counts an effect of a tagged task.
func (s *State) effectOfTags(k int, e *event.Event) {
	for i := range s.Strategies[k].Tagged {
		if s.orders[e.Task-1].tags&(1<<i) != 0 {
			ef := &s.Strategies[k].Tagged[i].Effects[e.Effect]
			ef.Count++
			ef.Amount += e.Amount
		}
	}
}

// Leaks are all that was seen where it does not belong, in strategy k.
func (s *State) Leaks(k int) (n int64) {
	for _, x := range s.Strategies[k].Seen {
		n += x
	}
	return n
}

// Coverage is the share of the transitions of strategy k that have a record: those
// counted here against those that the trail says it has, when it was last counted.
func (s *State) Coverage(k int) float64 {
	t := &s.Strategies[k].Trail
	if t.Of == 0 {
		return 0
	}
	return float64(t.Records) / float64(t.Of)
}

// Suspects is how many people an action of strategy k may have come from, on average.
func (s *State) Suspects(k int) float64 {
	st := &s.Strategies[k]
	if st.Tasks.Submitted == 0 {
		return 0
	}
	return float64(st.Senders) / float64(st.Tasks.Submitted)
}

// PrepHours is what an audit of strategy k takes to prepare, by the declared model:
// the share of questions that records answer is measured, minutes are declared.
func (s *State) PrepHours(k int) float64 {
	a := s.Run.Audit
	if a == nil {
		return 0
	}
	c := min(1, s.Coverage(k))
	return float64(float64(a.Questions)*(float64(c*a.Answered)+float64((1-c)*a.Unanswered))) / 60
}

// MechanismTime is the time that a finished task of strategy k has spent in the
// steps of the mechanism, on average, over the tasks that arrived.
func (s *State) MechanismTime(k int, mechanism string) event.Time {
	st, total := &s.Strategies[k], event.Time(0)
	for i := range s.Run.Steps {
		if s.Run.Steps[i].Mechanism == mechanism {
			total += st.Steps[i].Spent
		}
	}
	return total / event.Time(max(1, st.Tasks.Submitted))
}

// Never is the index of the tag of tasks that should not be done; false: the run
// names none.
func (s *State) Never() (int, bool) { return s.tagOf(func(a *event.Audit) string { return a.Never }) }

// Always is the index of the tag of tasks that should not be refused.
func (s *State) Always() (int, bool) { return s.tagOf(func(a *event.Audit) string { return a.Always }) }

func (s *State) tagOf(name func(*event.Audit) string) (int, bool) {
	if s.Run.Audit == nil {
		return 0, false
	}
	i := slices.Index(s.Run.Tags, name(s.Run.Audit))
	return max(i, 0), i >= 0
}

// UnwantedRate is the share of the tasks that should not be done that strategy k
// has done, of those that do not run; false: the run names none.
func (s *State) UnwantedRate(k int) (Rate, bool) {
	i, ok := s.Never()
	if !ok {
		return Rate{}, false
	}
	t := &s.Strategies[k].Tagged[i].Tasks
	return s.Rate(t.Succeeded, t.Submitted-t.Running), true
}
