package telemetry

import (
	"context"
	"fmt"
	"strings"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"tasker-sim/internal/wall"
)

// exporters are the official ones, or those of a test.
type exporters struct {
	spans  sdktrace.SpanExporter
	logs   sdklog.Exporter
	points sdkmetric.Exporter
}

// batch is how many spans or log records go out together.
const batch = 512

// sender collects what is to be sent and sends it. It stands at the end of the
// SDK's pipelines as their processor, so that nothing is dropped uncounted.
type sender struct {
	to      exporters
	book    *book
	ctx     context.Context // ends when there is no more time
	patient bool            // waits for the receiver rather than drop

	spans []sdktrace.ReadOnlySpan
	logs  []sdklog.Record

	clock    wall.Stopwatch
	hold     time.Duration // after a first failure
	failures int           // in a row
	holdTill time.Duration // on the clock: until then nothing is tried
}

// Waits after a failure: the first, the longest, and how many failures in a row
// a patient sender bears.
const (
	firstHold   = 200 * time.Millisecond
	longestHold = 10 * time.Second
	bearable    = 5
)

// OnStart implements the SDK's span processor.
func (s *sender) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements the SDK's span processor.
func (s *sender) OnEnd(span sdktrace.ReadOnlySpan) {
	s.book.note(func(a *Account) { a.Made[spans]++ })
	if s.spans = append(s.spans, span); len(s.spans) >= batch {
		s.flushSpans()
	}
}

// OnEmit implements the SDK's log processor.
func (s *sender) OnEmit(_ context.Context, r *sdklog.Record) error {
	s.book.note(func(a *Account) { a.Made[logs]++ })
	if s.logs = append(s.logs, r.Clone()); len(s.logs) >= batch {
		s.flushLogs()
	}
	return nil
}

// Enabled implements the SDK's log processor.
func (s *sender) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

// ForceFlush implements the SDK's processors.
func (s *sender) ForceFlush(context.Context) error { s.flush(); return nil }

// Shutdown implements the SDK's processors. The exporters are shut by who made them.
func (s *sender) Shutdown(context.Context) error { s.flush(); return nil }

// flush sends what has been collected so far.
func (s *sender) flush() {
	s.flushSpans()
	s.flushLogs()
}

func (s *sender) flushSpans() {
	list := s.spans
	s.spans = nil
	s.deliver(spans, len(list), func(ctx context.Context) error { return s.to.spans.ExportSpans(ctx, list) })
}

func (s *sender) flushLogs() {
	list := s.logs
	s.logs = nil
	s.deliver(logs, len(list), func(ctx context.Context) error { return s.to.logs.Export(ctx, list) })
}

// sendPoints sends a reading of the metrics.
func (s *sender) sendPoints(m *metricdata.ResourceMetrics) {
	s.book.note(func(a *Account) { a.Made[points]++ })
	s.deliver(points, 1, func(ctx context.Context) error { return s.to.points.Export(ctx, m) })
}

// deliver sends n things and enters in the book what became of them.
func (s *sender) deliver(signal, n int, export func(context.Context) error) {
	if n == 0 {
		return
	}
	sent := false
	for !sent && s.mayTry() {
		err := guarded(s.ctx, export)
		if sent = err == nil || partial(err); sent {
			s.failures = 0
		} else {
			s.fail()
		}
		if err != nil {
			s.book.note(func(a *Account) { a.Remark = oneLine(err) })
		}
		if !s.patient {
			break
		}
	}
	s.book.note(func(a *Account) {
		if sent {
			a.Sent[signal] += n
		} else {
			a.Dropped[signal] += n
		}
	})
}

// mayTry tells whether it is worth trying now. After failures nothing is tried for
// a while; a patient sender sits that out, until it has had enough.
func (s *sender) mayTry() bool {
	wait := s.holdTill - s.clock.Elapsed()
	switch {
	case s.ctx.Err() != nil:
		return false
	case s.failures == 0:
		return true
	case !s.patient:
		return wait <= 0
	case s.failures >= bearable:
		return false
	}
	wall.Sleep(s.ctx, wait)
	return s.ctx.Err() == nil
}

// fail notes a failure and holds back for a time that doubles.
func (s *sender) fail() {
	s.failures++
	s.holdTill = s.clock.Elapsed() + min(s.hold<<min(s.failures-1, 10), longestHold)
}

// guarded calls an exporter. One that panics has failed.
func guarded(ctx context.Context, export func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("telemetry panicked: %v", r)
		}
	}()
	return export(ctx)
}

// partial tells that the receiver took the message and complained about a part of
// it: sending it again would not help. The SDK has no exported error for that.
func partial(err error) bool { return strings.Contains(err.Error(), "partial success") }

// oneLine is an error fit for a line of text.
func oneLine(err error) string {
	const most = 300
	s := strings.Join(strings.Fields(err.Error()), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
