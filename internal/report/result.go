package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/stats"
)

// Schema is the version of the result's JSON form. Keys may be added within one.
const Schema = 1

// Result is what a run has shown, as one JSON object. Apart from WallMS and
// Crashes it follows from scenario, seed, flags and journal to the byte.
type Result struct {
	Schema    int     `json:"schema"`
	Scenario  string  `json:"scenario"`
	Title     string  `json:"title"`
	Seed      uint64  `json:"seed"`
	Complete  bool    `json:"complete"` // the run came to its end
	Live      bool    `json:"live"`     // a fault was injected by hand
	VirtualMS float64 `json:"virtual_ms"`
	WallMS    int64   `json:"wall_ms"`

	Strategies object[Strategy] `json:"strategies"` // by name, in the run's order
	// Paired compares the first strategy with the last; null with only one.
	Paired *Paired `json:"paired"`
	// RescuedShare is, of the tasks that failed in the first strategy, the share
	// that succeeded in the last; null if none failed.
	RescuedShare *float64    `json:"rescued_share"`
	RescuedCI95  *[2]float64 `json:"rescued_share_ci95"`
	Claims       []Claim     `json:"claims"`
	Invariants   Invariants  `json:"invariants"`
	Crashes      []Crash     `json:"crashes"` // kills survived; the caller fills in what only it knows
	// Beats are the moments of the story that came, in the order of the scenario.
	Beats []Beat `json:"beats,omitempty"`

	run   *event.Run
	state *metrics.State
}

// Beat is a moment of the story that came.
type Beat struct {
	AtMS float64 `json:"at_ms"` // virtual time
	Says string  `json:"says"`
}

// Strategy is one column of the comparison.
type Strategy struct {
	Title string `json:"title"`
	Tasks Tasks  `json:"tasks"`
	// FailureRate is failed and parked at the end, over submitted.
	FailureRate     float64    `json:"failure_rate"`
	FailureRateCI95 [2]float64 `json:"failure_rate_ci95"`
	// FirstPassFailureRate is failed or ever parked, over submitted: the headline.
	FirstPassFailureRate     float64    `json:"first_pass_failure_rate"`
	FirstPassFailureRateCI95 [2]float64 `json:"first_pass_failure_rate_ci95"`
	CIKind                   string     `json:"ci_kind"` // "wilson" or "anytime"
	Attempts                 int        `json:"attempts"`
	Retries                  int        `json:"retries"`

	Steps     object[Step]  `json:"steps"`
	LatencyMS Quantiles     `json:"latency_ms"`            // time to the outcome
	Waited    *float64      `json:"waited_over_10s_share"` // null if this run's patience is another
	Effects   object[int]   `json:"effects"`               // effects and what promises came to, counted from the ledger
	Amounts   object[int64] `json:"amounts"`               // sums of the effects that have a unit
	Impact    Impact        `json:"impact"`
	// Backlog is there if an outage or a brownout is over.
	Backlog *Backlog `json:"backlog,omitempty"`
	// Traffic is there if some service has a limited number of servers.
	Traffic *Traffic `json:"traffic,omitempty"`
	// Incident and Watch are there if somebody watches for one.
	Incident *Incident `json:"incident,omitempty"`
	Watch    *Watch    `json:"watch,omitempty"`
	// Registry is there if the run has releases, Handed if steps hand work over.
	Registry *Registry `json:"registry,omitempty"`
	Handed   *Handed   `json:"handed_over,omitempty"`
	// Undone is there if the strategy takes back what given-up tasks have done.
	Undone *Undone `json:"undone,omitempty"`
	// Subscribers are there if somebody listens to the strategy's events.
	Subscribers object[Listener] `json:"subscribers,omitempty"`
	*Upkeep
	*Guards
}

// Tasks are counts of tasks. Submitted = Succeeded + Failed + Declined + Rejected
// + Parked + Running.
type Tasks struct {
	Submitted  int `json:"submitted"`
	Succeeded  int `json:"succeeded"`
	Failed     int `json:"failed"`
	Declined   int `json:"declined"`
	Rejected   int `json:"rejected"`
	Parked     int `json:"parked"`
	Running    int `json:"running"`
	Recovered  int `json:"recovered"`
	EverParked int `json:"ever_parked"`
}

