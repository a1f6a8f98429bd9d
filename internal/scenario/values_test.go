package scenario

import (
	"reflect"
	"testing"

	"tasker-sim/internal/event"

	"pgregory.net/rapid"
)

func TestRates(t *testing.T) {
	for text, want := range map[string]float64{"3.3%": 0.033, "0.033": 0.033, "0%": 0, "100%": 1, "1": 1, "0.15 %": 0.0015, "1e-3": 0.001} {
		if got, err := parseRate(text); got != want || err != nil {
			t.Errorf("%s is read as %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"101%", "-1%", "1.1", "", "%", "x%", "NaN", "0x1p4%", "1e5%", "Inf"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q is read as %v, want an error", text, got)
		}
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]event.Time{
		"1.2s": 1200 * event.Millisecond, "95s": 95 * event.Second, "1h": event.Hour, "50ms": 50 * event.Millisecond,
		"1h30m": 90 * event.Minute, "0s": 0, "0": 0, "1.4us": 1,
	} {
		if got, err := parseTime(text); got != want || err != nil {
			t.Errorf("%s is read as %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"5", "", "s", "1 s", "5 minutes", "30000h"} {
		if got, err := parseTime(text); err == nil {
			t.Errorf("%q is read as %v, want an error", text, got)
		}
	}
}

// TestValuesRoundTrip holds for every kind that what is written is read back.
func TestValuesRoundTrip(t *testing.T) {
	time := rapid.Map(rapid.Int64Range(0, int64(maxTime)), func(n int64) event.Time { return event.Time(n) })
	positive := rapid.Map(rapid.Int64Range(1, int64(event.Hour)), func(n int64) event.Time { return event.Time(n) })
	rapid.Check(t, func(t *rapid.T) {
		back(t, times(), time.Draw(t, "time"))
		back(t, rates(), rapid.Float64Range(0, 1).Draw(t, "rate"))
		back(t, rates(), float64(rapid.IntRange(0, 100000).Draw(t, "permille"))/100000)
		back(t, numbers(), rapid.Float64Range(-1e9, 1e9).Draw(t, "number"))
		back(t, limits(), rapid.IntRange(0, 1000).Draw(t, "limit"))
		back(t, switches(), rapid.Bool().Draw(t, "switch"))
		back(t, peaks(), &Peak{rapid.Float64Range(1, 1e6).Draw(t, "factor"), time.Draw(t, "at"), positive.Draw(t, "length")})
		from := rapid.Map(rapid.Int64Range(0, int64(event.Hour)), func(n int64) event.Time { return event.Time(n) }).Draw(t, "from")
		to := from + positive.Draw(t, "for")
		back(t, windowTerms(), []Window{
			{"outage", from, to, 1, 1},
			{"brownout", from, to, rapid.Float64Range(0, 1).Draw(t, "brownout"), rapid.Float64Range(1, 9).Draw(t, "latency")},
		})
	})
}

func back[T any](t *rapid.T, c codec[T], v T) {
	got, err := c.parse(c.write(v))
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Fatalf("%s %v is written %q and read as %v, %v", c.kind, v, c.write(v), got, err)
	}
}

func TestRanges(t *testing.T) {
	for text, want := range map[string]event.Range{
		"11%..20%": {Low: 0.11, High: 0.20}, "0..0.9%": {Low: 0, High: 0.009}, "100..320": {Low: 100, High: 320}, "0": {}, "3_500_000 .. 7_000_000": {Low: 3.5e6, High: 7e6},
	} {
		if got, err := parseRange(text); err != nil || *got != want {
			t.Errorf("%s is read as %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "..", "5..", "9..1", "a..b"} {
		if got, err := parseRange(text); err == nil {
			t.Errorf("%q is read as %v, want an error", text, got)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"limit", "base", "factor", "cap", "jitter", "process_payment"}
	for name, want := range map[string]string{
		"limt": "limit", "Limit": "limit", "bsae": "base", "cpa": "cap", "proces_payment": "process_payment",
		"payment": "", "x": "", "": "", "zzzzzz": "", "factors": "factor",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
