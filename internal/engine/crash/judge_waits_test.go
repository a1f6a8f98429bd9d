package crash

import (
	"fmt"
	"reflect"
	"slices"

	"tasker-sim/internal/engine"
)

// counters is P6 of steps: attempts are numbered without a gap, each ends before
// the next begins, and a wait ends exactly when it was said to, at the earliest
// so where a service may hold the step back.
func counters(s *story) (found []finding) {
	if s.final() == nil {
		return nil
	}
	for i := range s.orders {
		order := s.order(i)
		last, interrupted := map[int16]engine.Record{}, map[int16]int64{}
		for _, r := range s.final().history[s.taskOf(order)] {
			name, before := s.stepName(r.Step), last[r.Step]
			switch {
			case r.Kind == engine.Interrupted:
				if interrupted[r.Step]++; r.Count != interrupted[r.Step] {
					found = append(found, finding{"P6", order, name, fmt.Sprintf("attempt %d: %d interruptions counted as %d", r.Attempt, interrupted[r.Step], r.Count)})
				}
				continue
			case r.Kind != engine.Started:
				if ends(r.Kind) {
					last[r.Step] = r
				}
				continue
			}
			last[r.Step], interrupted[r.Step] = r, 0
			if r.Attempt != before.Attempt+1 || before.Kind == engine.Started {
				found = append(found, finding{"P6", order, name, fmt.Sprintf("attempt %d follows attempt %d, which was %v", r.Attempt, before.Attempt, before.Kind)})
			}
			held := s.template().Steps[r.Step].Service != ""
			if before.Kind == engine.Retrying && (r.At < before.Due || r.At > before.Due && !held) {
				found = append(found, finding{"P6", order, name, fmt.Sprintf("attempt %d was due at %d and began at %d", r.Attempt, before.Due, r.At)})
			}
		}
	}
	return found
}

// breakers is P6 of services: nothing is called while a breaker is open, and
// its history has no hole.
func breakers(s *story) (found []finding) {
	if s.final() == nil {
		return nil
	}
	var open engine.Record
	closed := engine.Record{Kind: engine.BreakerClosed}
	before := closed
	for _, r := range append(slices.Clone(s.final().history[0]), closed) {
		follows := map[engine.Kind][]engine.Kind{
			engine.BreakerOpened: {engine.BreakerClosed, engine.BreakerHalfOpened}, engine.BreakerHalfOpened: {engine.BreakerOpened},
			engine.BreakerClosed: {engine.BreakerHalfOpened},
		}
		if r.At > 0 && !slices.Contains(follows[r.Kind], before.Kind) {
			found = append(found, finding{"P6", "", "", fmt.Sprintf("%s: %v at %d after %v", r.Class, r.Kind, r.At, before.Kind)})
		}
		if open.Kind != 0 {
			found = append(found, s.calledWhileOpen(open, r)...)
		}
		open = engine.Record{}
		if r.Kind == engine.BreakerOpened {
			open = r
		}
		before = r
	}
	return found
}

// calledWhileOpen finds attempts that began after a breaker opened and before
// it was next heard of.
func (s *story) calledWhileOpen(open, next engine.Record) (found []finding) {
	for id, h := range s.final().history {
		for _, r := range h {
			if id == 0 || r.Kind != engine.Started || s.template().Steps[r.Step].Service != open.Class {
				continue
			}
			if r.At > open.At && (next.At == 0 || r.At < next.At) {
				found = append(found, finding{"P6", fmt.Sprint("task ", id), s.stepName(r.Step),
					fmt.Sprintf("attempt %d began at %d, while the breaker of %s that opened at %d was open", r.Attempt, r.At, open.Class, open.At)})
			}
		}
	}
	return found
}

// rewritten: what one process leaves is the beginning of what the next leaves.
func rewritten(s *story) (found []finding) {
	var before *snapshot
	for i, l := range s.lives {
		if l.left == nil {
			continue
		}
		if before != nil {
			for id, h := range before.history {
				if now := l.left.history[id]; len(now) < len(h) || len(h) > 0 && !reflect.DeepEqual(now[:len(h)], h) {
					found = append(found, finding{"P1", fmt.Sprint("task ", id), "", fmt.Sprintf("process %d changed what had been written: %d records", i+1, len(h))})
				}
			}
		}
		before = l.left
	}
	return found
}
