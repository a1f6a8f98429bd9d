package fault

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/event"
)

// TestLines: what may be written, and how it is written again.
func TestLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"payment @ 30m..33m: outage", "payment @ 30m0s..33m0s: outage"},
		{"payment@30m/3m:outage", "payment @ 30m0s..33m0s: outage"},
		{"payment: outage @ 30m/3m", "payment @ 30m0s..33m0s: outage"},
		{"payment: outage for 3m", "payment: outage for 3m0s"},
		{"payment @ 30m: outage for 3m", "payment @ 30m0s..33m0s: outage"},
		{"payment @ 600s..:brownout(rate=50%, lat=x3)", "payment @ 10m0s..: brownout(rate=50%, lat=x3)"},
		{"payment: brownout(80%,6x)", "payment: brownout(rate=80%, lat=x6)"},
		{"payment @ 1m4.5s: brownout", "payment @ 1m4.5s..: brownout(rate=50%, lat=x1)"},
		{"payment: 3*timeout -> 40%http(503) -> ok", "payment: 3*hang -> 40%http(503) -> ok"},
		{"payment ~ ge(good=95s, e=1%; bad=5s, e=80%)", "payment: ge(good=1m35s, e=1%; bad=5s, e=80%)"},
		{"payment: lost_response 1%", "payment: 1%lost_response"},
		{"payment + inventory @ 20m/3m: outage", "payment+inventory @ 20m0s..23m0s: outage"},
		{"inventory: 5% error(conflict, permanent=on) where key%16==3 and attempt<=2", "inventory: 5%error(conflict, permanent=on) where key%16==3 and attempt<=2"},
		{"inventory: 3.3%http(429, retry_after=30s)", "inventory: 3.3%http(429, retry_after=30s)"},
		{"inventory: latency(x3, +200ms, ramp=down)", "inventory: latency(lat=x3, add=200ms, ramp=down)"},
		{"inventory: reset(after) 2%", "inventory: 2%reset(after)"},
		{"inventory: rate_limit(30, burst=5, retry_after=20s)", "inventory: rate_limit(calls=30, burst=5, retry_after=20s)"},
		{"inventory: poison where task==17", "inventory: poison where task==17"},
		{"inventory: hang where step==reserve", "inventory: hang where step==reserve"},
		{"inventory: idempotency(replay_all)", "inventory: idempotency(replay_all)"},
		{" clear @ 40m ", "clear @ 40m0s"},
		{"clear", "clear"},
		{"redrive(orchestrated) @ 45m", "redrive(orchestrated) @ 45m0s"},
		{"redrive( orchestrated , 17 ) @ 45m", "redrive(orchestrated, 17) @ 45m0s"},
		{"remedy( naive , budget ) @ 40s", "remedy(naive, budget) @ 40s"},
		{"remedy(naive, lifo, on) @ 40s", "remedy(naive, lifo) @ 40s"},
		{"remedy(naive, jitter, off)", "remedy(naive, jitter, off)"},
		{"crash @ 31m", "crash @ 31m0s"},
		{"disk_full @ 31m", "disk_full @ 31m0s"},
		{"clock(+1h) @ 31m", "clock(+1h0m0s) @ 31m0s"},
		{"clock( -30s )", "clock(-30s)"},
	} {
		l, err := ParseLine(c.text, Names{})
		if err != nil {
			t.Errorf("%s:\n%v", c.text, err)
			continue
		}
		if got := l.String(); got != c.want {
			t.Errorf("%s: written as\n%s, want\n%s", c.text, got, c.want)
		}
		if again, err := ParseLine(l.String(), Names{}); err != nil || !reflect.DeepEqual(again, l) {
			t.Errorf("%s: read again as\n%+v, %v, want\n%+v", c.text, again, err, l)
		}
	}
}

// TestExamples: every kind's example is read where a service is implied, and
// says what it does.
func TestExamples(t *testing.T) {
	for _, s := range Kinds() {
		f, err := ParseFault(s.Try, Names{}, true)
		if err != nil {
			t.Errorf("%s:\n%v", s.Kind, err)
			continue
		}
		found := false
		for _, term := range f.Terms {
			found = found || term.Kind == s.Kind
		}
		if !found || f.Words() == "" {
			t.Errorf("the example of %s is %s, in words %q", s.Kind, f, f.Words())
		}
	}
}

var known = Names{
	Services: []string{"catalogue", "payment_gateway", "inventory"}, Steps: []string{"reserve"}, Strategies: []string{"orchestrated"}, All: []string{"naive", "orchestrated"},
}

