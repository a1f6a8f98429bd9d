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
	fmt.Fprintln(tw, "in flight\t\tworkflows/s\tsteps/s\tp50 ms\tp99 ms\tfsyncs/wf\twritten B/wf\tstored B/wf\theap MB\tRSS MB\t")
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
	fmt.Fprintf(tw, "%s\t%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.3f\t%.0f\t%.0f\t%.0f\t%.0f\t\n", clients, name, f.PerSecond, f.StepsPerS,
		f.P50, f.P99, f.Syncs, f.Written, f.Stored, megabytes(f.Memory.Heap), megabytes(f.Memory.Resident))
}

func megabytes(b uint64) float64 { return float64(b) / (1 << 20) }
