package scenario

import (
	"math"

	"tasker-sim/internal/event"
)

func (r *reader) services(o *object) {
	list := o.named("services", func(n string) string { return "services." + n }, "what the steps call, and how it fails")
	for _, e := range list {
		r.s.Services = append(r.s.Services, r.service(e))
	}
	if len(list) == 0 || o.schema != nil {
		o.required("services", "what the steps call")
	}
}

func (r *reader) service(o namedObject) Service {
	v := Service{Name: o.name, Title: o.words("title", o.name, "its name for people")}
	if c := o.needed("latency", "how long its calls take: median and p99"); c != nil {
		v.Latency = r.latency(c)
	}
	v.Error = r.errors(o.child("error", "plain errors, outside of bursts and windows"))
	lost := o.child("lost_response", "calls that take effect and whose answer is lost")
	var at place
	v.Lost.Rate, at = read(lost, rates(), field{key: "rate", def: "0%", doc: "share of calls that take effect and whose answer is lost"})
	lost.done()
	if v.Error.Rate+v.Lost.Rate > 1 {
		r.fail(at, "", "%s.error.rate and lost_response.rate add up to %s, more than 100%%", o.path, writeRate(v.Error.Rate+v.Lost.Rate))
	}
	v.Burst = r.burst(o.block("burst", "short times of high error rates: set rate, good and bad"))
	v.Windows = r.windows(o)
	v.Faults = r.faults(o.object, nil, true)
	v.Limit, _ = read(o.object, limits(), field{key: "limit", def: "off", doc: "most calls in flight from one durable strategy"})
	v.Chatter, _ = read(o.object, times(), field{key: "chatter", def: "0s", rare: true, doc: "distance of the lines that it logs whatever tasks do; 0s: none"})
	v.Rate = r.rateLimit(o.rareBlock("rate_limit", "most calls that the service takes: set calls and per"))
	v.Breaker = r.breaker(o.block("breaker", "circuit breaker: set failures, cooldown and probes"))
	r.capacity(o, &v)
	r.retryPolicies(o, &v)
	o.done()
	return v
}

func (r *reader) latency(o *object) Latency {
	l := Latency{Kind: r.word(o, "kind", LogNormal, LogNormal, Memoryless, Constant)}
	if l.Kind != LogNormal || o.schema != nil {
		r.byMean(o, &l)
	}
	if l.Kind != LogNormal {
		o.done()
		return l
	}
	var median, at place
	l.Median, median = read(o, times(), field{key: "median", need: true, unless: "mean", low: 1, doc: "half of the calls are faster"})
	l.P99, at = read(o, times(), field{key: "p99", need: true, unless: "mean", low: 1, doc: "99 of 100 calls are faster"})
	if l.P99 > 0 && l.P99 < l.Median {
		r.fail(culprit(median, at), "", "%s.p99 is %s, less than the median (%s)", o.path, writeTime(l.P99), writeTime(l.Median))
	}
	o.done()
	return l
}

func (r *reader) errors(o *object) Errors {
	var e Errors
	e.Rate, _ = read(o, rates(), field{key: "rate", def: "0%", doc: "share of calls that fail outside of bursts and windows"})
	sum := 0.0
	list := o.named("classes", func(n string) string { return o.path + ".classes." + n }, "what failures look like; their shares sum to 100%")
	for _, c := range list {
		class := r.class(c.object, c.name)
		class.Share, _ = read(c.object, rates(), field{key: "share", need: true, doc: "share of the service's errors that are of this class"})
		e.Classes = append(e.Classes, class)
		sum += class.Share
		c.done()
	}
	switch {
	case len(list) == 0:
		e.Classes = []Class{{Name: "error", Share: 1, Message: "the service failed"}}
	case math.Abs(sum-1) > 1e-6:
		r.fail(o.keyPlace("classes"), "", "the shares of %s.classes add up to %s, must add up to 100%%", o.path, writeRate(math.Round(sum*1e9)/1e9))
	}
	o.done()
	return e
}

