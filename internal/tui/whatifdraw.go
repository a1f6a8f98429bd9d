package tui

import (
	"strings"

	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// drawWhatIf draws the dials, and below them what the whole run comes to, as it
// is and with the dials turned.
func (s *scene) drawWhatIf(p pane) {
	v := &s.whatIf
	p.clip(1, 0, p.w-2, "One dial and no other: the same "+s.run.Noun.Many+", the same dice, the whole run again.", inkDim)
	rows := s.whatIfRows()
	low := min(len(rows)+4, p.h-5)
	s.drawDials(p.part(0, 1, p.w, p.h-1-low))
	s.drawRule(p.part(0, p.h-low, p.w, 1))
	x := 1
	if v.at < len(v.dials) {
		x = p.clip(x, p.h-low+1, p.w-2, v.dials[v.at].Doc, inkText) + 2
	}
	if text, k := v.news(); x+width(text)+1 <= p.w {
		p.right(p.w-1, p.h-low+1, text, k)
	} else {
		p.clip(1, p.h-low+1, p.w-2, text, k)
	}
	s.drawCompared(p.part(0, p.h-low+2, p.w, low-3), rows)
	if sets := v.sets(); len(sets) > 0 {
		p.clip(1, p.h-1, p.w-2, "tasker-sim "+s.run.Scenario+" --set "+strings.Join(sets, " --set "), inkAccent)
	}
}

// drawDials lists the dials around the cursor.
func (s *scene) drawDials(p pane) {
	v := &s.whatIf
	name := 0
	for _, d := range v.dials {
		name = max(name, width(d.Path))
	}
	name = min(name, p.w-26)
	from := scroll(0, v.at, p.h, len(v.dials))
	for y := 0; y < p.h && from+y < len(v.dials); y++ {
		d := v.dials[from+y]
		k, value := inkText, d.Value
		if t, is := v.turned[d.Path]; is {
			k, value = inkRetry|bold, d.Value+" → "+t
		}
		p.clip(3, y, name, d.Path, inkText)
		x := p.clip(4+name, y, p.w-name-5, value, k)
		if x = max(x+2, 4+name+16); p.w-x > 40 {
			p.clip(x, y, p.w-x-1, d.Doc, inkDim)
		}
		if from+y == v.at {
			p.put(1, y, '▶', inkAccent|bold)
			p.mark(1, y, p.w-2, picked)
		}
	}
}

// comparedRow is a figure of every strategy.
type comparedRow struct {
	name string
	of   func(st *metrics.State, k int) (text string, value float64)
}

// whatIfRows are the figures: rates, broken promises, and the price.
func (s *scene) whatIfRows() []comparedRow {
	share := func(r metrics.Rate) (string, float64) { return report.Percent(r.Share()), r.Share() }
	count := func(n int) (string, float64) { return report.Count(n), float64(n) }
	rows := []comparedRow{
		{"failed at first", func(st *metrics.State, k int) (string, float64) { return share(st.FirstPassRate(k)) }},
		{"failed in the end", func(st *metrics.State, k int) (string, float64) { return share(st.FailureRate(k)) }},
	}
	for i := range s.run.Promises {
		pr := &s.run.Promises[i]
		if pr.Broken != "" && len(rows) < 5 {
			rows = append(rows, comparedRow{strings.ReplaceAll(pr.Broken, "_", " "), func(st *metrics.State, k int) (string, float64) {
				return count(st.Strategies[k].Promises[i].Broken)
			}})
		}
	}
	return append(rows,
		comparedRow{"waited long", func(st *metrics.State, k int) (string, float64) { return share(st.WaitedLongRate(k)) }},
		comparedRow{"calls", func(st *metrics.State, k int) (string, float64) { return count(st.Strategies[k].Attempts) }},
	)
}

// drawCompared draws the figures, one column a strategy.
func (s *scene) drawCompared(p pane, rows []comparedRow) {
	v := &s.whatIf
	now := v.shown()
	const name = 20
	n := len(s.run.Strategies)
	col := min((p.w-name-1)/max(n, 1), 32)
	for k := range n {
		p.clip(name+k*col, 0, col-1, s.run.Strategies[k].Name, inkTitle)
	}
	for i, r := range rows {
		y := i + 1
		p.clip(1, y, name-2, r.name, inkDim)
		for k := range n {
			if now == nil || v.plain == nil {
				p.text(name+k*col, y, "…", inkPend)
				continue
			}
			text, value := r.of(now, k)
			was, before := r.of(v.plain, k)
			ink := inkText | bold
			if value < before {
				ink = inkOK | bold
			} else if value > before {
				ink = inkFail | bold
			}
			x := p.clip(name+k*col, y, col-1, text, ink)
			if len(v.turned) > 0 && was != text {
				p.clip(x+1, y, name+(k+1)*col-x-2, "was "+was, inkDim)
			}
		}
	}
}
