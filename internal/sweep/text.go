package sweep

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Text writes the result for a terminal of the given width: a plot, or a table of
// means with two axes, and below it every number with its interval.
func (r *Result) Text(w io.Writer, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s, %d seeds from %d on, %d tasks in each strategy\n\n",
		r.Plan.Measure, strings.TrimSuffix(r.Plan.File, ".yaml"), r.Plan.Seeds, r.Plan.Seed, r.Tasks)
	if len(r.Plan.Axes) == 1 {
		r.plot(&b, min(max(width, 60), 120))
	} else {
		for k := range r.Strategies {
			r.grid(&b, k)
		}
	}
	r.numbers(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// numbers lists the estimates.
func (r *Result) numbers(b *strings.Builder) {
	rows := [][]string{{}}
	for _, a := range r.Plan.Axes {
		rows[0] = append(rows[0], a.Path)
	}
	rows[0] = append(rows[0], r.Strategies...)
	for i := range r.Points {
		row := append([]string{}, r.Points[i].Values...)
		for _, e := range r.Points[i].Estimates {
			row = append(row, r.interval(e))
		}
		rows = append(rows, row)
	}
	b.WriteString("\n")
	table(b, rows)
	if r.Plan.Seeds < 2 {
		b.WriteString("\nno intervals: they need two seeds at least\n")
	} else {
		b.WriteString("\n[low, high]: 95 % by Student's t, over seeds\n")
	}
}

// grid is a table of one strategy's means, the first axis down, the second across.
func (r *Result) grid(b *strings.Builder, k int) {
	down, across := r.Plan.Axes[0], r.Plan.Axes[1]
	fmt.Fprintf(b, "%s: %s down, %s across\n", r.Strategies[k], down.Path, across.Path)
	rows := [][]string{append([]string{""}, across.Values...)}
	for i, v := range down.Values {
		row := []string{v}
		for j := range across.Values {
			text := "-"
			if e := r.Points[i*len(across.Values)+j].Estimates[k]; e != nil {
				text = r.short(e.Mean)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	table(b, rows)
	b.WriteString("\n")
}

// table writes columns, each as wide as its widest cell.
func table(b *strings.Builder, rows [][]string) {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		line := " "
		for i, cell := range row {
			line += " " + cell + strings.Repeat(" ", wide[i]-len([]rune(cell))+1)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// marks are the points of the strategies, in their order.
const marks = "ox+*#%@&"

// plotRows is the height of a plot.
const plotRows = 16

// plot draws means as marks and intervals as bars. The scale is logarithmic if
// the figures differ by more than fifty times.
func (r *Result) plot(b *strings.Builder, width int) {
	sc, label := r.scale(), 9
	cols := width - label - 2
	cells := make([][]rune, plotRows)
	for y := range cells {
		cells[y] = []rune(strings.Repeat(" ", cols))
	}
	for k := range r.Strategies {
		for i := range r.Points {
			r.plotPoint(cells, sc, k, i)
		}
	}
	for y, row := range cells {
		text := ""
		if y%5 == 0 {
			text = r.short(sc.value(1 - float64(y)/float64(plotRows-1)))
		}
		fmt.Fprintf(b, "%*s ┤%s\n", label, text, strings.TrimRight(string(row), " "))
	}
	fmt.Fprintf(b, "%*s └%s\n", label, "", strings.Repeat("─", cols))
	a := &r.Plan.Axes[0]
	last := a.Values[len(a.Values)-1]
	fmt.Fprintf(b, "%*s  %s%s%s\n", label, "", a.Values[0], strings.Repeat(" ", max(1, cols-len(a.Values[0])-len(last))), last)
	fmt.Fprintf(b, "%*s  %s", label, "", a.Path)
	for k, name := range r.Strategies {
		fmt.Fprintf(b, "   %c %s", marks[k%len(marks)], name)
	}
	b.WriteString("\n")
}

func (r *Result) plotPoint(cells [][]rune, sc scale, k, i int) {
	e := r.Points[i].Estimates[k]
	if e == nil {
		return
	}
	x := int(math.Round(r.Plan.Axes[0].place(i) * float64(len(cells[0])-1)))
	row := func(v float64) int {
		return min(max(int(math.Round((1-sc.place(v))*float64(plotRows-1))), 0), plotRows-1)
	}
	if e.Low != nil {
		for y := row(*e.High); y <= row(*e.Low); y++ {
			if cells[y][x] == ' ' {
				cells[y][x] = '│'
			}
		}
	}
	cells[row(e.Mean)][x] = rune(marks[k%len(marks)])
}

// place is where value i stands on the axis, from 0 to 1.
func (a *Axis) place(i int) float64 {
	low, high := a.At[0], a.At[len(a.At)-1]
	if high <= low {
		return 0
	}
	if a.Log {
		return math.Log(a.At[i]/low) / math.Log(high/low)
	}
	return (a.At[i] - low) / (high - low)
}

// scale is the vertical axis of a plot.
type scale struct {
	low, high float64
	log       bool
}

// scale finds one that holds all means and intervals. A logarithmic one begins at
// the smallest mean.
func (r *Result) scale() scale {
	least, most := math.Inf(1), 0.0
	for i := range r.Points {
		for _, e := range r.Points[i].Estimates {
			if e == nil {
				continue
			}
			if e.Mean > 0 {
				least = min(least, e.Mean)
			}
			if most = max(most, e.Mean); e.High != nil {
				most = max(most, *e.High)
			}
		}
	}
	if most == 0 {
		most = 1
	}
	if most > 50*least {
		return scale{least / 1.5, most, true}
	}
	return scale{0, most, false}
}

// place is where a value stands, from 0 at the bottom to 1; smaller ones stand there.
func (s scale) place(v float64) float64 {
	if !s.log {
		return (v - s.low) / (s.high - s.low)
	}
	if v <= s.low {
		return 0
	}
	return math.Log(v/s.low) / math.Log(s.high/s.low)
}

// value is what stands at a place.
func (s scale) value(at float64) float64 {
	if !s.log {
		return s.low + float64((s.high-s.low)*at)
	}
	return s.low * math.Pow(s.high/s.low, at)
}
