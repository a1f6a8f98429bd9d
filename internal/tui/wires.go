package tui

// wire is what edges do in one cell.
type wire struct {
	dirs  uint8 // to which sides it goes
	net   int   // vertex it comes from: one net for each
	cross bool  // two nets cross: the upright one passes over
}

const (
	up uint8 = 1 << iota
	down
	left
	right
)

// wireRunes draws a wire by its sides.
var wireRunes = [16]rune{
	0: ' ', up: '╵', down: '╷', left: '╴', right: '╶', up | down: '│', left | right: '─',
	up | left: '╯', up | right: '╰', down | left: '╮', down | right: '╭',
	up | down | left: '┤', up | down | right: '├', left | right | up: '┴', left | right | down: '┬',
	up | down | left | right: '┼',
}

// drawWires draws the edges of a plan at the pane's corner.
func (p pane) drawWires(pl *plan, k ink) {
	for y := range pl.h {
		for x := range pl.w {
			w, ok := pl.wires[[2]int{x, y}]
			if !ok {
				continue
			}
			r := wireRunes[w.dirs]
			if w.cross {
				r = '│'
			}
			p.put(x, y, r, k)
		}
	}
	head := '▶'
	if pl.down {
		head = '▼'
	}
	for _, c := range pl.ports {
		p.put(c[0], c[1], head, k)
	}
}

// drawOuts marks where edges leave the boxes.
func (p pane) drawOuts(pl *plan) {
	for _, o := range pl.outs {
		if c := p.cell(o[0], o[1]); c != nil {
			c.r = teeOf(c.r)
		}
	}
}

func teeOf(r rune) rune {
	switch r {
	case '│':
		return '├'
	case '║':
		return '╟'
	case '┃':
		return '┠'
	case '┆':
		return '├'
	case '─', '┄':
		return '┬'
	case '━':
		return '┯'
	case '═':
		return '╤'
	}
	return r
}
