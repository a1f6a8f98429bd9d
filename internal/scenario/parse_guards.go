package scenario

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/gate"
	"tasker-sim/internal/redact"
)

// wordList is one text or a list of texts.
func (o *object) wordList(key, doc string) (list []string) {
	for _, ref := range o.r.references(o, key, doc) {
		list = append(list, ref.name)
	}
	return list
}

// wordsOf is a list of which each must be one of some.
func (o *object) wordsOf(key, doc string, known []string) (list []string) {
	for _, ref := range o.r.references(o, key, doc) {
		if !slices.Contains(known, ref.name) {
			o.r.fail(ref.at, didYouMean(ref.name, known), "unknown %s %q: there are %s", key, ref.name, strings.Join(known, ", "))
		}
		list = append(list, ref.name)
	}
	return list
}

// gates reads the policies that admit() can ask.
func (r *reader) gates(o *object) {
	for _, e := range o.named("gates", func(n string) string { return "gates." + n }, "policies that admit() asks: who may do what") {
		g := Gate{Name: e.name, Issuer: e.text("issuer", "whose tokens it believes")}
		p := &g.Policy
		fresh, _ := read(e.object, times(), field{key: "fresh", def: "30m", low: 1, doc: "how long a second factor counts"})
		p.Fresh = fresh.Duration()
		p.Claimed, _ = read(e.object, switches(), field{key: "claimed", def: "off", doc: "role and team are taken from the token, not from the directory"})
		p.Blind = e.wordList("blind", "requests without a namespace make the check itself fail, but for these roles")
		p.Sensitive = e.wordList("sensitive", "workflows for which rules may ask more: namespace.name")
		f := e.child("factor", "who needs a second factor, and for what")
		p.FactorRoles, p.Factor = f.wordList("roles", "roles that always need one"), f.wordList("workflows", "workflows whose creation needs one")
		p.FactorNamespaces = f.wordList("namespaces", "namespaces that others than their team need one for")
		p.FactorFree = f.wordList("free", "roles that cannot show one and need none")
		f.done()
		for i, n := range e.list("rules", "the first rule that fits allows; what none allows is denied") {
			p.Rules = append(p.Rules, r.rule(r.object(fmt.Sprintf("gates.%s.rules.%d", e.name, i+1), n.at, n)))
		}
		e.done()
		r.s.Gates = append(r.s.Gates, g)
	}
}

func (r *reader) rule(o *object) gate.Rule {
	rule := gate.Rule{
		Verbs: o.wordList("verbs", "create, read, cancel, …; none: all"), Roles: o.wordList("roles", "none: all"),
		Namespaces: o.wordList("namespaces", "none: all"), Grants: o.wordList("grants", "permissions that must all be held; {namespace} and {workflow} are put in"),
		Relation: r.condition(o, "relation", gate.RelationTeam, gate.RelationOwner),
		Target:   r.condition(o, "target", gate.TargetTask, gate.TargetStep, gate.TargetOrdinary, gate.TargetSensitive),
	}
	o.done()
	return rule
}

// anyWord stands for no condition.
const anyWord = "any"

// condition reads one of some words; "any" and nothing are no condition.
func (r *reader) condition(o *object, key string, words ...string) string {
	if w := r.word(o, key, anyWord, append([]string{anyWord}, words...)...); w != anyWord {
		return w
	}
	return ""
}

// tags reads what marks tasks.
func (r *reader) tags(o *object, names scope) {
	c := o.child("tags", "marks of tasks of which figures are kept: a name, and an expression that tells whether a task has it")
	for _, e := range c.entries(namePattern, ownName) {
		r.checkName(e, "tags")
		if x := r.expr(c, e.key, names); x != nil {
			r.s.Tags = append(r.s.Tags, Tag{e.key, x})
		}
	}
	if n := len(r.s.Tags); n > maxTags {
		r.fail(c.at, "", "tags has %d entries, at most %d are possible", n, maxTags)
	}
}

// tagRef is the name of a tag, or nothing.
func (r *reader) tagRef(o *object, key, doc string) string {
	tag, at := read(o, texts(), field{key: key, hide: true, doc: doc})
	if tag != "" {
		r.indexOf("tag", tag, at, namesOf(r.s.Tags, func(t Tag) string { return t.Name }))
	}
	return tag
}

// maxTags keeps a task's tags within the bits of one byte.
const maxTags = 8

// needExpr is an expression that must be there.
func (r *reader) needExpr(o *object, key, doc string, names scope) *Expr {
	if o.entry(key) == nil || o.schema != nil {
		o.required(key, doc)
	}
	return r.expr(o, key, names, "expression: "+doc)
}

// needMechanism is the name of a mechanism that must be there.
func (r *reader) needMechanism(o *object, doc string) int {
	if o.entry("mechanism") == nil || o.schema != nil {
		o.required("mechanism", doc)
	}
	return r.mechanism(o, "mechanism", doc)
}

func (r *reader) identity(o *object, names scope) {
	if !o.has("identity") {
		return
	}
	c := o.child("identity", "who sends tasks, and who that is for a strategy")
	id := &Identity{
		Who:       r.needExpr(c, "who", "who really sends a task", names),
		Known:     r.needExpr(c, "known", "who that is for a strategy with the mechanism", names),
		Mechanism: r.needMechanism(c, "strategies with it know who sends a task"),
		Shared:    c.words("shared", "anybody", "the name that all senders have in the other strategies"),
	}
	id.Within, _ = read(c, times(), field{key: "within", def: "1m", low: 1, doc: "senders under one name within this cannot be told apart"})
	c.done()
	r.s.Identity = id
}

