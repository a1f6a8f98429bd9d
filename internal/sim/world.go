package sim

import (
	"errors"
	"fmt"
	"io"
	"math"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/responder"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/vault"
)

// Options are what makes a run beside its scenario.
type Options struct {
	// Seed decides every draw.
	Seed uint64
	// Journal are faults and actions given beforehand, see [ParseAction].
	Journal []string
	// Window is how much virtual time the world may run ahead of the disk; 0
	// makes every instant durable before the next.
	Window event.Time
	// Store keeps the engine's records and the run's events. nil: in memory, for
	// runs that are not kept.
	Store engine.Store
	// Ledger keeps the effects. nil: they are not kept.
	Ledger Ledger
	// Papers takes what is apart from both, and Vault has the keys of what is sealed
	// in the store. nil: nothing is left, keys are made up.
	Papers Papers
	Vault  *vault.Vault
	// Past and Rows are what [ReadPast] and [OpenLedger] found when a run goes on
	// after a crash; Past nil: the run is new.
	Past *Past
	Rows []event.Event

	planting
}

// World is a live run. It is a [event.Source], an [event.Injector] and an
// [event.Detailer]. It is owned by one goroutine, starts none and has no clock.
type World struct {
	sc       *scenario.Scenario
	run      *event.Run
	dice     dice
	window   event.Time
	arrivals []event.Time
	services []*service
	steps    []step
	payloads *payloads
	figures  *figures
	details  *Details
	buckets  buckets
	registry []*registry // by lane; nil: the run has no releases
	strays   map[taskID]stray
	children map[callID]*child // work that was handed over and is not done
	shelves  shelves
	stations stations
	switches []scenario.Strategy // by lane: with the mechanisms that are on now
	queue    queue
	lanes    []lane
	core     *engine.Core
	durable  *durables
	ledger   Ledger
	book     book
	disk     disk
	guards   *guards
	trails   *trails

	now      event.Time         // instant of the occurrence being performed
	horizon  event.Time         // everything up to here has happened
	causes   map[string]int     // faults of the language so far, by services and name
	recalled map[callID]outcome // of calls before a crash, where faults remember calls
	arrived  int                // tasks that have arrived
	settled  []uint8            // by task: strategies in which it ended
	parked   [][]int32          // by lane: tasks that are parked now, sorted
	called   map[taskID]int     // how often somebody was called for a task
	injected int                // faults injected so far
	actions  []Action           // of the journal, by instant
	journal  []string           // lines of what people did, given beforehand or live
	ended    bool
	skew     skew                  // of the engine's clock
	stops    []*Action             // crashes and full disks to come, by instant
	resumed  bool                  // this process goes on where another was killed
	failure  error                 // of the ledger, kept until the next flush
	ends     map[string]event.Kind // see endings
	incident *incident             // nil: none
	desks    []*responder.Desk     // by lane; none if nobody watches
	planting
	progress    map[stepOf]progress // of steps that work in batches
	subscribers []subscriber
}

// step is a step of the scenario with what a call of it needs.
type step struct {
	*scenario.Step
	where   uint64 // hash of its name: the key of its draws
	service *service
	answers []answer

	conflict              int16 // of Step.Conflict: its place among the service's refusals
	checkClass, takeClass int16 // of Step.Checks and Step.Takes: the same
}

// lane is one strategy at work: it is told what happens and says so in events.
type lane interface {
	// submit starts the task's workflow.
	submit(task int32)
	// replied delivers the answer of a call that was still waited for.
	replied(o *occurrence)
	// woke delivers an occTimeout, occRetry or occCall that the lane asked for.
	woke(o *occurrence)
}

