package scenario

import (
	"errors"
	"math"
	"slices"

	"tasker-sim/internal/event"
)

func backoffs() codec[string] {
	return words("backoff", growths()...)
}

func growths() []string { return []string{Exponential, Fixed, AtOnce, Decorrelated} }

// words is a codec of a choice between words.
func words(kind string, allowed ...string) codec[string] {
	return codec[string]{kind, oneOf(allowed), func(s string) (string, error) {
		if slices.Contains(allowed, s) || s == "" {
			return s, nil
		}
		if near := nearest(s, allowed); near != "" {
			return "", errors.New("must be " + oneOf(allowed) + "; did you mean " + near + "?")
		}
		return "", errors.New("must be " + oneOf(allowed))
	}, func(s string) string { return s }, nil}
}

// jitters reads a share, none, equal or full.
func jitters() codec[Jitter] {
	return codec[Jitter]{"jitter", "10%, or none, equal or full", func(s string) (Jitter, error) {
		switch s {
		case "none":
			return Jitter{}, nil
		case FullJitter, EqualJitter:
			return Jitter{Kind: s}, nil
		}
		share, err := parseRate(s)
		return Jitter{Share: share}, err
	}, func(j Jitter) string {
		if j.Kind != "" {
			return j.Kind
		}
		return writeRate(j.Share)
	}, nil}
}

// switches reads the mechanisms of a strategy that few strategies have.
func (r *reader) switches(o *object, st *Strategy) {
	flag := func(key string, def bool, doc string) (bool, place) {
		return read(o, switches(), field{key: key, def: writeSwitch(def), rare: true, doc: doc})
	}
	var at place
	s := &st.Switches
	s.Breaker, _ = flag("breaker", st.Policies, "keeps the breakers of the services")
	s.Bulkhead, at = flag("bulkhead", st.Policies, "keeps the limits of calls in flight")
	s.Budget, _ = flag("budget", false, "tries again only as often as the retry budget allows")
	s.Throttle, _ = flag("throttle", false, "tries again only while most calls succeed")
	s.Pace, _ = flag("pace", false, "keeps to its own rate limit")
	s.Deadlines, _ = flag("deadlines", false, "tells services its deadline: they do no work for callers who are gone")
	s.LIFO, _ = flag("lifo", false, "services serve its newest call first")
	s.Shedding, _ = flag("shedding", false, "services refuse its calls beyond queue.shed")
	s.Fallbacks, _ = flag("fallbacks", false, "a step whose attempts all failed gives its fallback")
	r.compensation(o, st)
	if o.entry("backoff") != nil || r.override(o.sub("backoff")) != nil {
		s.Backoff, _ = read(o, backoffs(), field{key: "backoff", def: Exponential, words: growths(), doc: "how waits grow, whatever the steps say"})
	}
	if o.entry("jitter") != nil || r.override(o.sub("jitter")) != nil {
		j, _ := read(o, jitters(), field{key: "jitter", def: "10%", doc: "how waits vary, whatever the steps say"})
		s.Jitter = &j
	}
	if s.Bulkhead && !st.Engine && !st.Policies {
		r.fail(at, "", "strategies.%s.bulkhead needs engine: limits of calls in flight are kept by the engine", st.Name)
	}
}

// capacity reads how much a service can do at once, and who waits how.
func (r *reader) capacity(o namedObject, v *Service) {
	v.Servers, _ = read(o.object, limits(), field{key: "servers", def: "off", rare: true, high: maxServers, doc: "calls that it works on at once, for one strategy; the others wait in line"})
	q := o.rareBlock("queue", "the line before its servers: set order, limit, drop or shed")
	if q == nil {
		return
	}
	if v.Servers == 0 {
		r.fail(o.keyPlace("queue"), "write servers: N", "%s has a queue, but no servers for which calls could wait", o.path)
	}
	order, _ := read(q, words("order", "fifo", "lifo"), field{key: "order", def: "fifo", words: []string{"fifo", "lifo"}, rare: true, doc: "who is served next: fifo, lifo"})
	drop, _ := read(q, words("order", "newest", "oldest"), field{key: "drop", def: "newest", words: []string{"newest", "oldest"}, rare: true, doc: "who is turned away when the line is full: newest, oldest"})
	v.Queue.LIFO, v.Queue.DropOldest = order == "lifo", drop == "oldest"
	v.Queue.Limit, _ = read(q, limits(), field{key: "limit", def: "off", rare: true, high: maxInQueue, doc: "calls that may wait in line"})
	v.Queue.Shed, _ = read(q, limits(), field{key: "shed", def: "off", rare: true, high: maxInQueue, doc: "calls that may wait in line, of strategies with shedding"})
	name, _ := read(q, texts(), field{key: "class", def: "overloaded", hide: true, doc: "what those are told that find no place in line"})
	v.Queue.Refusal = r.class(q, name)
	v.Queue.Refusal.Share = 1
	if v.Queue.Refusal.Latency == 0 {
		v.Queue.Refusal.Latency = event.Millisecond
	}
	q.done()
}

