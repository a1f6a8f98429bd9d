package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tasker-sim/internal/stats"
)

func verified(t *testing.T, o Options) *Result {
	t.Helper()
	if o.Seeds == 0 {
		o.Seeds = 1
	}
	r, err := Verify(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is [Verify] with so many tasks a case at most.
func small(t *testing.T, o Options, most float64) *Result {
	t.Helper()
	oracles, err := chosen(o.Only)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := questions(oracles, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range asked {
		if n := asked[i].values.all["tasks"]; len(n) > 0 {
			n[0] = min(n[0], most)
		} else if n := asked[i].values.all["runs"]; len(n) > 0 {
			n[0] = 2 // with fewer servers chance would decide, see tips
		} else if c := asked[i].values.all["c"]; len(c) > 0 {
			c[0] = min(c[0], 2) // servers: a storm has as many tasks as they can do
		}
	}
	r := &Result{Bound: Bound}
	if err := r.ask(context.Background(), o, asked); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLawsHold poses all cases of all laws with fewer tasks than `tasker-sim
// verify` does: the laws hold for any number.
func TestLawsHold(t *testing.T) {
	most := 4000.0
	if testing.Short() {
		most = 1000
	}
	if r := small(t, Options{Seed: 7, Seeds: 1, Workers: 2}, most); !r.OK {
		t.Errorf("\n%s", r.Text())
	}
}

// TestWorkersDoNotMatter: the result is the same whoever works.
func TestWorkersDoNotMatter(t *testing.T) {
	var texts []string
	for _, workers := range []int{1, 3} {
		r := verified(t, Options{Seed: 3, Seeds: 3, Workers: workers, Only: []string{"o1", "O19"}, Sets: []string{"o1.tasks=500", "o1.n=1,2", "o19.tasks=500"}})
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text)+r.Text())
	}
	if texts[0] != texts[1] {
		t.Errorf("one worker:\n%s\nthree:\n%s", texts[0], texts[1])
	}
}

// TestBadQuestions: what cannot be asked is said with what can.
func TestBadQuestions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Seeds: 0}, "--seeds 0: want at least 1"},
		{Options{Seeds: 1, Only: []string{"O99"}}, `no oracle "O99": there are O1, O2`},
		{Options{Seeds: 1, Sets: []string{"p=3"}}, `--set "p=3": want ORACLE.PARAMETER=VALUE`},
		{Options{Seeds: 1, Only: []string{"O2"}, Sets: []string{"o1.p=3"}}, `no oracle "o1" among those that are asked: O2`},
		{Options{Seeds: 1, Sets: []string{"o1.p=1.2"}}, "o1: p=1.2: want a share from 0 to 1"},
		{Options{Seeds: 1, Sets: []string{"o1.n=2.5"}}, "o1: n=2.5: want a whole number from 1 to 20"},
		{Options{Seeds: 1, Sets: []string{"o4.base=soon"}}, "o4: base=soon: want a time from 0.001 to 3600 seconds, like 1.5s"},
		{Options{Seeds: 1, Sets: []string{"o4.jiter=0"}}, `o4: no parameter "jiter": there are p, n, tasks, base, factor, cap, jitter (did you mean jitter?)`},
		{Options{Seeds: 1, Sets: []string{"o5.p=1%/2%"}}, "o5: p has 2 steps, n has 5: want the same number"},
		{Options{Seeds: 1, Sets: []string{"o3.d=0.9", "o3.t=0.2"}}, "o3: d=0.9 and t=0.2"},
		{Options{Seeds: 1, Sets: []string{"o10.p=0.1"}}, "o10: a breaker that opens every 111110 calls: want at least 10 times as many tasks"},
		{Options{Seeds: 1, Sets: []string{"o16.d=0.95"}}, "o16: d=0.95 with rho=0.7, c=20, T=40: chance decides; want at most 0.852 or at least 1.15"},
		{Options{Seeds: 1, Sets: []string{"o16.d=1.9"}}, "over two timeouts, of which the law says nothing; want at most 1.65"},
		{Options{Seeds: 1, Sets: []string{"o16.rho=0.5"}}, "o16: rho=0.5 with R=1: no storm stays"},
		{Options{Seeds: 1, Sets: []string{"o1.p=" + strings.Repeat("0.1,", 500) + "0.2"}}, "o1: 501 cases: want at most 400"},
	} {
		_, err := Verify(context.Background(), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}

// TestOwnCase: parameters given pose a case that is in no table.
func TestOwnCase(t *testing.T) {
	r := verified(t, Options{Seed: 1, Only: []string{"O1"}, Sets: []string{"o1.p=0.2,0.3", "o1.n=4", "o1.tasks=1000"}})
	if len(r.Cells) != 4 || r.Cells[0].Case != "p=0.2 n=4 tasks=1000" || r.Cells[2].Case != "p=0.3 n=4 tasks=1000" {
		t.Errorf("\n%s", r.Text())
	}
	if got := r.Cells[0].Predicted; got < 0.0016-1e-12 || got > 0.0016+1e-12 {
		t.Errorf("0.2^4 is %v", got)
	}
}

// TestUnposedIsListed: a law that cannot be asked is named with its reason.
func TestUnposedIsListed(t *testing.T) {
	for i, o := range Oracles() {
		if o.ID != fmt.Sprintf("O%d", i+1) {
			t.Errorf("%s is number %d", o.ID, i+1)
		}
		if (o.Unposed == "") == (o.pose == nil) {
			t.Errorf("%s: it is posed, or it says why not", o.ID)
		}
	}
}

// judged is a result with cells of the given p-values, in pairs of (cell, seeds).
func judged(ps ...float64) *Result {
	o := &Oracle{ID: "O0"}
	r := &Result{Bound: Bound}
	for _, p := range ps {
		r.Cells = append(r.Cells, Cell{pooled: fixed(p), Pooled: p, question: &question{oracle: o}, Seeds: []AtSeed{{Seed: 5, P: p}}})
	}
	r.judge()
	return r
}

// fixed is evidence of which only the p-value is known.
type fixed float64

func (f fixed) predicted() float64     { return 0 }
func (f fixed) measured() float64      { return 0 }
func (f fixed) size() int              { return 1 }
func (f fixed) p() float64             { return float64(f) }
func (f fixed) test() string           { return "given" }
func (f fixed) with(evidence) evidence { return f }

// TestFamily: Holm's rule over all tests of a call. Of four tests the smallest p
// must be below bound/4, the next below bound/3.
func TestFamily(t *testing.T) {
	for _, c := range []struct {
		ps     []float64
		failed int
	}{
		{[]float64{0.9, 0.00026, 0.5, 0.3}, 0},
		{[]float64{0.9, 0.00024, 0.5, 0.3}, 1},
		{[]float64{0.00032, 0.00024, 0.5, 0.3}, 2},
		{[]float64{0.00032, 0.00026, 0.5, 0.3}, 0},
		{nil, 0},
	} {
		if r := judged(c.ps...); len(r.Failed()) != c.failed || r.OK != (c.failed == 0) {
			t.Errorf("%v: %d cells fail, want %d", c.ps, len(r.Failed()), c.failed)
		}
	}
	if r := judged(1e-9); !strings.Contains(r.Text(), "again: tasker-sim verify --only o0 --seed 5") {
		t.Errorf("a failed cell names no command:\n%s", r.Text())
	}
}

// TestPooling: the evidence of two seeds together is that of one run of both.
func TestPooling(t *testing.T) {
	law := stats.Law{0.5, 0.3, 0.2}
	half := func(x float64) float64 { return x }
	var broken identity
	broken.hold(false, func() string { return "here" })
	for _, c := range []struct{ a, b, want evidence }{
		{hits{1, 10, 0.2}, hits{3, 10, 0.2}, hits{4, 20, 0.2}},
		{tries{1, 10, 0.2}, tries{3, 10, 0.2}, tries{4, 20, 0.2}},
		{total{[]stats.Part{{Law: law, N: 5}}, 4, 1}, total{[]stats.Part{{Law: law, N: 6}}, 3, 1}, total{[]stats.Part{{Law: law, N: 11}}, 7, 1}},
		{draws{[]float64{0.1}, half}, draws{[]float64{0.7}, half}, draws{[]float64{0.1, 0.7}, half}},
		{batches{[]float64{1, 2}, 1.5, 10}, batches{[]float64{3}, 1.5, 5}, batches{[]float64{1, 2, 3}, 1.5, 15}},
		{identity{n: 3}, broken, identity{broken: 1, n: 4, first: "here"}},
	} {
		got := c.a.with(c.b)
		if got.p() != c.want.p() || got.measured() != c.want.measured() || got.size() != c.want.size() || got.predicted() != c.want.predicted() {
			t.Errorf("%v with %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// TestKnownValues holds the laws' formulas to values worked out elsewhere.
func TestKnownValues(t *testing.T) {
	v := func(o int, text string) values {
		all := Oracles()
		x, err := all[o].values(assigned(text))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	const o5, o7 = 4, 6
	naive, retried := chances(v(o5, presetA))
	trips5, _ := toTrip(.5, 5)
	trips3, _ := toTrip(.3, 5)
	law := charges(.05, .2, 3)
	mean, _ := law.Moments()
	backoffs := backoff(.5, waits(v(3, "p=0.5 n=5")), 0)
	for _, c := range []struct {
		name              string
		got, want, within float64
	}{
		{"preset A, naive", naive, .148905, 1e-6},
		{"preset A, with retries", retried, .001978, 1e-6},
		{"bursts of 20 s", inBursts(v(o7, "eG=0 eB=1 good=380s bad=20s")), .0431, .0001},
		{"bursts of 5 s, short waits", inBursts(v(o7, "eG=0.01 eB=0.8 good=95s bad=5s")), .01426, .00001},
		{"bursts of 5 s, long waits", inBursts(v(o7, "eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4")), .00077, .00001},
		{"calls to trip, p=.5", trips5, 62, 1e-9},
		{"calls to trip, p=.3", trips3, 586.5, .05},
		{"open share", openShare{fail: .5, k: 5, length: 30, answer: .1}.predicted(), .9036, .0001},
		{"charged twice or thrice", 1 - law[0] - law[1], .010368, 1e-6},
		{"charged once", law[1], .98957, .00001},
		{"charges", mean, 1.0104, .00001},
		{"Erlang C, 1 server", erlang(1, .8), .8, 1e-9},
		{"Erlang C, 2 servers", erlang(2, .8), .7111, .0001},
		{"Erlang C, 10 servers", erlang(10, .8), .4092, .0001},
		{"Erlang C, 50 servers", erlang(50, .9), .3639, .0001},
		{"backoff", backoffs.mean, 2, 1e-9},
		{"backoff, full jitter", backoff(.5, waits(v(3, "p=0.5 n=5")), spreads()["full"]).mean, 1, 1e-9},
		{"backoff, equal jitter", backoff(.5, waits(v(3, "p=0.5 n=5")), spreads()["equal"]).mean, 1.5, 1e-9},
		{"preset E, full jitter", inBursts(v(o7, "eG=0.01 eB=0.8 good=95s bad=5s base=5s factor=4 jitter=full")), .0046, .0001},
	} {
		if c.got < c.want-c.within || c.got > c.want+c.within {
			t.Errorf("%s: %.6f, want %v", c.name, c.got, c.want)
		}
	}
}
