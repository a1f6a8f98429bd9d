package sweep

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tasker-sim/internal/report"
)

// JSON writes the result as one object.
func (r *Result) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// CSV writes a line per point and strategy. A figure that no seed has is empty.
func (r *Result) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	var head []string
	for _, a := range r.Plan.Axes {
		head = append(head, a.Path)
	}
	if err := c.Write(append(head, "strategy", "measure", "mean", "low", "high", "seeds")); err != nil {
		return err
	}
	for i := range r.Points {
		pt := &r.Points[i]
		for k, e := range pt.Estimates {
			row := append([]string{}, pt.Values...)
			row = append(row, r.Strategies[k], r.Plan.Measure)
			if e == nil {
				row = append(row, "", "", "", "0")
			} else {
				row = append(row, number(&e.Mean), number(e.Low), number(e.High), strconv.Itoa(e.N))
			}
			if err := c.Write(row); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

// number is the shortest text of x that reads back as x; nil is empty.
func number(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

// short is a figure for people.
func (r *Result) short(x float64) string {
	if r.share() {
		return report.Percent(x)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// share tells whether the figure is a part of the whole.
func (r *Result) share() bool {
	return strings.HasSuffix(r.Plan.Measure, "_rate") || strings.HasSuffix(r.Plan.Measure, "_share")
}

// interval is an estimate for people.
func (r *Result) interval(e *Estimate) string {
	switch {
	case e == nil:
		return "-"
	case e.Low == nil:
		return r.short(e.Mean)
	}
	return fmt.Sprintf("%s [%s, %s]", r.short(e.Mean), r.short(*e.Low), r.short(*e.High))
}
