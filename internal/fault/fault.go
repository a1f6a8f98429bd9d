package fault

import "tasker-sim/internal/event"

// Verb says what a line asks for.
type Verb uint8

// The verbs.
const (
	Inject   Verb = iota // a fault begins
	Clear                // every fault by hand ends
	Redrive              // parked tasks go on
	Crash                // the process loses its memory and comes back
	DiskFull             // the store refuses the next commit
	Clock                // the clock of the engine is set
	Remedy               // a mechanism of a strategy is switched
)

// verbs are the words of the verbs that have one.
func verbs() []string { return []string{"clear", "redrive", "crash", "disk_full", "clock", "remedy"} }

// Remedies are the mechanisms that can be switched while a run goes on: those of
// services (they serve the newest call first, drop calls whose callers are gone,
// refuse calls beyond a shorter line), then those of callers.
func Remedies() []string {
	return []string{"lifo", "deadlines", "shedding", "budget", "throttle", "breaker", "jitter"}
}

// Line is one line of a journal.
type Line struct {
	Verb     Verb
	Fault    Fault      // of Inject
	At       event.Time // of the other verbs
	Now      bool       // no instant was given: it acts at once
	Strategy string     // of Redrive and Remedy
	Remedy   string     // of Remedy, one of [Remedies]
	Off      bool       // of Remedy: it is switched off
	Task     int32      // of Redrive; 0: all that are parked
	By       event.Time // of Clock: how far it is set on, or back if negative
}

// Fault is a way in which services misbehave, and when, and towards whom.
type Fault struct {
	Services []string // one cause hits them all; empty: those that the place implies
	Timed    bool     // From was given; otherwise it begins with the run, or at once
	From     event.Time
	To       event.Time // 0: it lasts until it is cleared, or to the end
	For      event.Time // its length, said instead of To; 0: not said
	Terms    []Term     // the script; at least one
	Where    []Cond     // all must hold; none: everybody meets it
}

// Term is one term of a script: how often, how likely, and what.
type Term struct {
	Count int     // attempts that it speaks for; 0: all that follow
	Share float64 // how likely it strikes
	Kind  Kind
	Knobs
}

// Knobs are the parameters of all kinds; each kind uses those that its entry in
// [Kinds] lists, the others are zero.
type Knobs struct {
	Class      string     // what the caller reads: "503", "conflict"
	Permanent  bool       // not worth another attempt
	Latency    event.Time // until the refusal; 0: as long as an answer takes
	RetryAfter event.Time // the service asks to wait that long
	Rate       float64    // of a brown-out: share of calls refused
	Factor     float64    // slowness: latency times this
	Add        event.Time // … plus this
	Ramp       string     // "", "up" or "down": slowness grows or fades over the window
	Side       string     // "before" or "after" the effect
	Delay      event.Time // of a late or second delivery
	Calls      int        // a limit of so many calls
	Per        event.Time // … in this time
	Burst      int        // … and so many at once
	Good, Bad  event.Time // mean stays of a Gilbert-Elliott chain
	GoodRate   float64    // share of errors in the good state
	BadRate    float64    // … in the bad one
	Mode       string     // of idempotency
}

// Cond is one condition on an attempt.
type Cond struct {
	Of   string // "key", "task", "attempt" or "step"
	Mod  int64  // the remainder of a division by this; 0: the number itself
	Op   string // "==", "!=", "<", "<=", ">" or ">="
	N    int64
	Name string // of a step
}

// Holds tells whether a number meets the condition; it is not for steps.
func (c *Cond) Holds(n int64) bool {
	if c.Mod > 0 {
		n %= c.Mod
	}
	switch c.Op {
	case "==":
		return n == c.N
	case "!=":
		return n != c.N
	case "<":
		return n < c.N
	case "<=":
		return n <= c.N
	case ">":
		return n > c.N
	}
	return n >= c.N
}

// Names are the names that a line may use. A nil list allows any name.
type Names struct {
	Services, Steps, Strategies []string
	All                         []string // strategies, those that keep no parked tasks too
}
