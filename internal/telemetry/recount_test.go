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

// line is what the recount reads of a line of a tape.
type line struct {
	T                              float64
	K, S, Step, Svc, Effect, Class string
	N, Try                         int
	Dur, Amount                    float64
	Run                            *event.Run
}

// recount counts the lines of a tape.
func recount(t *testing.T, s *story) map[string]float64 {
	t.Helper()
	c := tapeCount{got: map[string]float64{}, worth: map[int]float64{}, workflow: map[string]int{}, parked: map[string]bool{}, open: map[string]string{}}
	in := bufio.NewScanner(bytes.NewReader(s.tape))
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		c.line(&l)
	}
	for k, v := range c.got {
		if v == 0 {
			delete(c.got, k)
		}
	}
	return c.got
}

// tapeCount is the recount in the making.
type tapeCount struct {
	run      *event.Run
	got      map[string]float64
	worth    map[int]float64
	workflow map[string]int    // of a task in a strategy
	parked   map[string]bool   // tasks that are
	open     map[string]string // attempts without an answer, with their labels
}

func (c *tapeCount) line(l *line) {
	if l.Run != nil {
		c.run = l.Run
	}
	c.got[key("tasker_sim_virtual_seconds")] = l.T / 1e6
	life := fmt.Sprint(l.S, "/", l.N)
	where, what, _ := strings.Cut(l.K, ".")
	switch {
	case l.K == "process.died":
		c.got[key("tasker_sim_process_deaths_total")]++
	case where == "task":
		c.task(l, life, what)
	case where == "step":
		c.step(l, life, what)
	case l.K == "effect.made":
		c.got[key("tasker_effects_total", "strategy="+l.S, "service="+l.Svc, "effect="+l.Effect)]++
	case l.K == "effect.repeated":
		c.got[key("tasker_effects_repeated_total", "strategy="+l.S, "service="+l.Svc, "effect="+l.Effect)]++
	case where == "alert":
		at := []string{"strategy=" + l.S, "alert=" + l.Class}
		c.got[key("tasker_alerts_firing", at...)] = map[string]float64{"fired": 1, "resolved": 0}[what]
		if what == "fired" {
			c.got[key("tasker_alerts_total", at...)]++
		}
	case where == "breaker":
		at := []string{"strategy=" + l.S, "service=" + l.Svc}
		if what == "opened" {
			c.got[key("tasker_breaker_opened_total", at...)]++
		}
		c.got[key("tasker_breaker_state", at...)] = map[string]float64{"closed": 0, "half_opened": 1, "opened": 2}[what]
	case where == "fault" && what == "ended":
		c.got[key("tasker_sim_faults", "service="+l.Svc)]--
	case where == "fault":
		c.got[key("tasker_sim_faults", "service="+l.Svc)]++
	}
}

// labels of a task of the workflow.
func (c *tapeCount) labels(l *line, workflow int) []string {
	w := c.run.Workflows[workflow]
	return []string{"strategy=" + l.S, "namespace=" + w.Namespace, "task_name=" + w.Name, "version=" + w.Version}
}

func (c *tapeCount) task(l *line, life, what string) {
	if what == "submitted" {
		c.workflow[life] = 0
		for i := range c.run.Steps {
			if l.Step != "" && c.run.Steps[i].Name == l.Step {
				c.workflow[life] = c.run.Steps[i].Workflow
			}
		}
		c.worth[l.N] = l.Amount
	}
	of := func(more ...string) []string { return append(c.labels(l, c.workflow[life]), more...) }
	from := "tasker_tasks_running"
	if c.parked[life] {
		from = "tasker_tasks_parked"
	}
	if what != "submitted" {
		c.got[key(from, of()...)]--
	}
	c.parked[life] = what == "parked"
	switch what {
	case "submitted":
		c.got[key("tasker_tasks_started_total", of()...)]++
		c.got[key("tasker_tasks_running", of()...)]++
	case "parked":
		c.got[key("tasker_tasks_parked_total", of()...)]++
		c.got[key("tasker_tasks_parked", of()...)]++
	case "redriven":
		c.got[key("tasker_tasks_redriven_total", of("cause="+l.Class)...)]++
		c.got[key("tasker_tasks_running", of()...)]++
	default:
		if what == "succeeded" {
			what = "completed"
		}
		c.got[key("tasker_tasks_total", of("status="+what)...)]++
		c.length("tasker_task_duration_seconds", l.Dur/1e6, of("status="+what))
		if impact := map[string]string{"completed": "processed", "failed": "loss"}[what]; impact != "" {
			c.got[key("tasker_business_revenue_impact_cents_total", of("impact_type="+impact)...)] += c.worth[l.N]
		}
	}
	if l.Class == event.ClassDied {
		for k, labels := range c.open {
			if strings.HasPrefix(k, life+"/") {
				c.got[labels]--
				delete(c.open, k)
			}
		}
	}
}

func (c *tapeCount) step(l *line, life, what string) {
	workflow := c.workflow[life]
	of := append(c.labels(l, workflow), "step="+l.Step, "service="+l.Svc)
	with := func(more ...string) []string { return append(append([]string{}, of...), more...) }
	running := key("tasker_step_running", with()...)
	switch what {
	case "deferred":
		c.got[key("tasker_step_deferred_total", with()...)]++
		return
	case "progress":
		return
	case "skipped":
		c.got[key("tasker_step_skipped_total", with()...)]++
		return
	case "started":
		c.got[key("tasker_step_attempts_total", with()...)]++
		if l.Try > 1 {
			c.got[key("tasker_step_retries_total", with()...)]++
		}
		c.got[running]++
		c.open[life+"/"+l.Step] = running
		return
	}
	c.got[running]--
	delete(c.open, life+"/"+l.Step)
	c.length("tasker_step_duration_seconds", l.Dur/1e6, with())
	if what != "succeeded" {
		c.got[key("tasker_step_failures_total", with("error_type="+l.Class, "final_failure="+strconv.FormatBool(what == "failed"))...)]++
	}
}

// length counts a length of time in every bucket that it does not exceed.
func (c *tapeCount) length(name string, seconds float64, labels []string) {
	with := func() []string { return append([]string{}, labels...) }
	c.got[key(name+"_count", with()...)]++
	c.got[key(name+"_sum", with()...)] += seconds
	c.got[key(name+"_le_+Inf", with()...)]++
	for _, le := range []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10800, 43200} {
		if seconds <= le {
			c.got[key(name+"_le_"+strconv.FormatFloat(le, 'g', -1, 64), with()...)]++
		}
	}
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
