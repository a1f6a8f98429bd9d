package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// scraper serves the metrics of the run that is being watched, for Prometheus to
// come and get.
type scraper struct {
	listener net.Listener
	server   *http.Server
	read     func() *reading // nil result: nothing is watched yet
	descs    [familyEnd]*prometheus.Desc
}

// listen opens the endpoint. read is called on the server's own threads.
func listen(addr string, read func() *reading) (*scraper, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, plainer(err))
	}
	s := &scraper{listener: l, read: read}
	for i, f := range families {
		s.descs[i] = prometheus.NewDesc(f.name, f.help, strings.Fields(f.labels), nil)
	}
	reg := prometheus.NewRegistry()
	if err := reg.Register(s); err != nil {
		return nil, errors.Join(fmt.Errorf("the metrics cannot be registered: %w", err), l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "tasker-sim: the metrics of the run are at /metrics")
	})
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.server.Serve(l) }() // ends with Close
	return s, nil
}

// plainer is what the system said, without the operation and address around it.
func plainer(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// url is where the metrics are.
func (s *scraper) url() string { return "http://" + s.listener.Addr().String() + "/metrics" }

// close ends the endpoint; a scrape that is under way may end within a second.
func (s *scraper) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// Describe implements prometheus.Collector.
func (s *scraper) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range s.descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (s *scraper) Collect(ch chan<- prometheus.Metric) {
	r := s.read()
	if r == nil {
		return
	}
	for i := range r.samples {
		for j := range r.samples[i] {
			ch <- s.metric(&r.samples[i][j])
		}
	}
}

func (s *scraper) metric(v *sample) prometheus.Metric {
	d := s.descs[v.family]
	labels := make([]string, len(v.labels))
	for i, l := range v.labels {
		labels[i] = strings.ToValidUTF8(l, "?")
	}
	var m prometheus.Metric
	var err error
	switch families[v.family].kind {
	case histogram:
		m, err = prometheus.NewConstHistogram(d, v.hist.total(), v.hist.sum.Seconds(), v.hist.cumulative(), labels...)
	case gauge:
		m, err = prometheus.NewConstMetric(d, prometheus.GaugeValue, v.value, labels...)
	default:
		m, err = prometheus.NewConstMetric(d, prometheus.CounterValue, v.value, labels...)
	}
	if err != nil {
		return prometheus.NewInvalidMetric(d, err)
	}
	return m
}
