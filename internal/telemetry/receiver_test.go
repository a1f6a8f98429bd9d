package telemetry

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"tasker-sim/internal/event"
)

// receiver is a server that speaks OTLP over HTTP: it decodes what it gets with the
// official message types and keeps it.
type receiver struct {
	*httptest.Server

	mu      sync.Mutex
	spans   []receivedSpan
	logs    []receivedLog
	metrics []*metricspb.ResourceMetrics
	refuse  func(path string, n int) int // status for the n-th message; 0: take it
	n       int
}

type receivedSpan struct {
	*tracepb.Span
	resource map[string]string
	attrs    map[string]string
}

type receivedLog struct {
	*logspb.LogRecord
	resource map[string]string
	attrs    map[string]string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err == nil && req.Header.Get("Content-Type") != "application/x-protobuf" {
		err = fmt.Errorf("content type %q", req.Header.Get("Content-Type"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	if r.refuse != nil {
		if code := r.refuse(req.URL.Path, r.n); code != 0 {
			http.Error(w, "not now", code)
			return
		}
	}
	if err == nil {
		err = r.keep(req.URL.Path, body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (r *receiver) keep(path string, body []byte) error {
	switch path {
	case "/v1/traces":
		var m coltrace.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			return err
		}
		for _, rs := range m.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					r.spans = append(r.spans, receivedSpan{s, flat(rs.Resource.GetAttributes()), flat(s.Attributes)})
				}
			}
		}
	case "/v1/logs":
		var m collogs.ExportLogsServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			return err
		}
		for _, rl := range m.ResourceLogs {
			for _, sl := range rl.ScopeLogs {
				for _, l := range sl.LogRecords {
					r.logs = append(r.logs, receivedLog{l, flat(rl.Resource.GetAttributes()), flat(l.Attributes)})
				}
			}
		}
	case "/v1/metrics":
		var m colmetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			return err
		}
		r.metrics = append(r.metrics, m.ResourceMetrics...)
	default:
		return fmt.Errorf("path %q", path)
	}
	return nil
}

// flat writes attributes as texts.
func flat(kvs []*common.KeyValue) map[string]string {
	m := map[string]string{}
	for _, kv := range kvs {
		switch v := kv.Value.GetValue().(type) {
		case *common.AnyValue_StringValue:
			m[kv.Key] = v.StringValue
		case *common.AnyValue_IntValue:
			m[kv.Key] = fmt.Sprint(v.IntValue)
		case *common.AnyValue_DoubleValue:
			m[kv.Key] = fmt.Sprint(v.DoubleValue)
		case *common.AnyValue_BoolValue:
			m[kv.Key] = fmt.Sprint(v.BoolValue)
		}
	}
	return m
}

// epoch of the tests: what one calls a Black Friday.
func testEpoch() time.Time { return time.Date(2024, 11, 29, 0, 0, 0, 0, time.UTC) }

// sendTo runs the story past an outlet that sends to the receiver, patiently, and
// wants everything delivered.
func sendTo(t *testing.T, r *receiver, s *story, share float64) {
	t.Helper()
	send(t, r, s, share, spacing(s.run))
}

// send is sendTo with readings at another distance.
func send(t *testing.T, r *receiver, s *story, share float64, every event.Time) {
	t.Helper()
	o, err := Open(Options{OTLP: r.URL, Epoch: testEpoch(), Share: share, Patient: true})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	tap := o.Watch(s.film(), 0)
	tap.every, tap.next = every, every
	drain(t, tap)
	a, _ := o.Finish(time.Minute)
	if !a.Whole() || a.Remark != "" {
		t.Fatalf("not all was delivered: %s", &a)
	}
}
