package event

import "fmt"

// Run describes a run completely: it opens every tape. It is plain data; all
// lists are in the order in which the scenario names them, and the index fields
// of an [Event] refer to them. Nothing in it names a speed, path, process or date.
type Run struct {
	Schema     int        `json:"schema"` // version of the tape's format: [Schema]
	Scenario   string     `json:"scenario"`
	Title      string     `json:"title"`
	Noun       Noun       `json:"noun"` // what a task is called on the screen
	Seed       uint64     `json:"seed"`
	Tasks      int        `json:"tasks"`              // planned number of tasks per strategy
	Duration   Time       `json:"duration"`           // time over which they arrive
	Schedule   *Schedule  `json:"schedule,omitempty"` // nil: they arrive at random
	Deadline   Time       `json:"deadline,omitempty"` // by when a task should have succeeded, from its arrival; 0: none
	Patience   Time       `json:"patience,omitempty"` // a wait for the outcome beyond this is a long one; 0: [Patience]
	Strategies []Strategy `json:"strategies"`
	Workflows  []Workflow `json:"workflows"`
	Releases   *Releases  `json:"releases,omitempty"` // nil: none
	Steps      []Step     `json:"steps"`              // of all workflows, each workflow's in topological order
	Services   []Service  `json:"services"`
	Resources  []Resource `json:"resources,omitempty"` // what there is a limited number of
	Effects    []Effect   `json:"effects"`
	Promises   []Promise  `json:"promises,omitempty"`
	Impact     Impact     `json:"impact"`
	Claims     []Claim    `json:"claims,omitempty"`

	Subscribers []Subscriber `json:"subscribers,omitempty"`
	Watch       *Watch       `json:"watch,omitempty"`   // nil: nobody watches
	Beats       []Beat       `json:"beats,omitempty"`   // moments that deserve a sentence
	Tags        []string     `json:"tags,omitempty"`    // that tasks may have
	Senders     bool         `json:"senders,omitempty"` // it is asked who sends tasks
	Needles     int          `json:"needles,omitempty"` // things a task carries that must not be seen
	Audit       *Audit       `json:"audit,omitempty"`   // nil: no strategy keeps records

	// Source is the text of the scenario file, Sets the --set arguments applied
	// to it and Journal the --inject terms given beforehand: with the seed they
	// repeat the run to the byte.
	Source  string   `json:"source,omitempty"`
	Sets    []string `json:"sets,omitempty"`
	Journal []string `json:"journal,omitempty"`
}

// Subscriber listens to the events of strategies on the engine and tells somebody.
type Subscriber struct {
	Name   string   `json:"name"`
	Routes []string `json:"routes"` // whom it may tell
}

// Patience is what a run that does not say otherwise calls a long wait.
const Patience = 10 * Second

// Patient is the time beyond which a wait for the outcome is a long one.
func (r *Run) Patient() Time {
	if r.Patience > 0 {
		return r.Patience
	}
	return Patience
}

// Schedule says that tasks arrive one by one at a fixed distance, as a nightly
// job does.
type Schedule struct {
	Every  Time `json:"every"`
	Begins Time `json:"begins"` // time of day at which the run, and so the first task, begins
}

// day is the length of one, in virtual time.
const day = 24 * Hour

// InDays tells whether people of this run count in days: it has a schedule, or
// lasts for two days and more.
func (r *Run) InDays() bool { return r.Schedule != nil || r.Duration >= 2*day }

// Clock writes the instant as people of this run read it: "0:31:07" since the
// start, and in days "day 12 03:17", counted from midnight before the first task.
func (r *Run) Clock(t Time) string {
	if !r.InDays() {
		return t.Clock()
	}
	if r.Schedule != nil {
		t += r.Schedule.Begins
	}
	return fmt.Sprintf("day %d %02d:%02d", t/day+1, t%day/Hour, t%Hour/Minute)
}

