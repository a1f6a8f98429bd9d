package bench

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Text is the result as a table for people.
func (r EngineResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "checkout of %d steps that do nothing, %d bytes of payload, durable per step; medians of %d rounds\n\n", r.Steps, r.Payload, r.Rounds)
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "in flight\t\tworkflows/s\tsteps/s\tp50 ms\tp99 ms\tCPU µs/wf\tfsyncs/wf\twritten B/wf\tstored B/wf\theap MB\tRSS MB\t")
	for _, row := range r.Rows {
		row.Engine.line(tw, fmt.Sprint(row.Clients), "engine")
		row.Floor.line(tw, "", "floor")
		row.Update.line(tw, "", "update")
	}
	_ = tw.Flush() // a strings.Builder takes everything
	fmt.Fprintln(&b)
	tw = tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "in flight\tof floor\ttimes update\tp50 of update's\t")
	for _, row := range r.Rows {
		fmt.Fprintf(tw, "%d\t%.0f %%\t%.1f\t%.2f\t\n", row.Clients, 100*row.OfFloor, row.OfUpdate, row.P50OfUpdate)
	}
	_ = tw.Flush()
	b.WriteString(legend)
	return b.String()
}

const legend = `
engine  submit and wait, through the thread-safe engine on its store
floor   one goroutine commits the same record bytes at the same waits for the
        same clients: no states, timers, indexes or handlers
update  a transaction of its own for each of these waits
`

func (f Figures) line(tw *tabwriter.Writer, clients, name string) {
	fmt.Fprintf(tw, "%s\t%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.0f\t%.3f\t%.0f\t%.0f\t%.0f\t%.0f\t\n", clients, name, f.PerSecond, f.StepsPerS,
		f.P50, f.P99, f.CPU, f.Syncs, f.Written, f.Stored, megabytes(f.Memory.Heap), megabytes(f.Memory.Resident))
}

func megabytes(b uint64) float64 { return float64(b) / (1 << 20) }

// Text is the result as tables for people.
func (r StoreResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d finished and %d running tasks, %.0f MB; %d in flight while measured\n\n", r.Finished, r.Running,
		float64(r.Size)/(1<<20), curveClients)
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "finished\tµs/workflow\tCPU µs/wf\tp50 ms\tp99 ms\tfsyncs/wf\twritten B/wf\tlook-up p50 ms\tp99 ms\t")
	for _, p := range r.Curve {
		fmt.Fprintf(tw, "%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.3f\t%.0f\t%.3f\t%.3f\t\n", p.Finished, p.Cost, p.Figures.CPU,
			p.Figures.P50, p.Figures.P99, p.Figures.Syncs, p.Figures.Written, p.Lookup.P50, p.Lookup.P99)
	}
	_ = tw.Flush() // a strings.Builder takes everything
	fmt.Fprintf(&b, "\nlook-up with everything stored and running: p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n\n", r.Lookup.P50, r.Lookup.P99, r.Lookup.Max)
	tw = tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "restart\topen ms\tfirst step ms\tall steps ms\tanonymous MB\tRSS MB\t")
	for i, s := range r.Restarts {
		fmt.Fprintf(tw, "%d\t%.1f\t%.1f\t%.1f\t%.0f\t%.0f\t\n", i+1, s.Open, s.First, s.All, megabytes(s.Memory.Anonymous), megabytes(s.Memory.Resident))
	}
	_ = tw.Flush()
	b.WriteString("\nsteps count from the start of a new process; each but the first was started after a kill\n")
	return b.String()
}
