package scenario

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// Scenario is a story as data: plain, valid values. Parse is the only maker of
// one; whoever holds a Scenario need not check it again.
type Scenario struct {
	Name  string // "checkout"
	Title string // "Black Friday checkout"
	Story Story
	Noun  event.Noun
	Load  Load

	// Data is the scenario's own tables (catalogue, carts, …), visible to
	// expressions by their names. Read only.
	Data map[string]any
	// Context makes a task's input: evaluated once per task, in order; later
	// bindings see earlier ones by name.
	Context []Binding
	// Worth is what a task is worth to the business, in cents.
	Worth *Expr
	// Bad tells whether the task ends declined whatever else hits it (a bad
	// card): drawn once per task, the same in every strategy. May be nil.
	Bad *Expr

	Gates    []Gate
	Tags     []Tag
	Identity *Identity // nil: nobody asks who sends a task
	Privacy  *Privacy  // nil: nobody asks what a task carries
	Audit    *Audit    // nil: no records are kept

	Workflows []Workflow
	// Workflow names the one that a task runs, see [Scenario.WorkflowOf]; nil: there
	// is one only.
	Workflow    *Expr
	Subscribers []Subscriber
	Mechanisms  []Mechanism
	Services    []Service
	Faults      []fault.Fault // each at the services that it names: one cause
	Resources   []Resource
	Effects     []event.Effect
	Promises    []event.Promise
	Strategies  []Strategy // those that are compared
	// Spare are the strategies that are compared only if they are asked for by
	// name, see [Scenario.Choose].
	Spare    []Strategy
	Recovery Recovery
	// Incident is a fault that lasts until somebody mends it; nil: none.
	Incident *Incident
	// Responder is how an incident is noticed and mended; nil: nobody watches.
	Responder *Responder
	// Releases are made while tasks run; nil: none.
	Releases *Releases
	Impact   event.Impact
	Beats    []event.Beat
	Claims   []event.Claim

	Text string   // the file, as read
	Sets []string // the --set arguments applied to it

	params []Param
}

// Story is what the menu and the help say about a scenario, in a few sentences.
type Story struct {
	Hook   string // what happened
	Naive  string // how it was done
	Remedy string // what changed
	Watch  string // what to look at on the screen
}

// Load is how tasks arrive: exactly Tasks of them, at uniform random instants
// over Duration, or one by one at a fixed distance.
type Load struct {
	Tasks    int
	Duration event.Time
	Peak     *Peak      // nil: none
	Steady   bool       // one arrives in each of Tasks equal parts of Duration, at a random instant of it
	Every    event.Time // task n arrives at (n-1)·Every, Duration is Tasks·Every; 0: at random
	Begins   event.Time // time of day at which the run begins; only with Every
	Deadline event.Time // by when a task should have succeeded, from its arrival; 0: none
	Patience event.Time // a wait for the outcome beyond this is a long one
	Speed    float64    // virtual seconds a second at which the run is shown
}

// Peak makes arrivals Factor times as dense for Length from At on. Written
// "20x@30m/1m". The number of tasks does not change.
type Peak struct {
	Factor     float64
	At, Length event.Time
}

// Binding is a name and the expression of its value.
type Binding struct {
	Name string
	Expr *Expr
}

// Workflow is a template with its steps in topological order (ties in the order
// of the file).
type Workflow struct {
	Namespace, Name, Version string
	Steps                    []Step
}

