package fault

import (
	"slices"
	"strconv"
	"strings"

	"tasker-sim/internal/event"
)

// parser reads one line.
type parser struct {
	cursor
	names   Names
	implied bool // the place says which service is meant
}

// ParseLine reads a line of a journal: a fault at named services, or a verb. A
// problem is an [*Error].
func ParseLine(text string, names Names) (Line, error) {
	p := &parser{cursor: cursor{text: text}, names: names}
	l := p.line()
	return l, p.finish()
}

// ParseFault reads a fault. With implied, no service may be named: the place
// where it stands says which is meant.
func ParseFault(text string, names Names, implied bool) (Fault, error) {
	p := &parser{cursor{text: text}, names, implied}
	f := p.fault()
	return f, p.finish()
}

func (p *parser) finish() error {
	if !p.done() {
		p.fail(p.at, "", "want the end of the line here, or one of @, where and for")
	}
	if p.err != nil {
		return p.err
	}
	return nil
}

func (p *parser) line() Line {
	w, _ := p.word()
	p.space()
	next := ""
	if p.at < len(p.text) {
		next = p.text[p.at : p.at+1]
	}
	// A service may be called as a verb is: what follows tells.
	isVerb := slices.Contains(verbs(), w) && next != ":" && next != "+" && next != "~" && !strings.Contains(p.text, ":")
	if !isVerb {
		p.at = 0
		return Line{Fault: p.fault()}
	}
	l := Line{Verb: Verb(slices.Index(verbs(), w) + 1)}
	switch l.Verb {
	case Redrive:
		p.redrive(&l)
	case Clock:
		p.clock(&l)
	case Remedy:
		p.remedy(&l)
	}
	if l.Now = !p.takes("@"); !l.Now {
		l.At = p.time("an instant")
	}
	return l
}

func (p *parser) redrive(l *Line) {
	p.wants("(", "redrive(STRATEGY) or redrive(STRATEGY, TASK)")
	l.Strategy = p.name("strategy", p.names.Strategies)
	if p.takes(",") {
		w, from := p.word()
		n, err := strconv.ParseInt(w, 10, 32)
		if err != nil || n < 1 {
			p.fail(from, "", "want the number of a task, not %q", w)
		}
		l.Task = int32(n)
	}
	p.wants(")", "the end of what is driven again")
}

// clock reads "(+1h)" or "(-30s)".
func (p *parser) clock(l *Line) {
	p.wants("(", "clock(+1h) or clock(-30s)")
	p.space()
	from := p.at
	back := p.takes("-")
	if !back && !p.takes("+") {
		p.fail(from, "", "want + or - here: clock(+1h) sets it on, clock(-30s) back")
	}
	if l.By = p.time("a length"); l.By == 0 {
		p.fail(from, "", "want a length of more than nothing")
	}
	if back {
		l.By = -l.By
	}
	p.wants(")", "the end of how far the clock is set")
}

func (p *parser) remedy(l *Line) {
	const form = "remedy(STRATEGY, MECHANISM) or remedy(STRATEGY, MECHANISM, off)"
	p.wants("(", form)
	l.Strategy = p.name("strategy", p.names.All)
	p.wants(",", form)
	l.Remedy = p.name("remedy", Remedies())
	if p.takes(",") {
		l.Off = p.name("switch", []string{"on", "off"}) == "off"
	}
	p.wants(")", "the end of what is switched")
}

// name takes a name that must be one of those known.
func (p *parser) name(what string, known []string) string {
	w, from := p.word()
	switch {
	case w == "":
		p.fail(from, "", "want the name of a %s here%s", what, allowed(known))
	case known != nil && !slices.Contains(known, w):
		p.fail(from, didYouMean(w, known), "no %s %q%s", what, w, allowed(known))
	}
	return w
}

func allowed(known []string) string {
	if len(known) == 0 {
		return ""
	}
	return "; there are " + allOf(known)
}

