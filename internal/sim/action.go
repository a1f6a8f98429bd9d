package sim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tasker-sim/internal/event"
)

// ActionKind says what an action does.
type ActionKind uint8

// The kinds of actions.
const (
	ActionInject ActionKind = iota
	ActionClear
	ActionRedrive
)

// Action is something a person did to a run, at an instant: a line of its
// journal. With scenario, seed and flags the journal repeats the run to the byte.
type Action struct {
	Kind ActionKind
	At   event.Time // it acts right after this instant

	Service int        // of ActionInject: index into Run.Services
	Fault   string     // "outage" or "brownout"
	To      event.Time // end, inclusive; 0: until cleared
	Rate    float64    // share of calls refused
	Factor  float64    // latency of the others, times this

	Strategy int   // of ActionRedrive: index into Run.Strategies
	Task     int32 // 0: all that are parked
}

var (
	injectForm  = regexp.MustCompile(`^(\S+?)\s*@\s*(\S+?)(?:\.\.(\S*?))?\s*:\s*(\w+)\s*(?:\(([^)]*)\))?$`)
	clearForm   = regexp.MustCompile(`^clear\s*@\s*(\S+)$`)
	redriveForm = regexp.MustCompile(`^redrive\s*\(\s*(\S+?)\s*(?:,\s*(\d+))?\s*\)\s*@\s*(\S+)$`)
	liveForm    = regexp.MustCompile(`^(\S+?)\s*:\s*(\w+)\s*(?:\(([^)]*)\))?\s*(?:for\s+(\S+))?$`)
)

// actionHelp says what an action may look like.
const actionHelp = "want e.g. `payment_gateway @ 30m..33m: outage`, `inventory @ 600s..: brownout(rate=50%, lat=x3)`, `clear @ 40m` or `redrive(orchestrated, 17) @ 45m`"

// ParseAction reads a line of a journal:
//
//	SERVICE @ FROM..TO: FAULT(knobs)   a fault by hand; without TO until cleared
//	clear @ TIME                       ends every fault by hand
//	redrive(STRATEGY) @ TIME           drives all parked tasks again
//	redrive(STRATEGY, TASK) @ TIME     or one of them
//
// FAULT is outage, or brownout with the knobs rate (share of calls refused) and
// lat (slowness of the others, as in x3). Times are virtual: 30m, 1860s, 31m4.5s.
func ParseAction(run *event.Run, text string) (Action, error) {
	text = strings.TrimSpace(text)
	a, err := parseAction(run, text)
	if err != nil {
		return Action{}, fmt.Errorf("action %q: %w", text, err)
	}
	return a, nil
}

func parseAction(run *event.Run, text string) (a Action, err error) {
	if m := clearForm.FindStringSubmatch(text); m != nil {
		a.Kind = ActionClear
		a.At, err = instant(m[1])
		return a, err
	}
	if m := redriveForm.FindStringSubmatch(text); m != nil {
		return parseRedrive(run, m)
	}
	m := injectForm.FindStringSubmatch(text)
	if m == nil {
		return a, fmt.Errorf("not understood: %s", actionHelp)
	}
	if a, err = parseFault(run, m[1], m[4], m[5]); err != nil {
		return a, err
	}
	if a.At, err = instant(m[2]); err != nil {
		return a, err
	}
	if m[3] == "" {
		return a, nil
	}
	a.To, err = instant(m[3])
	if err == nil && a.To <= a.At {
		err = fmt.Errorf("it ends at %s, not after it begins", m[3])
	}
	return a, err
}

func parseRedrive(run *event.Run, m []string) (Action, error) {
	a := Action{Kind: ActionRedrive}
	a.Strategy = slices.IndexFunc(run.Strategies, func(s event.Strategy) bool { return s.Name == m[1] })
	if a.Strategy < 0 || !run.Strategies[a.Strategy].Durable {
		return a, fmt.Errorf("no strategy %q that can drive a parked task again", m[1])
	}
	if m[2] != "" {
		n, err := strconv.ParseInt(m[2], 10, 32)
		if err != nil {
			return a, fmt.Errorf("task %q: want a number", m[2])
		}
		a.Task = int32(n)
	}
	at, err := instant(m[3])
	a.At = at
	return a, err
}

