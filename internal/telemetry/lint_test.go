package telemetry

import (
	"io"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// TestLint holds the endpoint to the rules of Prometheus's own linter.
func TestLint(t *testing.T) {
	s := shortCheckout(t)
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
	defer func() { _, _ = io.Copy(io.Discard, resp.Body); _ = resp.Body.Close() }()
	problems, err := promlint.New(resp.Body).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
