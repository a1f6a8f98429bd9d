package telemetry

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
)

// BenchmarkRun is an hour of the checkout without and with telemetry: what passes
// until the run is over.
func BenchmarkRun(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	text, err := os.ReadFile("../../scenarios/checkout.yaml")
	if err != nil {
		b.Fatal(err)
	}
	sc, problems := scenario.Parse("checkout.yaml", text, nil)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	for _, tt := range []struct {
		name string
		opts *Options
	}{
		{"without", nil},
		{"metrics", &Options{Metrics: "localhost:0"}},
		{"otlp", &Options{OTLP: srv.URL, Epoch: testEpoch(), Share: 1}},
		{"otlp a tenth of the traces", &Options{OTLP: srv.URL, Epoch: testEpoch(), Share: 0.1}},
		{"otlp to nobody", &Options{OTLP: "http://localhost:1", Epoch: testEpoch(), Share: 1}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				w, err := sim.New(sc, sim.Options{Seed: 7, Window: 5 * event.Second})
				if err != nil {
					b.Fatal(err)
				}
				var src event.Source = w
				var o *Outlet
				if tt.opts != nil {
					if o, err = Open(*tt.opts); err != nil {
						b.Fatal(err)
					}
					src = o.Watch(w, 0)
				}
				drain(b, src)
				if o == nil {
					continue
				}
				b.StopTimer()
				o.Finish(time.Minute)
				o.Close()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkTap is what telemetry costs the run itself: nanoseconds for each event
// that passes, of counting alone and with the queue.
func BenchmarkTap(b *testing.B) {
	s := shortCheckout(b)
	for _, tt := range []struct {
		name  string
		queue *queue
	}{{"counting", nil}, {"counting and queueing", newQueue(1 << 40)}} {
		b.Run(tt.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				tap := newTap(s.film(), &book{}, tt.queue, false)
				for from := 0; from < len(s.events); from += 200 {
					tap.see(s.events[from:min(from+200, len(s.events))])
				}
				if n += len(s.events); tt.queue != nil {
					tt.queue.take()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
		})
	}
}