// TestErrors: a mistake is pointed at, with what is allowed and what was
// probably meant.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		col  int
		want string
	}{
		{"payment @ 30m: outage", 1, `no service "payment"; there are catalogue, payment_gateway and inventory (did you mean payment_gateway?)`},
		{"inventory @ noon: outage", 13, `"noon" is not an instant: want a time like 30m, 1860s or 31m4.5s`},
		{"inventory @ 30: outage", 13, `"30" is not an instant: needs a unit: 30s, 30ms, 30m or 30h`},
		{"inventory @ 30m..20m: outage", 18, `it ends at 20m0s, not after it begins`},
		{"inventory @ 30m: outtage", 18, `no fault "outtage"; there are ok, off, error, http, hang, timeout, reset, lost_response, lost, garble, latency, outage, brownout, rate_limit, duplicate, late, poison, ge, idempotency and stall (did you mean outage?)`},
		{"inventory @ 30m: outage(rate=5%)", 24, `outage has no knobs`},
		{"inventory @ 30m: brownout(speed=2)", 27, `no knob "speed"; brownout has rate and lat`},
		{"inventory @ 30m: brownout(rate=200%)", 32, `rate "200%": want between 0% and 100%`},
		{"inventory: brownout(rate=5%, rate=6%)", 30, `rate is given twice`},
		{"inventory: 120%hang", 12, `120%: want between 0% and 100%`},
		{"inventory: hang -> error", 20, `this term is never asked: the one before it speaks for every attempt`},
		{"inventory: 3*outage", 12, `outage is a state of the service: it takes neither a count nor a share`},
		{"inventory: hang wehre task==3", 17, `want the end of the fault here, or one of @, where, for and -> (did you mean where?)`},
		{"inventory: hang where tsak==3", 23, `a condition is about key, task, attempt or step, not "tsak" (did you mean task?)`},
		{"inventory: hang where step==reserv", 29, `no step "reserv"; there are reserve (did you mean reserve?)`},
		{"inventory+inventory: hang", 11, `inventory is named twice`},
		{"inventory: reset(beside)", 18, `"beside" fits no knob; reset has side`},
		{"inventory: http(503", 20, `want ) to end the knobs of http`},
		{"inventory: ge(good=95s)", 14, `ge needs good and bad, mean stays of more than nothing`},
		{"inventory outage", 11, `want ":" here: SERVICE: FAULT or SERVICE @ FROM..TO: FAULT`},
		{"clock(1h) @ 5m", 7, `want + or - here: clock(+1h) sets it on, clock(-30s) back`},
		{"remedy(naive, bugdet) @ 5m", 15, `no remedy "bugdet"; there are lifo, deadlines, shedding, budget, throttle, breaker and jitter (did you mean budget?)`},
		{"remedy(naive) @ 5m", 13, `want "," here: remedy(STRATEGY, MECHANISM) or remedy(STRATEGY, MECHANISM, off)`},
		{"remedy(nobody, lifo) @ 5m", 8, `no strategy "nobody"; there are naive and orchestrated`},
		{"remedy(naive, lifo, maybe) @ 5m", 21, `no switch "maybe"; there are on and off`},
		{"redrive(naive) @ 5m", 9, `no strategy "naive"; there are orchestrated`},
		{"", 1, `want the name of a service here; there are catalogue, payment_gateway and inventory`},
	} {
		_, err := ParseLine(c.text, known)
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s: %v, want a problem", c.text, err)
			continue
		}
		if _, short, _ := cut(e); e.Col != c.col || short != c.want {
			t.Errorf("%s:\n%d: %s, want\n%d: %s", c.text, e.Col, short, c.col, c.want)
		}
	}
}

// cut is a problem's column and the rest of its short form.
func cut(e *Error) (col int, rest string, ok bool) {
	rest = e.Msg
	if e.Hint != "" {
		rest += " (" + e.Hint + ")"
	}
	return e.Col, rest, true
}

// TestCaret: the caret stands under the letter.
func TestCaret(t *testing.T) {
	_, err := ParseLine("inventory @ 3µs: outtage", known)
	want := "did you mean outage?"
	e := err.(*Error)
	if e.Col != 18 || e.Hint != want {
		t.Errorf("%v", err)
	}
	const excerpt = "\n  inventory @ 3µs: outtage\n                   ^\nhint: did you mean outage?"
	if got := err.Error(); got != e.Msg+excerpt {
		t.Errorf("%s", got)
	}
}