// Step is one step of a workflow.
type Step struct {
	Name      string
	Label     string // short form
	Service   int    // index into Scenario.Services
	DependsOn []int  // indices into the workflow's Steps
	Timeout   event.Time
	Retry     Retry
	Slow      event.Time // an execution beyond this is a slow one, see [Responder]
	// Declines: this is the step that refuses a Bad task, permanently, with class
	// "decline" (YAML key `declines: true`). Exactly one step has it if Bad is set.
	Declines bool
	Output   []Binding // the step's result; sees context, steps.<done step>.<field>, task
	// Fallback is the lesser result of a step whose attempts all failed, in
	// strategies with fallbacks; it sees what Output sees. nil: there is none.
	Fallback []Binding
	// FallbackWhen tells whether the lesser result will do for the task; nil: always.
	FallbackWhen *Expr
	Batches      *Batches // nil: the step does its work in one
	Effect       *StepEffect
	// Undo names what takes the step's effect back at its service, in strategies with
	// compensation, like refund; "": nothing does.
	Undo string
	// When tells whether the task needs the step; else it is skipped and counts as
	// done, without output. It sees what Output sees. nil: every task does.
	When *Expr
	// Mechanism is the index of the mechanism that the step belongs to; strategies
	// without it skip the step. None: all have it.
	Mechanism int
	Answers   []Answer // the first that applies is given
	// Conflict is how the service refuses to make the step's effect a second time
	// for the task, to callers without an idempotency key: it knows what is there by
	// a natural key, like an e-mail address. nil: it does it again. With a key the
	// caller takes what is there as done.
	Conflict *Class
	// Delegates: a call that takes effect makes a task of another workflow, which
	// nobody waits for; nil: it does not.
	Delegates *Delegation
	Checks    *Demand // the call is refused unless there is that much; nil: nothing is looked at
	Takes     *Demand // what a good call takes; nil: nothing
}

// Resource is something of which there is a limited number of units, by key, like
// stock by product. Each strategy begins with all of it.
type Resource struct {
	Name   string
	Over   string // the counter of tasks that took more than there was; "": not counted
	Keys   []string
	Units  []int64 // of each key
	Refill *Refill // nil: none
}

// Refill is more of a resource at an instant: a share of what there was at first.
type Refill struct {
	At    event.Time
	Share float64
}

// Demand is how much of a resource a step looks for or takes.
type Demand struct {
	Resource  int // index into Scenario.Resources
	Units     *Expr
	Class     Class // what the caller is told if there is not enough
	Mechanism int   // strategies without it take blindly; None: nobody does
}

// Want is an amount of one key of a resource: an index into its Keys, one more for
// what it does not have.
type Want struct {
	Key   int
	Units int64
}

func (d *Demand) words() string { return d.Class.words() }

// Subscriber listens to the events of strategies on the engine and tells somebody.
// What it does, and whether it breaks, changes nothing in the run.
type Subscriber struct {
	Name   string
	On     []event.Kind
	Throws float64  // share of the events at which it breaks
	Routes []string // whom it may tell
	ByStep []int    // by step over all workflows: index into Routes
}

// Batches says that a step works through rows, Size at a time, and tells after each
// batch how far it is. On the engine an attempt goes on where the last one stopped.
type Batches struct {
	Rows *Expr // how many there are, at least 1; sees what the step's output sees
	Size int
}

// None stands in index fields for "none".
const None = -1

// Mechanism is something that a scenario's strategies have or have not, beside
// those that the program knows of itself.
type Mechanism struct{ Name, Doc string }

// Answer is what a step's service says to some tasks whenever a call gets through
// to it: a business answer, not a fault.
type Answer struct {
	Class
	When      *Expr      // sees what the step's output sees; nil: always
	Attempts  int        // only to the first so many attempts; 0: to all
	Effect    bool       // the service does its work all the same
	Ends      event.Kind // TaskFailed, TaskDeclined or TaskRejected if the task ends by it
	Mechanism int        // only in strategies that have it; None: in all
	Without   int        // only in strategies that do not have it; None: in all
}

// Retry is a retry policy. The wait after failed attempt k is
// min(Base·Factor^(k−1), Cap), times 1 ± Jitter.
type Retry struct {
	Limit     int // total attempts, at least 1
	Base, Cap event.Time
	Factor    float64
	Jitter    float64 // share, 0 … 1
	Backoff   string  // how waits grow: [Exponential], [Fixed], [AtOnce] or [Decorrelated]
	Spread    string  // how they vary: "" by ± Jitter, [FullJitter] or [EqualJitter]
}

// StepEffect is what a successful call of the step's service leaves behind.
type StepEffect struct {
	Effect int   // index into Scenario.Effects
	Amount *Expr // in the effect's unit; sees what the step's output sees
}

// Service is something outside that steps call: how long it takes, how it fails,
// and the policies that the orchestrated side keeps towards it.
type Service struct {
	Name, Title string
	Latency     Latency
	Error       Errors
	Lost        Lost
	Burst       *Burst // nil: none
	Windows     []Window
	Faults      []fault.Fault // of the fault language, beside the above
	// Limit is the most calls in flight from one durable strategy; 0: no limit.
	Limit   int
	Breaker *Breaker // nil: none
	// Chatter is the distance of the lines that it logs whatever tasks do; 0: none.
	Chatter event.Time
	Rate    *RateLimit // nil: none

	Servers  int // how many calls it works on at once, for one strategy; 0: any number
	Queue    Queue
	Budget   *Budget   // nil: none
	Throttle *Throttle // nil: none
	Pace     *Pace     // nil: none
}

