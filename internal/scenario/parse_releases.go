package scenario

import (
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

const day = 24 * event.Hour

// weekdays are the days of a week: a run begins on the first.
func weekdays() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// releases reads who releases workflows; names are those that control sees.
func (r *reader) releases(o *object, names scope) {
	if !o.has("releases") {
		return
	}
	c := o.child("releases", "teams release workflows while tasks run, by what rules, and what the story scripts")
	l := &Releases{}
	r.s.Releases = l
	l.Teams = r.wordsOf(c, "teams", "the teams that release workflows, each a namespace")
	l.Names = r.wordsOf(c, "names", "the names that teams would give the same thing")
	l.Invented = r.wordsOf(c, "invented", "endings of invented names, like v2")
	l.Build, _ = read(c, times(), field{key: "build", def: "24h", low: 1, doc: "how long a team works on a release, exponential"})
	l.Shared, _ = read(c, rates(), field{key: "shared", def: "38%", doc: "share of releases with a name that other teams use too"})
	l.Explicit, _ = read(c, rates(), field{key: "explicit", def: "75%", doc: "share of workflows that fail to register if their key is taken; the others replace"})
	l.Reuse, _ = read(c, rates(), field{key: "reuse", def: "2%", doc: "share of releases that forget to raise their version"})
	l.Rounds, _ = read(c, counts(), field{key: "rounds", def: "3", low: 1, high: 100, doc: "how often a name is taken, back and forth, until the teams talk"})
	l.Adapt, _ = read(c, times(), field{key: "adapt", def: "24h", doc: "how long callers need to follow a breaking release"})
	l.Control = r.expr(c, "control", names, "expression: whether a task's own workflow has a control that it must not go without")
	r.notice(c.child("notice", "when a team finds out that its tasks run another team's workflow"), &l.Notice)
	r.committee(c.child("committee", "who approves names, and when"), &l.Committee)
	r.held(c, l)
	r.script(c, l)
	c.done()
}

func (r *reader) notice(o *object, n *Notice) {
	n.Failures, _ = read(o, counts(), field{key: "failures", def: "20", low: 1, doc: "a team finds out once so many of its misrouted tasks have failed"})
	n.After, _ = read(o, times(), field{key: "after", def: "24h", low: 1, doc: "… or this long after, whichever is first"})
	n.Redeploy, _ = read(o, times(), field{key: "redeploy", def: "30m", doc: "how much later it takes the name back"})
	o.done()
}

func (r *reader) committee(o *object, c *Committee) {
	for _, ref := range r.references(o, "days", "the days on which it sits, like mon") {
		if i, ok := r.indexOf("day", ref.name, ref.at, weekdays()); ok && !slices.Contains(c.Days, i) {
			c.Days = append(c.Days, i)
		}
	}
	slices.Sort(c.Days)
	if len(c.Days) == 0 {
		c.Days = []int{0, 2, 4}
	}
	var at place
	c.At, _ = read(o, times(), field{key: "at", def: "10h", high: float64(day - 1), doc: "time of day at which the committee sits"})
	c.Sits, at = read(o, times(), field{key: "sits", def: "2h", low: 1, doc: "how long it sits"})
	if c.At+c.Sits > day {
		r.fail(at, "", "%s.sits is %s: a sitting that begins at %s must end the same day", o.path, writeTime(c.Sits), writeTime(c.At))
	}
	t := o.child("talk", "how long one name is talked about")
	c.Talk.Median, _ = read(t, times(), field{key: "median", def: "17m", low: 1, doc: "half of the names are talked about for less"})
	c.Talk.P99, at = read(t, times(), field{key: "p99", def: "48m", low: 1, doc: "… and one in a hundred for longer"})
	if c.Talk.P99 < c.Talk.Median {
		r.fail(at, "", "%s.p99 is %s, less than median (%s)", t.path, writeTime(c.Talk.P99), writeTime(c.Talk.Median))
	}
	t.done()
	c.SentBack, _ = read(o, rates(), field{key: "sent_back", def: "22%", doc: "share of names that have to come again"})
	if c.SentBack > .9 {
		r.fail(o.at, "", "%s.sent_back is %s: at most 90%%, or nothing is ever approved", o.path, writeRate(c.SentBack))
	}
	o.done()
}

// wordsOf reads a list of names that must differ.
func (r *reader) wordsOf(o *object, key, doc string) (list []string) {
	for _, ref := range r.references(o, key, doc) {
		switch {
		case !isName(ref.name):
			r.fail(ref.at, "", "%q cannot be a name in %s: names are made of a-z, 0-9 and _, and begin with a letter", ref.name, o.sub(key))
		case slices.Contains(list, ref.name):
			r.fail(ref.at, "", "%q comes twice in %s", ref.name, o.sub(key))
		default:
			list = append(list, ref.name)
		}
	}
	if len(list) == 0 || len(list) > maxNamed {
		r.fail(o.keyPlace(key), "", "%s needs between 1 and %d names: %s", o.sub(key), maxNamed, doc)
	}
	return list
}

// held reads who has which name at the beginning: "process_refund: support".
func (r *reader) held(o *object, l *Releases) {
	c := o.child("held", "who has which name at the beginning: NAME: TEAM")
	for _, e := range c.entries(namePattern, ownName) {
		if e.value.schema != nil {
			e.value.schema.add(nameForm())
			return
		}
		name, ok := r.indexOf("name", e.key, e.at, l.Names)
		team, ok2 := r.indexOf("team", e.value.text, e.value.at, l.Teams)
		if ok && ok2 {
			l.Held = append(l.Held, Held{name, team})
		}
	}
}

// script reads releases of the story's own.
func (r *reader) script(o *object, l *Releases) {
	for _, n := range o.list("script", "releases of the story's own") {
		c := r.object("releases.script", n.at, n)
		var s Scripted
		s.At, _ = read(c, times(), field{key: "at", need: true, hide: true, low: 1, doc: "when it is released"})
		team, at := read(c, texts(), field{key: "team", need: true, hide: true, doc: "who releases it"})
		name, at2 := read(c, texts(), field{key: "name", need: true, hide: true, doc: "what it is called"})
		if team != "" && name != "" {
			s.Team, _ = r.indexOf("team", team, at, l.Teams)
			s.Name, _ = r.indexOf("name", name, at2, l.Names)
		}
		s.Explicit, _ = read(c, switches(), field{key: "explicit", def: "on", hide: true, doc: "it fails if the key is taken; else it replaces what is there"})
		s.Breaking, _ = read(c, switches(), field{key: "breaking", def: "off", hide: true, doc: "it wants what callers do not send yet"})
		s.Version, at = read(c, texts(), field{key: "version", hide: true, doc: "what it calls itself where there are versions, like 3.0.0; absent: the next one"})
		if s.Version != "" && strings.Count(s.Version, ".") != 2 {
			r.fail(at, "", "a version is written like 3.0.0, not %q", s.Version)
		}
		c.done()
		l.Script = append(l.Script, s)
	}
	slices.SortStableFunc(l.Script, func(a, b Scripted) int { return int(a.At - b.At) })
}

// registry reads how a strategy registers its workflows.
func (r *reader) registry(o *object) *Registry {
	if r.s.Releases == nil && !o.has("registry") {
		return nil
	}
	c := o.child("registry", "how workflows are registered")
	if r.s.Releases == nil {
		r.fail(o.keyPlace("registry"), "", "%s.registry needs releases: nothing would ever be registered", o.path)
	}
	g := &Registry{}
	var at place
	g.Namespaces, _ = read(c, switches(), field{key: "namespaces", def: "off", doc: "workflows are registered by namespace/name@version; else by their name alone"})
	g.Committee, _ = read(c, switches(), field{key: "committee", def: "off", doc: "a committee approves names"})
	g.Pins, at = read(c, switches(), field{key: "pins", def: "off", doc: "callers name the version that they were written for"})
	if g.Pins && !g.Namespaces && r.override(c.sub("pins")) == nil && r.override(c.sub("namespaces")) == nil {
		r.fail(at, "", "%s.pins needs namespaces: a name alone has no version", c.path)
	}
	c.done()
	return g
}
