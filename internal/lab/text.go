package lab

import (
	"fmt"
	"math"
	"strings"
)

// Text is the result as a table for people, 80 columns wide.
func (r *Result) Text() string {
	var b strings.Builder
	oracle, posed := "", ""
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Oracle != oracle {
			if oracle != "" {
				b.WriteByte('\n')
			}
			oracle, posed = c.Oracle, "-"
			b.WriteString(folded(fmt.Sprintf("%-3s %s", c.Oracle, c.Law), 4))
			fmt.Fprintf(&b, "  %-36s%11s%11s%9s%8s\n", "", "predicted", "measured", "n", "p")
		}
		if c.Case != posed {
			posed = c.Case
			if posed != "" {
				fmt.Fprintf(&b, "  %s\n", posed)
			}
		}
		r.line(&b, c)
	}
	r.foot(&b)
	return b.String()
}

func (r *Result) line(b *strings.Builder, c *Cell) {
	p := chance(c.least())
	if c.exact() {
		p = "exact"
	}
	mark := " "
	if !c.OK {
		mark = "!"
	}
	fmt.Fprintf(b, "  %s %-34s%11s%11s%9d%8s", mark, c.Figure, figure(c.Predicted, c.Unit), figure(c.Measured, c.Unit), c.N, p)
	if !c.OK {
		b.WriteString("\n      fails")
		if c.First != "" {
			fmt.Fprintf(b, ", first: %s", c.First)
		}
		fmt.Fprintf(b, "\n      again: %s", c.Repeat)
	}
	b.WriteByte('\n')
}

// least is the smallest p-value of a cell, over its seeds and all of them.
func (c *Cell) least() float64 {
	p := c.Pooled
	for i := range c.Seeds {
		p = min(p, c.Seeds[i].P)
	}
	return p
}

func (r *Result) foot(b *strings.Builder) {
	if len(r.Unposed) > 0 {
		b.WriteString("\nNot posed:\n")
		for _, u := range r.Unposed {
			b.WriteString(folded(fmt.Sprintf("  %-3s %s: %s", u.Oracle, u.Law, u.Why), 6))
		}
	}
	fmt.Fprintf(b, "\n%d invariants compared on the way, %d broken\n", r.Invariants.Checked, r.Invariants.Violations)
	if r.Invariants.First != "" {
		fmt.Fprintf(b, "  first: %s\n  again: %s\n", r.Invariants.First, r.Invariants.Repeat)
	}
	failed := len(r.Failed())
	fmt.Fprintf(b, "%d figures, %d tests of chance; the smallest p is %s, the limit %s\n", len(r.Cells), r.Tests, chance(r.SmallestP), chance(r.Limit))
	if failed > 0 {
		fmt.Fprintf(b, "%d figures are not as the laws say.\n", failed)
		return
	}
	fmt.Fprintf(b, "All as the laws say (a false alarm anywhere has probability %g at most).\n", r.Bound)
}

// chance writes a p-value.
func chance(p float64) string {
	switch {
	case p < 1e-10:
		return "<1e-10"
	case p < 0.001:
		return fmt.Sprintf("%.0e", p)
	}
	return fmt.Sprintf("%.3f", p)
}

// figure writes a number with its unit, so that small shares keep their digits.
func figure(x float64, unit string) string {
	switch {
	case unit == "share" && x != 0:
		return digits(100*x) + " %"
	case unit == "share":
		return "0 %"
	case unit == "s":
		return digits(x) + " s"
	}
	return digits(x)
}

// digits writes five significant digits without an exponent.
func digits(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e9 {
		return fmt.Sprintf("%.0f", x)
	}
	places := 4 - int(math.Floor(math.Log10(math.Abs(x))))
	s := fmt.Sprintf("%.*f", max(0, min(9, places)), x)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// folded breaks a line between words so that it is no wider than 80 columns; what
// follows is indented.
func folded(line string, indent int) string {
	const width = 80
	var b strings.Builder
	for len([]rune(line)) > width {
		at := strings.LastIndex(string([]rune(line)[:width+1]), " ")
		if at <= indent {
			break
		}
		b.WriteString(line[:at] + "\n")
		line = strings.Repeat(" ", indent) + line[at+1:]
	}
	return b.String() + line + "\n"
}
