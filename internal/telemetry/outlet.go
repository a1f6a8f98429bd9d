package telemetry

import (
	"context"
	"sync"
	"time"

	"tasker-sim/internal/event"
)

// Options say where telemetry goes.
type Options struct {
	// Metrics is the address of the Prometheus endpoint, see [ListenAddress]; "": none.
	Metrics string
	// OTLP is the URL of the receiver of traces, metrics and logs, see [Receiver]; "": none.
	OTLP string
	// Epoch is the date at which virtual time is 0.
	Epoch time.Time
	// Share is the share of traces that are sent, 0 to 1.
	Share float64
	// Patient says that the source is a recording: it may be made to wait for the
	// receiver, so that nothing is dropped.
	Patient bool
}

// queueLimit is how many events may wait: some 20 MB. The hour of a shipped
// scenario has about half as many.
const queueLimit = 1 << 18

// Outlet is where the telemetry of this program leaves it. It watches one run at a
// time.
type Outlet struct {
	opts    Options
	to      exporters
	scraper *scraper
	limit   int           // of queues
	hold    time.Duration // see sender

	mu      sync.Mutex
	tap     *Tap
	sending *sending
}

// Open opens the endpoint and makes the exporters that were asked for. It does not
// look whether the receiver is there.
func Open(opts Options) (*Outlet, error) {
	o := &Outlet{opts: opts, limit: queueLimit, hold: firstHold}
	var err error
	if opts.OTLP != "" {
		if o.to, err = connect(context.Background(), opts.OTLP); err != nil {
			return nil, err
		}
	}
	if opts.Metrics != "" {
		if o.scraper, err = listen(opts.Metrics, o.read); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// MetricsURL is where the metrics can be fetched; "": nowhere.
func (o *Outlet) MetricsURL() string {
	if o.scraper == nil {
		return ""
	}
	return o.scraper.url()
}

// read is the present reading of the run that is being watched.
func (o *Outlet) read() *reading {
	o.mu.Lock()
	tap := o.tap
	o.mu.Unlock()
	if tap == nil {
		return nil
	}
	return tap.read()
}

// Watch shows the events of src outside as it yields them. The run that was
// watched before is let go: what is left of it has the given time to be sent.
func (o *Outlet) Watch(src event.Source, rest time.Duration) *Tap {
	o.letGo(rest)
	b := &book{}
	var q *queue
	if o.to.spans != nil {
		q = newQueue(o.limit)
	}
	tap := newTap(src, b, q, o.opts.Patient)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tap = tap
	if q != nil {
		o.sending = begin(tap, o.to, &o.opts, o.hold)
	}
	return tap
}

// letGo ends the sending of the run that is watched.
func (o *Outlet) letGo(rest time.Duration) (a Account, sent bool) {
	o.mu.Lock()
	s, tap := o.sending, o.tap
	o.sending = nil
	o.mu.Unlock()
	if s == nil {
		return a, false
	}
	tap.last()
	return s.end(rest), true
}

// Finish sends what is left of the run that is watched, for which there is the
// given time, and returns its account; sent is false if nothing was to be sent. The
// endpoint goes on to show how the run ended.
func (o *Outlet) Finish(rest time.Duration) (a Account, sent bool) { return o.letGo(rest) }

// Close closes everything. What was not sent by [Outlet.Finish] is lost.
func (o *Outlet) Close() {
	o.letGo(0)
	if o.to.spans != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		o.to.shut(ctx)
	}
	if o.scraper != nil {
		o.scraper.close()
	}
}
