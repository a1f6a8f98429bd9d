package sim

import (
	"reflect"
	"testing"

	"tasker-sim/internal/event"
)

// TestActions: what may stand on a journal, read and written again.
func TestActions(t *testing.T) {
	run := Describe(parse(t, "checkout"), Options{})
	for _, c := range []struct{ text, want string }{
		{"payment_gateway @ 30m..33m: outage", "payment_gateway @ 30m0s..33m0s: outage"},
		{"inventory@600s..:brownout(rate=50%, lat=x3)", "inventory @ 10m0s..: brownout(rate=50%, lat=x3)"},
		{"inventory @ 1m4.5s: brownout", "inventory @ 1m4.5s..: brownout(rate=50%, lat=x1)"},
		{"mailer @ 0s..1h: brownout(rate=0.25)", "mailer @ 0s..1h0m0s: brownout(rate=25%, lat=x1)"},
		{" clear @ 40m ", "clear @ 40m0s"},
		{"redrive(orchestrated) @ 45m", "redrive(orchestrated) @ 45m0s"},
		{"redrive(orchestrated, 17) @ 45m", "redrive(orchestrated, 17) @ 45m0s"},
	} {
		a, err := ParseAction(run, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := a.Text(run)
		if got != c.want {
			t.Errorf("%s: written as %s, want %s", c.text, got, c.want)
		}
		if again, err := ParseAction(run, got); err != nil || !reflect.DeepEqual(again, a) {
			t.Errorf("%s: read again as %+v, %v, want %+v", got, again, err, a)
		}
	}
}

// TestBadActions: what is wrong, and where. Package fault has the rest.
func TestBadActions(t *testing.T) {
	run := Describe(parse(t, "checkout"), Options{})
	for _, c := range []struct{ text, want string }{
		{"payment @ 30m: outage", `no service "payment"; there are catalogue, payment_gateway, inventory, orders_db and mailer
  payment @ 30m: outage
  ^
hint: did you mean payment_gateway?`},
		{"inventory @ 30m: outage(rate=5%)", `outage has no knobs
  inventory @ 30m: outage(rate=5%)
                         ^`},
		{"redrive(naive) @ 5m", `no strategy "naive"; there are orchestrated
  redrive(naive) @ 5m
          ^`},
		{"clear", `"clear": want an instant, as in clear @ 40m`},
	} {
		if _, err := ParseAction(run, c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n%v, want\n%s", c.text, err, c.want)
		}
	}
	if _, err := ParseLive(run, "mailer @ 5m: hang", event.Minute); err == nil {
		t.Error("a live fault with an instant of its own is taken")
	}
}

// TestLiveFault: the short form begins at the instant it is said.
func TestLiveFault(t *testing.T) {
	run := Describe(parse(t, "checkout"), Options{})
	a, err := ParseLive(run, "payment_gateway: outage for 3m", 31*event.Minute)
	if got, want := a.Text(run), "payment_gateway @ 31m0s..34m0s: outage"; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	a, err = ParseLive(run, "inventory: brownout(rate=20%)", event.Minute)
	if got, want := a.Text(run), "inventory @ 1m0s..: brownout(rate=20%, lat=x1)"; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if _, err = ParseLive(run, "inventory: outage for ever", 0); err == nil {
		t.Error("a length of ever is taken")
	}
}

// FuzzParseAction: no line makes the parser panic, and what it takes it writes
// so that it takes it again, the same.
func FuzzParseAction(f *testing.F) {
	for _, s := range []string{"payment_gateway @ 30m..33m: outage", "inventory @ 1s..: brownout(rate=5%,lat=x2)", "clear @ 4h", "redrive(orchestrated,3) @ 1us"} {
		f.Add(s)
	}
	run := Describe(parse(f, "checkout"), Options{})
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAction(run, s)
		if err != nil {
			return
		}
		if b, err := ParseAction(run, a.Text(run)); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%q: %+v written as %q, read as %+v, %v", s, a, a.Text(run), b, err)
		}
	})
}
