package metrics

import "tasker-sim/internal/event"

// fold is what the state remembers to be able to go on: what became of every
// task so far, and the checker that watches over it.
type fold struct {
	shapes []shape  // in the order of Run.Steps
	orders []order  // by task − 1: what is the same in every strategy
	lives  []ledger // in the order of Run.Strategies
	check  checker
	enc    *event.Encoder // to tell how long a span is; nil unless somebody watches
	beats  beats
}

// shape is where a step stands in its workflow, as bits: bit i of a mask is the
// i-th step of the workflow.
type shape struct {
	bit   uint64 // its own; 0 beyond the [MaxSteps]-th
	deps  uint64 // the steps it depends on
	all   uint64 // every step of its workflow
	first int16  // the workflow's first step, in Run.Steps
}

// MaxSteps is the greatest number of steps of one workflow that the fold can
// follow. A longer one is reported as a violation.
const MaxSteps = 64

// New makes the state of a run of which nothing has happened yet.
func New(run *event.Run) *State {
	s := &State{Run: run, Strategies: make([]Strategy, len(run.Strategies))}
	for i := range s.Strategies {
		s.Strategies[i] = Strategy{
			Steps:     make([]Step, len(run.Steps)),
			Effects:   make([]Effect, len(run.Effects)),
			Promises:  make([]Promise, len(run.Promises)),
			Listeners: listeners(run),
			Breakers:  make([]Breaker, len(run.Services)),
			Stations:  newStations(run),
			Over:      make([]int, len(run.Resources)),
			Outcome:   &Histogram{},
			Recovery:  &Histogram{},
			Registry:  newRegistry(run),
			width:     width(run),
		}
		s.Strategies[i].guarded(run)
		for j := range s.Strategies[i].Steps {
			s.Strategies[i].Steps[j].Latency = &Histogram{}
			s.Strategies[i].Steps[j].recent.slice = window(run) / event.Time(recentSlices)
		}
	}
	s.Beats, s.beats = newBeats(run)
	s.shapes = shapesOf(run)
	s.orders = make([]order, 0, reserve(run))
	s.lives = make([]ledger, len(run.Strategies))
	for i := range s.lives {
		s.lives[i] = newLedger(run)
	}
	s.check = newChecker(run, &s.Checks)
	if run.Watch != nil {
		s.enc = event.NewEncoder(run)
	}
	return s
}

// reserve is the number of tasks to make room for at once. A tape may claim any
// number, so that it is bounded.
func reserve(run *event.Run) int { return max(0, min(run.Tasks, 1<<17)) }

func shapesOf(run *event.Run) []shape {
	shapes := make([]shape, len(run.Steps))
	for i, step := range run.Steps {
		w := run.Workflows[step.Workflow]
		sh := &shapes[i]
		sh.first = int16(w.First)
		sh.bit = 1 << (i - w.First)
		for _, d := range step.DependsOn {
			sh.deps |= 1 << (d - w.First)
		}
		sh.all = 1<<(w.End-w.First) - 1
	}
	return shapes
}

// Advance moves Now to now if that is later: nothing happened until then.
func (s *State) Advance(now event.Time) {
	s.Now = max(s.Now, now)
	if len(s.beats.instants) > 0 {
		s.beatsAt(s.Now)
	}
}