// ParseLive reads a fault that begins at the instant now: `SERVICE: FAULT(knobs)
// for LENGTH`; without a length it lasts until it is cleared.
func ParseLive(run *event.Run, text string, now event.Time) (Action, error) {
	m := liveForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Action{}, fmt.Errorf("fault %q: want e.g. `payment_gateway: outage for 3m`", text)
	}
	a, err := parseFault(run, m[1], m[2], m[3])
	if err != nil {
		return a, fmt.Errorf("fault %q: %w", text, err)
	}
	a.At = now
	if m[4] != "" {
		length, err := instant(m[4])
		if err != nil || length <= 0 {
			return a, fmt.Errorf("fault %q: length %q: want e.g. 30s or 3m", text, m[4])
		}
		a.To = now + length
	}
	return a, nil
}

func parseFault(run *event.Run, service, fault, knobs string) (Action, error) {
	a := Action{Kind: ActionInject, Fault: fault, Rate: 1, Factor: 1}
	a.Service = slices.IndexFunc(run.Services, func(s event.Service) bool { return s.Name == service })
	if a.Service < 0 {
		var names []string
		for _, s := range run.Services {
			names = append(names, s.Name)
		}
		return a, fmt.Errorf("no service %q; there are %s", service, strings.Join(names, ", "))
	}
	switch fault {
	case "outage":
		if knobs != "" {
			return a, fmt.Errorf("an outage has no knobs")
		}
		return a, nil
	case "brownout":
		a.Rate = 0.5
		return a, parseKnobs(&a, knobs)
	}
	return a, fmt.Errorf("no fault %q; there are outage and brownout", fault)
}

func parseKnobs(a *Action, knobs string) error {
	for _, k := range strings.Split(knobs, ",") {
		if k = strings.TrimSpace(k); k == "" {
			continue
		}
		name, value, _ := strings.Cut(k, "=")
		var err error
		switch name {
		case "rate":
			a.Rate, err = share(value)
		case "lat":
			a.Factor, err = strconv.ParseFloat(strings.TrimPrefix(value, "x"), 64)
			if err == nil && !(a.Factor >= 1 && a.Factor <= 1000) {
				err = fmt.Errorf("want x1 to x1000")
			}
		default:
			return fmt.Errorf("no knob %q; a brownout has rate and lat", name)
		}
		if err != nil {
			return fmt.Errorf("%s %q: want e.g. rate=50%% or lat=x3", name, value)
		}
	}
	return nil
}

// share reads 50% or 0.5.
func share(s string) (float64, error) {
	scale := 1.0
	if t, ok := strings.CutSuffix(s, "%"); ok {
		s, scale = t, 100
	}
	x, err := strconv.ParseFloat(s, 64)
	if err == nil && !(x >= 0 && x <= scale) {
		err = fmt.Errorf("out of range")
	}
	return x / scale, err
}

// instant reads a time since the start of the run.
func instant(s string) (event.Time, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("time %q: want e.g. 30m, 1860s or 31m4.5s", s)
	}
	return event.FromDuration(d), nil
}

// String is the action as [ParseAction] reads it.
func (a Action) Text(run *event.Run) string {
	at := a.At.Duration().String()
	switch a.Kind {
	case ActionClear:
		return "clear @ " + at
	case ActionRedrive:
		if a.Task == 0 {
			return fmt.Sprintf("redrive(%s) @ %s", run.Strategies[a.Strategy].Name, at)
		}
		return fmt.Sprintf("redrive(%s, %d) @ %s", run.Strategies[a.Strategy].Name, a.Task, at)
	}
	t := run.Services[a.Service].Name + " @ " + at + ".."
	if a.To > 0 {
		t += a.To.Duration().String()
	}
	t += ": " + a.Fault
	if a.Fault == "brownout" {
		t += fmt.Sprintf("(rate=%g%%, lat=x%g)", 100*a.Rate, a.Factor)
	}
	return t
}

// parseJournal reads all lines and orders them by instant, ties as given.
func parseJournal(run *event.Run, lines []string) ([]Action, error) {
	var as []Action
	for _, l := range lines {
		a, err := ParseAction(run, l)
		if err != nil {
			return nil, err
		}
		as = append(as, a)
	}
	slices.SortStableFunc(as, func(a, b Action) int { return int(a.At - b.At) })
	return as, nil
}
