package share

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// golden is a string of the first program that made one. It must be read for ever.
const golden = "ts1.TM7hSsQwDMDxVyn5pDBKq05vhYO9h8gRu7DNu64jyU6G-O4S9cN9S8ifH_kCybQgzxUS5InyuW4KDQjRAClGm1QgvcKl4uAV5SzHLgRLlFbxK9dMIqcV90KLeibl3b-j0DEKvFnGqDTO9KssOF8JGqicJ_o7DVZ91I0XvFjyL51GVPrE3fWuLUG8P5QgydVNcTSBaeD5Sne3UuPiy73rXVeCQAOZUSbXuxhst1-2AunxKbTPXWwPD98_AQAA__8AcX4J"

// TestOldString: what was shared once is read for ever.
func TestOldString(t *testing.T) {
	want := Run{
		Scenario: "checkout", Seed: 11, Sets: []string{"load.tasks=900", "steps.process_payment.retry.base=1s"},
		Strategies: []string{"naive", "orchestrated"}, Sum: 3405691582,
		Journal: []string{"payment_gateway @ 5m0s..8m0s: outage", "redrive(orchestrated, 17) @ 9m0s", "crash @ 10m0s"},
	}
	got, err := Decode(golden)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v, which is now %s", got, err, want, Encode(want))
	}
}

// TestRoundTrip: what is packed is unpacked, and any letter that is changed or
// lost is noticed.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOfN(rapid.String(), 1, 3)
		maybe := rapid.OneOf(rapid.Just([]string(nil)), words)
		run := Run{
			Scenario: rapid.StringN(1, 20, 60).Draw(rt, "scenario"), Seed: rapid.Uint64().Draw(rt, "seed"),
			Sets: maybe.Draw(rt, "sets"), Strategies: maybe.Draw(rt, "strategies"), Journal: maybe.Draw(rt, "journal"),
			Source: rapid.String().Draw(rt, "source"), Sum: rapid.Uint32().Draw(rt, "sum"),
		}
		s := Encode(run)
		if got, err := Decode(s); err != nil || !reflect.DeepEqual(got, run) || !Is(s) {
			rt.Fatalf("%s: %+v, %v, want %+v", s, got, err, run)
		}
		if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
			rt.Fatalf("%s needs quotes in a shell", s)
		}
		at := rapid.IntRange(len("ts1."), len(s)-1).Draw(rt, "at")
		other := rapid.SampledFrom([]byte("AZaz09-_")).Filter(func(b byte) bool { return b != s[at] }).Draw(rt, "other")
		for _, bad := range []string{s[:at] + string(other) + s[at+1:], s[:at], s[:at] + s[at+1:]} {
			if r, err := Decode(bad); err == nil {
				rt.Fatalf("%s, which was %s, is read as %+v", bad, s, r)
			}
		}
	})
}

// TestBadStrings: what is wrong is said.
func TestBadStrings(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
		is   bool
	}{
		{"", ErrForm, false}, {"checkout", ErrForm, false}, {"ts.abc", ErrForm, false}, {"tsx.abc", ErrForm, false}, {"ts1", ErrForm, false},
		{"ts2.abc", ErrVersion, true}, {"ts1.", ErrDamaged, true}, {"ts1.AAAA", ErrDamaged, true}, {"ts1.!!!!", ErrDamaged, true},
	} {
		if _, err := Decode(c.text); !errors.Is(err, c.want) || Is(c.text) != c.is {
			t.Errorf("%q: %v, looks like one: %v", c.text, err, Is(c.text))
		}
	}
}

// FuzzDecode: no text makes it panic or take the memory of the machine.
func FuzzDecode(f *testing.F) {
	f.Add(golden)
	f.Add(Encode(Run{Scenario: "x"}))
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Decode(s)
		if err != nil {
			return
		}
		if again, err := Decode(Encode(r)); err != nil || Encode(again) != Encode(r) {
			t.Errorf("%q: %+v, then %+v, %v", s, r, again, err)
		}
	})
}