// New makes the world of a run. With a past, the world goes on where the earlier
// process's last durable window ended; the first Advance then yields the events
// of the past as well. Store and Past must belong together.
func New(sc *scenario.Scenario, opts Options) (w *World, err error) {
	w = &World{
		sc: sc, run: Describe(sc, opts), dice: dice{opts.Seed}, window: opts.Window,
		arrivals: arrivals(sc.Load, dice{opts.Seed}), ledger: opts.Ledger, horizon: -1,
	}
	sc = w.plant(opts)
	if w.ledger == nil {
		w.ledger = noLedger{}
	}
	if opts.Store == nil {
		opts.Store = engine.Discard{}
	}
	w.payloads = newPayloads(sc, w.dice)
	w.figures = newFigures(w.payloads)
	w.details = NewDetails(sc, opts.Seed)
	w.ends, w.progress = endings(sc), map[stepOf]progress{}
	w.subscribe()
	w.book = newBook(w.run)
	w.parked, w.called = make([][]int32, len(w.run.Strategies)), map[taskID]int{}
	w.disk = newDisk(w.run, opts.Store)
	w.shelves = newShelves(sc)
	w.buckets = newBuckets(len(w.run.Strategies), len(sc.Services))
	w.openRegistries()
	w.strays, w.children = map[taskID]stray{}, map[callID]*child{}
	w.switches = ownSwitches(sc)
	for i := range sc.Services {
		w.services = append(w.services, newService(i, &sc.Services[i], w.dice))
		w.services[i].planting = w.planting
	}
	w.armScenario()
	w.openRefusals()
	for i := range sc.Workflows {
		for j := range sc.Workflows[i].Steps {
			s := &sc.Workflows[i].Steps[j]
			st := step{Step: s, where: word(s.Name), service: w.services[s.Service]}
			st.script()
			w.book.natural[len(w.steps)] = st.Conflict != nil
			st.shelve()
			w.steps = append(w.steps, st)
		}
	}
	w.openDesks()
	w.trails = newTrails(w)
	if w.guards, err = newGuards(w, opts); err != nil {
		return nil, err
	}
	w.stations = newStations(len(w.run.Strategies), w.services)
	if err := w.openLanes(opts); err != nil {
		return nil, err
	}
	return w, w.restore(opts)
}

// openLanes makes one lane per strategy and the engine that the durable ones share.
func (w *World) openLanes(opts Options) error {
	w.durable = newDurables(w)
	for i := range w.sc.Strategies {
		st := &w.sc.Strategies[i]
		if st.Engine {
			w.lanes = append(w.lanes, w.durable.add(i, st))
		} else {
			w.lanes = append(w.lanes, &straight{w: w, lane: int8(i), strategy: st, rounds: map[int32]*effort{}, client: newClient(w, st)})
		}
	}
	core, err := engine.New(w.durable.config(opts.Store))
	if err != nil {
		return err
	}
	w.core = core
	return nil
}

// Run describes the run.
func (w *World) Run() *event.Run { return w.run }

// Horizon is the instant up to which everything has happened.
func (w *World) Horizon() event.Time { return max(0, w.horizon) }

// Ended tells whether the run is over.
func (w *World) Ended() bool { return w.ended }

// Advance lets the world live until the horizon and returns what happened, once
// it is durable. It stops at the end of the run with [io.EOF]. After any other
// error the world is to be thrown away; what it returned before stays true.
func (w *World) Advance(until event.Time) (evs []event.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			pe, ok := r.(payloadError)
			if !ok {
				panic(r)
			}
			evs, err = w.disk.yield(), pe.error
		}
	}()
	w.disk.recycle()
	err = w.stop()
	for err == nil && w.horizon < until && !w.ended {
		w.live(w.bound(w.windowEnd(until)))
		if err = w.flush(); err == nil {
			err = w.stop()
		}
	}
	if err != nil {
		return w.disk.yield(), err
	}
	if w.ended {
		return w.disk.yield(), io.EOF
	}
	return w.disk.yield(), nil
}

// windowEnd is how far the world may go before its next flush.
func (w *World) windowEnd(until event.Time) event.Time {
	if w.window > 0 {
		if until-max(0, w.horizon) <= w.window {
			return until
		}
		return max(0, w.horizon) + w.window
	}
	at, ok := w.peek()
	if !ok {
		return until
	}
	return min(until, at)
}

