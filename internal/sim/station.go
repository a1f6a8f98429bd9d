package sim

import (
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
	"tasker-sim/internal/scenario"
)

// A service with a limited number of servers works on so many calls at once and
// lets the others wait in line. How long that takes follows from the calls that a
// strategy makes: each strategy has servers and a line of its own.
//
// Whom a server takes next is decided at the end of an instant, when everything
// else at it has happened: so it does not matter in which order calls come and
// servers become free within one, and a world that was rebuilt after a crash
// decides the same. Nothing is stored: [World.refill] makes lines of StepStarted
// and WorkBegan events.

// stations are the servers and lines of all strategies.
type stations struct {
	services int
	all      []station // lane·services + service
	stirred  bool      // a server or a place in line changed at this instant
	// awaited are the calls of strategies without the engine that run into their
	// timeout unless an answer comes first.
	awaited map[callID]bool
}

// station is the servers of one service for one strategy, and the line before them.
type station struct {
	servers int // 0: any number
	line    []job
	working []job // unordered
	stirred bool
}

// job is a call in line or being worked on.
type job struct {
	id    callID
	began event.Time // when the call began
	until event.Time // when its caller stops waiting; 0: never
	out   outcome    // what it comes to, apart from the time
	gone  bool       // its caller died with its process
	shift            // of a call being worked on
}

func newStations(lanes int, services []*service) stations {
	s := stations{services: len(services), all: make([]station, lanes*len(services)), awaited: map[callID]bool{}}
	for i := range s.all {
		s.all[i].servers = services[i%len(services)].Servers
	}
	return s
}

func (w *World) station(lane int8, service int) *station {
	return &w.stations.all[int(lane)*w.stations.services+service]
}

// queues tells whether a call that comes to out waits for a server: what a
// service refuses, or never hears of, takes none.
func (st *step) queues(out outcome) bool { return st.service.Servers > 0 && out.worked }

// enter puts a call into the line.
func (w *World) enter(j job) {
	q := w.station(j.id.lane, w.steps[j.id.step].Service)
	q.line = append(q.line, j)
	w.stir(q)
}

func (w *World) stir(q *station) { q.stirred, w.stations.stirred = true, true }

// leave frees the server of a call that was worked on.
func (w *World) leave(o *occurrence) {
	q := w.station(o.lane, w.steps[o.step].Service)
	id := callID{o.lane, o.task, o.step, o.attempt}
	if i := slices.IndexFunc(q.working, func(j job) bool { return j.id == id }); i >= 0 {
		last := len(q.working) - 1
		q.working[i] = q.working[last]
		q.working = q.working[:last]
		w.stir(q)
	}
}

// dispatch lets free servers take calls out of their lines, at the end of an
// instant. A service that is told deadlines drops what it cannot finish in time as
// a rule (in its median time): were it only to drop what is too late already, an
// overloaded one would work at calls that have a moment left, and on all in vain.
func (w *World) dispatch() {
	if !w.stations.stirred {
		return
	}
	w.stations.stirred = false
	for i := range w.stations.all {
		q := &w.stations.all[i]
		if !q.stirred {
			continue
		}
		q.stirred = false
		lane, s := int8(i/w.stations.services), w.services[i%w.stations.services]
		for len(q.working) < q.servers && len(q.line) > 0 {
			j := q.take(s.Queue.LIFO || w.has(lane, remedyLIFO))
			if j.until > 0 && w.now+s.Latency.Median > j.until && w.has(lane, remedyDeadlines) {
				w.drop(&j, event.ClassExpired)
				continue
			}
			w.work(q, s, j)
		}
		w.shed(q, lane, s)
	}
}

// take removes the call that is served next from the line.
func (q *station) take(newest bool) job {
	i := 0
	if newest {
		i = len(q.line) - 1
	}
	j := q.line[i]
	q.remove(i)
	return j
}

func (q *station) remove(i int) {
	if i == 0 { // without moving the others
		q.line = q.line[1:]
		return
	}
	q.line = slices.Delete(q.line, i, i+1)
}

// work begins to work on a call.
func (w *World) work(q *station, s *service, j job) {
	j.from, j.took = w.now, s.slowed(s.workTime(w.steps[j.id.step].where, int(j.id.task), int(j.id.attempt)), w.now)
	j.done = w.through(s, j.id, j.from, j.took)
	ev := w.workEvent(event.WorkBegan, &j)
	ev.Amount = int64(len(q.line))
	if j.done != forever {
		ev.Due = j.done
	}
	late := j.until > 0 && j.done > j.until
	if j.gone || late {
		ev.Class = event.ClassLate
	}
	w.emit(ev)
	q.working = append(q.working, j)
	w.finishAt(&j, late)
}

// finishAt schedules the end of the work on a call, if it has one.
func (w *World) finishAt(j *job, late bool) {
	if j.done == forever {
		return
	}
	o := occurrence{
		at: j.done, began: j.began, lane: j.id.lane, task: j.id.task, step: j.id.step, attempt: j.id.attempt,
		class: j.out.class, effect: j.out.effect, kind: occReply, served: true,
	}
	if late || j.gone || !j.out.reply {
		o.kind = occEffect
	}
	w.queue.push(o)
}

