package telemetry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"tasker-sim/internal/event"
)

// exporter is one of a test's own, for all signals. do stands for the receiver.
type exporter struct {
	sdkmetric.Exporter // what is not asked for
	do                 func(ctx context.Context, n int) error
}

// spanExporter and logExporter are the other two sides of an exporter.
type (
	spanExporter struct{ *exporter }
	logExporter  struct{ *exporter }
)

func (x spanExporter) ExportSpans(ctx context.Context, s []sdktrace.ReadOnlySpan) error {
	return x.do(ctx, len(s))
}
func (x spanExporter) Shutdown(context.Context) error                     { return nil }
func (x logExporter) Export(ctx context.Context, r []sdklog.Record) error { return x.do(ctx, len(r)) }
func (x logExporter) Shutdown(context.Context) error                      { return nil }
func (x logExporter) ForceFlush(context.Context) error                    { return nil }
func (x *exporter) Export(ctx context.Context, _ *metricdata.ResourceMetrics) error {
	return x.do(ctx, 1)
}
func (x *exporter) Shutdown(context.Context) error { return nil }

// outletTo is an outlet with the test's own exporter and room for limit events.
func outletTo(do func(context.Context, int) error, limit int, patient bool) *Outlet {
	x := &exporter{do: do}
	return &Outlet{
		opts: Options{Epoch: testEpoch(), Share: 1, Patient: patient}, limit: limit, hold: time.Microsecond,
		to: exporters{spans: spanExporter{x}, logs: logExporter{x}, points: x},
	}
}

// TestNothingHurtsTheRun: whatever the receiver does, the run yields the events it
// would yield without, it does not wait, and the account adds up.
func TestNothingHurtsTheRun(t *testing.T) {
	s := shortCheckout(t)
	forever := func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }
	for _, tt := range []struct {
		name   string
		do     func(context.Context, int) error
		limit  int
		remark string // what the account complains of
	}{
		{"well", func(context.Context, int) error { return nil }, queueLimit, ""},
		{"refuses", func(context.Context, int) error { return errors.New("connection refused") }, queueLimit, "connection refused"},
		{"hangs", forever, queueLimit, ""},
		{"hangs, and the queue is small", forever, 500, ""},
		{"hangs, and there is no queue", forever, 0, ""},
		{"panics", func(context.Context, int) error { panic("index out of range") }, queueLimit, "panicked: index out of range"},
		{"complains", func(context.Context, int) error {
			return errors.New("OTLP partial success: too long (3 spans rejected)")
		}, queueLimit, "3 spans rejected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := outletTo(tt.do, tt.limit, false)
			got := drain(t, o.Watch(s.film(), 0)) // a run that waited for a receiver that hangs would never end
			rest := time.Minute
			if strings.HasPrefix(tt.name, "hangs") {
				rest = time.Millisecond
			}
			a, sent := o.Finish(rest)
			o.Close()
			if !reflect.DeepEqual(got, s.events) {
				t.Error("the run's events are others than without telemetry")
			}
			if !sent {
				t.Fatal("nothing was to be sent")
			}
			addsUp(t, &a)
			if !strings.Contains(a.Remark, tt.remark) || tt.name == "well" && a.Remark != "" {
				t.Errorf("the account says %q, want %q", a.Remark, tt.remark)
			}
			if n := a.Traces + a.LeftOut; n != kinds(s.events)[event.TaskSubmitted] {
				t.Errorf("%d tasks accounted for, %d came", n, kinds(s.events)[event.TaskSubmitted])
			}
			if well := tt.name == "well" || tt.name == "complains"; a.Whole() != well {
				t.Errorf("whole: %v; %s", a.Whole(), &a)
			}
		})
	}
}

func addsUp(t *testing.T, a *Account) {
	t.Helper()
	for i := range signalEnd {
		if a.Made[i] != a.Sent[i]+a.Dropped[i] {
			t.Errorf("signal %d: %d made, %d sent, %d dropped", i, a.Made[i], a.Sent[i], a.Dropped[i])
		}
	}
}

// TestPanicInTheTally: also a fault of our own counting does not reach the run.
func TestPanicInTheTally(t *testing.T) {
	s := shortCheckout(t)
	o := outletTo(func(context.Context, int) error { return nil }, queueLimit, false)
	tap := o.Watch(s.film(), 0)
	tap.tally.columns = nil
	if got := drain(t, tap); !reflect.DeepEqual(got, s.events) {
		t.Error("the run's events are others than without telemetry")
	}
	if a, _ := o.Finish(time.Second); !strings.Contains(a.Remark, "panic") {
		t.Errorf("the account says %q", a.Remark)
	}
}

