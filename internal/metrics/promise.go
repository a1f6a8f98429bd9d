package metrics

import "tasker-sim/internal/event"

func (s *State) applyEffect(e *event.Event) {
	k := int(e.Strategy)
	count := &s.Strategies[k].Effects[e.Effect]
	if e.Kind == event.EffectRepeated {
		count.Repeated++
		return
	}
	s.tally(k, e.Task, -1)
	bit := s.shapes[e.Step].bit
	if f := s.lives[k].of(e.Task); f != nil && f.first != s.shapes[e.Step].first {
		bit = 0 // a child made it, of which the task's process knows nothing
	}
	before := s.lives[k].add(e.Task, e.Effect, bit)
	s.tally(k, e.Task, +1)
	count.Count++
	count.Amount += e.Amount
	s.effectOfTags(k, e)
	for i := range s.Run.Resources {
		if e.Class != "" && s.Run.Resources[i].Over == e.Class {
			s.Strategies[k].Over[i]++
		}
	}
	if before > 0 {
		s.double(k, int(e.Effect))
	}
}

// AnyOver tells whether any strategy took more of the resource than there was.
func (s *State) AnyOver(resource int) bool {
	for k := range s.Strategies {
		if s.Strategies[k].Over[resource] > 0 {
			return true
		}
	}
	return false
}

// double counts an effect that its task had already.
func (s *State) double(k, effect int) {
	for i, p := range s.Run.Promises {
		if p.Effect == effect {
			s.Strategies[k].Promises[i].Twice++
		}
	}
}

// tallyPromises counts in which of its states every promise about the task is,
// and what a failure left behind.
func (s *State) tallyPromises(k int, task int32, sign int) {
	st, g := &s.Strategies[k], &s.lives[k]
	owned, now := g.owned(task), g.lives[task-1].status
	for i := range s.Run.Promises {
		p := &s.Run.Promises[i]
		if owned[p.Effect] > 0 {
			kept := owned[p.Owes] > 0
			*st.Promises[i].slot(now, kept, !kept && g.knows(task, p.Effect)) += sign
		}
	}
	if now == Failed {
		s.tallyFailure(st, owned, sign)
	}
}

// slot is the counter of a task that has the first effect of the promise.
func (p *Promise) slot(now Status, kept, knows bool) *int {
	switch {
	case kept:
		return &p.Kept
	case now.Terminal():
		return &p.Broken
	case !knows:
		return &p.Unknown
	case now == Parked:
		return &p.Parked
	default:
		return &p.Running
	}
}

// tallyFailure tells clean failures from those that were done all the same: of
// the rest somebody is owed something.
func (s *State) tallyFailure(st *Strategy, owned []uint8, sign int) {
	nothing := true
	for _, n := range owned {
		nothing = nothing && n == 0
	}
	switch ps := s.Run.Promises; {
	case nothing:
		st.CleanFailures += sign
	case len(ps) > 0 && owned[ps[0].Effect] > 0 && owned[ps[0].Owes] > 0:
		st.Untold += sign
	}
}

// tallyPair counts a task in the table of pairs, once its first pass is known in
// the first and in the last strategy.
func (s *State) tallyPair(task int32, sign int) {
	last := len(s.lives) - 1
	if last < 1 || int(task) > len(s.lives[0].lives) || int(task) > len(s.lives[last].lives) {
		return
	}
	a, b := &s.lives[0].lives[task-1], &s.lives[last].lives[task-1]
	if a.status == Running && !a.everParked || b.status == Running && !b.everParked {
		return
	}
	p := &s.Pairs
	switch badA, badB := a.firstPassFailed(), b.firstPassFailed(); {
	case s.orders[task-1].bad || a.status == Declined || b.status == Declined:
		p.Declined += sign
		return
	case badA && badB:
		p.BothFailed += sign
	case badA:
		p.OnlyFirstFailed += sign
	case badB:
		p.OnlyLastFailed += sign
	default:
		p.BothOK += sign
	}
	if a.firstPassFailed() {
		p.FirstFailed += sign
		if b.status == Succeeded {
			p.Rescued += sign
		}
	}
}