// Apply folds one event into the state. It takes constant time and, but for
// room that grows with the number of tasks, allocates nothing. An event that
// breaks an invariant is counted in Checks; one that refers to something that
// does not exist is left out beside.
func (s *State) Apply(e *event.Event) {
	if !s.check.before(e) {
		return
	}
	s.Advance(e.At)
	if s.beats.waits(e.Kind) {
		s.beatsOf(e)
	}
	if e.Kind.Transition() {
		s.Strategies[e.Strategy].Transitions++
	}
	s.applyRegistry(e)
	switch e.Kind {
	case event.RunStarted:
	case event.RunEnded:
		s.Ended = true
	case event.FaultBegan, event.FaultInjected, event.FaultEnded:
		s.applyFault(e)
	case event.ClockSet:
		s.Live = true
	case event.ProcessDied:
		s.Deaths = append(s.Deaths, Death{At: e.At, InFlight: int(e.Amount)})
	case event.BreakerOpened, event.BreakerHalfOpened, event.BreakerClosed:
		s.Strategies[e.Strategy].Breakers[e.Service].apply(e)
	case event.StepStarted, event.StepSucceeded, event.StepRetrying, event.StepFailed, event.StepDeferred, event.StepSkipped, event.StepFellBack:
		s.applyStep(e)
	case event.WorkBegan, event.WorkDropped:
		s.applyWork(e)
	case event.RemedySwitched:
		s.applyRemedy(e)
	case event.EffectMade, event.EffectRepeated:
		s.applyEffect(e)
	case event.StepProgress, event.SubscriberTold, event.SubscriberThrew:
		s.applyNews(e)
	case event.AlertFired, event.AlertResolved, event.ResponderActs, event.ResponderFound, event.IncidentMended:
		s.applyWatch(e)
	case event.TaskTagged, event.SecretSeen, event.TrailCounted:
		s.applyGuard(e)
	case event.ReleaseBuilt, event.ReleaseSentBack, event.ReleaseApproved, event.ReleaseRefused, event.ReleaseRegistered,
		event.ReleaseOverwrote, event.CollisionNoticed, event.CollisionSettled, event.ContractAdapted, event.TaskMisrouted:
	case event.ChildCreated, event.ChildMet, event.ChildEnded:
		s.applyChild(e)
	case event.TaskGivenUp, event.UndoStarted, event.UndoRetrying, event.UndoFailed, event.UndoDeferred, event.StepUndone, event.EffectUndone:
		s.applyUndo(e)
	default:
		s.applyTask(e)
	}
	if s.Run.Watch != nil {
		s.observe(e)
	}
	s.check.after(s, e)
}

func (s *State) applyFault(e *event.Event) {
	if e.Kind != event.FaultEnded {
		f := Fault{ID: e.Amount, Service: int(e.Service), Name: e.Class, Text: e.Text, Begin: e.At, Due: e.Due, Live: e.Kind == event.FaultInjected}
		s.Faults = append(s.Faults, f)
		s.FaultLog = append(s.FaultLog, f)
		s.Live = s.Live || f.Live
		return
	}
	s.pile(e)
	for i := range s.Faults {
		if s.Faults[i].ID == e.Amount {
			s.Faults = append(s.Faults[:i], s.Faults[i+1:]...)
			break
		}
	}
	for i := len(s.FaultLog) - 1; i >= 0; i-- {
		if f := &s.FaultLog[i]; f.ID == e.Amount && f.End == 0 {
			f.End = e.At
			return
		}
	}
}

func (b *Breaker) apply(e *event.Event) {
	b.Since, b.Until = e.At, 0
	switch e.Kind {
	case event.BreakerOpened:
		b.State, b.Until = Open, e.Due
		b.Opens++
	case event.BreakerHalfOpened:
		b.State = HalfOpen
	default:
		b.State = Closed
	}
}

// minute is the bucket of the series that t falls into; the series grows to it.
// A time before the start counts as the first bucket.
func (st *Strategy) minute(t event.Time) *Bucket {
	i := int(max(t, 0) / st.width)
	for len(st.Minutes) <= i && len(st.Minutes) < maxBuckets {
		st.Minutes = append(st.Minutes, Bucket{})
	}
	return &st.Minutes[min(i, maxBuckets-1)]
}

// maxBuckets bounds the series; what is later counts in the last bucket.
const maxBuckets = 100 * 24 * 60

// Width is the length of a bucket of [Strategy.Minutes].
func (s *State) Width() event.Time { return width(s.Run) }

// width of the buckets: seconds for five minutes, minutes for two days, hours for two months, then days.
func width(run *event.Run) event.Time {
	const day = 24 * event.Hour
	switch {
	case run.Duration > 0 && run.Duration <= 5*event.Minute:
		return event.Second
	case run.Duration <= 2*day:
		return event.Minute
	case run.Duration <= 60*day:
		return event.Hour
	}
	return day
}
