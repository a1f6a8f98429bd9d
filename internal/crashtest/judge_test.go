package crashtest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// finding is one thing that the judge finds wrong.
type finding struct {
	law  string
	what string
}

func (f finding) String() string { return f.law + ": " + f.what }

// judge holds a run that was killed and resumed against the same run left alone,
// and returns all that is wrong with it.
func judge(alone, killed *evidence) []finding {
	var all []finding
	for _, law := range []struct {
		name string
		find func(alone, killed *evidence) []string
	}{
		{"nothing lost", lost},
		{"nothing doubled", doubled},
		{"durable strategies as if nothing had been", undisturbed},
		{"the others differ by their dead only", onlyTheDead},
		{"what the dead had asked for is done", lastWishes},
		{"the ledger is the tape's effects", conserved},
		{"what was seen stays", seenStays},
		{"the result tells the same", resultTells},
		{"the crashes are told truly", crashesTold},
	} {
		for _, what := range law.find(alone, killed) {
			all = append(all, finding{law.name, what})
		}
	}
	return all
}

// lost: every task arrives once in each strategy and comes to one end, or is
// parked when the run is over.
func lost(_, killed *evidence) (wrong []string) {
	arrived, ended := map[life]int{}, map[life]int{}
	for i := range killed.events {
		switch e := &killed.events[i]; {
		case e.Kind == event.TaskSubmitted:
			arrived[lifeOf(e)]++
		case isEnd(e.Kind):
			ended[lifeOf(e)]++
		}
	}
	parked := stand(killed.events).parked
	for s := range killed.run.Strategies {
		for task := range killed.run.Tasks {
			l := life{int8(s), int32(task + 1)}
			if a, e := arrived[l], ended[l]; a != 1 || (e != 1 && !parked[l]) {
				wrong = append(wrong, fmt.Sprintf("%s %d: arrived %d times, ended %d times", killed.run.Strategies[s].Name, l.task, a, e))
			}
		}
	}
	return wrong
}

// doubled: a service does for a strategy that sends keys what a key asks for at
// most once.
func doubled(_, killed *evidence) (wrong []string) {
	made := map[callID]int{}
	for i := range killed.rows {
		if r := &killed.rows[i]; killed.run.Strategies[r.Strategy].Keyed {
			key := callOf(r)
			key.attempt = 0
			if made[key]++; made[key] == 2 {
				wrong = append(wrong, fmt.Sprintf("%s of task %d again at %s", killed.run.Effects[r.Effect].Name, r.Task, r.At.Duration()))
			}
		}
	}
	return wrong
}

// undisturbed: a durable strategy says event for event what it says when the
// process is left alone, and so do the faults. So it ends in the same state.
func undisturbed(alone, killed *evidence) (wrong []string) {
	// A run whose last task died ends earlier, and its faults with it.
	both := min(alone.events[len(alone.events)-1].At, killed.events[len(killed.events)-1].At)
	for s := -1; s < len(killed.run.Strategies); s++ {
		if s >= 0 && !durable(killed.run, int8(s)) {
			continue
		}
		of := func(e *event.Event) bool {
			return e.Strategy == int8(s) && e.Kind != event.ProcessDied && (s >= 0 || e.At < both)
		}
		if diff := differ(killed.run, pick(alone.events, of), pick(killed.events, of)); diff != "" {
			wrong = append(wrong, diff)
		}
	}
	return wrong
}

// onlyTheDead: a strategy without the engine says the same of every task that
// did not die with the process, and of those that did up to their death.
func onlyTheDead(alone, killed *evidence) (wrong []string) {
	before, after := byLife(alone), byLife(killed)
	for _, l := range lives(killed.run) {
		want, got := before[l], after[l]
		if at := slices.IndexFunc(got, func(e event.Event) bool { return died(&e) }); at >= 0 {
			want = until(want, got[at].At)
			got = append(until(got[:at], got[at].At), extra(before[l], got[at+1:])...)
		}
		if diff := differ(killed.run, want, got); diff != "" {
			wrong = append(wrong, diff)
		}
	}
	return wrong
}

// extra is what a task did after its death that it does not do when left alone.
func extra(alive, after []event.Event) []event.Event {
	return pick(after, func(e *event.Event) bool { return e.Kind != event.EffectMade || !slices.Contains(alive, *e) })
}

// lastWishes: a call that was out when its caller died reaches its service.
func lastWishes(alone, killed *evidence) (wrong []string) {
	before, after := byLife(alone), byLife(killed)
	for _, l := range lives(killed.run) {
		at := slices.IndexFunc(after[l], func(e event.Event) bool { return died(&e) })
		if at < 0 {
			continue
		}
		asked := map[callID]bool{}
		for _, e := range after[l][:at] {
			asked[callOf(&e)] = asked[callOf(&e)] || e.Kind == event.StepStarted
		}
		for _, e := range before[l] {
			if e.Kind == event.EffectMade && asked[callOf(&e)] && !slices.Contains(after[l], e) {
				wrong = append(wrong, "missing "+line(killed.run, &e))
			}
		}
	}
	return wrong
}

// conserved: the ledger holds what the tape says that services did, no row more
// and no row less.
func conserved(_, killed *evidence) (wrong []string) {
	made := pick(killed.events, func(e *event.Event) bool { return e.Kind == event.EffectMade })
	rows := slices.Clone(killed.rows)
	for i := range rows {
		rows[i].Text = "" // the key
	}
	slices.SortFunc(made, byCall)
	slices.SortFunc(rows, byCall)
	if diff := differ(killed.run, made, rows); diff != "" {
		wrong = append(wrong, diff)
	}
	return wrong
}

