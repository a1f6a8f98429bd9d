package engine

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPoisonHoldsNobodyUp: one step of one task ends the process whenever it
// runs. After exactly Poison crashes its task is parked as poison; all others
// complete, however many were in flight beside it.
func TestPoisonHoldsNobodyUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := lives{rt: rt, store: new(Memory), poisonous: TaskID(rapid.IntRange(1, 12).Draw(rt, "poisonous"))}
		limit := rapid.IntRange(2, 4).Draw(rt, "poison")
		l.cfg = Config{Store: l.store, Poison: limit, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a", "b<-a")}},
			Services: []Service{{Name: "s", Limit: rapid.IntRange(0, 6).Draw(rt, "limit")}}}
		l.cfg.Templates[0].Steps[0].Service = "s"
		crashes := 0
		for l.live() {
			if crashes++; crashes > limit {
				rt.Fatalf("%d crashes, poison is %d", crashes, limit)
			}
		}
		c, err := New(l.cfg)
		if err != nil {
			rt.Fatal(err)
		}
		dead := c.DeadLetters(DeadLetterFilter{})
		if crashes != limit || len(dead) != 1 || dead[0].Task != l.poisonous || dead[0].Reason != ReasonPoison {
			rt.Fatalf("%d crashes, poison is %d; dead %+v", crashes, limit, dead)
		}
		if len(c.OpenTasks()) != 1 {
			rt.Fatalf("open: %v", c.OpenTasks())
		}
	})
}

type lives struct {
	rt        *rapid.T
	cfg       Config
	store     *Memory
	poisonous TaskID
}

// live runs one process until it dies (true) or nothing is left to do.
func (l *lives) live() bool {
	c, err := New(l.cfg)
	if err != nil {
		l.rt.Fatal(err)
	}
	for c.last < 12 {
		if _, err := c.SubmitTo(0, 0, Submission{}); err != nil {
			l.rt.Fatal(err)
		}
	}
	var running []Attempt
	for {
		begun := len(running)
		running = c.Claim(0, c.Retake(0, running))
		if err := c.Flush(nil); err != nil {
			l.rt.Fatal(err)
		}
		for _, a := range running[begun:] {
			if a.Task == l.poisonous && a.Name == "a" {
				return true
			}
		}
		if len(running) == 0 {
			return false
		}
		i := rapid.IntRange(0, len(running)-1).Draw(l.rt, "answered")
		if err := c.Succeed(0, running[i], nil); err != nil {
			l.rt.Fatal(err)
		}
		running = append(running[:i], running[i+1:]...)
	}
}
