package engine

import "testing"

// TestClockSetBack: a breaker half-opens, the process dies, and the clock of the
// next one is behind. Its attempt is a probe all the same, and closes the breaker.
func TestClockSetBack(t *testing.T) {
	cfg := Config{
		Store:     new(Memory),
		Services:  []Service{{Name: "bank", Breaker: &Breaker{Failures: 1, Cooldown: 1000}}},
		Templates: []Template{{Ref: Ref{Name: "w"}, Steps: []Step{{Name: "a", Service: "bank", Retry: Retry{Limit: 1}}}}},
	}
	open := func() *Core {
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	submit := func(c *Core, now Time) Attempt {
		t.Helper()
		_, err := c.SubmitTo(now, 0, Submission{})
		must(err)
		claimed := c.Claim(now, nil)
		if len(claimed) != 1 {
			t.Fatalf("%d attempts at %d, want 1", len(claimed), now)
		}
		return claimed[0]
	}
	c := open()
	must(c.Fail(100, submit(c, 100), Failure{Class: "503"}))
	c.Tick(1100)
	must(c.Flush(nil))

	c = open()
	must(c.Succeed(500, submit(c, 500), nil))
	submit(c, 500)
	if b := c.services[0].breaker; b.state != breakerClosed {
		t.Errorf("after a good answer the breaker is %+v, want closed", b)
	}
}