// TestWholeTasksAreLeftOut: what a small queue has no room for is left out by task,
// so that every trace that arrives has all its spans.
func TestWholeTasksAreLeftOut(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	o, err := Open(Options{OTLP: r.URL, Epoch: testEpoch(), Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	o.limit = 2000
	gate := make(chan struct{})
	r.refuse = func(string, int) int { <-gate; return 0 } // the receiver is slow at first
	drain(t, o.Watch(s.film(), 0))
	close(gate)
	a, _ := o.Finish(time.Minute)
	o.Close()
	if a.LeftOut == 0 || a.Traces == 0 || a.Cut > 0 {
		t.Fatalf("%d traces, %d left out, %d cut: want some, some and none", a.Traces, a.LeftOut, a.Cut)
	}
	addsUp(t, &a)
	whole := newReceiver(t)
	sendTo(t, whole, s, 1)
	want, got := map[string]int{}, map[string]int{}
	for i := range whole.spans {
		want[string(whole.spans[i].TraceId)]++
	}
	for i := range r.spans {
		got[string(r.spans[i].TraceId)]++
	}
	if len(got) != a.Traces {
		t.Errorf("%d traces came, the account says %d", len(got), a.Traces)
	}
	for id, n := range got {
		if n != want[id] {
			t.Errorf("trace %x has %d of its %d spans", id, n, want[id])
		}
	}
}

// TestARecordingWaits: with a recording the source waits for a receiver that is slow
// to come up, and everything arrives; one that never comes is given up.
func TestARecordingWaits(t *testing.T) {
	s := shortCheckout(t)
	n := 0
	o := outletTo(func(context.Context, int) error {
		if n++; n <= 2 {
			return errors.New("connection refused")
		}
		return nil
	}, 1000, true)
	drain(t, o.Watch(s.film(), 0))
	a, _ := o.Finish(time.Minute)
	if !a.Whole() {
		t.Errorf("not all arrived: %s", &a)
	}
	never := outletTo(func(context.Context, int) error { return errors.New("connection refused") }, 1000, true)
	drain(t, never.Watch(s.film(), 0))
	if a, _ = never.Finish(time.Minute); a.Whole() || a.Sent != [signalEnd]int{} {
		t.Errorf("nobody was there: %s", &a)
	}
	addsUp(t, &a)
}

// TestAReceiverThatIsBusy: the SDK tries again when it is asked to, and nothing is
// lost.
func TestAReceiverThatIsBusy(t *testing.T) {
	s := shortCheckout(t)
	r := newReceiver(t)
	r.refuse = func(path string, n int) int {
		if n%3 == 1 && path == "/v1/traces" {
			return http.StatusServiceUnavailable
		}
		return 0
	}
	sendTo(t, r, s, 1)
	if got, want := len(r.spans), kinds(s.events)[event.StepStarted]; got < want {
		t.Errorf("%d spans for %d attempts", got, want)
	}
}

// TestNextRun: an outlet goes on with another run, as after the restart key.
func TestNextRun(t *testing.T) {
	s := shortCheckout(t)
	o, err := Open(Options{Metrics: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	first := o.Watch(s.film(), 0)
	drain(t, first)
	second := o.Watch(s.film(), 0)
	if r := o.read(); r.at != 0 || first.read().at == 0 || second.read() == nil {
		t.Errorf("the endpoint shows the run before: it stands at %s", r.at.Clock())
	}
}

// TestAddresses: what can be given on the command line, and what is said about the
// rest.
func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ in, want, complaint string }{
		{"localhost:4318", "http://localhost:4318", ""},
		{"https://otel.example", "https://otel.example", ""},
		{"http://10.0.0.7:4318/otlp/", "http://10.0.0.7:4318/otlp", ""},
		{"[::1]:4318", "http://[::1]:4318", ""},
		{"http://localhost:4317", "http://localhost:4317", ""},
		{"localhost", "", "the port is missing; receivers of OTLP over HTTP usually have localhost:4318"},
		{"localhost:4317", "", "4317 is the port of OTLP over gRPC"},
		{"localhost:0", "", "0 is no port"},
		{"localhost:70000", "", "70000 is no port"},
		{"grpc://localhost:4317", "", "grpc is no way to send OTLP here, want http or https"},
		{"", "", "want HOST:PORT or a URL"},
		{":4318", "", "want HOST:PORT or a URL"},
		{"http://a b", "", "want HOST:PORT or a URL"},
		{"http://user:word@host:4318", "", "want HOST:PORT or a URL"},
	} {
		got, err := Receiver(tt.in)
		if got != tt.want || (err == nil) != (tt.complaint == "") || err != nil && !strings.Contains(err.Error(), tt.complaint) {
			t.Errorf("Receiver(%q) = %q, %v; want %q, %q", tt.in, got, err, tt.want, tt.complaint)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"localhost:9464", "localhost:9464"}, {":9464", ":9464"}, {"9464", "localhost:9464"}, {"0", "localhost:0"}, {"[::1]:9464", "[::1]:9464"},
		{"localhost", ""}, {"localhost:http", ""}, {"a:b:c", ""}, {"localhost:99999", ""}, {"", ""},
	} {
		if got, err := ListenAddress(tt.in); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("ListenAddress(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

// TestPortInUse: the endpoint says so, in few words.
func TestPortInUse(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	addr := strings.TrimPrefix(taken.URL, "http://")
	_, err := Open(Options{Metrics: addr})
	if err == nil || !strings.HasPrefix(err.Error(), "cannot listen on "+addr+": ") {
		t.Errorf("%v", err)
	}
}

// TestNothingIsLeftRunning looks for goroutines after an outlet was closed in the
// midst of its work.
func TestNothingIsLeftRunning(t *testing.T) {
	s := shortCheckout(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the client has gone
		<-r.Context().Done()
	}))
	o, err := Open(Options{OTLP: srv.URL, Metrics: "localhost:0", Epoch: testEpoch(), Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	drain(t, o.Watch(s.film(), 0))
	o.Close()
	srv.CloseClientConnections()
	srv.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t)
}