func (w *World) workEvent(kind event.Kind, j *job) event.Event {
	return event.Event{
		Kind: kind, Strategy: j.id.lane, Task: j.id.task, Step: j.id.step, Service: int16(w.steps[j.id.step].Service),
		Attempt: j.id.attempt, Effect: event.None, Dur: w.now - j.began,
	}
}

// drop takes a call out of the line undone; its caller hears nothing of it.
func (w *World) drop(j *job, why string) {
	ev := w.workEvent(event.WorkDropped, j)
	ev.Class = why
	w.emit(ev)
}

// shed refuses the calls for which the line has no place.
func (w *World) shed(q *station, lane int8, s *service) {
	limit := s.Queue.Limit
	if n := s.Queue.Shed; n > 0 && w.has(lane, remedyShedding) && (limit == 0 || n < limit) {
		limit = n
	}
	if limit == 0 {
		return
	}
	for len(q.line) > limit {
		i := len(q.line) - 1
		if s.Queue.DropOldest {
			i = 0
		}
		j := q.line[i]
		q.remove(i)
		w.drop(&j, s.refusals[s.fullClass].Name)
		w.refuse(&j, s, w.now)
	}
}

// refuse lets the caller of a call know for which there was no place at the instant.
func (w *World) refuse(j *job, s *service, from event.Time) {
	at := from + s.refusals[s.fullClass].Latency
	if at > w.horizon && !j.gone && (j.until == 0 || at <= j.until) {
		w.queue.push(occurrence{
			at: at, began: j.began, lane: j.id.lane, task: j.id.task, step: j.id.step, attempt: j.id.attempt, class: s.fullClass, kind: occReply,
		})
	}
}

// workTime is how long the service works on the attempt if nothing slows it down.
func (s *service) workTime(where uint64, task, attempt int) event.Time {
	u := s.dice.draw(drawLatency, where, task, attempt)
	switch s.Latency.Kind {
	case scenario.Memoryless:
		return exponential(s.Latency.Mean, u)
	case scenario.Constant:
		return s.Latency.Mean
	}
	return logNormal(s.Latency.Median, s.Latency.P99, u)
}

// slowed is how long work takes that begins at the instant and would take that
// long if nothing slowed it down: windows and faults that make everything slower
// act on what a server does in their time, not on when it was asked to.
func (s *service) slowed(took, at event.Time) event.Time {
	_, _, factor := s.weather(at)
	m := meeting{s: s, at: at, factor: factor}
	for _, a := range s.armed {
		t := &a.Terms[0]
		switch {
		case !a.on(at) || len(a.Where) > 0 || t.Count > 0 || t.Share < 1:
		case t.Kind == fault.Latency:
			m.slow(a, t)
		case t.Kind == fault.Brownout:
			m.factor *= t.Factor
		}
	}
	return max(1, m.stretch(took))
}

// await notes that the caller of a call will run into its timeout unless an answer
// comes first.
func (w *World) await(lane int8, task int32, step, attempt int16) {
	if w.steps[step].service.Servers > 0 {
		w.stations.awaited[callID{lane, task, step, attempt}] = true
	}
}

// awaits tells whether the caller still waits for the answer that comes, or does
// not come, with the occurrence; it stops waiting now.
func (w *World) awaits(o *occurrence) bool {
	if w.steps[o.step].service.Servers == 0 {
		return o.kind == occTimeout
	}
	id := callID{o.lane, o.task, o.step, o.attempt}
	was := w.stations.awaited[id]
	delete(w.stations.awaited, id)
	return was
}

// refill makes the lines and the work under way again of the events of the past.
// The callers that died with their process are gone.
func (w *World) refill(events []event.Event) {
	for i := range events {
		switch e := &events[i]; e.Kind {
		case event.StepStarted, event.UndoStarted:
			w.reenter(e)
		case event.WorkBegan, event.WorkDropped:
			q := w.station(e.Strategy, int(e.Service))
			id := callID{e.Strategy, e.Task, e.Step, e.Attempt}
			at := slices.IndexFunc(q.line, func(j job) bool { return j.id == id })
			j := q.line[at]
			q.remove(at)
			if e.Kind == event.WorkBegan {
				w.workAgain(q, j, e)
			} else if e.Kind == event.WorkDropped && e.Class != event.ClassExpired {
				w.refuse(&j, w.services[e.Service], e.At)
			}
		}
	}
	for i := range w.stations.all {
		w.stir(&w.stations.all[i])
	}
}

// reenter puts a call of the past into the line, if it stood in it.
func (w *World) reenter(e *event.Event) {
	st := &w.steps[e.Step]
	if st.service.Servers == 0 {
		return
	}
	id := callID{e.Strategy, e.Task, e.Step, e.Attempt}
	out := w.outcome(id, e.At)
	if !st.queues(out) {
		return
	}
	q := w.station(id.lane, st.Service)
	_, plain := w.lanes[id.lane].(*straight)
	q.line = append(q.line, job{id: id, began: e.At, until: w.patience(id.lane, id.task, id.step, e.At), out: out, gone: plain})
}

// queued tells whether the call of a row of the ledger is in line or being worked
// on: its effect is still to come by itself.
func (w *World) queued(row *event.Event) bool {
	q := w.station(row.Strategy, w.steps[row.Step].Service)
	is := func(j job) bool { return j.id == callID{row.Strategy, row.Task, row.Step, row.Attempt} }
	return slices.ContainsFunc(q.line, is) || slices.ContainsFunc(q.working, is)
}
