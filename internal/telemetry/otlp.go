package telemetry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
)

// How long one message may take, and how long the SDK tries again when the
// receiver asks it to (429, 503, …).
const (
	messageTime = 5 * time.Second
	retryTime   = 5 * time.Second
	firstRetry  = 100 * time.Millisecond
	longRetry   = time.Second
)

// connect makes the official exporters for a receiver. They speak to it when
// there is something to send, not before. Headers and certificates come from the
// standard OTEL_EXPORTER_OTLP_… variables.
func connect(ctx context.Context, base string) (exporters, error) {
	var x exporters
	var errs [3]error
	x.spans, errs[0] = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(base+"/v1/traces"),
		otlptracehttp.WithTimeout(messageTime),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: longRetry, MaxElapsedTime: retryTime}))
	x.logs, errs[1] = otlploghttp.New(ctx, otlploghttp.WithEndpointURL(base+"/v1/logs"),
		otlploghttp.WithTimeout(messageTime),
		otlploghttp.WithRetry(otlploghttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: longRetry, MaxElapsedTime: retryTime}))
	x.points, errs[2] = otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(base+"/v1/metrics"),
		otlpmetrichttp.WithTimeout(messageTime),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: longRetry, MaxElapsedTime: retryTime}))
	if err := errors.Join(errs[:]...); err != nil {
		return x, fmt.Errorf("%s: %w", base, err)
	}
	return x, nil
}

// shut lets go of the receiver. What the exporters say then helps nobody.
func (x exporters) shut(ctx context.Context) {
	_ = guarded(ctx, x.spans.Shutdown)
	_ = guarded(ctx, x.logs.Shutdown)
	_ = guarded(ctx, x.points.Shutdown)
}
