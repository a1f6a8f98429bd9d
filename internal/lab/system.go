package lab

import (
	"fmt"
	"strconv"
	"strings"

	"tasker-sim/internal/event"
)

// chain is a workflow of links, each a step with a service of its own. It is
// written as a scenario file: a law meets the program as a user does.
type chain struct {
	tasks    int
	duration event.Time // over which they arrive at random
	peak     string     // more of the load: ", peak: 20x@30m/1m"
	every    event.Time // or their distance
	links    []link
	top      []string // further sections
	policies bool     // breakers and limits are kept
	switches string   // further switches of all strategies that try again
}

// link is a step and its service. Every call takes answer, whatever comes of it,
// unless the error says otherwise.
type link struct {
	answer event.Time
	rate   float64  // share of calls that fail as 503
	limit  int      // attempts in all
	retry  string   // further keys of the retry policy: "base: 1s, factor: 2"
	step   []string // further keys of the step
	serves []string // further keys of the service
	// latency and error replace what answer and rate say.
	latency, error string
}

// The strategies of every chain: one attempt; a loop around each call; the engine.
const (
	naive    = "naive"
	loop     = "loop"
	onEngine = "engine"
)

// as makes the system of the chain with the strategies.
func (c chain) as(strategies ...string) system {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("scenario: oracle")
	if c.every > 0 {
		line("load: {tasks: %d, every: %s}", c.tasks, span(c.every))
	} else {
		line("load: {tasks: %d, duration: %s%s}", c.tasks, span(c.duration), c.peak)
	}
	for _, s := range c.top {
		line("%s", s)
	}
	line("services:")
	for i, l := range c.links {
		line("  s%d:", i+1)
		line("    latency: %s", l.latencyText())
		line("    error: %s", l.errorText())
		for _, s := range l.serves {
			line("    %s", s)
		}
	}
	line("workflows:\n  oracle/chain@1.0.0:\n    steps:")
	for i, l := range c.links {
		line("      t%d:", i+1)
		line("        service: s%d", i+1)
		line("        retry: {%s}", l.retryText())
		if i > 0 {
			line("        after: t%d", i)
		}
		for _, s := range l.step {
			line("        %s", s)
		}
	}
	more := ""
	if c.switches != "" {
		more = ", " + c.switches
	}
	line("strategies:\n  naive: {}\n  loop: {retries: on, keys: on%s}", more)
	line("  keyless: {retries: on%s}", more)
	line("  engine: {engine: on, retries: on, keys: on, policies: %s%s}", map[bool]string{true: "on", false: "off"}[c.policies], more)
	return system{text: b.String(), strategies: strategies}
}

func (l *link) latencyText() string {
	if l.latency != "" {
		return l.latency
	}
	return fmt.Sprintf("{median: %s, p99: %s}", span(l.answer), span(l.answer))
}

func (l *link) errorText() string {
	if l.error != "" {
		return l.error
	}
	return fmt.Sprintf(`{rate: %s, classes: {"503": {share: 100%%, latency: %s}}}`, plain(l.rate), span(l.answer))
}

func (l *link) retryText() string {
	s := fmt.Sprintf("limit: %d", max(1, l.limit))
	if l.retry != "" {
		s += ", " + l.retry
	}
	return s
}

// span writes a length of time as scenario files have it.
func span(t event.Time) string { return t.Duration().String() }

// plain writes a number without an exponent.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
