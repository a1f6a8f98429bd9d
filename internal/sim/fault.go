package sim

import (
	"fmt"
	"math"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// forever is the end of a fault that nobody has ended.
const forever = event.Time(math.MaxInt64)

// Every fault of a service has a number of its own: the scenario's windows from
// 0, bursts from burstIDs + the number of their stay, faults by hand from liveIDs.
const (
	hangIDs  = 1 << 15 // the incident
	burstIDs = 1 << 16
	liveIDs  = 1 << 28
)

// faultID is what FaultBegan and FaultEnded carry in Amount.
func faultID(service, n int) int64 { return int64(service+1)<<32 | int64(n) }

// scheduleFaults puts the scenario's faults after the instant into the queue. A
// fault that is on at the instant is taken as begun.
func (w *World) scheduleFaults(after event.Time) {
	if n := w.incident; n != nil && n.begins > after {
		w.pushFault(occFaultBegin, n.begins, n.Service, hangIDs)
	}
	for i, s := range w.services {
		for n := range s.Windows {
			if from := s.Windows[n].From; from > after {
				w.pushFault(occFaultBegin, from, i, n)
			} else if to := s.Windows[n].To; to > after {
				w.pushFault(occFaultEnd, to, i, n)
			}
		}
		w.scheduleArmed(s, after)
		if s.bursts == nil {
			continue
		}
		if after >= 0 && s.bursts.bad(after) {
			stay := s.bursts.stay(after)
			w.pushFault(occFaultEnd, s.bursts.ends[stay], i, burstIDs+stay)
		} else {
			w.scheduleBurst(s, after+1)
		}
	}
}

func (w *World) pushFault(kind occKind, at event.Time, service, n int) {
	w.queue.push(occurrence{at: at, kind: kind, step: int16(service), task: int32(n), lane: event.None})
}

// scheduleBurst puts the next burst from the instant on into the queue.
func (w *World) scheduleBurst(s *service, from event.Time) {
	begin, _ := s.bursts.next(from)
	w.pushFault(occFaultBegin, begin, s.index, burstIDs+s.bursts.stay(begin))
}

// faultEvent describes fault n of a service.
func (w *World) faultEvent(kind event.Kind, service, n int) event.Event {
	s := w.services[service]
	ev := event.Event{
		Kind: kind, Strategy: event.None, Service: int16(service), Step: event.None, Effect: event.None, Amount: faultID(service, n),
	}
	if a, stay := s.armedBy(n); a != nil {
		a.describe(&ev, stay)
		return ev
	}
	switch {
	case n >= liveIDs:
		v := s.find(faultID(service, n))
		ev.Class, ev.Text = v.kind, v.text()
		if v.to != forever {
			ev.Due = v.to
		}
	case n >= burstIDs:
		ev.Class, ev.Due = "burst", s.bursts.ends[n-burstIDs]
		ev.Text = fmt.Sprintf("%s of calls refused as %s", percent(s.Burst.Rate), s.Burst.Class.Name)
	case n == hangIDs:
		ev.Class, ev.Text = event.FaultHang, w.incident.text()
	default:
		v := &s.Windows[n]
		ev.Class, ev.Due = v.Kind, v.To
		ev.Text = window{kind: v.Kind, rate: v.Rate, factor: v.LatencyFactor}.text()
	}
	return ev
}

func (w *World) faultBegins(o *occurrence) {
	service, n := int(o.step), int(o.task)
	ev := w.faultEvent(event.FaultBegan, service, n)
	w.emit(ev)
	if ev.Due > 0 && n != hangIDs { // that ends when somebody mends it
		w.pushFault(occFaultEnd, ev.Due, service, n)
	}
}

func (w *World) faultEnds(o *occurrence) {
	service, n := int(o.step), int(o.task)
	s := w.services[service]
	if a, stay := s.armedBy(n); a != nil {
		w.armedEnds(s, a, n, stay)
		return
	}
	if n >= liveIDs {
		if v := s.find(faultID(service, n)); v.over || v.to != w.now {
			return // it was cleared before
		}
		s.find(faultID(service, n)).over = true
	}
	w.emit(w.faultEvent(event.FaultEnded, service, n))
	if n >= burstIDs && n < liveIDs {
		w.scheduleBurst(s, w.now+1)
	}
}

// find is the fault by hand with the id. It must exist.
func (s *service) find(id int64) *window {
	for i := range s.live {
		if s.live[i].id == id {
			return &s.live[i]
		}
	}
	panic(fmt.Sprintf("sim: %s has no injected fault %d", s.Name, id))
}

// text is the window's knobs in words.
func (v window) text() string {
	if v.rate >= 1 {
		return "no call gets through"
	}
	t := percent(v.rate) + " of calls refused"
	if v.factor > 1 {
		t += fmt.Sprintf(", the others %g times as slow", v.factor)
	}
	return t
}

func percent(share float64) string { return fmt.Sprintf("%.4g %%", 100*share) }

// Inject begins a fault by hand right after the horizon, or does what else a line
// of the language asks for; see [ParseLive] for the words. It is durable when
// Inject returns; it acts on what happens after that.
func (w *World) Inject(term string) error {
	a, err := ParseLive(w.run, term, w.Horizon())
	if err != nil {
		return err
	}
	return w.byHand(a)
}

// Clear ends every fault that was injected by hand and is still on.
func (w *World) Clear() error { return w.byHand(Action{Kind: ActionClear, At: w.Horizon()}) }

// Redrive drives a parked task again by the operator's hand, or with task 0 all
// that are parked in the strategy.
func (w *World) Redrive(strategy int, task int32) error {
	return w.byHand(Action{Kind: ActionRedrive, At: w.Horizon(), Strategy: strategy, Task: task})
}

// byHand performs an action at the horizon and makes it durable.
func (w *World) byHand(a Action) error {
	if w.ended {
		return fmt.Errorf("the run is over")
	}
	if w.horizon < 0 {
		return fmt.Errorf("the run has not begun")
	}
	w.disk.leave()
	w.now = a.At
	if err := w.do(&a); err != nil {
		return err
	}
	w.journal = append(w.journal, a.Text(w.run))
	if a.Kind == ActionCrash || a.Kind == ActionDiskFull {
		w.stopNow(a)
		w.disk.mark = true
	}
	w.durable.claim()
	return w.flush()
}

// act performs an action of the journal at its instant.
func (w *World) act(o *occurrence) {
	// What cannot be done now (a task that is not parked) could not be done when
	// the journal was written either, and was refused then.
	_ = w.do(&w.actions[o.task])
}

// do performs an action at the present instant.
func (w *World) do(a *Action) error {
	w.dispatch() // it acts after all else at its instant
	switch a.Kind {
	case ActionInject:
		w.inject(a)
		return nil
	case ActionClear:
		w.clear()
		return nil
	case ActionRemedy:
		return w.remedy(a)
	case ActionRedrive:
		return w.redrive(a)
	case ActionClock:
		w.setClock(a.By)
	}
	return nil
}

// inject begins a fault at each of its services. Plain outages and brown-outs
// rule over bursts and plain errors with the draw of those; everything else is
// armed beside them.
func (w *World) inject(a *Action) {
	a.cause = w.cause(&a.Fault)
	for _, i := range a.Services {
		n := liveIDs + w.injected
		w.injected++
		if t := a.Fault.Terms[0]; len(a.Fault.Where) == 0 && (t.Kind == fault.Outage || t.Kind == fault.Brownout) {
			w.injectWindow(a, &t, i, n)
		} else {
			w.armByHand(a, i, n)
		}
	}
}

func (w *World) injectWindow(a *Action, t *fault.Term, service, n int) {
	s := w.services[service]
	v := window{kind: string(t.Kind), from: w.now, to: forever, rate: 1, factor: 1, id: faultID(service, n)}
	if t.Kind == fault.Brownout {
		v.rate, v.factor = t.Rate, t.Factor
	}
	if to := a.Fault.To; to > 0 {
		v.to, v.over = to, to <= w.horizon
	}
	if a.Fault.To > w.horizon {
		w.pushFault(occLiveEnd, v.to, service, n)
	}
	s.live = append(s.live, v)
	w.emit(w.faultEvent(event.FaultInjected, service, n))
}

func (w *World) clear() {
	for i, s := range w.services {
		for j := range s.live {
			v := &s.live[j]
			if v.to <= w.now {
				continue // it is over
			}
			v.over = true
			w.emit(w.faultEvent(event.FaultEnded, i, int(v.id&(1<<32-1))))
			v.to = w.now
		}
		w.disarm(s)
	}
}

// redrive drives one parked task again, or all of the strategy's.
func (w *World) redrive(a *Action) error {
	l, ok := w.lanes[a.Strategy].(*durable)
	if !ok {
		return fmt.Errorf("%s keeps no parked tasks", w.run.Strategies[a.Strategy].Name)
	}
	tasks := []int32{a.Task}
	if a.Task == 0 {
		tasks = slices.Clone(w.parked[a.Strategy])
	}
	for _, task := range tasks {
		if err := w.core.Redrive(w.engineNow(), l.id(task), "operator", "by hand"); err != nil {
			return fmt.Errorf("%s %d: %w", w.run.Noun.One, task, err)
		}
	}
	return nil
}
