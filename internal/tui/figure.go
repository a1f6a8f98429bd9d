package tui

// The large figures are drawn from seven bars, as on a clock, in pixels of half a
// row: any size comes from the same drawing, and a thick one can be read from the
// last row of a hall.

// figureSize is the measure of a digit in pixels: width, height, thickness of
// upright and level bars, and the gap between digits. Height is even or leaves
// its last half row blank.
type figureSize struct{ w, h, up, level, gap int }

// figureSizes from large to small; a panel takes the first that fits.
var figureSizes = [...]figureSize{
	{11, 16, 4, 3, 2},
	{8, 12, 3, 2, 2},
	{6, 7, 2, 1, 1},
	{4, 5, 1, 1, 1},
	{3, 5, 1, 1, 1},
}

// rows is the height of a figure of this size on the screen.
func (f figureSize) rows() int { return (f.h + 1) / 2 }

// width is that of s in columns.
func (f figureSize) width(s string) int {
	n := 0
	for _, r := range s {
		n += f.advance(r)
	}
	return max(n-f.gap, 0)
}

func (f figureSize) advance(r rune) int {
	switch r {
	case '.':
		return f.up + f.gap
	case ' ':
		return f.gap
	case '%':
		return f.percentWidth() + f.gap
	}
	return f.w + f.gap
}

func (f figureSize) percentWidth() int { return f.w + f.up }

// fitFigure finds the largest size in which s takes at most w columns and h
// rows; ok is false if there is none.
func fitFigure(s string, w, h int) (size figureSize, ok bool) {
	for _, f := range figureSizes {
		if f.width(s) <= w && f.rows() <= h {
			return f, true
		}
	}
	return figureSize{}, false
}

// The bars: top, upper right, lower right, bottom, lower left, upper left, middle.
const (
	barTop = 1 << iota
	barUpperRight
	barLowerRight
	barBottom
	barLowerLeft
	barUpperLeft
	barMiddle
)

// digitBars tells which bars make a digit. The one is drawn by itself.
var digitBars = [10]int{
	0: barTop | barUpperRight | barLowerRight | barBottom | barLowerLeft | barUpperLeft,
	2: barTop | barUpperRight | barMiddle | barLowerLeft | barBottom,
	3: barTop | barUpperRight | barMiddle | barLowerRight | barBottom,
	4: barUpperLeft | barMiddle | barUpperRight | barLowerRight,
	5: barTop | barUpperLeft | barMiddle | barLowerRight | barBottom,
	6: barTop | barUpperLeft | barMiddle | barLowerRight | barBottom | barLowerLeft,
	7: barTop | barUpperRight | barLowerRight,
	8: barTop | barUpperRight | barLowerRight | barBottom | barLowerLeft | barUpperLeft | barMiddle,
	9: barTop | barUpperRight | barLowerRight | barBottom | barUpperLeft | barMiddle,
}

// dots is a grid of pixels, two to a row of the screen.
type dots struct {
	w, h int
	on   []bool
}

func (d *dots) fill(x, y, w, h int) {
	for j := y; j < y+h; j++ {
		for i := x; i < x+w; i++ {
			if i >= 0 && i < d.w && j >= 0 && j < d.h {
				d.on[j*d.w+i] = true
			}
		}
	}
}

// figure draws s at x, y of the pane in the given size and ink.
func (p pane) figure(x, y int, s string, f figureSize, k ink) {
	d := &dots{w: f.width(s), h: f.rows() * 2}
	d.on = make([]bool, d.w*d.h)
	at := 0
	for _, r := range s {
		f.glyph(d, at, r)
		at += f.advance(r)
	}
	for j := range f.rows() {
		for i := range d.w {
			if r := halfBlock(d.on[2*j*d.w+i], d.on[(2*j+1)*d.w+i]); r != ' ' {
				p.put(x+i, y+j, r, k)
			}
		}
	}
}

func halfBlock(upper, lower bool) rune {
	switch {
	case upper && lower:
		return '█'
	case upper:
		return '▀'
	case lower:
		return '▄'
	}
	return ' '
}

func (f figureSize) glyph(d *dots, x int, r rune) {
	switch {
	case r == '1':
		f.one(d, x)
	case r >= '0' && r <= '9':
		f.bars(d, x, digitBars[r-'0'])
	case r == '.':
		d.fill(x, f.h-f.level, f.up, f.level)
	case r == '-' || r == '–':
		d.fill(x, f.middle(), f.w, f.level)
	case r == '%':
		f.percent(d, x)
	}
}

func (f figureSize) middle() int { return (f.h - f.level) / 2 }

func (f figureSize) bars(d *dots, x, set int) {
	right, mid, last := x+f.w-f.up, f.middle(), f.h-f.level
	for bar, r := range [...]rect{
		{x, 0, f.w, f.level}, {right, 0, f.up, mid + f.level}, {right, mid, f.up, f.h - mid}, {x, last, f.w, f.level},
		{x, mid, f.up, f.h - mid}, {x, 0, f.up, mid + f.level}, {x, mid, f.w, f.level},
	} {
		if set&(1<<bar) != 0 {
			d.fill(r.x, r.y, r.w, r.h)
		}
	}
}

// one is an upright bar with a flag and a foot, in the middle of its place.
func (f figureSize) one(d *dots, x int) {
	at := x + (f.w-f.up)/2
	from, to := max(at-f.up, x), min(at+2*f.up, x+f.w)
	d.fill(at, 0, f.up, f.h)
	d.fill(from, 0, at-from, f.level)
	d.fill(from, f.h-f.level, to-from, f.level)
}

// percent is two squares and a slope between them.
func (f figureSize) percent(d *dots, x int) {
	w, box := f.percentWidth(), max(f.h/4, 1)
	across := max(f.up, 1)
	d.fill(x, 0, across, box)
	d.fill(x+w-across, f.h-box, across, box)
	for y := range f.h {
		at := (w - across) * (f.h - 1 - y) / max(f.h-1, 1)
		d.fill(x+at, y, across, 1)
	}
}