// RateLimit is how many calls a service takes from one strategy: a bucket of
// Burst tokens, filled with one token every Every. A call that finds none is
// refused as Class, and spends none.
type RateLimit struct {
	Every event.Time // time from one token to the next
	Burst int        // tokens when the bucket is full, at least 1
	Class Class
}

// Latency is log-normal by its median and 99th percentile, or of another kind by
// its mean; then Median and P99 are those of that kind.
type Latency struct {
	Median, P99 event.Time
	Kind        string     // [LogNormal], [Memoryless] or [Constant]
	Mean        event.Time // of a kind that is given by it
}

// Errors is the plain error rate of a service outside of bursts and windows.
type Errors struct {
	Rate    float64 // share of calls that fail
	Classes []Class // what failures look like; shares sum to 1
}

// Class is one way of failing.
type Class struct {
	Name       string
	Share      float64
	Permanent  bool       // not worth another attempt
	Hang       bool       // no answer ever: the caller's timeout ends it
	Latency    event.Time // time to the refusal; 0: as the service's own latency
	RetryAfter event.Time // the service asks to wait that long; 0: it does not
	Message    string
}

// Lost is the share of calls whose effect happens and whose answer is lost: the
// caller runs into its timeout.
type Lost struct {
	Rate float64
}

// Burst is a Gilbert-Elliott chain: exponential stays in a good state of mean
// Good and a bad one of mean Bad. In the bad state calls fail with Rate, as
// Class; the plain errors rule the good state.
type Burst struct {
	Good, Bad event.Time
	Rate      float64
	Class     Class
}

// Window is a scheduled fault: from From up to To the service is out or browned.
type Window struct {
	Kind          string // "outage" or "brownout"
	From, To      event.Time
	Rate          float64 // share of calls that fail; 1 for an outage
	LatencyFactor float64 // latency of those that do not, times this; at least 1
}

// Breaker is a circuit breaker: it opens after Failures failed attempts in a
// row, and lets Probes attempts through after Cooldown.
type Breaker struct {
	Failures int
	Cooldown event.Time
	Probes   int
	Window   *Tally // it opens by the share of failures as well; nil: it does not
}

// Strategy is a set of mechanisms.
type Strategy struct {
	Name, Title string
	Engine      bool      // durable: runs on the workflow engine
	Retries     bool      // tries again, up to a step's limit
	Keys        bool      // sends an idempotency key with every call
	Policies    bool      // breakers and concurrency limits
	Recovery    bool      // parked tasks are driven again by themselves
	OnCall      *OnCall   // nil: nobody is called when a task stops
	Has         []bool    // by index of Scenario.Mechanisms
	Metrics     bool      // alert rules over steps and a table of slow ones, see [Responder]
	Traces      bool      // the responder has traces instead of logs
	Registry    *Registry // how workflows are registered; nil without Releases
	Switches
}

// Lacks tells whether the strategy has not got the mechanism; None lacks nobody.
func (s *Strategy) Lacks(mechanism int) bool { return mechanism != None && !s.Has[mechanism] }

// WorkflowOf finds a workflow by its full id, by namespace/name or by its name,
// if that is one only.
func (s *Scenario) WorkflowOf(name string) (int, bool) {
	found := None
	for i := range s.Workflows {
		w := &s.Workflows[i]
		if w.ID() == name {
			return i, true
		}
		if name != w.Name && name != w.Namespace+"/"+w.Name {
			continue
		}
		if found != None {
			return None, false
		}
		found = i
	}
	return found, found != None
}

// OnCall is a person who is called when a task has stopped and acts After that:
// on the engine the task goes on where it stopped, elsewhere it begins again
// from its first step. Nobody is called for one task more than Limit times.
type OnCall struct {
	After event.Time
	Limit int
}

// Recovery says when a parked task is driven again by itself: once the service
// that stopped it has answered others for After. Max bounds how often; After 0
// turns it off.
type Recovery struct {
	After event.Time
	Max   int
}
