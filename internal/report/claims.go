package report

import (
	"math"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Kinds of claims, and of figures: how their value is known.
const (
	Measured = "measured" // counted in this run
	Declared = "declared" // worked out with parameters of the scenario
	Quoted   = "quoted"   // only the story says so
)

// Claim is a statement of the story beside what the run has shown.
type Claim struct {
	Name           string   `json:"name"`
	Source         string   `json:"source"`
	Kind           string   `json:"kind"`
	Unit           string   `json:"unit,omitempty"`
	SaysBefore     string   `json:"says_before"`
	SaysAfter      string   `json:"says_after"`
	MeasuredBefore *float64 `json:"measured_before"` // first strategy; null if the claim has no such side
	MeasuredAfter  *float64 `json:"measured_after"`  // last strategy
	// Holds is null if the run cannot tell; Reason says why, or what does not hold.
	Holds  *bool  `json:"holds"`
	Reason string `json:"reason,omitempty"`

	before, after *reading
}

// reading is a figure of the run with its 99.99 % interval.
type reading struct {
	value, low, high float64
	n                int // tasks behind it
}

func (r *reading) width() float64 { return r.high - r.low }

// meets tells whether the interval and a claimed range have a point in common.
func (r *reading) meets(want *event.Range) bool {
	return want == nil || r.low <= want.High && want.Low <= r.high
}

// scaled is the reading times f.
func (r reading) scaled(f float64) reading {
	r.value, r.low, r.high = float64(r.value*f), float64(r.low*f), float64(r.high*f)
	return r
}

func (r reading) plus(s reading) reading {
	r.value, r.low, r.high, r.n = r.value+s.value, r.low+s.low, r.high+s.high, max(r.n, s.n)
	return r
}

// Judge holds the claims of the run's scenario against the run.
func Judge(s *metrics.State) []Claim {
	claims := make([]Claim, 0, len(s.Run.Claims))
	for i := range s.Run.Claims {
		claims = append(claims, judge(s, &s.Run.Claims[i]))
	}
	return claims
}

func judge(s *metrics.State, c *event.Claim) Claim {
	out := Claim{Name: c.Name, Source: c.Source, Kind: c.Kind, Unit: c.Unit, SaysBefore: c.SaysBefore, SaysAfter: c.SaysAfter}
	if c.Measure != "" && len(s.Strategies) > 0 {
		last := len(s.Strategies) - 1
		switch {
		case c.Measure == "rescued_share":
			out.after = rescued(s)
		case last > 0:
			out.before = read(s, 0, c.Measure)
			fallthrough
		default:
			out.after = read(s, last, c.Measure)
		}
		out.MeasuredBefore, out.MeasuredAfter = value(out.before), value(out.after)
	}
	out.Holds, out.Reason = verdict(s, c, &out)
	return out
}

// verdict: a claim holds if the intervals of its figures meet the claimed ranges
// and are narrower than the distance between before and after. It is undecided
// (nil) if the run cannot tell.
func verdict(s *metrics.State, c *event.Claim, out *Claim) (*bool, string) {
	holds := true
	if why := undecidable(s, c, out); why != "" {
		return nil, why
	}
	if !out.before.meets(c.Before) {
		holds = false
		return &holds, "the figure before is outside the claimed range"
	}
	if !out.after.meets(c.After) {
		holds = false
		return &holds, "the figure after is outside the claimed range"
	}
	if c.Before != nil && c.After != nil {
		if max(out.before.width(), out.after.width()) >= math.Abs(out.before.value-out.after.value) {
			return nil, tooSmall
		}
	}
	return &holds, ""
}

const tooSmall = "too small a run to tell"

func value(r *reading) *float64 {
	if r == nil {
		return nil
	}
	x := digits9(r.value)
	return &x
}

// undecidable says why the run cannot tell whether a claim holds, "" if it can.
func undecidable(s *metrics.State, c *event.Claim, out *Claim) string {
	switch {
	case c.Kind == Quoted || c.Before == nil && c.After == nil:
		return "only the story says so"
	case s.Live:
		return "faults were injected by hand"
	case !s.Ended:
		return "the run has not come to its end"
	case len(s.Strategies) < 2 && (c.Before != nil || c.Measure == "rescued_share"):
		return "only one strategy was run"
	case c.Before != nil && out.before == nil || c.After != nil && out.after == nil:
		if strings.HasPrefix(c.Measure, "incident.") && s.Run.Watch != nil && s.Run.Watch.Service >= 0 {
			return "the run ended before that"
		}
		return "the run has no such figure"
	case absolute(c.Unit) && loadChanged(s.Run):
		return "the claim is about the scenario's own load"
	}
	for _, r := range []*reading{out.before, out.after} {
		if r != nil && r.n < steady {
			return tooSmall
		}
	}
	return ""
}

// steady is the number of tasks below which nothing is judged.
const steady = 200

// absolute figures grow with the number of tasks.
func absolute(unit string) bool { return unit != "share" }

// loadChanged tells whether the size of the load is not the scenario's own.
func loadChanged(run *event.Run) bool {
	for _, set := range run.Sets {
		if strings.HasPrefix(set, "load.tasks=") || strings.HasPrefix(set, "load.duration=") || strings.HasPrefix(set, "load.every=") {
			return true
		}
	}
	return false
}

func rescued(s *metrics.State) *reading {
	r := s.RescuedRate()
	if r.N == 0 || len(s.Strategies) < 2 {
		return nil
	}
	x := share(r)
	return &x
}

// share is a rate with its interval at 99.99 %.
func share(r metrics.Rate) reading {
	i := r.Strict()
	return reading{value: r.Share(), low: i.Low, high: i.High, n: r.N}
}