func (r *reader) privacy(o *object, names scope) {
	if !o.has("privacy") {
		return
	}
	c := o.child("privacy", "whose data tasks carry, and what strategies do about it")
	p := &Privacy{
		Subject: r.needExpr(c, "subject", "whose data a task carries, a name that says nothing of the person", names),
		Class:   r.expr(c, "class", names, "expression: how the data is classified"), Echo: r.expr(c, "echo", names, "expression: what services repeat of a request in their error messages"),
	}
	c.document("needles", []string{"texts of a task that must not be found where they do not belong: names and expressions"})
	p.Needles, _ = r.bindings(c, "needles", names, false)
	if len(p.Needles) > maxNeedles {
		r.fail(c.keyPlace("needles"), "", "privacy.needles has %d entries, at most %d are possible", len(p.Needles), maxNeedles)
	}
	for i, n := range c.list("redaction", "what is taken out of log lines and error messages; the first whose mechanism a strategy has") {
		e := r.object(fmt.Sprintf("privacy.redaction.%d", i+1), n.at, n)
		p.Redactions = append(p.Redactions, Redaction{r.needMechanism(e, "strategies with it write down what these rules leave"), r.redactRules(e)})
	}
	for i, n := range c.list("sealing", "contexts and outputs are kept sealed, each with the key of its subject") {
		e := r.object(fmt.Sprintf("privacy.sealing.%d", i+1), n.at, n)
		s := Sealing{Mechanism: r.needMechanism(e, "strategies with it keep data sealed")}
		if e.has("copy") {
			rules := r.redactRules(e.child("copy", "what is kept in clear beside what is sealed: what these rules leave"))
			s.Copy = &rules
		}
		e.done()
		p.Sealings = append(p.Sealings, s)
	}
	c.done()
	r.s.Privacy = p
}

// maxNeedles keeps the needles of a task that were found within the bits of a word.
const maxNeedles = 32

func (r *reader) redactRules(o *object) redact.Rules {
	rules := redact.Rules{
		Keys: o.wordList("keys", "fields whose key contains one of these"), Top: o.wordList("top", "fields at the top with such a key"),
		Patterns: o.wordsOf("patterns", "what is looked for in all texts", redact.Patterns()),
	}
	rules.Deny, _ = read(o, switches(), field{key: "deny", def: "off", doc: "takes out every text of which fields says nothing"})
	rules.Checked, _ = read(o, switches(), field{key: "checked", def: "off", doc: "patterns look at check digits and formats too"})
	fields := o.child("fields", "classes of fields, by path; public ones stay, * is any element of a list")
	for _, f := range fields.entries(pathPattern, "path") {
		if class, _ := read(fields, texts(), field{key: f.key, need: true, hide: true, doc: "its class, like email, or public"}); class != "" {
			rules.Fields = with(rules.Fields, f.key, class)
		}
	}
	o.done()
	return rules
}

// pathPattern is what paths of fields look like.
const pathPattern = "^[^. ]+([.][^. ]+)*$"

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

func (r *reader) audit(o *object, names scope) {
	if !o.has("audit") {
		return
	}
	c := o.child("audit", "which strategies keep a record of each thing that happens to a task")
	a := &Audit{Correlation: r.expr(c, "correlation", names, "expression: what ties the records of a task together"),
		Tags: r.expr(c, "tags", names, "expression: list of the rules that apply to a task")}
	a.Every, _ = read(c, times(), field{key: "every", def: "15m", low: 1, doc: "how often the head of the trail is written down elsewhere"})
	a.Questions, _ = read(c, counts(), field{key: "questions", def: "150", high: 1_000_000, doc: "how many single actions an auditor asks about"})
	a.Answered, _ = read(c, numbers(), field{key: "answered", def: "0.8", doc: "minutes for a question that the records answer"})
	a.Unanswered, _ = read(c, numbers(), field{key: "unanswered", def: "32", doc: "minutes for one that they do not"})
	a.Never = r.tagRef(c, "never", "tag of tasks that should not be done")
	a.Always = r.tagRef(c, "always", "tag of tasks that should not be refused")
	for i, n := range c.list("records", "whom strategies write into their records; the first whose mechanism a strategy has") {
		e := r.object(fmt.Sprintf("audit.records.%d", i+1), n.at, n)
		rec := Recording{Mechanism: r.needMechanism(e, "strategies with it keep records"), Actor: r.needExpr(e, "actor", "who did it", names)}
		rec.Role, rec.Team = r.expr(e, "role", names, "expression: in which role"), r.expr(e, "team", names, "expression: of which team")
		e.done()
		a.Records = append(a.Records, rec)
	}
	if len(a.Records) == 0 {
		r.fail(c.at, "", "audit lacks \"records\": which strategies keep records, and of whom")
	}
	c.done()
	r.s.Audit = a
}

// guards reads everything about who sends tasks and what they carry.
func (r *reader) guards(o *object, names scope) {
	r.tags(o, names)
	r.identity(o, names)
	r.privacy(o, names)
	r.audit(o, names)
}
