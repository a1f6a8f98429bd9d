package telemetry

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

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
	case c.rare(l, where, what):
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

// rare counts the kinds of lines that only some scenarios have.
func (c *tapeCount) rare(l *line, where, what string) bool {
	switch {
	case where == "work":
		outcome := l.Class
		if what == "began" {
			c.length("tasker_service_queue_seconds", l.Dur/1e6, []string{"strategy=" + l.S, "service=" + l.Svc})
			outcome = map[string]string{"": "began", "late": "late"}[l.Class]
		}
		c.got[key("tasker_service_work_total", "strategy="+l.S, "service="+l.Svc, "outcome="+outcome)]++
	case where == "child":
		if what == "ended" {
			what = "done"
			if l.Class != "" {
				what = "failed"
			}
		}
		for _, st := range c.run.Steps {
			if st.Name == l.Step {
				of := append(c.labels(l, st.Workflow), "step="+l.Step, "service="+c.run.Services[st.Service].Name, "outcome="+what)
				c.got[key("tasker_children_total", of...)]++
			}
		}
	case where == "release" || where == "collision" || where == "contract":
		c.got[key("tasker_releases_total", "strategy="+l.S, "team="+l.Class, "outcome="+what)]++
	case l.K == "trail.counted":
		c.got[key("tasker_audit_trail", "strategy="+l.S, "what="+l.Class)] = l.Amount
	case l.K == "secret.seen":
		c.got[key("tasker_sim_secrets_seen_total", "strategy="+l.S, "where="+l.Class)] += l.Amount
	case l.K == "task.misrouted":
		c.got[key("tasker_sim_tasks_misrouted_total", "strategy="+l.S)]++
	default:
		return l.K == "task.tagged"
	}
	return true
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
	case "fell_back":
		c.got[key("tasker_step_fallbacks_total", with()...)]++
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
