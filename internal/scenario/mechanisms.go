package scenario

import "tasker-sim/internal/event"

// Kinds of backoff: how waits grow. The words are those of the field.
const (
	Exponential  = "exponential"  // base, base·factor, … at most cap
	Fixed        = "fixed"        // always base
	AtOnce       = "none"         // no wait
	Decorrelated = "decorrelated" // between base and three times the last wait, at most cap
)

// Jitter says how a wait varies: by ± Share, or by a kind of its own.
type Jitter struct {
	Kind  string // "": ± Share; [FullJitter] or [EqualJitter]
	Share float64
}

// Kinds of jitter that are no share.
const (
	FullJitter  = "full"  // anything between nothing and the wait
	EqualJitter = "equal" // anything between half of it and the wait
)

// Kinds of distributions of a service's latency.
const (
	LogNormal  = "lognormal"   // by median and p99
	Memoryless = "exponential" // by its mean
	Constant   = "constant"    // always its mean
)

// Bounds of what a scenario may ask for.
const (
	maxServers = 10_000
	maxInQueue = 1_000_000
)

// Queue is the line before a service's servers.
type Queue struct {
	LIFO  bool // the newest call is served first
	Limit int  // calls that may wait; 0: any number
	// DropOldest: at the limit the call goes that has waited longest, instead of the new one.
	DropOldest bool
	Shed       int   // a limit for strategies with shedding only; 0: none
	Refusal    Class // what those that find no place are told
}

// Tally lets a breaker open by the share of failures among the last Calls
// answers, or with Over among those of that time if they are at least Calls.
type Tally struct {
	Calls int
	Over  event.Time
	Share float64
}

// Budget bounds retries by successes: each earns Deposit of one, up to Burst.
type Budget struct {
	Deposit float64
	Burst   int
}

// Throttle allows retries only while more than half of its tokens are there: a
// failure takes one, a success gives Ratio back.
type Throttle struct {
	Tokens int
	Ratio  float64
}

// Pace is a caller's own rate limit.
type Pace struct {
	Every event.Time
	Burst int
}

// Switches are the mechanisms of a strategy beside the oldest ones. What each
// does stands at the service or the step.
type Switches struct {
	Breaker   bool // breakers of the services are kept
	Bulkhead  bool // limits of calls in flight are kept
	Budget    bool // retries are bounded by successes
	Throttle  bool // retries are allowed only while most calls succeed
	Pace      bool // calls keep to the caller's own rate limit
	Deadlines bool // the deadline travels with the call: nobody works for a caller who is gone
	LIFO      bool // services serve the newest call first
	Shedding  bool // services refuse what their shorter line has no place for
	Fallbacks bool // a step whose attempts all failed gives its fallback
	// Compensation: what a task has done that is given up is taken back.
	Compensation bool
	// Backoff and Jitter rule instead of those of the steps; "" and nil: they do not.
	Backoff string
	Jitter  *Jitter
}

// RetryOf is a step's retry policy as the strategy keeps it.
func (s *Strategy) RetryOf(r Retry) Retry {
	if s.Backoff != "" {
		r.Backoff = s.Backoff
	}
	if s.Jitter != nil {
		r.Spread, r.Jitter = s.Jitter.Kind, s.Jitter.Share
	}
	if !s.Retries {
		r.Limit = 1
	}
	return r
}
