package tui

import (
	"cmp"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// mergePieces joins what overlaps, in order of time.
func mergePieces(ps []axisPiece) []axisPiece {
	slices.SortFunc(ps, func(a, b axisPiece) int { return cmp.Compare(a.from, b.from) })
	out := ps[:1]
	for _, p := range ps[1:] {
		if last := &out[len(out)-1]; p.from <= last.to {
			last.to = max(last.to, p.to)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// tickLengths are the distances that two marks of an axis may have.
var tickLengths = [...]event.Time{
	10 * event.Millisecond, 20 * event.Millisecond, 50 * event.Millisecond, 100 * event.Millisecond, 200 * event.Millisecond,
	500 * event.Millisecond, event.Second, 2 * event.Second, 5 * event.Second, 10 * event.Second, 20 * event.Second,
	event.Minute, 2 * event.Minute, 5 * event.Minute, 10 * event.Minute, 30 * event.Minute,
	event.Hour, 2 * event.Hour, 3 * event.Hour, 6 * event.Hour, 12 * event.Hour, 24 * event.Hour,
}

// draw writes the axis: marks in time since the first call, and where it is cut.
func (ax *timeAxis) draw(p pane) {
	p.hline(0, 0, ax.w, '┄', inkFaint)
	if ax.total <= 0 {
		return
	}
	free := 0
	p.text(0, 0, "0", inkDim)
	free = 2
	tick := ax.tick()
	for _, c := range ax.cuts {
		if c.idle {
			at := (ax.column(c.from) + ax.column(c.to)) / 2
			text := "‹" + report.Span(c.to-c.from) + "›"
			if x := at - width(text)/2; x >= free && x+width(text) < ax.w {
				free = p.text(x, 0, text, inkPend) + 1
			}
			continue
		}
		for t := (c.from - ax.from + tick) / tick * tick; t <= c.to-ax.from; t += tick {
			x := ax.column(ax.from + t)
			if text := tickText(t); x >= free && x+width(text) <= ax.w {
				free = p.text(x, 0, text, inkDim) + 1
			}
		}
	}
}

func tickText(t event.Time) string {
	if t%event.Second == 0 && t < event.Minute {
		return report.Count(int(t/event.Second)) + " s"
	}
	return report.Span(t)
}

// tick is the distance of marks that leaves some ten columns between two.
func (ax *timeAxis) tick() event.Time {
	for _, t := range tickLengths {
		if int64(t)*int64(ax.w) >= 10*int64(ax.total) {
			return t
		}
	}
	return tickLengths[len(tickLengths)-1]
}
