package crash

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tasker-sim/internal/engine"
)

// finding is a promise that was broken.
type finding struct {
	promise string // P1 to P6
	order   string
	step    string
	text    string
}

func (f finding) String() string {
	return strings.Join(strings.Fields(f.promise+" "+f.order+" "+f.step), " ") + ": " + f.text
}

// judge looks at what a story has left. It changes nothing and runs nothing.
func judge(s *story) (found []finding) {
	for _, check := range []func(*story) []finding{lost, stuck, effects, again, outcomes, counters, breakers, rewritten} {
		found = append(found, check(s)...)
	}
	return found
}

// final is what the store held when the last process was over.
func (s *story) final() *snapshot { return s.lives[len(s.lives)-1].left }

// lost is P1: what a process has acknowledged is in the store that it leaves,
// and in all later ones.
func lost(s *story) (found []finding) {
	acked, redriven := map[string]engine.TaskID{}, map[string]bool{}
	for i, l := range s.lives {
		for _, line := range l.said {
			f := strings.Fields(line)
			if f[0] == "redriven" {
				redriven[f[1]] = true
			}
			if f[0] != "ack" {
				continue
			}
			n, _ := strconv.ParseUint(f[2], 10, 64) // 0 is no task either
			if id, before := acked[f[1]]; before && id != engine.TaskID(n) {
				found = append(found, finding{"P1", f[1], "", fmt.Sprintf("acknowledged as task %d, then as task %d", id, n)})
			}
			acked[f[1]] = engine.TaskID(n)
		}
		if l.left == nil {
			if len(acked) > 0 {
				found = append(found, finding{"P1", "", "", fmt.Sprintf("process %d left a store that cannot be read", i+1)})
			}
			continue
		}
		for _, order := range sorted(acked) {
			h := l.left.history[acked[order]]
			if len(h) == 0 || h[0].Text != order || l.left.keys[order] != acked[order] {
				found = append(found, finding{"P1", order, "", fmt.Sprintf("acknowledged as task %d, not in the store after process %d", acked[order], i+1)})
				continue
			}
			if redriven[order] && !slices.ContainsFunc(h, func(r engine.Record) bool { return r.Kind == engine.Redriven }) {
				found = append(found, finding{"P1", order, "", fmt.Sprintf("acknowledged as driven again, not in the store after process %d", i+1)})
			}
		}
	}
	return found
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// stuck is P2: the last process comes to its end, and every order with it. If
// not, it says what each open task waits for.
func stuck(s *story) (found []finding) {
	last := s.lives[len(s.lives)-1]
	if last.code != exitDone || last.overtime {
		found = append(found, finding{"P2", "", "", fmt.Sprintf("the last process ended with code %d: %s", last.code, last.last())})
	}
	if last.left == nil {
		return found
	}
	for i := range s.orders {
		order := s.order(i)
		h := last.left.history[last.left.keys[order]]
		if len(h) == 0 {
			found = append(found, finding{"P2", order, "", "never accepted"})
			continue
		}
		if end := h[len(h)-1]; !end.Kind.Ends() && end.Kind != engine.Parked {
			found = append(found, finding{"P2", order, s.stepName(end.Step), fmt.Sprintf("stands still after %v at %d, due %d %s", end.Kind, end.At, end.Due, end.Class)})
		}
	}
	return found
}

// last is what a process said of its end; handlers may have said more since.
func (l *life) last() string {
	for _, line := range slices.Backward(l.said) {
		switch word, _, _ := strings.Cut(line, " "); word {
		case "done", "stopped", "broken", "complains":
			return line
		}
	}
	return fmt.Sprintf("nothing, after %d lines", len(l.said))
}

func (s *story) stepName(i int16) string {
	if i == engine.None {
		return ""
	}
	return s.template().Steps[i].Name
}

// place is a step of a task.
type place struct {
	task engine.TaskID
	step string
}

// effects is P3: at most one effect of each step of each order, exactly one of
// a completed one, and none that the plan does not have.
func effects(s *story) (found []finding) {
	done := map[place]int{}
	for _, l := range s.ledger {
		if l.what == "effect" {
			done[place{l.task, l.step}]++
		}
	}
	for i := range s.orders {
		order := s.order(i)
		want := s.outcome(order)
		for _, st := range s.template().Steps {
			at := place{s.taskOf(order), st.Name}
			if n, planned := done[at], want.steps[st.Name].effects; at.task != 0 && n != planned {
				found = append(found, finding{"P3", order, st.Name, fmt.Sprintf("%d effects, want %d", n, planned)})
			}
		}
	}
	return found
}

func (s *story) taskOf(order string) engine.TaskID {
	if s.final() == nil {
		return 0
	}
	return s.final().keys[order]
}

// again is P4: a step that was complete when a process died is called by no
// later one, and no process calls an attempt twice.
func again(s *story) (found []finding) {
	complete := make([]map[place]bool, len(s.lives)+1) // before process i+1
	for i, l := range s.lives {
		complete[i+1] = map[place]bool{}
		if l.left == nil {
			continue
		}
		for id, h := range l.left.history {
			for _, r := range h {
				if r.Kind == engine.Succeeded {
					complete[i+1][place{id, s.stepName(r.Step)}] = true
				}
			}
		}
	}
	type call struct {
		place
		process, n int
	}
	calls := map[call]bool{}
	for _, l := range s.ledger {
		if l.what != "call" {
			continue
		}
		c := call{place{l.task, l.step}, l.process, l.n}
		if calls[c] {
			found = append(found, finding{"P4", fmt.Sprint("task ", l.task), l.step, fmt.Sprintf("attempt %d was called twice by process %d", l.n, l.process)})
		}
		calls[c] = true
		if complete[l.process-1][c.place] {
			found = append(found, finding{"P4", fmt.Sprint("task ", l.task), l.step, fmt.Sprintf("was complete before process %d called attempt %d", l.process, l.n)})
		}
	}
	return found
}

// outcomes is P5: state, attempts and their ends are those of the plan.
func outcomes(s *story) (found []finding) {
	if s.final() == nil {
		return nil
	}
	for i := range s.orders {
		order := s.order(i)
		h := s.final().history[s.taskOf(order)]
		if len(h) == 0 {
			continue // P2 has said so
		}
		want := s.outcome(order)
		if state := stateOf(h); state != want.state {
			found = append(found, finding{"P5", order, "", fmt.Sprintf("ended %v, want %v", state, want.state)})
		}
		for j, st := range s.template().Steps {
			var got []engine.Kind
			for _, r := range h {
				if int(r.Step) == j && ends(r.Kind) {
					got = append(got, r.Kind)
				}
			}
			if plan := want.steps[st.Name].ends; !slices.Equal(got, plan) {
				found = append(found, finding{"P5", order, st.Name, fmt.Sprintf("attempts ended %v, want %v", got, plan)})
			}
		}
	}
	return found
}

// ends tells whether a record is the end of an attempt.
func ends(k engine.Kind) bool {
	return k == engine.Succeeded || k == engine.Retrying || k == engine.Exhausted || k == engine.Failed
}

func stateOf(h []engine.Record) engine.TaskState {
	switch h[len(h)-1].Kind {
	case engine.Parked:
		return engine.TaskParked
	case engine.Completed:
		return engine.TaskComplete
	case engine.Errored:
		return engine.TaskError
	case engine.Cancelled:
		return engine.TaskCancelled
	}
	return engine.TaskInProgress
}

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
