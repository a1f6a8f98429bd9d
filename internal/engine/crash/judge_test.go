package crash

import (
	"fmt"
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
			if f[0] == "saved" {
				found = append(found, l.unsaved(f[1], f[2])...)
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

// unsaved: a checkpoint that was acknowledged is in the store.
func (l *life) unsaved(task, done string) []finding {
	id, _ := strconv.ParseUint(task, 10, 64) // 0 is no task either
	n, _ := strconv.ParseInt(done, 10, 64)
	if l.left == nil || slices.ContainsFunc(l.left.history[engine.TaskID(id)], func(r engine.Record) bool {
		return r.Kind == engine.Checkpointed && r.Count == n
	}) {
		return nil
	}
	return []finding{{"P1", "task " + task, "", "checkpoint " + done + " is not in the store"}}
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

// names are the steps that the records of a task are about: "charge", and
// "charge/undo" once the task is given up.
func (s *story) names(h []engine.Record) []string {
	names, given := make([]string, len(h)), ""
	for i, r := range h {
		if r.Kind == engine.Compensating {
			given = "/undo"
		}
		if r.Step != engine.None {
			names[i] = s.stepName(r.Step) + given
		}
	}
	return names
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
		for _, name := range sorted(want.steps) {
			at := place{s.taskOf(order), name}
			if n, planned := done[at], want.steps[name].effects; at.task != 0 && n != planned {
				found = append(found, finding{"P3", order, name, fmt.Sprintf("%d effects, want %d", n, planned)})
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
			for k, name := range s.names(h) {
				if h[k].Kind == engine.Succeeded || h[k].Kind == engine.Undone {
					complete[i+1][place{id, name}] = true
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
		names := s.names(h)
		for _, step := range sorted(want.steps) {
			var got []engine.Kind
			for k, name := range names {
				if name == step && ends(h[k].Kind) {
					got = append(got, h[k].Kind)
				}
			}
			if plan := want.steps[step].ends; !slices.Equal(got, plan) {
				found = append(found, finding{"P5", order, step, fmt.Sprintf("attempts ended %v, want %v", got, plan)})
			}
		}
	}
	return found
}

// ends tells whether a record is the end of an attempt.
func ends(k engine.Kind) bool {
	return k == engine.Succeeded || k == engine.Undone || k == engine.Retrying || k == engine.Exhausted || k == engine.Failed
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