// Step is one step's figures. A quantile is null with fewer than ten attempts
// beyond it.
type Step struct {
	Attempts int `json:"attempts"`
	Retries  int `json:"retries"`
	Failures int `json:"failures"`
	Skipped  int `json:"skipped,omitempty"` // tasks that did not need it

	Batches  int   `json:"batches,omitempty"`   // batches of rows that were done
	RowsKept int64 `json:"rows_kept,omitempty"` // rows that attempts did not do again
	P50      *ms   `json:"p50_ms"`
	P95      *ms   `json:"p95_ms"`
	P99      *ms   `json:"p99_ms"`
}

// Quantiles are milliseconds, null with fewer than ten samples beyond.
type Quantiles struct {
	P50 *ms `json:"p50"`
	P95 *ms `json:"p95"`
	P99 *ms `json:"p99"`
}

// ms is a length of time in milliseconds.
type ms = float64

// Impact is what failures cost people by the declared model; see [event.Impact].
type Impact struct {
	SupportTickets      float64 `json:"support_tickets"`
	ManualRecoveryHours float64 `json:"manual_recovery_hours"`
	RevenueLostCents    int64   `json:"revenue_lost_cents"`
}

// Paired is the table over tasks whose first pass is over in the first and in
// the last strategy.
type Paired struct {
	BothOK           int `json:"both_ok"`
	OnlyFirstFailed  int `json:"only_first_failed"`
	OnlySecondFailed int `json:"only_second_failed"`
	BothFailed       int `json:"both_failed"`
	Declined         int `json:"declined"`
	// PValue is McNemar's for "both fail equally often".
	PValue float64 `json:"mcnemar_p"`
}

// Invariants is the tally of the checks held against every event.
type Invariants struct {
	Checked    int64  `json:"checked"`
	Violations int    `json:"violations"`
	First      string `json:"first"` // in words, empty if there is none
	// Repeat is the command that makes the run again, if there is a violation.
	Repeat string `json:"repeat,omitempty"`
}

// Crash is a kill that the run survived.
type Crash struct {
	AtMS                float64 `json:"at_ms"` // virtual time
	InFlight            int     `json:"in_flight"`
	RepeatedCalls       int     `json:"repeated_calls"`
	EffectsAlreadyThere int     `json:"effects_already_there"`
	RecoveryMS          float64 `json:"recovery_ms"` // wall time
}

// New is the result of a run as far as it has come; wall is how long it took to
// compute.
func New(s *metrics.State, wall time.Duration) Result {
	r := Result{
		Schema: Schema, Scenario: s.Run.Scenario, Title: s.Run.Title, Seed: s.Run.Seed, Complete: s.Ended, Live: s.Live,
		VirtualMS: s.Now.Millis(), WallMS: wall.Milliseconds(), Claims: Judge(s),
		Invariants: Invariants{Checked: s.Checks.Checked, Violations: s.Checks.Violations, First: s.Checks.First}, Crashes: []Crash{},
		run: s.Run, state: s,
	}
	for k := range s.Strategies {
		r.Strategies = append(r.Strategies, member[Strategy]{s.Run.Strategies[k].Name, newStrategy(s, k)})
	}
	for i, at := range s.Beats {
		if at != metrics.NotYet {
			r.Beats = append(r.Beats, Beat{at.Millis(), s.Run.Beats[i].Says})
		}
	}
	for _, d := range s.Deaths {
		r.Crashes = append(r.Crashes, Crash{AtMS: d.At.Millis(), InFlight: d.InFlight})
	}
	if len(s.Strategies) > 1 {
		p := s.Pairs
		r.Paired = &Paired{p.BothOK, p.OnlyFirstFailed, p.OnlyLastFailed, p.BothFailed, p.Declined, significant(p.PValue())}
	}
	if rate := s.RescuedRate(); rate.N > 0 {
		x, ci := digits9(rate.Share()), ends(rate.Interval)
		r.RescuedShare, r.RescuedCI95 = &x, &ci
	}
	return r
}

