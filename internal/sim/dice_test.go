package sim

import (
	"math"
	"slices"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// TestDrawsAreUniform: the first draws over consecutive keys, as a run makes
// them, are uniform (χ² of 99 degrees of freedom) and do not depend on each other.
func TestDrawsAreUniform(t *testing.T) {
	const n = 200_000
	d := dice{seed: 7}
	var bins [100]float64
	sum, lag, last := 0.0, 0.0, .5
	for i := range n {
		u := d.draw(drawError, word("process_payment"), i, 1)
		if u < 0 || u >= 1 {
			t.Fatalf("draw %g is not in [0,1)", u)
		}
		bins[int(u*100)]++
		sum += u
		lag += (u - .5) * (last - .5)
		last = u
	}
	chi2 := 0.0
	for _, b := range bins {
		chi2 += (b - n/100) * (b - n/100) / (n / 100)
	}
	if chi2 > 160 { // P < 10⁻⁴
		t.Errorf("χ² = %.1f of 99 degrees of freedom", chi2)
	}
	if mean := sum / n; math.Abs(mean-.5) > 4/math.Sqrt(12*n) {
		t.Errorf("mean %.5f", mean)
	}
	if r := lag / n * 12; math.Abs(r) > 4/math.Sqrt(n) {
		t.Errorf("correlation with the draw before %.5f", r)
	}
}

// TestKeysTellDrawsApart: any other key is another draw.
func TestKeysTellDrawsApart(t *testing.T) {
	d := dice{7}
	base := d.draw(drawError, word("a"), 1, 1)
	for name, u := range map[string]float64{
		"seed": dice{8}.draw(drawError, word("a"), 1, 1), "purpose": d.draw(drawClass, word("a"), 1, 1),
		"step": d.draw(drawError, word("b"), 1, 1), "task": d.draw(drawError, word("a"), 2, 1), "attempt": d.draw(drawError, word("a"), 1, 2),
	} {
		if u == base {
			t.Errorf("another %s gives the same draw", name)
		}
	}
}

// TestLogNormal: half of the draws lie below the median and 1 % above the 99th
// percentile, whatever the pair.
func TestLogNormal(t *testing.T) {
	median, p99 := 1200*event.Millisecond, 4*event.Second
	for _, c := range []struct {
		u    float64
		want event.Time
	}{{.5, median}, {.99, p99}} {
		if got := logNormal(median, p99, c.u); got < c.want-1 || got > c.want+1 {
			t.Errorf("quantile %g: %d µs, want %d", c.u, got, c.want)
		}
	}
	if got := logNormal(median, p99, 0); got < 1 {
		t.Errorf("the smallest draw gives %d µs", got)
	}
	if got := logNormal(median, median, .999); got != median {
		t.Errorf("without spread: %d µs, want the median", got)
	}
}

// TestArrivals: exactly the number asked for, in order, uniform over the time;
// with a peak the same number, twenty times as dense inside.
func TestArrivals(t *testing.T) {
	load := scenario.Load{Tasks: 20_000, Duration: event.Hour}
	ts := arrivals(load, dice{3})
	if len(ts) != load.Tasks || !slices.IsSorted(ts) || ts[0] < 0 || ts[len(ts)-1] > event.Hour {
		t.Fatalf("%d arrivals from %d to %d", len(ts), ts[0], ts[len(ts)-1])
	}
	near(t, "first quarter", countBetween(ts, 0, 15*event.Minute), len(ts), .25)
	load.Peak = &scenario.Peak{Factor: 20, At: 30 * event.Minute, Length: event.Minute}
	ts = arrivals(load, dice{3})
	if len(ts) != load.Tasks || !slices.IsSorted(ts) || ts[len(ts)-1] > event.Hour {
		t.Fatalf("peak: %d arrivals up to %d", len(ts), ts[len(ts)-1])
	}
	near(t, "peak", countBetween(ts, 30*event.Minute, 31*event.Minute), len(ts), 20.0/79)
	near(t, "before the peak", countBetween(ts, 0, 30*event.Minute), len(ts), 30.0/79)
}

func countBetween(ts []event.Time, from, to event.Time) int {
	n := 0
	for _, t := range ts {
		if from <= t && t < to {
			n++
		}
	}
	return n
}

// TestBursts: the chain spends bad/(good+bad) of its time in bursts, their mean
// length is the one asked for, and every way of asking agrees.
func TestBursts(t *testing.T) {
	b := &scenario.Burst{Good: 95 * event.Second, Bad: 5 * event.Second}
	tl := newTimeline(b, "payment_gateway", dice{3})
	const horizon = 2_000_000 * event.Second
	var inBurst event.Time
	n := 0
	for at := event.Time(0); ; n++ {
		begin, end := tl.next(at)
		if begin >= horizon {
			break
		}
		if !tl.bad(begin) || !tl.bad(end-1) || tl.bad(end) || (begin > 0 && tl.bad(begin-1)) {
			t.Fatalf("burst %d from %d to %d: the chain says otherwise at its edges", n, begin, end)
		}
		inBurst += end - begin
		at = begin + 1
	}
	// A burst's length has its mean for a standard deviation.
	mean, sd := float64(inBurst)/float64(n), float64(b.Bad)/math.Sqrt(float64(n))
	if math.Abs(mean-float64(b.Bad)) > 4*sd {
		t.Errorf("mean burst %.0f µs of %d, want %d ± %.0f", mean, n, b.Bad, sd)
	}
	if share := float64(inBurst) / float64(horizon); math.Abs(share-.05) > 4*.05*math.Sqrt(2/float64(n)) {
		t.Errorf("%.4f of the time in bursts, want 0.05", share)
	}
}

// TestTimelineDoesNotDependOnQuestions: asking far ahead first changes nothing.
func TestTimelineDoesNotDependOnQuestions(t *testing.T) {
	b := &scenario.Burst{Good: 20 * event.Second, Bad: 5 * event.Second}
	near, far := newTimeline(b, "x", dice{5}), newTimeline(b, "x", dice{5})
	far.bad(event.Hour)
	for at := event.Time(0); at < 10*event.Minute; at += 333 * event.Millisecond {
		if near.bad(at) != far.bad(at) {
			t.Fatalf("at %d the two disagree", at)
		}
	}
}

// TestQueueOrder: occurrences come out by instant, and at one instant by what
// they are, whatever order they went in.
func TestQueueOrder(t *testing.T) {
	var all []occurrence
	d := dice{1}
	for i := range 500 {
		all = append(all, occurrence{
			at: event.Time(d.draw(1, 0, i, 0) * 20), kind: occKind(d.draw(2, 0, i, 0) * 9), lane: int8(d.draw(3, 0, i, 0)*3) - 1,
			task: int32(d.draw(4, 0, i, 0) * 5), step: int16(i), // the step makes each one different
		})
	}
	var in, out queue
	for i := range all {
		in.push(all[i])
		out.push(all[len(all)-1-i])
	}
	var last occurrence
	for i := range all {
		a, b := in.pop(), out.pop()
		if a != b {
			t.Fatalf("number %d: %+v or %+v, by order of entry", i, a, b)
		}
		if i > 0 && a.before(&last) {
			t.Fatalf("number %d: %+v after %+v", i, a, last)
		}
		last = a
	}
	if !in.idle() || in.quiet != 0 {
		t.Errorf("an empty queue counts %d quiet occurrences", in.quiet)
	}
}
