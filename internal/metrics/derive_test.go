package metrics

import (
	"math"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/stats"
)

// A quantile is said only with ten samples beyond it, and is right to three digits.
func TestHistogram(t *testing.T) {
	var h Histogram
	if _, ok := h.Quantile(0.5); ok || h.Count() != 0 || h.Mean() != 0 {
		t.Error("an empty histogram says something")
	}
	for i := range 1000 {
		h.Record(event.Time(i+1) * event.Millisecond)
	}
	for q, want := range map[float64]event.Time{0.5: 500 * event.Millisecond, 0.95: 950 * event.Millisecond, 0.99: 990 * event.Millisecond} {
		got, ok := h.Quantile(q)
		if !ok || math.Abs(float64(got-want)) > 0.001*float64(want) {
			t.Errorf("q%v = %d µs (%v), want %d", q, got, ok, want)
		}
	}
	if _, ok := h.Quantile(0.999); ok {
		t.Error("the 99.9th percentile has one sample beyond it")
	}
	h.Record(-event.Second)
	h.Record(20 * event.Hour)
	if h.Count() != 1002 {
		t.Errorf("%d samples, want 1002", h.Count())
	}
}

// The rate of the moment forgets what is older than a minute, also when nothing
// happens any more.
func TestRecentRate(t *testing.T) {
	var s Step
	for i := range 120 {
		s.recent.add(event.Time(i)*event.Second, i%4 == 0)
	}
	for _, c := range []struct {
		now       event.Time
		failed, n int
	}{
		{119 * event.Second, 15, 60}, {124 * event.Second, 13, 55}, {170 * event.Second, 1, 5}, {3 * event.Minute, 0, 0}, {event.Hour, 0, 0},
	} {
		if failed, n := s.RecentRate(c.now); failed != c.failed || n != c.n {
			t.Errorf("at %v: %d of %d, want %d of %d", c.now.Clock(), failed, n, c.failed, c.n)
		}
	}
	s.recent.add(event.Hour, true)
	if failed, n := s.RecentRate(event.Hour); failed != 1 || n != 1 {
		t.Errorf("after a long pause: %d of %d, want 1 of 1", failed, n)
	}
}

// While a run goes on intervals may be watched; at its planned end n was fixed
// beforehand. Tasks under way count neither way.
func TestRates(t *testing.T) {
	y := tell(t)
	for task := int32(1); task <= 100; task++ {
		y.order(task)
		if task%10 == 0 {
			y.attempt(event.StepFailed, naive, task, pay, 1).task(event.TaskFailed, naive, task, at(pay))
		} else {
			y.fine(naive, task)
		}
		if task == 99 {
			equal(t, y.sound().FirstPassRate(naive), Rate{K: 9, N: 99, Interval: stats.AnytimeInterval(9, 99), Kind: Anytime})
		}
	}
	s := y.sound()
	first := s.FirstPassRate(naive)
	equal(t, first, Rate{K: 10, N: 100, Interval: stats.Wilson(10, 100, stats.Z95), Kind: Wilson})
	if first.Steady() || first.Share() != 0.1 || first.Strict().Width() <= first.Interval.Width() {
		t.Errorf("rate %v", first)
	}
	equal(t, s.FirstPassRate(orchestrated), Rate{Interval: stats.Interval{High: 1}, Kind: Anytime})
	equal(t, s.RescuedRate().N, 0)
}

func TestImpact(t *testing.T) {
	s := New(shop())
	st := &s.Strategies[naive]
	st.Promises[0] = Promise{Broken: 280, Twice: 7}
	st.Untold, st.CleanFailures, st.LostCents = 160, 223, 4_958_000
	got := s.Impact(naive)
	want := Impact{SupportTickets: 0.6*287 + 0.2*160 + 0.03*223, ManualRecoveryHours: 287.0 * 5 / 4 / 60, RevenueLostCents: 4_958_000, Cases: 287}
	if math.Abs(got.SupportTickets-want.SupportTickets) > 1e-9 || math.Abs(got.ManualRecoveryHours-want.ManualRecoveryHours) > 1e-9 ||
		got.RevenueLostCents != want.RevenueLostCents || got.Cases != want.Cases {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The series counts a task in the minute in which it first failed, once.
func TestMinutes(t *testing.T) {
	y := tell(t).order(1).order(2).badCard(3)
	y.attempt(event.StepRetrying, orchestrated, 1, pay, 1)
	y.at = 2 * event.Minute
	y.task(event.TaskParked, orchestrated, 1, at(pay)).task(event.TaskParked, orchestrated, 3, at(pay))
	y.at = 4 * event.Minute
	y.task(event.TaskRedriven, orchestrated, 1).task(event.TaskParked, orchestrated, 1, at(pay)).fine(orchestrated, 2)
	equal(t, y.sound().Strategies[orchestrated].Minutes, []Bucket{{Submitted: 3, Retries: 1, Calls: 1, First: 1}, {}, {Failed: 1}, {}, {Done: 1, Calls: 3, First: 3, Answered: 3}})
}

func TestAdvance(t *testing.T) {
	s := New(shop())
	s.Advance(event.Minute)
	s.Advance(event.Second)
	if s.Now != event.Minute {
		t.Errorf("now is %v", s.Now)
	}
}
