package sweep

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tasker-sim/internal/scenario"
)

var update = flag.Bool("update", false, "write golden files anew")

// coin is a scenario of one step that fails with p, so that every figure is known.
const coin = `scenario: coin
load: {tasks: 2000, duration: 2000s}
services:
  one: {latency: {median: 1ms, p99: 1ms}, error: {rate: 20%, classes: {"503": {share: 100%, latency: 1ms}}}}
workflows:
  test/coin@1.0.0:
    steps:
      toss: {service: one, timeout: 1s, retry: {limit: 2, base: 1s, factor: 2, jitter: 0%}}
strategies:
  naive: {}
  orchestrated: {engine: on, retries: on, keys: on}
`

func plan(t testing.TB, seeds int, vary ...string) *Plan {
	t.Helper()
	sc, problems := scenario.Parse("coin.yaml", []byte(coin), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p := &Plan{File: "coin.yaml", Text: []byte(coin), Digest: "d", Seed: 1, Seeds: seeds, Measure: "first_pass_failure_rate"}
	for _, v := range vary {
		a, err := ParseAxis(v, sc.Params())
		if err != nil {
			t.Fatal(err)
		}
		p.Axes = append(p.Axes, a)
	}
	return p
}

func ignore(Sample) error { return nil }

func run(t testing.TB, p *Plan, workers int, have []Sample) *Result {
	t.Helper()
	samples, err := p.Run(context.Background(), workers, have, ignore)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Sum(samples)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAxes: what can be written, and what comes of it.
func TestAxes(t *testing.T) {
	sc, _ := scenario.Parse("coin.yaml", []byte(coin), nil)
	for _, c := range []struct{ text, want string }{
		{"steps.toss.retry.base=1s..5s/5", "[1s 2s 3s 4s 5s] [1 2 3 4 5]"},
		{"steps.toss.retry.base=500ms..8s/5log", "[500ms 1s 2s 4s 8s] [0.5 1 2 4 8]"},
		{"steps.toss.retry.base=1s .. 2m / 2", "[1s 2m0s] [1 120]"},
		{"services.one.error.rate=0%..20%/3", "[0% 10% 20%] [0 10 20]"},
		{"services.*.error.rate=0..0.2/3", "[0 0.1 0.2] [0 0.1 0.2]"},
		{"steps.toss.retry.limit=1..4", "[1 2 3 4] [1 2 3 4]"},
		{"steps.toss.retry.limit=1..4/6", "[1 2 3 4] [1 2 3 4]"},
		{"retry_limit=1..3", "[1 2 3] [1 2 3]"},
		{"load.peak=off,20x@30m/1m", "[off 20x@30m/1m] [0 1]"},
		{"steps.toss.retry.limit=1,2,5", "[1 2 5] [1 2 5]"},
		{"steps.toss.retry.limit=5,1", "[5 1] [0 1]"},

		{"steps.toss.retry.base", `"steps.toss.retry.base": want path=from..to/count, perhaps with log behind it, or path=value,value,…`},
		{"steps.tos.retry.base=1s..2s/3", "no parameter \"steps.tos.retry.base\"; did you mean steps.toss.retry.base?"},
		{"sdjkfh=1s..2s/3", "no parameter \"sdjkfh\" (show --params lists them)"},
		{"steps.toss.retry.base=1s..9s", "steps.toss.retry.base: how many values? want path=from..to/count, perhaps with log behind it, or path=value,value,…"},
		{"steps.toss.retry.base=1s..5%/3", "steps.toss.retry.base: 1s..5%: the ends are of different kinds"},
		{"steps.toss.retry.base=5s..1s/3", "steps.toss.retry.base: 5s..1s: want the smaller end first"},
		{"steps.toss.retry.base=0s..1s/3log", "steps.toss.retry.base: 0s..1s: equal ratios need a beginning above 0"},
		{"steps.toss.retry.base=1s..x/3", `steps.toss.retry.base: "x": want a number, a percentage or a time like 5s`},
		{"steps.toss.retry.base=1s..5s/1", `steps.toss.retry.base: count "1": want a whole number from 2 to 1000`},
	} {
		a, err := ParseAxis(c.text, sc.Params())
		got := fmt.Sprint(a.Values, " ", a.At)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestTheory: the mean over seeds is what theory says, p and p², and its interval
// covers that at nearly all points.
func TestTheory(t *testing.T) {
	r := run(t, plan(t, 8, "services.one.error.rate=10%..50%/5"), 2, nil)
	missed := 0
	for _, pt := range r.Points {
		p := pt.At[0] / 100
		for k, want := range []float64{p, p * p} {
			e := pt.Estimates[k]
			if d := e.Mean - want; d*d > 16*want*(1-want)/(8*2000) {
				t.Errorf("%s at %v: %.4f, theory says %.4f", r.Strategies[k], pt.Values, e.Mean, want)
			}
			if *e.Low > want || want > *e.High {
				missed++
			}
		}
	}
	if missed > 3 {
		t.Errorf("%d of 10 intervals of 95 %% miss what they should cover", missed)
	}
}

// TestParallel: the result is the same on any number of cores.
func TestParallel(t *testing.T) {
	p := plan(t, 3, "steps.toss.retry.limit=1..3", "services.one.error.rate=10%..30%/2")
	want := run(t, p, 1, nil)
	for _, workers := range []int{2, 7} {
		if diff := cmp.Diff(want, run(t, p, workers, nil)); diff != "" {
			t.Errorf("%d at a time: %s", workers, diff)
		}
	}
}

// TestResume: a sweep that was stopped goes on with what its file keeps, a cut last
// line included, and comes to the same.
func TestResume(t *testing.T) {
	p := plan(t, 2, "steps.toss.retry.limit=1..4")
	want := run(t, p, 2, nil)
	var file bytes.Buffer
	k, err := p.Keep(&file, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	n := 0
	_, err = p.Run(ctx, 1, nil, func(s Sample) error {
		if n++; n == 3 {
			stop()
		}
		return k.Add(s)
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	whole := int64(file.Len())
	file.WriteString(`{"point":3,"se`)
	have, end, err := p.Resume(bytes.NewReader(file.Bytes()))
	if err != nil || len(have) != n || end != whole {
		t.Fatalf("read %d samples to %d: %v; want %d to %d", len(have), end, err, n, whole)
	}
	if diff := cmp.Diff(want, run(t, p, 2, have)); diff != "" {
		t.Error(diff)
	}
	other := plan(t, 2, "steps.toss.retry.limit=1..5")
	if _, _, err := other.Resume(bytes.NewReader(file.Bytes())); !errors.Is(err, ErrOther) {
		t.Errorf("the file of another sweep: %v", err)
	}
	damaged := strings.Replace(file.String(), `"point":1`, `"point":9`, 1)
	if _, _, err := p.Resume(strings.NewReader(damaged)); err == nil || !strings.Contains(err.Error(), "is no sample of this sweep") {
		t.Errorf("a damaged file: %v", err)
	}
}

// TestWritten holds the forms of a result to golden files.
func TestWritten(t *testing.T) {
	one := run(t, plan(t, 3, "services.one.error.rate=0.5%..50%/6log"), 2, nil)
	two := run(t, plan(t, 3, "steps.toss.retry.limit=1..3", "services.one.error.rate=10%..30%/3"), 2, nil)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"one.txt":  func(b *bytes.Buffer) error { return one.Text(b, 80) },
		"one.csv":  func(b *bytes.Buffer) error { return one.CSV(b) },
		"one.svg":  func(b *bytes.Buffer) error { return one.SVG(b) },
		"two.txt":  func(b *bytes.Buffer) error { return two.Text(b, 80) },
		"two.svg":  func(b *bytes.Buffer) error { return two.SVG(b) },
		"two.json": func(b *bytes.Buffer) error { return two.JSON(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNoSuchFigure: a figure that no run has is an error, one that some have not is a gap.
func TestNoSuchFigure(t *testing.T) {
	p := plan(t, 1, "retry_limit=1..2")
	p.Measure = "effects.rockets"
	samples, err := p.Run(context.Background(), 1, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Sum(samples); !errors.Is(err, ErrMeasure) {
		t.Errorf("no such figure: %v", err)
	}
}

// TestBadPoint: a value that cannot be is found before anything runs.
func TestBadPoint(t *testing.T) {
	p := plan(t, 1, "steps.toss.retry.limit=0..2")
	_, err := p.Run(context.Background(), 1, nil, func(Sample) error { t.Error("a run began"); return nil })
	if err == nil || !strings.Contains(err.Error(), "steps.toss.retry.limit") {
		t.Errorf("retry limit 0: %v", err)
	}
}

// FuzzAxis: no text makes ParseAxis panic, or values that are not ascending places.
func FuzzAxis(f *testing.F) {
	for _, s := range []string{"a=1..2/3", "a=1s..2m/9log", "a=5%,6%", "a=..", "a=1../0", "a=1e308..1e309/9", "a=-1..1/4"} {
		f.Add(s)
	}
	params := []scenario.Param{{Path: "a", Kind: "number"}}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAxis(text, params)
		if err == nil && (len(a.Values) == 0 || len(a.Values) != len(a.At) || !slices.IsSorted(a.At)) {
			t.Errorf("%q: %v at %v", text, a.Values, a.At)
		}
	})
}

// BenchmarkSweep is one sweep on one core and on two; runs/s says how it scales.
func BenchmarkSweep(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			p := plan(b, 8, "services.one.error.rate=10%..40%/4")
			for b.Loop() {
				run(b, p, workers, nil)
			}
			b.ReportMetric(float64(b.N*p.Cells())/b.Elapsed().Seconds(), "runs/s")
		})
	}
}