func newStrategy(s *metrics.State, k int) Strategy {
	st := &s.Strategies[k]
	t, failed, first, i := st.Tasks, s.FailureRate(k), s.FirstPassRate(k), s.Impact(k)
	return Strategy{
		Title: s.Run.Strategies[k].Title,
		Tasks: Tasks{t.Submitted, t.Succeeded, t.Failed, t.Declined, t.Rejected, t.Parked, t.Running, t.Recovered, t.EverParked},

		FailureRate: digits9(failed.Share()), FailureRateCI95: ends(failed.Interval),
		FirstPassFailureRate: digits9(first.Share()), FirstPassFailureRateCI95: ends(first.Interval), CIKind: first.Kind,
		Attempts: st.Attempts, Retries: st.Retries,

		Steps: steps(s, k), LatencyMS: Quantiles{quantile(st.Outcome, 0.5), quantile(st.Outcome, 0.95), quantile(st.Outcome, 0.99)},
		Waited: waited(s, k), Effects: effects(s, k), Amounts: amounts(s, k),
		Impact: Impact{digits9(i.SupportTickets), digits9(i.ManualRecoveryHours), i.RevenueLostCents}, Upkeep: upkeep(s, k),
		Backlog: backlog(s, k), Traffic: traffic(s, k), Incident: incident(s, k), Watch: watch(s, k), Guards: guards(s, k),
		Registry: registry(s, k), Handed: handed(s, k), Subscribers: listeners(s, k), Undone: undone(s, k),
	}
}

func steps(s *metrics.State, k int) object[Step] {
	var o object[Step]
	for i, step := range s.Run.Steps {
		st := &s.Strategies[k].Steps[i]
		o = append(o, member[Step]{step.Name, Step{
			Attempts: st.Attempts, Retries: st.Retries, Failures: st.Failures, Skipped: st.Skipped, Batches: st.Batches, RowsKept: st.Kept,
			P50: quantile(st.Latency, 0.5), P95: quantile(st.Latency, 0.95), P99: quantile(st.Latency, 0.99),
		}})
	}
	return o
}

// effects are counts by name: every effect, then what every promise came to.
func effects(s *metrics.State, k int) object[int] {
	var o object[int]
	for i, e := range s.Run.Effects {
		o = append(o, member[int]{e.Many, s.Strategies[k].Effects[i].Count})
	}
	for i := range s.Run.Promises {
		for _, c := range counters(&s.Run.Promises[i], &s.Strategies[k].Promises[i]) {
			if c.name != "" {
				o = append(o, member[int]{c.name, c.n})
			}
		}
	}
	for i, r := range s.Run.Resources {
		if r.Over != "" {
			o = append(o, member[int]{r.Over, s.Strategies[k].Over[i]})
		}
	}
	return o
}

// counter is a count that a promise has a name for.
type counter struct {
	name string
	n    int
}

func counters(p *event.Promise, c *metrics.Promise) [4]counter {
	return [4]counter{{p.Broken, c.Broken}, {p.Parked, c.Parked}, {p.Unknown, c.Unknown}, {p.Twice, c.Twice}}
}

func amounts(s *metrics.State, k int) object[int64] {
	var o object[int64]
	for i, e := range s.Run.Effects {
		if e.Unit != "" {
			o = append(o, member[int64]{e.Many + "_" + e.Unit, s.Strategies[k].Effects[i].Amount})
		}
	}
	return o
}

func quantile(h *metrics.Histogram, q float64) *ms {
	t, ok := h.Quantile(q)
	if !ok {
		return nil
	}
	x := t.Millis()
	return &x
}

func ends(i stats.Interval) [2]float64 { return [2]float64{digits9(i.Low), digits9(i.High)} }

// digits9 rounds to nine digits after the point: what lies beyond may differ
// between processors.
func digits9(x float64) float64 { return math.Round(x*1e9) / 1e9 }

// significant rounds to three significant digits.
func significant(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// JSON writes the result as one indented object.
func (r *Result) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// object is a JSON object whose keys keep their order.
type object[T any] []member[T]

type member[T any] struct {
	key   string
	value T
}

// MarshalJSON writes the members in order.
func (o object[T]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
