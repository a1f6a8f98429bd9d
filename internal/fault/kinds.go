package fault

import (
	"fmt"
	"strings"
)

// Kind is what a term does to a call, by its standard name.
type Kind string

// The kinds, see [Kinds] for what they do.
const (
	OK          Kind = "ok"
	ErrorAnswer Kind = "error"
	HTTP        Kind = "http"
	Hang        Kind = "hang"
	Reset       Kind = "reset"
	Lost        Kind = "lost_response"
	Garble      Kind = "garble"
	Latency     Kind = "latency"
	Outage      Kind = "outage"
	Brownout    Kind = "brownout"
	RateLimit   Kind = "rate_limit"
	Duplicate   Kind = "duplicate"
	Late        Kind = "late"
	Poison      Kind = "poison"
	GE          Kind = "ge"
	Idempotency Kind = "idempotency"
	Stall       Kind = "stall"
)

// Spec describes a kind.
type Spec struct {
	Kind  Kind
	Alias string // another word for it, or ""
	Knobs []Knob
	Also  string // what tools and papers call it
	Doc   string // what it does
	Try   string // an example at a service
	whole bool   // it takes neither count nor share
}

// Names are the knobs' names.
func (s *Spec) names() []string {
	var list []string
	for _, k := range s.Knobs {
		list = append(list, k.Name)
	}
	return list
}

// Kinds describes all kinds, in the order of the documentation.
//
//tidy:long a table
func Kinds() []Spec {
	class, permanent := text("class", "error", func(k *Knobs) *string { return &k.Class }), toggle("permanent", func(k *Knobs) *bool { return &k.Permanent })
	refusal := length("lat", "0s", func(k *Knobs) *timeOf { return &k.Latency })
	wait := length("retry_after", "0s", func(k *Knobs) *timeOf { return &k.RetryAfter })
	return []Spec{
		{Kind: OK, Alias: "off", Also: "gofail off",
			Doc: "Leaves the call alone: the end of a script.", Try: "2*error(busy) -> ok"},
		{Kind: ErrorAnswer, Knobs: []Knob{class, permanent, refusal, wait}, Also: "transient error, error rate, abort; non-retryable error with permanent",
			Doc: "The service refuses with the class and does nothing. A permanent error is not worth another attempt.", Try: "5%error(conflict)"},
		{Kind: HTTP, Knobs: []Knob{text("code", "503", func(k *Knobs) *string { return &k.Class }), refusal, wait}, Also: "Envoy abort.http_status, k6 errorCode",
			Doc: "As error, by status code: 4xx is permanent, but for 408, 409, 423, 425 and 429.", Try: "40%http(503)"},
		{Kind: Hang, Alias: "timeout", Also: "black hole, Toxiproxy timeout",
			Doc: "The service does nothing and never answers: the caller's timeout ends the attempt.", Try: "1%hang"},
		{Kind: Reset, Knobs: []Knob{word("side", "before", []string{"before", "after"}, func(k *Knobs) *string { return &k.Side })}, Also: "Toxiproxy reset_peer, limit_data",
			Doc: "The connection is reset, before the service did its work or after: the caller cannot tell which.", Try: "2%reset(after)"},
		{Kind: Lost, Alias: "lost", Also: "commit_unknown_result, ambiguous outcome, in doubt",
			Doc: "The service does its work and its answer is lost: the caller runs into its timeout.", Try: "1%lost_response"},
		{Kind: Garble, Also: "HTTPChaos replace, corrupted reply",
			Doc: "The service does its work and its answer cannot be read: an error for the caller.", Try: "1%garble"},
		{Kind: Latency, Knobs: []Knob{factor("lat", "x1"), length("add", "0s", func(k *Knobs) *timeOf { return &k.Add }),
			word("ramp", "", []string{"up", "down"}, func(k *Knobs) *string { return &k.Ramp })}, Also: "Toxiproxy latency, latency-spike, fail-slow; ramp=down is slow-then-recover",
			Doc: "Answers take lat times as long, and add more. With ramp=up that grows from nothing to the end of the window, with ramp=down it fades.", Try: "@ 10m..20m: latency(x8, ramp=down)"},
		{Kind: Outage, Also: "fail-stop, Toxiproxy down, server-crash", whole: true,
			Doc: "Every call is refused at once, as 503.", Try: "@ 20m..23m: outage"},
		{Kind: Brownout, Knobs: []Knob{share("rate", "50%", func(k *Knobs) *float64 { return &k.Rate }), factor("lat", "x1")}, Also: "partial outage, cpu-reduction", whole: true,
			Doc: "A share of calls is refused as 503; the others take lat times as long.", Try: "@ 20m/3m: brownout(rate=80%, lat=x6)"},
		{Kind: RateLimit, Knobs: []Knob{count("calls", "60", func(k *Knobs) *int { return &k.Calls }), length("per", "1m", func(k *Knobs) *timeOf { return &k.Per }),
			count("burst", "1", func(k *Knobs) *int { return &k.Burst }), wait}, Also: "throttling, 429 with Retry-After, pushback", whole: true,
			Doc: "The service takes so many calls per time from one strategy, burst at once, and refuses the others as 429. The only kind that depends on the load that a strategy makes.", Try: "rate_limit(calls=30, per=1m, retry_after=20s)"},
		{Kind: Duplicate, Knobs: []Knob{length("delay", "100ms", func(k *Knobs) *timeOf { return &k.Delay })}, Also: "at-least-once delivery, packet replay",
			Doc: "The request arrives twice, the second time delay after the first: without a key the service does its work twice.", Try: "1%duplicate"},
		{Kind: Late, Knobs: []Knob{length("delay", "1m", func(k *Knobs) *timeOf { return &k.Delay })}, Also: "reordering, zombie request, late completion",
			Doc: "The request is held on its way for delay, longer than most callers wait: its effect lands after the next attempt began.", Try: "2%late(delay=40s)"},
		{Kind: Poison, Knobs: []Knob{permanent}, Also: "poison pill, bad payload",
			Doc: "A share of tasks, drawn once per task and step, fails whenever it is tried, as poison.", Try: "0.5%poison"},
		{Kind: GE, Knobs: nil, Also: "Gilbert-Elliott, netem gemodel, correlated faults", whole: true,
			Doc: "Two states in turn, good and bad, whose stays are exponential with these means; in each a share e of calls is refused as 503. With several services the states are one cause of theirs.", Try: "~ ge(good=95s, e=1%; bad=5s, e=80%)"},
		{Kind: Idempotency, Knobs: []Knob{word("mode", "replay_all", []string{"replay_all", "replay_success", "none"}, func(k *Knobs) *string { return &k.Mode })},
			Also: "sticky idempotent error (replay_all), keys ignored (none)", whole: true,
			Doc: "What the service remembers under a key. replay_success is what every service does without this; replay_all also keeps errors that it answered itself, so that the same key meets them again and again; none ignores keys.", Try: "idempotency(replay_all)"},
		{Kind: Stall, Also: "freeze, SIGSTOP, VM pause, stop-the-world collection", whole: true,
			Doc: "The service's servers stand still: work under way and in line waits, and goes on afterwards where it was. At a service without servers it is hang for calls that begin in it.", Try: "@ 20m/5s: stall"},
	}
}

