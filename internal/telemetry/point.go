package telemetry

import (
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"tasker-sim/internal/event"
)

// metrics puts a reading into the SDK's form. Its instant is one of virtual time,
// so that a run that took seconds makes the graphs of an hour.
func (r *reading) metrics(run *event.Run, epoch time.Time) *metricdata.ResourceMetrics {
	m := metricdata.ScopeMetrics{Scope: instrumentation.Scope{Name: scope}}
	at := epoch.Add(r.at.Duration())
	for i, list := range r.samples {
		if len(list) == 0 {
			continue
		}
		f := &families[i]
		m.Metrics = append(m.Metrics, metricdata.Metrics{Name: f.name, Description: f.help, Unit: f.unit, Data: aggregate(f, list, epoch, at)})
	}
	return &metricdata.ResourceMetrics{Resource: worldOf(run, epoch), ScopeMetrics: []metricdata.ScopeMetrics{m}}
}

func aggregate(f *family, list []sample, from, at time.Time) metricdata.Aggregation {
	switch f.kind {
	case histogram:
		h := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
		for i := range list {
			s := &list[i]
			counts := s.hist.n
			if counts == nil {
				counts = make([]uint64, len(bounds)+1)
			}
			h.DataPoints = append(h.DataPoints, metricdata.HistogramDataPoint[float64]{
				Attributes: f.attributes(s.labels), StartTime: from, Time: at,
				Count: s.hist.total(), Sum: s.hist.sum.Seconds(), Bounds: boundsInSeconds(), BucketCounts: counts,
			})
		}
		return h
	case gauge:
		return metricdata.Gauge[float64]{DataPoints: dataPoints(f, list, from, at)}
	}
	return metricdata.Sum[float64]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: true, DataPoints: dataPoints(f, list, from, at)}
}

func dataPoints(f *family, list []sample, from, at time.Time) []metricdata.DataPoint[float64] {
	var ps []metricdata.DataPoint[float64]
	for i := range list {
		ps = append(ps, metricdata.DataPoint[float64]{Attributes: f.attributes(list[i].labels), StartTime: from, Time: at, Value: list[i].value})
	}
	return ps
}

// attributes are the labels with their names.
func (f *family) attributes(values []string) attribute.Set {
	var kvs []attribute.KeyValue
	for i, name := range strings.Fields(f.labels) {
		kvs = append(kvs, attribute.String(name, values[i]))
	}
	return attribute.NewSet(kvs...)
}