// class reads one way of failing, but for its share.
func (r *reader) class(o *object, name string) Class {
	c := Class{Name: name, Message: o.words("message", name, "what the caller reads")}
	c.Permanent, _ = read(o, switches(), field{key: "permanent", def: "off", rare: true, doc: "not worth another attempt"})
	var at place
	c.Hang, at = read(o, switches(), field{key: "hang", def: "off", rare: true, doc: "no answer ever: the caller's timeout ends it"})
	c.Latency, _ = read(o, times(), field{key: "latency", def: "0s", rare: true, doc: "time to the refusal; 0s: as the service's own"})
	c.RetryAfter, _ = read(o, times(), field{key: "retry_after", def: "0s", rare: true, doc: "the service asks to wait that long"})
	if c.Hang && (c.Latency > 0 || c.RetryAfter > 0) {
		r.fail(at, "", "%s hangs: it has no answer, so neither latency nor retry_after", o.name())
	}
	return c
}

func (r *reader) burst(o *object) *Burst {
	if o == nil {
		return nil
	}
	b := &Burst{}
	b.Good, _ = read(o, times(), field{key: "good", need: true, low: 1, doc: "mean time between bursts"})
	b.Bad, _ = read(o, times(), field{key: "bad", need: true, low: 1, doc: "mean length of a burst"})
	b.Rate, _ = read(o, rates(), field{key: "rate", need: true, doc: "share of calls that fail during a burst"})
	name, at := read(o, texts(), field{key: "class", def: "503", hide: true, doc: "the error's name"})
	if name == "" {
		r.fail(at, "", "%s.class must name the error, like 503", o.path)
	}
	b.Class = r.class(o, name)
	b.Class.Share = 1
	o.done()
	return b
}

// rateLimit reads a token bucket: calls per time, and how many may come at once.
func (r *reader) rateLimit(o *object) *RateLimit {
	if o == nil {
		return nil
	}
	l := &RateLimit{}
	calls, at := read(o, counts(), field{key: "calls", need: true, low: 1, high: 1e9, doc: "calls that the service takes in the time per, from one strategy"})
	per, _ := read(o, times(), field{key: "per", def: "1m", low: 1, doc: "the time in which it takes that many calls"})
	l.Burst, _ = read(o, counts(), field{key: "burst", def: "1", low: 1, high: 1e6, doc: "calls that it takes at once after a rest"})
	name, _ := read(o, texts(), field{key: "class", def: "429", hide: true, doc: "the error's name"})
	l.Class = r.class(o, name)
	l.Class.Share = 1
	l.Every = per / event.Time(max(1, calls))
	if calls > 0 && per > 0 && l.Every < 1 {
		r.fail(at, "", "%s takes more than one call a microsecond: that is no limit", o.path)
	}
	o.done()
	return l
}

func (r *reader) breaker(o *object) *Breaker {
	if o == nil {
		return nil
	}
	b := &Breaker{}
	byShare := o.schema == nil && o.has("window")
	b.Failures, _ = read(o, counts(), field{key: "failures", need: !byShare, unless: "window", low: 1, high: 1e6, doc: "failed attempts in a row that open it"})
	b.Cooldown, _ = read(o, times(), field{key: "cooldown", need: true, low: 1, doc: "time from opening to the first probe"})
	b.Window = r.tally(o.rareBlock("window", "it opens by the share of failures as well: set calls and share"))
	b.Probes, _ = read(o, counts(), field{key: "probes", def: "1", low: 1, high: 1e6, doc: "attempts let through after the cooldown"})
	o.done()
	return b
}