// spec finds a kind by its name or alias; nil: there is none.
func spec(name string) *Spec {
	for _, s := range Kinds() {
		if string(s.Kind) == name || s.Alias == name && name != "" {
			return &s
		}
	}
	return nil
}

// kindNames are the names that may stand in a term.
func kindNames() []string {
	var list []string
	for _, s := range Kinds() {
		list = append(list, string(s.Kind))
		if s.Alias != "" {
			list = append(list, s.Alias)
		}
	}
	return list
}

// Name is the standard name of what a term does, as events carry it.
func (t *Term) Name() string {
	switch {
	case t.Kind == GE:
		return "burst"
	case t.Kind == Idempotency && t.Mode == "replay_all":
		return "sticky_error"
	case t.Kind == Idempotency && t.Mode == "none":
		return "ignored_keys"
	case t.Kind == HTTP:
		return "error"
	}
	return string(t.Kind)
}

// Name is the standard name of the fault: that of its script's first term that
// does something.
func (f *Fault) Name() string {
	for i := range f.Terms {
		if f.Terms[i].Kind != OK {
			return f.Terms[i].Name()
		}
	}
	return string(OK)
}

// Refusal is the class that a term's refusal has for the caller, and whether it
// is permanent.
func (t *Term) Refusal() (class string, permanent bool) {
	switch t.Kind {
	case ErrorAnswer:
		return t.Class, t.Permanent
	case HTTP:
		return t.Class, strings.HasPrefix(t.Class, "4") && !strings.Contains(" 408 409 423 425 429 ", " "+t.Class+" ")
	case Reset:
		return "connection_reset", false
	case Garble:
		return "garbled", false
	case RateLimit:
		return "429", false
	case Poison:
		return "poison", t.Permanent
	case Hang, Lost, Stall:
		return "timeout", false
	}
	return "503", false
}

// describe is a kind in a message: its name and knobs.
func (s *Spec) describe() string {
	if len(s.Knobs) == 0 {
		return fmt.Sprintf("%s has no knobs", s.Kind)
	}
	return fmt.Sprintf("%s has %s", s.Kind, allOf(s.names()))
}
