package scenario

import "tasker-sim/internal/event"

// Releases are the teams that release workflows while tasks run, and how that
// can go wrong. What a strategy makes of it is its [Registry].
type Releases struct {
	Teams []string // a team is a namespace
	// Build is how long a team works on a release, exponential. A team has one at
	// a time and begins the next when it is in production.
	Build event.Time
	// Shared is the share of releases that are named after what they do, by a name
	// of the vocabulary Names. The others have a name that no other team would use.
	Shared float64
	Names  []string
	// Explicit is the share of workflows that register themselves in a way that
	// fails if the key is taken; the others replace what is there.
	Explicit float64
	// Reuse is the share of releases that forget to raise their version.
	Reuse float64
	// Invented are the endings of names that a team invents when the one that it
	// meant is taken; after them come v3, v4 and so on.
	Invented []string
	Held     []Held // who has which name of the vocabulary at the beginning
	// Control tells whether a task's own workflow has a control that it must not
	// go without, like an approval. May be nil.
	Control   *Expr
	Notice    Notice
	Rounds    int        // how often a name is taken, back and forth, until the teams talk
	Adapt     event.Time // how long callers need to follow a breaking release
	Committee Committee
	Script    []Scripted // releases on top of those of the dice, by instant
}

// Held says that a name is a team's from the beginning. The team's tasks are
// started by it.
type Held struct{ Name, Team int } // indices into Releases.Names and Teams

// Notice says when a team finds out that its tasks run another team's workflow:
// once Failures of them have failed, or After, whichever is first. Redeploy later
// it takes the name back.
type Notice struct {
	Failures        int
	After, Redeploy event.Time
}

// Committee approves names, one after the other in the order in which they were
// asked for, when it sits.
type Committee struct {
	Days     []int      // on which it sits, 0 is the first day of a week
	At, Sits event.Time // from when in the day, and how long
	Talk     Latency    // how long one name is talked about
	SentBack float64    // share of names that have to come again
}

// Scripted is a release of the story's own.
type Scripted struct {
	At       event.Time
	Team     int  // index into Releases.Teams
	Name     int  // index into Releases.Names
	Explicit bool // fails if the key is taken
	// Version is what the release calls itself where there are versions; empty:
	// the next one.
	Version string
	// Breaking: it wants something that callers do not send yet.
	Breaking bool
}

// Registry is how a strategy registers its workflows.
type Registry struct {
	Namespaces bool // by namespace/name@version; else by the name alone
	Committee  bool // names have to be approved
	Pins       bool // callers name the version that they were written for
}

// Booked is how long the committee sits in a week.
func (c *Committee) Booked() event.Time { return event.Time(len(c.Days)) * c.Sits }
