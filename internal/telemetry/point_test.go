package telemetry

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// TestMetricsAtAReceiver: the last reading that arrives is the tape's own count,
// and earlier ones never count more.
func TestMetricsAtAReceiver(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	sendTo(t, r, s, 1)
	if n := len(r.metrics); n < 15 {
		t.Fatalf("%d readings of a run of four minutes", n)
	}
	before := map[string]float64{}
	var at uint64
	for i, m := range r.metrics {
		got, when := seriesOf(t, m)
		if i > 0 && when < at {
			t.Errorf("reading %d is older than the one before", i)
		}
		for k, v := range before {
			if got[k] < v && !isGauge(k) {
				t.Errorf("reading %d: %s went down from %v to %v", i, k, v, got[k])
			}
		}
		before, at = got, when
	}
	want := recount(t, s)
	for k := range want {
		if strings.Contains(k, "_seconds_le_") { // buckets are looked at on the endpoint
			delete(want, k)
		}
	}
	if d := cmp.Diff(want, before, cmpopts.EquateApprox(1e-9, 0)); d != "" {
		t.Errorf("tape (-), receiver (+):\n%s", d)
	}
	if want := uint64(testEpoch().Add(s.events[len(s.events)-1].At.Duration()).UnixNano()); at != want {
		t.Errorf("the last reading is of %d, want the end of the run, %d", at, want)
	}
}

func isGauge(series string) bool {
	name, _, _ := strings.Cut(series, "{")
	return slices.ContainsFunc(families[:], func(f family) bool { return f.name == name && f.kind == gauge })
}

// seriesOf are the points of a reading that are not 0, named as on the endpoint.
func seriesOf(t *testing.T, rm *metricspb.ResourceMetrics) (series map[string]float64, at uint64) {
	t.Helper()
	series = map[string]float64{}
	add := func(k string, v float64) {
		if v != 0 {
			series[k] = v
		}
	}
	for _, m := range rm.ScopeMetrics[0].Metrics {
		points := m.GetGauge().GetDataPoints()
		if sum := m.GetSum(); sum != nil {
			if !sum.IsMonotonic || sum.AggregationTemporality != metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE {
				t.Errorf("%s is no counter", m.Name)
			}
			points = sum.DataPoints
		}
		for _, p := range points {
			add(key(m.Name, labelsOf(flat(p.Attributes))...), p.GetAsDouble())
			at = p.TimeUnixNano
		}
		for _, p := range m.GetHistogram().GetDataPoints() {
			add(key(m.Name+"_count", labelsOf(flat(p.Attributes))...), float64(p.Count))
			add(key(m.Name+"_sum", labelsOf(flat(p.Attributes))...), p.GetSum())
			total := uint64(0)
			for _, n := range p.BucketCounts {
				total += n
			}
			if total != p.Count || len(p.BucketCounts) != len(p.ExplicitBounds)+1 {
				t.Errorf("%s: %d in %d buckets with %d bounds, count %d", m.Name, total, len(p.BucketCounts), len(p.ExplicitBounds), p.Count)
			}
		}
	}
	return series, at
}

func labelsOf(attrs map[string]string) (labels []string) {
	for k, v := range attrs {
		labels = append(labels, k+"="+v)
	}
	return labels
}
