package fault

import (
	"fmt"
	"strconv"
	"strings"

	"tasker-sim/internal/event"
)

// String is the line as [ParseLine] reads it.
func (l Line) String() string {
	if l.Verb == Inject {
		return l.Fault.String()
	}
	s := verbs()[l.Verb-1]
	if l.Verb == Remedy {
		s += "(" + l.Strategy + ", " + l.Remedy
		if l.Off {
			s += ", off"
		}
		s += ")"
	}
	if l.Verb == Redrive {
		s += "(" + l.Strategy
		if l.Task > 0 {
			s += fmt.Sprintf(", %d", l.Task)
		}
		s += ")"
	}
	if l.Verb == Clock {
		s += fmt.Sprintf("(%s)", signed(l.By))
	}
	if !l.Now {
		s += " @ " + l.At.Duration().String()
	}
	return s
}

// String is the fault as [ParseFault] reads it.
func (f Fault) String() string {
	s := strings.Join(f.Services, "+")
	if f.Timed {
		s += " @ " + f.From.Duration().String() + ".."
		if f.To > 0 {
			s += f.To.Duration().String()
		}
	}
	if s != "" {
		s += ": "
	}
	for i := range f.Terms {
		if i > 0 {
			s += " -> "
		}
		s += f.Terms[i].String()
	}
	for i := range f.Where {
		s += [...]string{" where ", " and "}[min(i, 1)] + f.Where[i].String()
	}
	if f.For > 0 {
		s += " for " + f.For.Duration().String()
	}
	return strings.TrimPrefix(s, " ")
}

// String is the term as a script has it.
func (t *Term) String() string {
	s := ""
	if t.Count > 0 {
		s = strconv.Itoa(t.Count) + "*"
	}
	if t.Share < 1 {
		s += Share(t.Share)
	}
	return s + string(t.Kind) + t.knobs()
}

func (t *Term) knobs() string {
	if t.Kind == GE {
		return fmt.Sprintf("(good=%s, e=%s; bad=%s, e=%s)", t.Good.Duration(), Share(t.GoodRate), t.Bad.Duration(), Share(t.BadRate))
	}
	s, def := spec(string(t.Kind)), Knobs{}
	var list []string
	for _, k := range s.Knobs {
		_ = k.set(&def, k.Default) // a default is a value of its kind
		switch value := k.get(&t.Knobs); {
		case k.Name == "class" || k.Name == "code" || k.Name == "side" || k.Name == "mode":
			list = append(list, value)
		case t.Kind == Brownout || value != k.get(&def):
			list = append(list, k.Name+"="+value)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// String is the condition as it is read.
func (c *Cond) String() string {
	if c.Of == "step" {
		return "step==" + c.Name
	}
	s := c.Of
	if c.Mod > 0 {
		s += fmt.Sprintf("%%%d", c.Mod)
	}
	return s + c.Op + strconv.FormatInt(c.N, 10)
}

func signed(t event.Time) string {
	if t < 0 {
		return t.Duration().String()
	}
	return "+" + t.Duration().String()
}