// retryPolicies reads what bounds the calls of strategies that switch it on.
func (r *reader) retryPolicies(o namedObject, v *Service) {
	if c := o.rareBlock("budget", "retry budget, for strategies with budget: set deposit and burst"); c != nil {
		b := &Budget{}
		b.Deposit, _ = read(c, rates(), field{key: "deposit", def: "10%", doc: "share of a retry that each success earns"})
		b.Burst, _ = read(c, counts(), field{key: "burst", def: "10", low: 1, high: 1e6, doc: "retries in hand at the beginning, and at most"})
		v.Budget = b
		c.done()
	}
	if c := o.rareBlock("throttle", "retry throttle, for strategies with throttle: set tokens and ratio"); c != nil {
		t := &Throttle{}
		t.Tokens, _ = read(c, counts(), field{key: "tokens", def: "10", low: 1, high: 1e6, doc: "retries are allowed while more than half of so many tokens are there"})
		t.Ratio, _ = read(c, rates(), field{key: "ratio", def: "10%", doc: "tokens that a success gives back; a failure takes one"})
		v.Throttle = t
		c.done()
	}
	v.Pace = r.pace(o.rareBlock("pace", "the caller's own rate limit, for strategies with pace: set calls and per"))
}

// pace reads the caller's rate limit.
func (r *reader) pace(o *object) *Pace {
	if o == nil {
		return nil
	}
	calls, at := read(o, counts(), field{key: "calls", need: true, low: 1, high: 1e9, doc: "calls that a strategy makes in the time per"})
	per, _ := read(o, times(), field{key: "per", def: "1s", low: 1, doc: "the time in which it makes that many calls"})
	p := &Pace{Every: per / event.Time(max(1, calls))}
	p.Burst, _ = read(o, counts(), field{key: "burst", def: "1", low: 1, high: 1e6, doc: "calls that it makes at once after a rest"})
	if calls > 0 && per > 0 && p.Every < 1 {
		r.fail(at, "", "%s is more than one call a microsecond: that is no limit", o.path)
	}
	o.done()
	return p
}

// tally reads by which share of failures a breaker opens.
func (r *reader) tally(o *object) *Tally {
	if o == nil {
		return nil
	}
	w := &Tally{}
	w.Calls, _ = read(o, counts(), field{key: "calls", need: true, low: 1, high: 1024, doc: "answers that must be there"})
	w.Over, _ = read(o, times(), field{key: "over", def: "0s", rare: true, doc: "answers of the last so long count; 0s: the last calls, however old"})
	var at place
	w.Share, at = read(o, rates(), field{key: "share", def: "50%", doc: "it opens when at least this share has failed"})
	if w.Share == 0 {
		r.fail(at, "", "%s.share is 0%%: it would open with the first answer", o.path)
	}
	o.done()
	return w
}

// byMean reads a latency of a kind that its mean describes.
func (r *reader) byMean(o *object, l *Latency) {
	l.Mean, _ = read(o, times(), field{key: "mean", need: l.Kind != LogNormal, rare: true, low: 1, doc: "mean time of a call, of kinds that are given by it"})
	l.Median, l.P99 = l.Mean, l.Mean
	if l.Kind == Memoryless {
		l.Median, l.P99 = timesMean(l.Mean, math.Ln2), timesMean(l.Mean, math.Log(100))
	}
}

func timesMean(mean event.Time, x float64) event.Time {
	return max(1, event.Time(math.Round(float64(float64(mean)*x))))
}

// fallback reads a step's lesser result: it has the fields of the whole one, so
// that later steps find what they look for.
func (r *reader) fallback(d *draft, sees scope) []Binding {
	d.obj.document("fallback", []string{"the step's lesser result when its attempts all failed, in strategies with fallbacks; fields as output"})
	list, _ := r.bindings(d.obj, "fallback", sees, false)
	if d.obj.schema != nil {
		return nil
	}
	if d.obj.entry("fallback") == nil {
		return nil
	}
	name := func(b Binding) string { return b.Name }
	if want, got := namesOf(d.Output, name), namesOf(list, name); !slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))) {
		r.fail(d.obj.keyPlace("fallback"), "", "%s.fallback must have the fields of output: %s", d.obj.path, oneOf(want))
	}
	return list
}
