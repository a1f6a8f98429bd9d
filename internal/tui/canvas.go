package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, w, h int }

// rows cuts n rows off the top and returns them and the rest. It gives what is
// there: neither part is ever negative.
func (r rect) rows(n int) (top, rest rect) {
	n = clamp(n, 0, r.h)
	return rect{r.x, r.y, r.w, n}, rect{r.x, r.y + n, r.w, r.h - n}
}

// bottom cuts n rows off the bottom and returns the rest and them.
func (r rect) bottom(n int) (rest, bottom rect) {
	return r.rows(max(r.h-n, 0))
}

func clamp(x, low, high int) int { return max(low, min(x, high)) }

// cell is one place on the screen. A rune of 0 is the second half of a wide rune.
type cell struct {
	r   rune
	ink ink
}

// canvas is the screen being drawn. Drawing outside of it does nothing.
type canvas struct {
	w, h  int
	cells []cell
}

// reset makes the canvas w × h blanks.
func (c *canvas) reset(w, h int) {
	w, h = max(w, 0), max(h, 0)
	if cap(c.cells) < w*h {
		c.cells = make([]cell, w*h)
	}
	c.w, c.h, c.cells = w, h, c.cells[:w*h]
	for i := range c.cells {
		c.cells[i] = cell{' ', inkText}
	}
}

func (c *canvas) all() pane { return pane{c, rect{0, 0, c.w, c.h}} }

// pane is a window on a canvas. Coordinates are its own; what does not fit into
// it is cut off.
type pane struct {
	c *canvas
	rect
}

// at is the pane over r, which is in the canvas's coordinates.
func (p pane) at(r rect) pane { return pane{p.c, r} }

// part is the pane over x, y, w, h of p's own coordinates, cut to p.
func (p pane) part(x, y, w, h int) pane {
	x, y = clamp(x, 0, p.w), clamp(y, 0, p.h)
	return pane{p.c, rect{p.x + x, p.y + y, clamp(w, 0, p.w-x), clamp(h, 0, p.h-y)}}
}

func (p pane) cell(x, y int) *cell {
	if x < 0 || y < 0 || x >= p.w || y >= p.h {
		return nil
	}
	x, y = x+p.x, y+p.y
	if x < 0 || y < 0 || x >= p.c.w || y >= p.c.h {
		return nil
	}
	return &p.c.cells[y*p.c.w+x]
}

// put writes one rune of width one.
func (p pane) put(x, y int, r rune, k ink) {
	if c := p.cell(x, y); c != nil {
		*c = cell{r, k}
	}
}

// text writes s from x on and returns the column after it. Control characters
// are dropped and combining marks too: text from a scenario cannot reach the
// terminal as anything but letters.
func (p pane) text(x, y int, s string, k ink) int {
	for _, r := range s {
		w := runeWidth(r)
		switch {
		case w <= 0:
			continue
		case w == 2 && p.cell(x+1, y) == nil:
			p.put(x, y, ' ', k)
		case w == 2:
			p.put(x+1, y, 0, k)
			fallthrough
		default:
			p.put(x, y, r, k)
		}
		x += w
	}
	return x
}

// clip writes s from x on in at most w columns, with an ellipsis if it is longer.
func (p pane) clip(x, y, w int, s string, k ink) int {
	return p.text(x, y, clip(s, w), k)
}

// right writes s so that it ends before column x.
func (p pane) right(x, y int, s string, k ink) { p.text(x-width(s), y, s, k) }

// hline draws a rule over columns x to x+w.
func (p pane) hline(x, y, w int, r rune, k ink) {
	for i := range max(w, 0) {
		p.put(x+i, y, r, k)
	}
}

// vline draws a rule over rows y to y+h.
func (p pane) vline(x, y, h int, r rune, k ink) {
	for i := range max(h, 0) {
		p.put(x, y+i, r, k)
	}
}

// mark adds attributes to the cells of a row.
func (p pane) mark(x, y, w int, k ink) {
	for i := range max(w, 0) {
		if c := p.cell(x+i, y); c != nil {
			c.ink |= k
		}
	}
}

// clear blanks the pane.
func (p pane) clear() {
	for y := range p.h {
		p.hline(0, y, p.w, ' ', inkText)
	}
}

// runeWidth is the number of columns of r: 0 for what must not be written.
func runeWidth(r rune) int {
	switch {
	case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError:
		return 0
	case r < 0x300 || r >= 0x2500 && r < 0x25f0:
		return 1
	}
	return ansi.StringWidth(string(r))
}

// width is the number of columns that text writes for s.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// clean drops what text would not write.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if runeWidth(r) == 0 {
			return -1
		}
		return r
	}, s)
}

// clip cuts s to w columns; what was cut shows as an ellipsis.
func clip(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	n := 0
	for i, r := range s {
		if n+runeWidth(r) > w-1 {
			return s[:i] + "…"
		}
		n += runeWidth(r)
	}
	return s
}

// wrap breaks s at blanks into lines of at most w columns.
func wrap(s string, w int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && width(line)+1+width(word) > w {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// render writes the canvas as styled lines, joined by line feeds. It writes an
// escape sequence only where the ink changes.
func (c *canvas) render(t *theme) string {
	var b strings.Builder
	b.Grow(len(c.cells)*2 + 64)
	for y := range c.h {
		if y > 0 {
			b.WriteByte('\n')
		}
		c.renderRow(&b, y, t)
	}
	return b.String()
}

func (c *canvas) renderRow(b *strings.Builder, y int, t *theme) {
	last := ""
	for _, x := range c.cells[y*c.w : (y+1)*c.w] {
		if x.r == 0 && !t.ascii {
			continue
		}
		if s := t.sgr[x.ink]; s != last {
			b.WriteString(s)
			last = s
		}
		b.WriteRune(t.rune(x.r))
	}
	if last != "" && last != sgrReset {
		b.WriteString(sgrReset)
	}
}