func (p *parser) time(what string) event.Time {
	w, from := p.number()
	t, err := parseTime(w)
	if err != nil {
		p.fail(from, "", "%q is not %s: %v", w, what, err)
	}
	return t
}

// fault reads who, when and what.
func (p *parser) fault() Fault {
	var f Fault
	if !p.implied {
		f.Services = p.who()
	}
	switch {
	case p.takes("~"):
	case p.sees("@"):
		p.when(&f)
		p.wants(":", "what the fault is, like outage")
	case !p.implied:
		p.wants(":", "SERVICE: FAULT or SERVICE @ FROM..TO: FAULT")
	default:
		p.takes(":")
	}
	p.script(&f)
	p.tail(&f)
	return f
}

func (p *parser) who() (list []string) {
	for {
		at := p.at
		n := p.name("service", p.names.Services)
		if slices.Contains(list, n) {
			p.fail(at, "", "%s is named twice", n)
		}
		list = append(list, n)
		if !p.takes("+") {
			return list
		}
	}
}

// when reads "@ FROM..TO", "@ FROM.." or "@ FROM/LENGTH".
func (p *parser) when(f *Fault) {
	p.wants("@", "when")
	if f.Timed || f.For > 0 {
		p.fail(p.at, "", "it was said before when the fault is")
	}
	f.Timed, f.From = true, p.time("an instant")
	switch {
	case p.takes("/"):
		from := p.at
		if f.For = p.time("a length"); f.For <= 0 {
			p.fail(from, "", "want a length of more than nothing")
		}
		f.To, f.For = f.From+f.For, 0
	case p.takes(".."):
		if p.sees(":") || p.done() {
			return
		}
		p.space()
		from := p.at
		if f.To = p.time("an instant"); f.To <= f.From {
			p.fail(from, "", "it ends at %s, not after it begins", f.To.Duration())
		}
	}
}

// tail reads what may stand behind a script.
func (p *parser) tail(f *Fault) {
	for !p.done() {
		from := p.at
		switch {
		case p.sees("@"):
			p.when(f)
		case p.keyword("where"):
			p.where(f)
		case p.keyword("for"):
			if f.Timed && f.To > 0 || f.For > 0 {
				p.fail(from, "", "its end was said before")
			}
			at := p.at
			if f.For = p.time("a length"); f.For <= 0 {
				p.fail(at, "", "want a length like 30s or 3m")
			}
			if f.Timed {
				f.To, f.For = f.From+f.For, 0
			}
		default:
			w, _ := p.word()
			p.fail(from, didYouMean(w, []string{"where", "for"}), "want the end of the fault here, or one of @, where, for and ->")
		}
	}
}

// keyword steps over a word if it comes next as a whole.
func (p *parser) keyword(w string) bool {
	p.space()
	at := p.at
	if got, _ := p.word(); got == w {
		return true
	}
	p.at = at
	return false
}

func (p *parser) where(f *Fault) {
	for {
		f.Where = append(f.Where, p.cond())
		if !p.keyword("and") {
			return
		}
	}
}

func (p *parser) cond() (c Cond) {
	of := []string{"key", "task", "attempt", "step"}
	from := 0
	c.Of, from = p.word()
	if !slices.Contains(of, c.Of) {
		p.fail(from, didYouMean(c.Of, of), "a condition is about %s, not %q", oneOf(of), c.Of)
		return c
	}
	if c.Of == "step" {
		p.wants("==", "a step is compared by its name")
		c.Op, c.Name = "==", p.name("step", p.names.Steps)
		return c
	}
	if p.takes("%") {
		c.Mod = p.whole(1)
	}
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.takes(op) {
			c.Op = op
			c.N = p.whole(0)
			return c
		}
	}
	p.fail(p.at, "", "want ==, !=, <, <=, > or >= here")
	return c
}

// whole reads a whole number.
func (p *parser) whole(least int64) int64 {
	w, from := p.word()
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil || n < least {
		p.fail(from, "", "want a whole number of at least %d, not %q", least, w)
	}
	return n
}