// seenStays: what a process had published before it was killed is the beginning
// of the tape that the run ends with.
func seenStays(_, killed *evidence) (wrong []string) {
	for i, seen := range killed.seen {
		if !bytes.HasPrefix(killed.tape, seen) {
			wrong = append(wrong, fmt.Sprintf("of the %d bytes that process %d had published", len(seen), i+1))
		}
	}
	return wrong
}

// resultTells: the counts of the result are those of the tape and the ledger.
func resultTells(_, killed *evidence) (wrong []string) {
	r := &killed.result
	if !r.Complete || r.Invariants.Violations > 0 || r.Invariants.Checked == 0 {
		wrong = append(wrong, fmt.Sprintf("complete %t, %d of %d invariants violated, first: %s", r.Complete, r.Invariants.Violations, r.Invariants.Checked, r.Invariants.First))
	}
	for s, st := range killed.run.Strategies {
		told := r.Strategies[st.Name]
		ends := map[event.Kind]int{}
		for i := range killed.events {
			if e := &killed.events[i]; e.Strategy == int8(s) {
				ends[e.Kind]++
			}
		}
		for k := event.TaskSubmitted; k <= event.TaskRejected; k++ {
			name := strings.TrimPrefix(k.String(), "task.")
			if told.Tasks[name] != ends[k] {
				wrong = append(wrong, fmt.Sprintf("%s: %d %s, on the tape %d", st.Name, told.Tasks[name], name, ends[k]))
			}
		}
		for i, e := range killed.run.Effects {
			n := len(pick(killed.rows, func(r *event.Event) bool { return r.Strategy == int8(s) && r.Effect == int16(i) }))
			if told.Effects[e.Many] != n {
				wrong = append(wrong, fmt.Sprintf("%s: %d %s, in the ledger %d", st.Name, told.Effects[e.Many], e.Many, n))
			}
		}
	}
	return wrong
}

// crashesTold: the tape, the result and the directory as it was found after the
// last kill agree about the crashes.
func crashesTold(_, killed *evidence) (wrong []string) {
	told := killed.result.Crashes
	var deaths []event.Event
	for i := range killed.events {
		e := &killed.events[i]
		if e.Kind != event.ProcessDied {
			continue
		}
		if n := stand(killed.events[:i]).running(); e.Amount != int64(n) {
			wrong = append(wrong, fmt.Sprintf("%d in flight at %s, on the tape %d", e.Amount, e.At.Duration(), n))
		}
		if k := len(deaths); k < len(told) && (told[k].AtMS != e.At.Millis() || told[k].InFlight != int(e.Amount)) {
			wrong = append(wrong, fmt.Sprintf("crash %d in the result %+v, on the tape %s", k+1, told[k], line(killed.run, e)))
		}
		deaths = append(deaths, *e)
	}
	if len(told) != len(deaths) || len(told) > len(killed.kills) {
		wrong = append(wrong, fmt.Sprintf("%d crashes in the result, %d on the tape, %d kills", len(told), len(deaths), len(killed.kills)))
	}
	if n := len(killed.kills); n > 0 && len(told) > 0 {
		last, k := told[len(told)-1], killed.kills[n-1]
		if last.AtMS != k.until.Millis() || last.InFlight != k.inFlight || last.Repeated != k.calls || last.Met != k.done+k.ahead {
			wrong = append(wrong, fmt.Sprintf("the result says of the last kill %+v, the directory said %+v", last, k))
		}
	}
	return wrong
}

// pick is the events that fit.
func pick(events []event.Event, fits func(*event.Event) bool) []event.Event {
	var some []event.Event
	for i := range events {
		if fits(&events[i]) {
			some = append(some, events[i])
		}
	}
	return some
}

// until is the events up to and with an instant.
func until(events []event.Event, at event.Time) []event.Event {
	return pick(events, func(e *event.Event) bool { return e.At <= at })
}

// byLife sorts the events of tasks by the task's life.
func byLife(e *evidence) map[life][]event.Event {
	all := map[life][]event.Event{}
	for _, ev := range e.events {
		if ev.Task > 0 {
			all[lifeOf(&ev)] = append(all[lifeOf(&ev)], ev)
		}
	}
	return all
}

// lives are all tasks of the strategies that do not outlive a process, in order.
func lives(run *event.Run) (all []life) {
	for s := range run.Strategies {
		for task := range run.Tasks {
			if !run.Strategies[s].Durable {
				all = append(all, life{int8(s), int32(task + 1)})
			}
		}
	}
	return all
}

// byCall orders effects by instant, then by the call that made them.
func byCall(a, b event.Event) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Strategy, b.Strategy), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Attempt, b.Attempt))
}

// differ describes the first difference between two lists of events, if any.
func differ(run *event.Run, want, got []event.Event) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(want):
			return "too much: " + line(run, &got[i])
		case i >= len(got):
			return "missing: " + line(run, &want[i])
		case want[i] != got[i]:
			return "got " + line(run, &got[i]) + "instead of " + line(run, &want[i])
		}
	}
	return ""
}

// line is the event as on a tape.
func line(run *event.Run, e *event.Event) string { return string(event.NewEncoder(run).Append(nil, e)) }
