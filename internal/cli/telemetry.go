package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"tasker-sim/internal/event"
	"tasker-sim/internal/rundir"
	"tasker-sim/internal/telemetry"
	"tasker-sim/internal/wall"
)

// telemetryOptions are the flags that show a run to Prometheus and to a receiver
// of OTLP.
type telemetryOptions struct {
	metrics string
	otlp    string
	epoch   string
	share   float64
	linger  time.Duration
}

func (o *telemetryOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.metrics, "metrics", "", "serve the run's metrics to Prometheus at ADDR, e.g. localhost:9464")
	f.StringVar(&o.otlp, "otlp", "", "send traces, metrics and logs over OTLP/HTTP to ADDR, e.g. localhost:4318")
	f.StringVar(&o.epoch, "epoch", "now", "the date of virtual time 0 in traces and logs, like 2024-11-29T00:00:00Z; now: the run's planned end is the present")
	f.Float64Var(&o.share, "trace-share", 1, "share of traces that are sent, 0 to 1; metrics and logs are whole")
	f.DurationVar(&o.linger, "linger", 0, "how long --metrics stays up after the end of a headless run")
}

// wanted tells whether anything is shown outside.
func (o *telemetryOptions) wanted() bool { return o.metrics != "" || o.otlp != "" }

// settleTelemetry refuses addresses and values that mean nothing.
func (o *telemetryOptions) settleTelemetry() (err error) {
	if o.metrics != "" {
		if o.metrics, err = telemetry.ListenAddress(o.metrics); err != nil {
			return usage("", "--metrics %w", err)
		}
	}
	if o.otlp != "" {
		if o.otlp, err = telemetry.Receiver(o.otlp); err != nil {
			return usage("", "--otlp %w", err)
		}
	}
	if o.wanted() {
		if _, err := o.dateOf(0); err != nil {
			return err
		}
	}
	switch {
	case !(o.share >= 0 && o.share <= 1):
		return usage("", "--trace-share %v: want 0 to 1", o.share)
	case o.linger < 0:
		return usage("", "--linger %s: want 0 or more", o.linger)
	case o.linger > 0 && o.metrics == "":
		return usage("", "--linger without --metrics: there is nothing that could stay up")
	}
	return nil
}

// dateOf is the date of virtual time 0 for a run of that length.
func (o *telemetryOptions) dateOf(length event.Time) (time.Time, error) {
	if o.epoch == "now" {
		return time.UnixMicro(wall.Micros()).Add(-length.Duration()).Truncate(time.Second).UTC(), nil
	}
	date, err := time.Parse(time.RFC3339, o.epoch)
	if err != nil {
		return date, usage("", "--epoch %q: want a date and time like 2024-11-29T00:00:00Z, or now", o.epoch)
	}
	return date.UTC(), nil
}

// fix makes a date of "now", so that a run that is resumed keeps it.
func (o *telemetryOptions) fix(length event.Time) error {
	date, err := o.dateOf(length)
	o.epoch = date.Format(time.RFC3339)
	return err
}

// fixOf is fix for a kept run.
func (o *telemetryOptions) fixOf(dir string) error {
	if !o.wanted() {
		return nil
	}
	kept, err := rundir.Read(dir)
	if err != nil {
		return explain(err, dir)
	}
	return o.fix(kept.Run.Duration)
}

// args are the flags as they were given.
func (o *telemetryOptions) args() (args []string) {
	if o.metrics != "" {
		args = append(args, "--metrics", o.metrics)
	}
	if o.otlp != "" {
		args = append(args, "--otlp", o.otlp)
	}
	if o.wanted() {
		args = append(args, "--epoch", o.epoch, "--trace-share", fmt.Sprint(o.share))
	}
	return args
}

// How long what is left may take to be sent: at the end of a run, when it was
// stopped, and for a recording, which is there for nothing else.
const (
	restAtEnd     = 10 * time.Second
	restIfStopped = time.Second
	restOfTape    = 10 * time.Minute
)

// outlet is the telemetry of what is being watched. Its zero value shows nothing.
type outlet struct {
	*telemetry.Outlet
	otlp    string
	patient bool
	linger  time.Duration // how long the endpoint stays after the end
}

// open opens what was asked for and says where it is. A recording that nobody
// looks at may be made to wait for the receiver.
func (o *telemetryOptions) open(env *Env, run *event.Run, patient bool) (*outlet, error) {
	if !o.wanted() {
		return &outlet{}, nil
	}
	date, err := o.dateOf(run.Duration)
	if err != nil {
		return nil, err
	}
	out, err := telemetry.Open(telemetry.Options{Metrics: o.metrics, OTLP: o.otlp, Epoch: date, Share: o.share, Patient: patient})
	if err != nil {
		return nil, trouble(fmt.Errorf("--metrics: %w", err), "name another port, or :0 for any that is free")
	}
	if url := out.MetricsURL(); url != "" {
		fmt.Fprintf(env.Stderr, "metrics at %s\n", url)
	}
	if o.otlp != "" {
		fmt.Fprintf(env.Stderr, "telemetry to %s; %s is %s\n", o.otlp, run.Clock(0), date.Format(time.RFC3339))
	}
	return &outlet{out, o.otlp, patient, o.linger}, nil
}

// watch shows a source outside, instead of the one before.
func (o *outlet) watch(src event.Source) event.Source {
	if o.Outlet == nil {
		return src
	}
	return o.Watch(src, restIfStopped)
}

// rest is how long what is left to be sent may take.
func (o *outlet) rest(ctx context.Context) time.Duration {
	switch {
	case ctx.Err() != nil:
		return restIfStopped
	case o.patient:
		return restOfTape
	}
	return restAtEnd
}

// close sends what is left and says what became of it. A recording of which
// something was not delivered has failed: there was time for all of it.
func (o *outlet) close(ctx context.Context, env *Env) error {
	if o.Outlet == nil {
		return nil
	}
	defer o.Close()
	account, sent := o.Finish(o.rest(ctx))
	if sent {
		fmt.Fprintf(env.Stderr, "telemetry to %s: %s\n", o.otlp, &account)
	}
	if o.linger > 0 && ctx.Err() == nil {
		fmt.Fprintf(env.Stderr, "metrics stay at %s for %s\n", o.MetricsURL(), o.linger)
		wall.Sleep(ctx, o.linger)
	}
	if sent && o.patient && !account.Whole() && ctx.Err() == nil {
		return trouble(fmt.Errorf("not all of the telemetry was delivered to %s", o.otlp), "is a receiver of OTLP over HTTP there?")
	}
	return nil
}
