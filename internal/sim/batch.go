package sim

import (
	"fmt"
	"strconv"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// A step may work through its rows in batches. After each batch its progress is
// told; on the engine it is kept, so that the next attempt, whatever ended this
// one, goes on from there. Elsewhere it is gone with the attempt.
//
// Rows are done at an even pace over the time that the whole step would take. What
// is kept is a fold of StepProgress events.

// stepOf is a step of a task of a strategy.
type stepOf struct {
	lane int8
	task int32
	step int16
}

// progress is how far the attempts of a step have come.
type progress struct {
	attempt    int16
	base, done int64 // rows: when the attempt began, and now
}

// batched lets a call work in batches: what is kept need not be done again, and
// what it gets done on the way is told. last is when it tells so for the last time
// before its end, 0 if it does not.
func (w *World) batched(id callID, at event.Time, out outcome) (_ outcome, last event.Time) {
	st := &w.steps[id.step]
	if st.Batches == nil || !out.reply && !out.effect {
		return out, 0 // a call that hangs gets nothing done
	}
	rows, size := w.figures.of(id.task).rows[id.step], int64(st.Batches.Size)
	base := w.kept(id)
	whole := out.latency
	if out.class != answered && !out.effect {
		whole = st.service.workTime(st.where, int(id.task), int(id.attempt))
	} else {
		out.latency = round(float64(whole) * float64(rows-base) / float64(rows))
	}
	w.tellKept(id, base, rows)
	durable, heard := w.run.Strategies[id.lane].Durable, at
	for n := (base/size + 1) * size; n < rows; n += size {
		t := at + round(float64(whole)*float64(n-base)/float64(rows))
		if t >= at+out.latency || st.Timeout > 0 && t > heard+st.Timeout {
			break
		}
		if durable {
			heard, last = t, t // a sign of life: the timeout begins again
		}
		if t > w.horizon {
			w.queue.push(occurrence{at: t, began: at, lane: id.lane, task: id.task, step: id.step, attempt: id.attempt, class: int16(n / size), kind: occProgress})
		}
	}
	return out, last
}

// kept is how many rows the call need not do again.
func (w *World) kept(id callID) int64 {
	p := w.progress[stepOf{id.lane, id.task, id.step}]
	switch {
	case !w.run.Strategies[id.lane].Durable:
		return 0
	case p.attempt == id.attempt:
		return p.base
	}
	return p.done
}

// tellKept says that an attempt goes on where another stopped. A call that is made
// again after a crash has said so before.
func (w *World) tellKept(id callID, base, rows int64) {
	if base > 0 && !w.buckets.again {
		ev := w.progressEvent(id, base, rows)
		ev.Class = event.ClassResumed
		w.emit(ev)
	}
}

func (w *World) progressEvent(id callID, done, rows int64) event.Event {
	return event.Event{
		Kind: event.StepProgress, Strategy: id.lane, Task: id.task, Step: id.step, Service: int16(w.steps[id.step].Service),
		Attempt: id.attempt, Effect: event.None, Amount: done, Text: ofRows(rows),
	}
}

func ofRows(rows int64) string { return "of " + strconv.FormatInt(rows, 10) }

// progressed tells that a batch is done, and keeps it on the engine.
func (w *World) progressed(o *occurrence) {
	id := callID{o.lane, o.task, o.step, o.attempt}
	done, rows := int64(o.class)*int64(w.steps[o.step].Batches.Size), w.figures.of(o.task).rows[o.step]
	l, ok := w.lanes[o.lane].(*durable)
	if !ok {
		w.emit(w.progressEvent(id, done, rows))
		return
	}
	for _, a := range l.all.flying[l.id(o.task)] {
		if int16(l.all.first(int(a.Template))+int(a.Step)) != o.step || int16(a.N) != o.attempt {
			continue
		}
		if err := w.core.Checkpoint(engine.Time(w.now), a, engine.Checkpoint{Done: done, Total: rows}); err != nil {
			panic(fmt.Sprintf("sim: engine refused the progress of %s: %v", a.Key(), err))
		}
	}
}

// noteProgress folds an event into what is kept.
func (w *World) noteProgress(e *event.Event) {
	k := stepOf{e.Strategy, e.Task, e.Step}
	switch e.Kind {
	case event.StepProgress:
		p := w.progress[k]
		if p.attempt != e.Attempt {
			p = progress{attempt: e.Attempt, base: p.done, done: p.done}
		}
		p.done = e.Amount
		w.progress[k] = p
	case event.StepSucceeded:
		if len(w.progress) > 0 {
			delete(w.progress, k)
		}
	}
}
