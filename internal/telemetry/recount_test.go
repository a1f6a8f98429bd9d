package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"tasker-sim/internal/metrics"
)

// TestEveryMetricIsTheTapesOwnCount scrapes the endpoint with the official parser
// and compares every series that is not 0 with a count made from the lines of the
// tape, by code that knows nothing of the tally.
func TestEveryMetricIsTheTapesOwnCount(t *testing.T) {
	stories := []string{"checkout", "microservices", "data-pipeline", "observability", "team-scaling", "security"}
	for _, name := range stories {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && slices.Index(stories, name) > 2 {
				t.Skip("three of six will do")
			}
			s := shortCheckout(t)
			switch name {
			case "microservices":
				s = play(t, name, nil, "load.tasks=200")
			case "observability":
				s = play(t, name, nil, "load.tasks=1000")
			case "team-scaling", "security":
				s = play(t, name, nil, "load.tasks=400")
			case "data-pipeline":
				s = play(t, name, nil, "load.tasks=20", "load.duration=480h")
			}
			got, kinds := scrape(t, s)
			want := recount(t, s)
			if d := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 0)); d != "" {
				t.Errorf("tape (-), endpoint (+):\n%s", d)
			}
			for _, f := range families {
				if k, ok := kinds[f.name]; ok && k != f.kind.String() {
					t.Errorf("%s is a %s on the endpoint, want %s", f.name, k, f.kind)
				}
			}
		})
	}
}

// scrape runs the story past an outlet and fetches its metrics as Prometheus would.
func scrape(t *testing.T, s *story) (series map[string]float64, kinds map[string]string) {
	t.Helper()
	o, err := Open(Options{Metrics: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	drain(t, o.Watch(s.film(), 0))
	resp, err := http.Get(o.MetricsURL())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err, string(text))
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	parsed, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	series, kinds = map[string]float64{}, map[string]string{}
	for name, f := range parsed {
		kinds[name] = strings.ToLower(f.GetType().String())
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			add := func(suffix string, v float64) {
				if v != 0 {
					series[key(name+suffix, labels...)] = v
				}
			}
			add("", m.GetCounter().GetValue()+m.GetGauge().GetValue())
			if h := m.GetHistogram(); h != nil {
				add("_count", float64(h.GetSampleCount()))
				add("_sum", h.GetSampleSum())
				for _, b := range h.GetBucket() {
					add("_le_"+strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64), float64(b.GetCumulativeCount()))
				}
			}
		}
	}
	return series, kinds
}

func key(name string, labels ...string) string {
	sort.Strings(labels)
	return name + "{" + strings.Join(labels, ",") + "}"
}

// TestMetricsAgreeWithTheFold compares the tally with what the dashboard and the
// report read, at the end of every window of a run.
func TestMetricsAgreeWithTheFold(t *testing.T) {
	s := shortCheckout(t)
	ta, state := newTally(s.run), metrics.New(s.run)
	for i := range s.events {
		ta.count(&s.events[i])
		state.Apply(&s.events[i])
		if i%97 != 0 && i < len(s.events)-1 {
			continue
		}
		for k := range s.run.Strategies {
			agree(t, &ta.columns[k], &state.Strategies[k])
		}
	}
}

func agree(t *testing.T, c *column, st *metrics.Strategy) {
	t.Helper()
	n, want := &c.tasks[0], &st.Tasks
	got := metrics.Tasks{
		Submitted: int(n.started), Succeeded: int(n.ended[completed]), Failed: int(n.ended[failed]), Declined: int(n.ended[declined]),
		Rejected: int(n.ended[rejected]), Parked: n.parkedNow, Running: n.running,
		Recovered: want.Recovered, EverParked: want.EverParked, FirstPassFailed: want.FirstPassFailed, Undecided: want.Undecided,
	}
	if d := cmp.Diff(*want, got); d != "" {
		t.Fatalf("fold (-), tally (+):\n%s", d)
	}
	for i := range st.Steps {
		a, b := &c.steps[i], &st.Steps[i]
		failures := uint64(0)
		for _, f := range a.failures {
			failures += uint64(f.n)
		}
		if int(a.attempts) != b.Attempts || int(a.retries) != b.Retries || int(failures) != b.Failures || a.running != b.Running ||
			int64(a.duration.total()) != b.Latency.Count() {
			t.Fatalf("step %d: %d attempts, %d retries, %d failures, %d running; the fold has %d, %d, %d, %d", i,
				a.attempts, a.retries, failures, a.running, b.Attempts, b.Retries, b.Failures, b.Running)
		}
	}
	if int64(st.DoneCents) != n.processed {
		t.Fatalf("%d cents processed, the fold has %d", n.processed, st.DoneCents)
	}
}

// TestClassesAreBounded: whatever words a scenario has for its errors, the number
// of series stays small.
func TestClassesAreBounded(t *testing.T) {
	var n words
	for i := range 1000 {
		*n.at(fmt.Sprint("class ", i), strconv.FormatBool(i%2 == 0), manyClasses)++
	}
	total := 0.0
	for _, f := range n {
		total += f.n
	}
	if len(n) > manyClasses+2 || total != 1000 {
		t.Errorf("%d series for %v failures", len(n), total)
	}
}
