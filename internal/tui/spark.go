package tui

import (
	"strings"

	"tasker-sim/internal/event"
)

// sparkRunes are the heights of a bar of one row.
var sparkRunes = [...]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}

// series is failures a minute, brought to a number of columns.
type series struct {
	values [][]float64 // by strategy
	shade  []bool      // a fault ruled in most of this column
	most   float64     // the largest value of all strategies: one scale for all
	span   event.Time  // of one column
}

// minutes prepares the failures a minute of every strategy for w columns.
func (s *scene) minutes(w int) series {
	total := int((max(s.run.Duration, s.state.Now) + event.Minute - 1) / event.Minute)
	per := max((total+max(w, 1)-1)/max(w, 1), 1)
	n := min(w, (total+per-1)/per)
	out := series{span: event.Time(per) * event.Minute, shade: make([]bool, max(n, 0))}
	for k := range s.state.Strategies {
		v := make([]float64, max(n, 0))
		for i, b := range s.state.Strategies[k].Minutes {
			if c := i / per; c < len(v) {
				v[c] += float64(b.Failed) / float64(per)
				out.most = max(out.most, v[c])
			}
		}
		out.values = append(out.values, v)
	}
	for c := range out.shade {
		from := event.Time(c) * out.span
		out.shade[c] = s.faulty(from, from+out.span)
	}
	return out
}

// faulty tells whether faults ruled at least half of the time between from and
// to, or one was injected by hand within it. Short bursts of the scenario do not
// count: there is one in every minute.
func (s *scene) faulty(from, to event.Time) bool {
	var covered event.Time
	for i := range s.state.FaultLog {
		f := &s.state.FaultLog[i]
		end := f.End
		if end == 0 {
			end = s.state.Now
		}
		if f.Begin >= to || end < from {
			continue
		}
		if f.Live {
			return true
		}
		covered += min(end, to) - max(f.Begin, from)
	}
	return covered >= (to-from)/2
}

// drawSparks draws a row for each strategy, h rows high together.
func (s *scene) drawSparks(p pane) {
	n := len(s.state.Strategies)
	if p.h < n || n == 0 {
		return
	}
	label := len("failed a minute ") + 12
	for w := p.w; w-label < 60 && label > 14; {
		label--
	}
	data := s.minutes(p.w - label - 1)
	for k := range n {
		s.sparkLabel(p.part(1, k, label-1, 1), k)
		s.drawSpark(p.part(label, k, p.w-label-1, 1), &data, k)
	}
}

func (s *scene) sparkLabel(p pane, k int) {
	name := clean(s.run.Strategies[k].Name)
	x := 0
	if k == 0 && width(name)+len("failed/min") < p.w-1 {
		x = p.text(0, 0, "failed/min", inkDim)
	}
	p.text(max(p.w-1-width(name), x), 0, clip(name, p.w-1), inkText)
}

// drawSpark draws one strategy's bars over the height of the pane.
func (s *scene) drawSpark(p pane, data *series, k int) {
	now := int(s.state.Now / max(data.span, 1))
	for c, v := range data.values[k] {
		eighths := 0
		if data.most > 0 {
			eighths = int(v/data.most*float64(8*p.h) + .5)
		}
		if v > 0 {
			eighths = max(eighths, 1)
		}
		for row := range p.h {
			part := clamp(eighths-8*(p.h-1-row), 0, 8)
			r, ink := sparkRunes[part], s.lifeInk(k)
			if part == 0 && row == p.h-1 {
				r, ink = '·', inkFaint
				if c <= now {
					r = '▁'
				}
			}
			if data.shade[c] {
				ink |= shaded
				if part == 0 {
					r, ink = '░', inkFail|shaded
				}
			}
			p.put(c, row, r, ink)
		}
	}
}

// lifeInk is the colour of a strategy where two are drawn together.
func (s *scene) lifeInk(k int) ink {
	switch {
	case len(s.state.Strategies) == 1:
		return inkAccent
	case k == 0:
		return inkFail
	case k == s.last():
		return inkOK
	}
	return inkRetry
}

// label is the short form of a step's name.
func (s *scene) stepLabel(i int) string {
	st := &s.run.Steps[i]
	if l := strings.TrimSpace(clean(st.Label)); l != "" {
		return l
	}
	return clean(st.Name)
}