// Length writes how long tasks arrive: "1:00:00", or "91 days".
func (r *Run) Length() string {
	if !r.InDays() {
		return r.Duration.Clock()
	}
	return fmt.Sprintf("%d days", (r.Duration+day-1)/day)
}

// Schema is the version of the tape format written by this program.
const Schema = 1

// Noun is the word for a task in this scenario, in both numbers.
type Noun struct {
	One  string `json:"one"`
	Many string `json:"many"`
}

// Strategy is one column of the comparison.
type Strategy struct {
	Name    string `json:"name"`              // "naive"
	Title   string `json:"title"`             // short text for people
	Durable bool   `json:"durable"`           // runs on the engine: survives a kill
	Keyed   bool   `json:"keyed"`             // sends idempotency keys
	Retries bool   `json:"retries"`           // tries again
	OnCall  Time   `json:"on_call,omitempty"` // how long it takes until a person who is called acts; 0: nobody is

	Compensates bool `json:"compensates,omitempty"` // takes back what a task has done that ends without its purpose fulfilled

	Mechanisms []string `json:"mechanisms,omitempty"` // of the scenario's own, those that it has
	Remedies   []string `json:"remedies,omitempty"`   // mechanisms that can be switched while the run goes on, where load matters

	Metrics bool `json:"metrics,omitempty"` // alert rules over steps, and the table of slow ones
	Traces  bool `json:"traces,omitempty"`  // spans joined by a correlation id

	// Registry is how workflows are registered; nil: the run has no releases.
	Registry *Registry `json:"registry,omitempty"`
}

// Watch says how runs are told of in which somebody watches for an incident.
type Watch struct {
	Service  int     `json:"service"`  // that has the incident; None: there is none
	Sampling float64 `json:"sampling"` // share of tasks whose traces are kept
}

// Kept tells whether the trace of a task is kept: by its number alone, so that
// all spans of a trace are kept or none is.
func (w *Watch) Kept(task int32) bool {
	h := uint64(task) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return float64(h>>32) < float64(w.Sampling*(1<<32))
}

// Registry is how a strategy keeps its workflows.
type Registry struct {
	Namespaces bool `json:"namespaces"` // the key is namespace/name@version; else the name alone
	Committee  bool `json:"committee"`  // names have to be approved
	Pins       bool `json:"pins"`       // callers name the version that they were written for
}

// Releases describes who releases workflows while the run lasts.
type Releases struct {
	Teams  []string `json:"teams"`
	Names  []string `json:"names"`            // the vocabulary that the teams share
	Held   []string `json:"held,omitempty"`   // by name: the team that has it at the beginning; "": none
	Booked Time     `json:"booked,omitempty"` // how long the committee sits in a week
}

// Workflow is a template: namespace/name@version and where its steps stand in
// Run.Steps: from First up to, not including, End.
type Workflow struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	First     int    `json:"first"`
	End       int    `json:"end"`
}

// Step is one step of a workflow.
type Step struct {
	Name      string  `json:"name"`
	Label     string  `json:"label"` // short form for narrow boxes
	Workflow  int     `json:"workflow"`
	Service   int     `json:"service"`
	DependsOn []int   `json:"depends_on,omitempty"` // indices into Run.Steps, all smaller than its own
	Limit     int     `json:"limit"`                // total attempts with retries on
	Timeout   Time    `json:"timeout"`
	Base      Time    `json:"base"` // wait before the second attempt
	Factor    float64 `json:"factor"`
	Cap       Time    `json:"cap"`
	Jitter    float64 `json:"jitter"`              // ± share of the wait
	Slow      Time    `json:"slow,omitempty"`      // an execution beyond this is a slow one
	Backoff   string  `json:"backoff,omitempty"`   // how waits grow; "": exponentially
	Spread    string  `json:"spread,omitempty"`    // how they vary; "": by ± Jitter
	Mechanism string  `json:"mechanism,omitempty"` // only strategies with it have the step; empty: all
}

