package fault

import (
	"fmt"
	"strings"
)

// Words is what the fault does, for people: "40 % of calls answered 503, only
// key%16==3". Its name and its times are not in it.
func (f *Fault) Words() string {
	var list []string
	for i := range f.Terms {
		t := &f.Terms[i]
		s := t.words()
		if t.Count > 0 && t.Kind != OK {
			s = fmt.Sprintf("%s %s of a step: %s", map[bool]string{true: "first", false: "next"}[i == 0], attempts(t.Count), s)
		}
		list = append(list, s)
	}
	return strings.Join(list, ", then ") + f.only()
}

// BurstWords is what a Gilbert-Elliott fault does while its state is bad.
func (f *Fault) BurstWords() string {
	return percent(f.Terms[0].BadRate) + " of calls refused as 503" + f.only()
}

// only is the population in words.
func (f *Fault) only() (s string) {
	for i := range f.Where {
		s += [...]string{"; only ", " and "}[min(i, 1)] + f.Where[i].String()
	}
	return s
}

func attempts(n int) string {
	if n == 1 {
		return "attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

func percent(share float64) string { return strings.TrimSuffix(Share(share), "%") + " %" }

// words is the term for people.
func (t *Term) words() string {
	who := "calls"
	if t.Count > 0 {
		who = "them"
	}
	some := percent(t.Share) + " of " + who + " "
	if t.Share >= 1 {
		some = ""
	}
	class, _ := t.Refusal()
	switch t.Kind {
	case OK:
		return "as usual"
	case ErrorAnswer, HTTP:
		return some + "answered " + class + t.wait()
	case Hang:
		return some + "never answered"
	case Stall:
		return "work stands still"
	case Reset:
		return some + "reset " + t.Side + " the work is done"
	case Lost:
		return some + "done, their answers lost"
	case Garble:
		return some + "done, their answers unreadable"
	case Latency, Outage, Brownout, RateLimit:
		return some + t.state()
	case Duplicate:
		return some + "delivered twice"
	case Late:
		return some + "delivered " + t.Delay.Duration().String() + " late"
	case Poison:
		return percent(t.Share) + " of payloads fail whenever they are tried"
	case GE:
		return fmt.Sprintf("in turn %s with %s of calls refused and %s with %s", t.Good.Duration(), percent(t.GoodRate), t.Bad.Duration(), percent(t.BadRate))
	}
	return map[string]string{
		"replay_all": "errors are kept under their key and answered again", "none": "keys are ignored", "replay_success": "keys work",
	}[t.Mode]
}

func (t *Term) wait() string {
	if t.RetryAfter == 0 {
		return ""
	}
	return ", come back in " + t.RetryAfter.Duration().String()
}

// state is how a service is that is not itself.
func (t *Term) state() string {
	slow := ""
	if t.Factor > 1 {
		slow = fmt.Sprintf("%g times as slow", t.Factor)
	}
	switch t.Kind {
	case Outage:
		return "no call gets through"
	case RateLimit:
		return fmt.Sprintf("%d calls in %s, %d at once%s", t.Calls, t.Per.Duration(), t.Burst, t.wait())
	case Brownout:
		s := percent(t.Rate) + " of calls refused"
		if slow != "" {
			s += ", the others " + slow
		}
		return s
	}
	if t.Add > 0 {
		slow = strings.TrimPrefix(slow+" and "+t.Add.Duration().String()+" more", " and ")
	}
	switch t.Ramp {
	case "up":
		slow += ", growing"
	case "down":
		slow += ", fading"
	}
	return slow
}
