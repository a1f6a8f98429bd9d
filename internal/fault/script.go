package fault

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func (p *parser) script(f *Fault) {
	for p.err == nil {
		p.space()
		from := p.at
		t := p.term()
		if n := len(f.Terms); n > 0 && f.Terms[n-1].Count == 0 && f.Terms[n-1].Share >= 1 {
			p.fail(from, "", "this term is never asked: the one before it speaks for every attempt")
		}
		f.Terms = append(f.Terms, t)
		if !p.takes("->") {
			break
		}
	}
	for i := range f.Terms {
		if s := spec(string(f.Terms[i].Kind)); s != nil && s.whole && len(f.Terms) > 1 {
			p.fail(0, "", "%s is a state of the service and cannot stand in a script of attempts", s.Kind)
		}
	}
}

// term reads "3*", "40%", both or none, and a kind with its knobs.
func (p *parser) term() (t Term) {
	t.Share = 1
	from := p.at
	w, at := p.number()
	if p.takes("*") {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > 1e6 {
			p.fail(at, "", "want a count of at least 1 before *, not %q", w)
		}
		t.Count = n
		w, at = p.number()
	}
	shared := p.takes("%")
	if shared {
		t.Share = p.share(w, at)
		w, at = p.word()
	}
	s := spec(w)
	if s == nil {
		if strings.HasPrefix(w, "x") || w == "" || unicode.IsDigit(rune(w[0])) {
			p.fail(at, "", "want a fault here: %s", oneOf(kindNames()))
		}
		if p.implied && p.sees(":") {
			p.fail(at, "", "the faults of a service name no service; what hits several stands under faults of the scenario")
		}
		p.fail(at, didYouMean(w, kindNames()), "no fault %q; there are %s", w, allOf(kindNames()))
		return t
	}
	t.Kind = s.Kind
	p.knobs(s, &t)
	if c := p.peekDigit(); c && !shared && !s.whole {
		n, at := p.number()
		p.wants("%", "the share of calls")
		t.Share, shared = p.share(n, at), true
	}
	if s.whole && (shared || t.Count > 0) {
		p.fail(from, "", "%s is a state of the service: it takes neither a count nor a share", s.Kind)
	}
	return t
}

func (p *parser) peekDigit() bool {
	p.space()
	return p.err == nil && p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'
}

func (p *parser) share(w string, at int) float64 {
	x, err := parseShare(w + "%")
	if err != nil {
		p.fail(at, "", "%s%%: %v", w, err)
	}
	return x
}

// knobs reads "(value, name=value)" and gives the knobs that are not named their
// defaults.
func (p *parser) knobs(s *Spec, t *Term) {
	for _, k := range s.Knobs {
		_ = k.set(&t.Knobs, k.Default) // a default is a value of its kind
	}
	open := p.at
	if s.Kind == GE {
		p.chain(t)
		return
	}
	if !p.takes("(") {
		return
	}
	if len(s.Knobs) == 0 && !p.sees(")") {
		p.fail(open, "", "%s has no knobs", s.Kind)
		return
	}
	var given []string
	for first := true; p.err == nil && !p.takes(")"); first = false {
		if !first {
			if !p.takes(",") {
				p.fail(p.at, "", "want , or ) here")
				return
			}
		}
		p.knob(s, t, &given)
	}
}

// knob reads one "name=value", or a bare value, which goes to the first knob
// that can take it.
func (p *parser) knob(s *Spec, t *Term, given *[]string) {
	p.space()
	from := p.at
	name, _ := p.word()
	named := p.takes("=")
	if !named {
		name, p.at = "", from
	}
	value, at := p.raw(",;()")
	if p.at == len(p.text) {
		p.fail(p.at, "", "want ) to end the knobs of %s", s.Kind)
		return
	}
	k := s.pick(name, value, *given)
	switch {
	case k == nil && named:
		p.fail(from, didYouMean(name, s.names()), "no knob %q; %s", name, s.describe())
	case k == nil:
		p.fail(from, "", "%q fits no knob; %s", value, s.describe())
	case slices.Contains(*given, k.Name):
		p.fail(from, "", "%s is given twice", k.Name)
	default:
		if err := k.set(&t.Knobs, value); err != nil {
			p.fail(at, "", "%s %q: %v", k.Name, value, err)
		}
		*given = append(*given, k.Name)
	}
}

// pick finds the knob of the name, or for a bare value the first that can take it.
func (s *Spec) pick(name, value string, given []string) *Knob {
	for i := range s.Knobs {
		k := &s.Knobs[i]
		switch {
		case name != "" && k.Name == name:
			return k
		case name != "" || slices.Contains(given, k.Name) || !strings.Contains(value, k.mark):
		case k.set(new(Knobs), value) == nil:
			return k
		}
	}
	return nil
}

// chain reads "(good=95s, e=1%; bad=5s, e=80%)": e belongs to the state before it.
func (p *parser) chain(t *Term) {
	t.BadRate = 1
	open := p.at
	p.wants("(", "ge(good=95s, e=1%; bad=5s, e=80%)")
	rate := &t.GoodRate
	for p.err == nil && !p.takes(")") {
		name, from := p.word()
		p.wants("=", "good, bad or e, each with a value")
		value, at := p.raw(",;()")
		var err error
		switch name {
		case "good":
			t.Good, err = parseTime(value)
			rate = &t.GoodRate
		case "bad":
			t.Bad, err = parseTime(value)
			rate = &t.BadRate
		case "e":
			*rate, err = parseShare(value)
		default:
			p.fail(from, "", "no knob %q; ge has good, bad, and e for each of them", name)
		}
		if err != nil {
			p.fail(at, "", "%s %q: %v", name, value, err)
		}
		if !p.takes(",") && !p.takes(";") && !p.sees(")") {
			p.fail(p.at, "", "want , ; or ) here")
		}
	}
	if t.Good <= 0 || t.Bad <= 0 {
		p.fail(open, "", "ge needs good and bad, mean stays of more than nothing")
	}
}
