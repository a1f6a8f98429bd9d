package metrics

import (
	"testing"

	"tasker-sim/internal/event"
)

// crowd is the shop with two servers at the service of its first step, for a run of
// four minutes.
func crowd() *event.Run {
	run := shop()
	run.Duration = 4 * event.Minute
	run.Services[run.Steps[pay].Service].Servers = 2
	return run
}

// TestStation: what servers do, what they do in vain, and what leaves the line.
func TestStation(t *testing.T) {
	y := &story{t: t, s: New(crowd())}
	work := func(k event.Kind, task int32, waited, takes event.Time, behind int64, why string) {
		service := y.s.Run.Steps[pay].Service
		y.say(event.Event{
			Kind: k, Strategy: naive, Task: task, Step: pay, Service: int16(service), Attempt: 1, Effect: event.None,
			Dur: waited, Due: y.at + event.Second + takes, // each is told a second after the last
			Amount: behind, Class: why,
		})
	}
	y.order(1).order(2).order(3).order(4)
	for task := int32(1); task <= 4; task++ {
		y.task(event.StepStarted, naive, task, at(pay), try(1))
	}
	work(event.WorkBegan, 1, 0, 4*event.Second, 3, "")
	work(event.WorkBegan, 2, 0, 4*event.Second, 2, "")
	y.at += 4 * event.Second
	work(event.WorkBegan, 3, 4*event.Second, 2*event.Second, 1, event.ClassLate)
	work(event.WorkDropped, 4, 4*event.Second, 0, 0, event.ClassExpired)
	q := y.sound().Strategies[naive].Stations[y.s.Run.Steps[pay].Service]
	if got := q.Wait.Count(); got != 3 {
		t.Errorf("%d waits, want 3", got)
	}
	q.Wait = nil
	equal(t, q, Station{Servers: 2, Served: 3, Late: 1, Dropped: 1, Expired: 1, Line: 0, Longest: 3, Busy: 10 * event.Second})
}

// TestTraffic: load offered and answered by the second, and how much of it retries
// are; the third quarter of the run is looked at by itself.
func TestTraffic(t *testing.T) {
	y := &story{t: t, s: New(crowd())}
	if w := y.s.Width(); w != event.Second {
		t.Fatalf("buckets of %s, want seconds", w.Duration())
	}
	y.order(1)
	y.attempt(event.StepRetrying, orchestrated, 1, pay, 1)
	y.at = 130 * event.Second // in the third quarter
	y.order(2)
	y.attempt(event.StepRetrying, orchestrated, 2, pay, 1).attempt(event.StepSucceeded, orchestrated, 2, pay, 2).ok(orchestrated, 2, ship, mail)
	y.task(event.TaskSucceeded, orchestrated, 2, dur(y.at-130*event.Second))
	s := y.sound()
	equal(t, s.Traffic(orchestrated, 130*event.Second, 160*event.Second), Bucket{Submitted: 1, Done: 1, Calls: 4, First: 3, Answered: 3})
	if got := s.SettledAmplification(orchestrated); got != 4.0/3 {
		t.Errorf("amplification of the third quarter %v, want 4/3", got)
	}
	if r := s.SettledRate(orchestrated); r.K != 1 || r.N != 1 {
		t.Errorf("%d of %d succeed in the third quarter, want 1 of 1", r.K, r.N)
	}
	if r := s.SettledRate(naive); r.K != 0 || r.N != 1 {
		t.Errorf("naive: %d of %d, want 0 of 1", r.K, r.N)
	}
}

// TestRemedies: what was switched by hand last is what counts, and a run with it is
// a live one.
func TestRemedies(t *testing.T) {
	y := &story{t: t, s: New(crowd())}
	for i, text := range []string{"on", "off", "on"} {
		y.say(event.Event{
			Kind: event.RemedySwitched, Strategy: naive, Step: event.None, Service: event.None, Effect: event.None,
			Class: []string{"budget", "budget", "lifo"}[i], Text: text,
		})
	}
	equal(t, y.sound().Strategies[naive].Remedies, []Remedy{{"budget", false, 2 * event.Second}, {"lifo", true, 3 * event.Second}})
	if !y.s.Live {
		t.Error("the run does not count as live")
	}
}