// live performs everything up to and including the instant limit.
func (w *World) live(limit event.Time) {
	for {
		at, ok := w.peek()
		if w.stations.stirred && (!ok || at > w.now) { // nothing more happens at this instant
			if w.dispatch(); w.over() {
				w.end()
				return
			}
			continue
		}
		if !ok || at > limit {
			break
		}
		w.now = at
		w.performNext()
		w.durable.claim()
		if w.over() {
			w.end()
			return
		}
	}
	w.horizon = limit
}

// peek is the instant of whatever happens next.
func (w *World) peek() (event.Time, bool) {
	at, ok := event.Time(math.MaxInt64), false
	if len(w.queue.heap) > 0 {
		at, ok = w.queue.heap[0].at, true
	}
	if t, due := w.core.Next(); due && w.worldTime(t) < at {
		at, ok = max(w.now, w.worldTime(t)), true
	}
	return at, ok
}

// performNext performs one occurrence, or fires the engine's timers if they are
// due strictly earlier: an answer that arrives at the deadline counts.
func (w *World) performNext() {
	if len(w.queue.heap) > 0 && w.queue.heap[0].at == w.now {
		o := w.queue.pop()
		w.perform(&o)
		return
	}
	w.core.Tick(w.engineNow())
}

func (w *World) perform(o *occurrence) {
	switch o.kind {
	case occFaultBegin:
		w.faultBegins(o)
	case occFaultEnd, occLiveEnd:
		w.faultEnds(o)
	case occRelease:
		w.released(o)
	case occChild:
		w.childGoesOn(o)
	case occArrival:
		w.arrive()
	case occEffect, occReply:
		w.comesOut(o)
	case occTimeout, occRetry, occCall:
		w.lanes[o.lane].woke(o)
	case occProgress:
		w.progressed(o)
	case occAction:
		w.act(o)
	case occWatch:
		w.respond(int(o.lane))
	default:
		panic(fmt.Sprintf("sim: unknown occurrence %d", o.kind))
	}
}

// arrive submits the next task in every strategy and schedules the one after.
func (w *World) arrive() {
	w.arrived++
	task := int32(w.arrived)
	for i, l := range w.lanes {
		w.route(int8(i), task)
		l.submit(task)
		w.emitStray(int8(i), task)
	}
	w.guards.tag(task)
	w.scheduleArrival()
}

func (w *World) scheduleArrival() {
	if w.arrived < len(w.arrivals) {
		w.queue.push(occurrence{at: w.arrivals[w.arrived], kind: occArrival, task: int32(w.arrived + 1), lane: event.None})
	}
}

// over tells that nothing will happen any more but scheduled faults.
func (w *World) over() bool {
	if w.arrived < len(w.arrivals) || !w.queue.idle() || w.stations.stirred {
		return false
	}
	_, due := w.core.Next()
	return !due
}

func (w *World) end() {
	w.trails.close()
	w.emit(event.Event{Kind: event.RunEnded, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None})
	w.horizon, w.ended = w.now, true
}

// emit puts an event of the present instant on the stream; it is published once
// the window is durable.
func (w *World) emit(ev event.Event) {
	ev.At = w.now
	w.tell(&ev)
	w.disk.stage(&ev)
	w.guards.write(&ev)
	w.trails.record(&ev)
	w.notePark(&ev)
	w.noteDesk(&ev)
	w.noteRelease(&ev)
	w.noteProgress(&ev)
	w.book.undos.note(&ev)
	switch ev.Kind {
	case event.TaskSucceeded, event.TaskFailed, event.TaskDeclined, event.TaskRejected:
		w.settle(ev.Task)
	}
	if len(w.subscribers) > 0 {
		w.publish(&ev)
	}
}

// flush makes the window durable: first the ledger, then in one transaction the
// engine's records and the events. Only then may the events be seen.
func (w *World) flush() error {
	if err := errors.Join(w.failure, w.ledger.Sync(), w.guards.before()); err != nil {
		return err
	}
	w.noteCrash()
	for _, row := range w.trails.rows {
		w.core.Trail(row)
	}
	w.trails.rows = w.trails.rows[:0]
	if err := w.disk.flush(w.core, windowHead{Until: w.horizon, Journal: w.journal, Crashes: w.disk.crashes}); err != nil {
		return err
	}
	return w.guards.after()
}
