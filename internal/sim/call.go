package sim

import "tasker-sim/internal/event"

// call starts an attempt at the step's service and schedules what comes of it.
// It returns false if no answer will arrive within the step's timeout.
func (w *World) call(lane int8, task int32, stepIndex, attempt int16, at event.Time) bool {
	id := callID{lane, task, stepIndex, attempt}
	out, until := w.outcome(id, at), w.patience(lane, task, stepIndex, at)
	if w.steps[stepIndex].queues(out) {
		if !w.buckets.again { // else it is in line, or being worked on
			w.enter(job{id: id, began: at, until: until, out: out})
		}
		return false
	}
	out, last := w.batched(id, at, out)
	if last > 0 {
		until = w.patience(lane, task, stepIndex, last)
	}
	o := occurrence{at: at + out.latency, began: at, lane: lane, task: task, step: stepIndex, attempt: attempt, class: out.class, kind: occReply, effect: out.effect}
	inTime := out.reply && (until == 0 || o.at <= until)
	if !inTime {
		o.kind = occEffect
		if !out.effect {
			return false
		}
	}
	// A world that goes on after a crash makes calls again that began before it;
	// what was over by then is not to happen twice.
	if o.at > w.horizon {
		w.queue.push(o)
	}
	w.redeliver(o, out)
	return inTime
}

// comesOut lets a call come to what it comes to, by its occurrence: an effect, a
// reply or both.
func (w *World) comesOut(o *occurrence) {
	if o.served && !w.finished(o) {
		return // a stall has moved it
	}
	if o.effect || o.kind == occEffect && !o.served {
		w.works(o)
	}
	if o.served {
		w.leave(o)
	}
	if o.kind == occReply {
		w.lanes[o.lane].replied(o)
	}
}