// windows reads the scheduled faults of a service: a list of mappings, or a
// text like "outage@20m/3m".
func (r *reader) windows(o namedObject) []Window {
	path := o.sub("windows")
	e := o.entry("windows")
	set := r.override(path)
	var inFile []Window
	at := o.at
	if e != nil && e.value.kind != nullNode {
		at = e.value.at
		if e.value.mayBe(scalarNode) {
			inFile, _ = convert(r, windowTerms(), field{}, path, e.value)
		}
		if e.value.kind != scalarNode || o.schema != nil {
			inFile = r.windowList(o.object)
		}
	}
	now := inFile
	if set != nil {
		at = place{set: set.text}
		now, _ = convert(r, windowTerms(), field{}, path, &node{text: set.value, at: at})
	}
	r.params = append(r.params, Param{Path: path, Value: writeWindows(now), Default: writeWindows(inFile), Kind: "windows",
		Doc: "scheduled faults: outage@FROM/LENGTH or brownout(RATE,FACTORx)@FROM/LENGTH, several with +"})
	r.overlaps(path, at, now)
	return now
}

func (r *reader) windowList(o *object) []Window {
	var list []Window
	for _, n := range o.list("windows", "scheduled faults: a list, or a text like outage@20m/3m") {
		w := r.object(o.sub("windows"), n.at, n)
		kind, at := read(w, texts(), field{key: "kind", need: true, hide: true, words: []string{"outage", "brownout"}, doc: "outage or brownout"})
		v := Window{Kind: kind}
		v.From, _ = read(w, times(), field{key: "from", need: true, hide: true, doc: "when it begins"})
		v.To, _ = read(w, times(), field{key: "to", need: true, hide: true, low: 1, doc: "when it ends"})
		v.Rate, _ = read(w, rates(), field{key: "rate", def: "100%", hide: true, doc: "share of calls that fail"})
		v.LatencyFactor, _ = read(w, numbers(), field{key: "latency_factor", def: "1", low: 1, hide: true, doc: "latency of the others, times this"})
		if kind != "outage" && kind != "brownout" && kind != "" {
			r.fail(at, didYouMean(kind, []string{"outage", "brownout"}), "unknown kind of window %q: allowed are outage or brownout", kind)
		}
		if kind == "brownout" && !w.has("rate") && !w.has("latency_factor") {
			r.fail(n.at, "", "a brownout needs rate or latency_factor")
		}
		if kind == "brownout" && !w.has("rate") {
			v.Rate = 0
		}
		if kind == "outage" && v.Rate != 1 {
			r.fail(at, "a service that still answers some calls is in a brownout", "an outage fails all calls: its rate cannot be %s", writeRate(v.Rate))
		}
		if v.To > 0 && v.To <= v.From {
			r.fail(n.at, "", "the window ends at %s, not after its begin (%s)", writeTime(v.To), writeTime(v.From))
		}
		w.done()
		list = append(list, v)
	}
	return list
}

// overlaps reports windows of one service that overlap: which of them would rule?
func (r *reader) overlaps(path string, at place, list []Window) {
	for i, a := range list {
		for _, b := range list[:i] {
			if a.From < b.To && b.From < a.To {
				r.fail(at, "", "two windows of %s overlap: %s and %s", path, writeWindows([]Window{b}), writeWindows([]Window{a}))
			}
		}
	}
}

// impact reads the declared model of what failures cost people.
func (r *reader) impact(o *object) {
	im := event.Impact{}
	im.ContactBroken, _ = read(o, rates(), field{key: "contact_broken", def: "0%", doc: "declared: share of customers with a broken promise who call support"})
	im.ContactUntold, _ = read(o, rates(), field{key: "contact_untold", def: "0%", doc: "declared: share of those told \"failed\" although it was done who call"})
	im.ContactClean, _ = read(o, rates(), field{key: "contact_clean", def: "0%", doc: "declared: share of those whose task failed without traces who call"})
	im.MinutesPerCase, _ = read(o, numbers(), field{key: "minutes_per_case", def: "0", doc: "declared: minutes to repair one broken promise by hand"})
	im.Engineers, _ = read(o, counts(), field{key: "engineers", def: "1", low: 1, high: 1e6, doc: "declared: people who share that work"})
	r.s.Impact = im
	o.done()
}
