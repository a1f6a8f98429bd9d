package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"tasker-sim/internal/event"
)

// Markdown writes a page to forward: before and after, and how it is known.
func (r *Result) Markdown(w io.Writer, at Place) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", r.Title, r.heading())
	b.WriteString("## What the story says, what this run shows\n\n" + grid(r.claimRows()))
	b.WriteString("\n## Side by side\n\n" + grid(headed(r.columns())))
	b.WriteString("\n## Step by step\n\n" + grid(r.stepRows()))
	if modelled(&r.run.Impact) || !kept(r.run) {
		b.WriteString("\n## What it cost people\n\n" + grid(headed(r.costRows())) + r.parameters())
	}
	b.WriteString("\n## How it is known\n\n")
	for _, line := range r.closing() {
		b.WriteString("- " + line + "\n")
	}
	if at.Command != "" {
		fmt.Fprintf(&b, "- every figure again, to the byte: `%s`\n", at.Command)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// headed names the columns of a table that begins with an empty cell.
func headed(rows [][]string) [][]string {
	rows[0][0] = "figure"
	for _, row := range rows[1:] {
		if row[0] == "" {
			row[0] = "of them"
		}
	}
	return rows
}

func (r *Result) claimRows() [][]string {
	rows := [][]string{{"claim", "the story says", "this run shows", "known how", "holds"}}
	for _, v := range Verdict(r.state) {
		shows := v.Shows()
		if v.Margin != "" {
			shows += " (" + v.Margin + ")"
		}
		rows = append(rows, []string{v.Name, v.Says(), shows, v.Kind, holdsText(&v)})
	}
	return rows
}

func (r *Result) stepRows() [][]string {
	rows := [][]string{{"step", "limit"}}
	for k := range r.run.Strategies {
		name := r.run.Strategies[k].Name
		rows[0] = append(rows[0], name+": attempts", "failed", "p95")
	}
	for i, step := range r.run.Steps {
		row := []string{step.Name, Count(step.Limit)}
		for k := range r.state.Strategies {
			st := &r.state.Strategies[k].Steps[i]
			p95 := "–"
			if t, ok := st.Latency.Quantile(0.95); ok {
				p95 = Span(t)
			}
			row = append(row, Count(st.Attempts), Count(st.Failures), p95)
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *Result) costRows() [][]string {
	rows := [][]string{{""}, {"support tickets"}, {"repair by hand"}, {"money lost"}}
	for k := range r.state.Strategies {
		i := r.state.Impact(k)
		rows[0] = append(rows[0], r.run.Strategies[k].Name)
		rows[1] = append(rows[1], figure("count", Declared, &i.SupportTickets))
		rows[2] = append(rows[2], Hours(i.ManualRecoveryHours))
		rows[3] = append(rows[3], Money(i.RevenueLostCents))
	}
	return rows
}

// parameters are the declared numbers behind the costs.
func (r *Result) parameters() string {
	m := r.run.Impact
	return fmt.Sprintf("\nDeclared, not measured: %s of those with a broken promise call support, %s of those told of a failure that was none, "+
		"%s of the other failures; a case takes %s minutes, shared by %s.\n",
		portion(m.ContactBroken), portion(m.ContactUntold), portion(m.ContactClean), Decimal(m.MinutesPerCase),
		Plural(m.Engineers, event.Noun{One: "engineer", Many: "engineers"}))
}

// portion writes a declared share as it was given: "70 %".
func portion(share float64) string { return strconv.FormatFloat(100*share, 'g', 4, 64) + " %" }
