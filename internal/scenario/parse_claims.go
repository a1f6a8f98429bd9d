package scenario

import (
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// promises reads what one effect owes another.
func (r *reader) promises(o *object) {
	taken := map[string]bool{}
	for _, e := range r.s.Effects {
		taken[e.Many] = true
	}
	for _, x := range r.s.Resources {
		taken[x.Over] = true
	}
	for _, n := range o.list("promises", "what one effect owes another, and the names under which broken promises are counted") {
		c := r.object("promises", n.at, n)
		var p event.Promise
		p.Effect = r.effectRef(c, "effect", "the effect that owes another")
		p.Owes = r.effectRef(c, "owes", "the effect that it owes")
		p.Broken = r.counter(c, "broken", taken, true)
		p.Parked = r.counter(c, "parked", taken, false)
		p.Unknown = r.counter(c, "unknown", taken, false)
		p.Twice = r.counter(c, "twice", taken, false)
		c.done()
		r.s.Promises = append(r.s.Promises, p)
	}
}

func (r *reader) effectRef(o *object, key, doc string) int {
	name, at := read(o, texts(), field{key: key, need: true, hide: true, doc: doc})
	if name == "" {
		return 0
	}
	i, _ := r.indexOf("effect", name, at, r.s.effectNames())
	return i
}

// counter reads the name of a counter; it must be new among the result's effects.
func (r *reader) counter(o *object, key string, taken map[string]bool, need bool) string {
	name, at := read(o, texts(), field{key: key, need: need, hide: true, doc: "the name of the counter, like charged_no_order"})
	if name == "" {
		return ""
	}
	if !isName(name) {
		r.fail(at, "", "%q cannot be the name of a counter: names are made of a-z, 0-9 and _, and begin with a letter", name)
	}
	if taken[name] {
		r.fail(at, "", "two counters are called %q", name)
	}
	taken[name] = true
	return name
}

func (r *reader) claims(o *object) {
	for _, n := range o.list("claims", "what the story says, held against the run") {
		r.s.Claims = append(r.s.Claims, r.claim(r.object("claims", n.at, n)))
	}
}

func (r *reader) claim(o *object) event.Claim {
	c := event.Claim{
		Name:   o.text("name", "what is claimed, a few words"),
		Source: o.text("source", "where it is claimed"),
		Kind:   r.word(o, "kind", "", "measured", "declared", "quoted"),
		Unit:   r.word(o, "unit", "count", "share", "cents", "minutes", "hours", "count"),
	}
	var at place
	c.Measure, at = read(o, texts(), field{key: "measure", hide: true, doc: "the figure of the result that it is held against, like failure_rate or effects.<counter>"})
	switch {
	case c.Measure != "":
		r.measure(c.Measure, at)
	case c.Kind == "measured" || c.Kind == "declared":
		r.fail(o.at, "", "claim %q is %s: it needs a measure to be held against", c.Name, c.Kind)
	}
	c.SaysBefore, c.Before = r.side(o.child("before", "what it says of the first strategy"))
	c.SaysAfter, c.After = r.side(o.child("after", "what it says of the last strategy"))
	o.done()
	return c
}

func (r *reader) side(o *object) (says string, in *event.Range) {
	says = o.words("says", "", "in the story's words")
	o.document("range", []string{"the claim holds if the figure is in it: 11%..20%, or one value"})
	if e := o.entry("range"); e != nil {
		in, _ = convert(r, ranges(), field{}, "range", e.value)
	}
	o.done()
	return says, in
}

// word reads one of some words; def "": it must be there.
func (r *reader) word(o *object, key, def string, words ...string) string {
	w, at := read(o, texts(), field{key: key, def: def, need: def == "", hide: true, words: words, doc: oneOf(words)})
	if w != "" && !slices.Contains(words, w) {
		r.fail(at, didYouMean(w, words), "%s must be %s, not %q", key, oneOf(words), w)
	}
	return w
}

// measure checks the path of a figure in the result.
func (r *reader) measure(path string, at place) {
	known := r.measures()
	if !slices.Contains(known, path) {
		hint := didYouMean(path, known)
		r.fail(at, hint, "unknown measure %q: allowed are %s", path, strings.Join(known, ", "))
	}
}

// measures are the figures that a claim can be held against: paths below
// strategies.<name> of the result, and rescued_share.
func (r *reader) measures() []string {
	known := []string{"first_pass_failure_rate", "failure_rate", "rescued_share", "waited_over_10s_share",
		"attempts", "retries", "tasks.recovered", "tasks.declined",
		"backlog.queued", "backlog.done", "backlog.drained_minutes", "backlog.longest_minutes",
		"on_time_share", "recovery_p50_hours", "human_calls", "human_calls_per_week", "restarts", "wasted_hours",
		"incident.detect_minutes", "incident.recover_minutes", "incident.lost_cents", "incident.lines_scanned",
		"incident.services_opened", "incident.screens_opened", "watch.candidates_per_line", "watch.false_alerts", "watch.false_alert_share",
		"traffic.settled_success_share", "traffic.settled_amplification", "traffic.amplification",
		"impact.support_tickets", "impact.manual_recovery_hours", "impact.revenue_lost_cents"}
	if r.s.Releases != nil {
		known = append(known, registryMeasures()...)
	}
	for _, e := range r.s.Effects {
		known = append(known, "effects."+e.Many)
	}
	for _, x := range r.s.Resources {
		if x.Over != "" {
			known = append(known, "effects."+x.Over)
		}
	}
	for _, p := range r.s.Promises {
		for _, name := range []string{p.Broken, p.Parked, p.Unknown, p.Twice} {
			if name != "" {
				known = append(known, "effects."+name)
			}
		}
	}
	return append(known, r.s.guardMeasures()...)
}

// registryMeasures are the figures of releases and of work that is handed over.
func registryMeasures() []string {
	return []string{"registry.releases", "registry.conflicts", "registry.incidents", "registry.taken_back", "registry.same_version_again",
		"registry.names_invented", "registry.approval_days", "registry.sent_back", "registry.committee_hours_per_week",
		"registry.lead_days", "registry.misrouted", "registry.misrouted_failed", "registry.misrouted_paid",
		"registry.uncontrolled", "registry.uncontrolled_cents", "registry.broken_calls",
		"handed_over.created", "handed_over.met", "handed_over.doubled", "handed_over.done", "handed_over.failed"}
}
