//go:build failpoint

package failpoint

import "testing"

// TestTerms shows what happens the first ten times that a point is passed.
func TestTerms(t *testing.T) {
	tests := []struct{ terms, want string }{
		{"off", ". . . . . . . . . ."},
		{"2*off->panic", ". . panic panic panic panic panic panic panic panic"},
		{"2*off->1*kill->off", ". . kill . . . . . . ."},
		{"1*error(full)->2*on", "error(full) on on . . . . . . ."},
		{"100%on", "on on on on on on on on on on"},
		{"0%on->kill", "kill kill kill kill kill kill kill kill kill kill"},
	}
	for _, tt := range tests {
		p, err := parse(Write+"="+tt.terms, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for range 10 {
			switch x := p.next(Write); {
			case x.arg != "":
				got += " " + x.action + "(" + x.arg + ")"
			case x.action == "" || x.action == "off":
				got += " ."
			default:
				got += " " + x.action
			}
		}
		if got[1:] != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.terms, got[1:], tt.want)
		}
	}
}

// TestShare: a percentage is a share of the times, the same for the same seed.
func TestShare(t *testing.T) {
	count := func(seed uint64) (n int) {
		p, err := parse(Write+"=25%on", seed)
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			if p.next(Write).action == "on" {
				n++
			}
		}
		return n
	}
	if n := count(1); n < 195 || n > 305 || n != count(1) {
		t.Errorf("25%% of 1000 were %d, then %d", n, count(1))
	}
}

// TestRefused shows what is no fail point.
func TestRefused(t *testing.T) {
	for _, text := range []string{"nowhere=kill", Write, Write + "=", Write + "=explode", Write + "=3*", Write + "=200%kill", Write + "=kill->-1*off"} {
		if _, err := parse(text, 1); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