// genFault makes any fault.
func genFault(rt *rapid.T, implied bool) Fault {
	var f Fault
	if !implied {
		f.Services = rapid.SampledFrom([][]string{{"a"}, {"clear"}, {"b2", "a"}, {"x_1", "y", "redrive"}}).Draw(rt, "who")
	}
	at := rapid.Int64Range(0, int64(event.Hour))
	if f.Timed = rapid.Bool().Draw(rt, "timed"); f.Timed {
		f.From = event.Time(at.Draw(rt, "from"))
		if rapid.Bool().Draw(rt, "ends") {
			f.To = f.From + 1 + event.Time(at.Draw(rt, "length"))
		}
	}
	if f.To == 0 && !f.Timed && rapid.Bool().Draw(rt, "for") {
		f.For = 1 + event.Time(at.Draw(rt, "for length"))
	}
	f.Terms = genScript(rt)
	for range rapid.IntRange(0, 2).Draw(rt, "conditions") {
		f.Where = append(f.Where, genCond(rt))
	}
	return f
}

func genScript(rt *rapid.T) []Term {
	specs := Kinds()
	if s := rapid.SampledFrom(specs).Draw(rt, "state"); s.whole {
		return []Term{genTerm(rt, &s)}
	}
	var list []Term
	n := rapid.IntRange(1, 4).Draw(rt, "terms")
	for i := range n {
		s := rapid.SampledFrom(specs).Filter(func(s Spec) bool { return !s.whole }).Draw(rt, "kind")
		term := genTerm(rt, &s)
		term.Count = rapid.IntRange(0, 4).Draw(rt, "count")
		term.Share = rapid.OneOf(rapid.Just(1.0), rapid.Float64Range(0, 1)).Draw(rt, "share")
		if term.Count == 0 && term.Share >= 1 && i < n-1 {
			term.Count = 2
		}
		list = append(list, term)
	}
	return list
}

func genTerm(rt *rapid.T, s *Spec) Term {
	term := Term{Kind: s.Kind, Share: 1}
	for _, k := range s.Knobs {
		if err := k.set(&term.Knobs, k.Default); err != nil {
			rt.Fatalf("the default of %s of %s: %v", k.Name, s.Kind, err)
		}
		if rapid.Bool().Draw(rt, "knob") {
			_ = k.set(&term.Knobs, rapid.SampledFrom([]string{"x7.25", "1.5s", "3.75%", "12", "on", "before", "after", "up", "none", "c503"}).Draw(rt, "value"))
		}
	}
	if s.Kind == GE {
		term.Good, term.GoodRate = event.Time(rapid.Int64Range(1, 1e9).Draw(rt, "good")), rapid.Float64Range(0, 1).Draw(rt, "e")
		term.Bad, term.BadRate = event.Time(rapid.Int64Range(1, 1e9).Draw(rt, "bad")), rapid.Float64Range(0, 1).Draw(rt, "e")
	}
	return term
}

func genCond(rt *rapid.T) Cond {
	if rapid.Bool().Draw(rt, "of a step") {
		return Cond{Of: "step", Op: "==", Name: "reserve"}
	}
	return Cond{
		Of:  rapid.SampledFrom([]string{"key", "task", "attempt"}).Draw(rt, "of"),
		Mod: rapid.Int64Range(0, 99).Draw(rt, "mod"), N: rapid.Int64Range(0, 99).Draw(rt, "n"),
		Op: rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(rt, "op"),
	}
}

// TestPrintedIsRead: what is written is read as the same.
func TestPrintedIsRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		implied := rapid.Bool().Draw(rt, "implied")
		f := genFault(rt, implied)
		got, err := ParseFault(f.String(), Names{}, implied)
		if err != nil || !reflect.DeepEqual(got, f) {
			rt.Fatalf("%s\nis read as\n%+v, %v, want\n%+v", f, got, err, f)
		}
		if implied {
			return
		}
		if l, err := ParseLine(f.String(), Names{}); err != nil || l.Verb != Inject || !reflect.DeepEqual(l.Fault, f) {
			rt.Fatalf("%s\nis read as a line\n%+v, %v", f, l, err)
		}
	})
}

// FuzzParse: no line makes the parser panic, a problem lies within the line, and
// what it takes it writes so that it takes it again, the same.
func FuzzParse(f *testing.F) {
	for _, s := range Kinds() {
		f.Add("a: " + s.Try)
		f.Add("a @ 5m..: " + s.Try)
	}
	f.Add("clear @ 4h")
	f.Add("redrive(orchestrated,3) @ 1us")
	f.Add("a+b: 3*timeout -> 40%http(503) -> ok where key%16==3 and step==x for 3m")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLine(s, Names{})
		if err != nil {
			if e := err.(*Error); e.Col < 1 || e.Col > len([]rune(s))+1 || e.Error() == "" {
				t.Errorf("%q: a problem at column %d", s, e.Col)
			}
			return
		}
		if again, err := ParseLine(l.String(), Names{}); err != nil || !reflect.DeepEqual(again, l) {
			t.Errorf("%q: written as %q, read as %+v, %v, want %+v", s, l, again, err, l)
		}
	})
}