// Service is something outside that steps call.
type Service struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Chatter is the distance of the lines that it writes to its log whatever
	// tasks do; 0: it writes none.
	Chatter Time `json:"chatter,omitempty"`
	Servers int  `json:"servers,omitempty"` // calls that it works on at once for each strategy; 0: any number
	// Keyless: it may do its work again for a key that it has seen.
	Keyless bool `json:"keyless,omitempty"`
}

// Resource is something of which there is a limited number, like stock. Over is the
// counter of the effects that took more than there was, and their class; "": none.
type Resource struct {
	Name string `json:"name"`
	Over string `json:"over,omitempty"`
}

// Effect is a kind of thing that a service leaves in the world.
type Effect struct {
	Name string `json:"name"` // "charge"
	Many string `json:"many"` // key of its count: "charges"
	Verb string `json:"verb"` // for sentences: "charged"
	Unit string `json:"unit"` // "cents", "units" or "" (a plain count)
}

// Promise says what one effect owes another: a charge owes an order. It names
// the counters kept about it. A task with the first effect is, as long as it has
// not got the second, in exactly one of these: running (the task still runs and
// knows of its effect), Unknown (the task runs or is parked and does not know:
// the step that made the effect is not complete), Parked (parked and knows) or
// Broken (nobody will ever deliver). Twice counts effects beyond the first of a
// task, whatever else. An empty name: not counted.
type Promise struct {
	Effect  int    `json:"effect"` // index into Run.Effects
	Owes    int    `json:"owes"`   // index into Run.Effects
	Broken  string `json:"broken"`
	Parked  string `json:"parked,omitempty"`
	Unknown string `json:"unknown,omitempty"`
	Twice   string `json:"twice,omitempty"`
}

// Impact is the declared model of what failures cost people. Its numbers are
// parameters, not measurements, and are shown as such.
type Impact struct {
	// Contact rates: the share of customers who call support, by what happened
	// to them. Cases are counted, rates are declared.
	ContactBroken  float64 `json:"contact_broken"`   // a broken promise: charged, no order
	ContactUntold  float64 `json:"contact_untold"`   // told "failed" although it was done
	ContactClean   float64 `json:"contact_clean"`    // failed and nothing left behind
	MinutesPerCase float64 `json:"minutes_per_case"` // to repair one broken promise by hand
	Engineers      int     `json:"engineers"`        // who share that work
}

// Declared tells whether the scenario says anything about what failures cost people.
func (i *Impact) Declared() bool {
	return i.ContactBroken > 0 || i.ContactUntold > 0 || i.ContactClean > 0 || i.MinutesPerCase > 0
}

// Audit is the declared model of what it takes to prepare an audit: so many
// questions about single actions, and minutes for each, whether it is answered by
// a record or not. Its numbers are parameters, not measurements.
type Audit struct {
	Questions  int     `json:"questions"`
	Answered   float64 `json:"answered_minutes"`
	Unanswered float64 `json:"unanswered_minutes"`
	Never      string  `json:"never,omitempty"`  // tag of tasks that should not be done
	Always     string  `json:"always,omitempty"` // tag of tasks that should not be refused
}

// Claim is a statement of the story that is held against the run.
type Claim struct {
	Name       string `json:"name"`
	Source     string `json:"source"`            // which post
	Kind       string `json:"kind"`              // "measured", "declared" or "quoted"
	Measure    string `json:"measure,omitempty"` // path below strategies.<name>: "first_pass_failure_rate"; or rescued_share
	SaysBefore string `json:"says_before,omitempty"`
	SaysAfter  string `json:"says_after,omitempty"`
	Before     *Range `json:"before,omitempty"` // range claimed for the first strategy
	After      *Range `json:"after,omitempty"`  // range claimed for the last strategy
	Unit       string `json:"unit,omitempty"`   // "share", "cents", "minutes", "hours", "count"
}

// Range is closed: Low ≤ x ≤ High.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}
