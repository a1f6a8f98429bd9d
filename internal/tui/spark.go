package tui

import (
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// sparkRunes are the heights of a bar of one row.
var sparkRunes = [...]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}

// series is failures a minute, brought to a number of columns.
type series struct {
	values [][]float64 // by strategy
	shade  []bool      // a fault ruled in most of this column
	most   float64     // the largest value of all strategies: one scale for all
	done   int         // columns that lie in the past
}

// minutes prepares the failures a minute of every strategy for at most w
// columns. A column is a minute (in a long run an hour or a day), or the mean of
// several.
func (s *scene) minutes(w int) series {
	bucket := s.state.Width()
	total := max(int((max(s.run.Duration, s.state.Now)+bucket-1)/bucket), 1)
	n := clamp(w, 0, total)
	out := series{shade: make([]bool, n)}
	for k := range s.state.Strategies {
		v := make([]float64, n)
		for c := range v {
			v[c] = meanFailed(s.state.Strategies[k].Minutes, c*total/n, (c+1)*total/n)
			out.most = max(out.most, v[c])
		}
		out.values = append(out.values, v)
	}
	for c := range out.shade {
		from, to := event.Time(c*total/n)*bucket, event.Time((c+1)*total/n)*bucket
		out.shade[c] = s.faulty(from, to)
		if from <= s.state.Now {
			out.done = c + 1
		}
	}
	return out
}

// meanFailed is the mean of the failures in the minutes from low up to high.
func meanFailed(minutes []metrics.Bucket, low, high int) float64 {
	sum := 0
	for i := low; i < min(high, len(minutes)); i++ {
		sum += minutes[i].Failed
	}
	return float64(sum) / float64(max(high-low, 1))
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

// sparkMinutes is how many columns the bars should have if possible: an hour of
// single minutes.
const sparkMinutes = 60

// drawSparks draws a row of bars for each strategy.
func (s *scene) drawSparks(p pane) {
	n := len(s.state.Strategies)
	if p.h < n || n == 0 {
		return
	}
	label := clamp(p.w-sparkMinutes-1, 12, 26)
	data := s.minutes(p.w - label - 1)
	for k := range n {
		s.sparkLabel(p.part(1, k, label-2, 1), k)
		row := p.part(label, k, p.w-label-1, 1)
		drawSpark(row, &data, k, s.lifeInk(k))
		if s.watched() {
			s.markIncident(row.part(0, 0, len(data.shade), 1), k)
		}
	}
}

func (s *scene) sparkLabel(p pane, k int) {
	name := clip(s.run.Strategies[k].Name, p.w)
	p.right(p.w, 0, name, inkText)
	if what := "failed/" + s.bucketName(true); k == 0 && width(what)+width(name) < p.w {
		p.text(0, 0, what, inkDim)
	}
}

// drawSpark draws one strategy's bars over the height of the pane.
func drawSpark(p pane, data *series, k int, bar ink) {
	for c, v := range data.values[k] {
		eighths := 0
		if data.most > 0 {
			eighths = int(v/data.most*float64(8*p.h) + .5)
		}
		if v > 0 {
			eighths = max(eighths, 1)
		}
		for row := range p.h {
			r, k := sparkCell(clamp(eighths-8*(p.h-1-row), 0, 8), row == p.h-1, c < data.done, bar)
			if data.shade[c] {
				if k |= shaded; r == ' ' || r == '·' {
					r, k = '░', inkFail|shaded
				}
			}
			p.put(c, row, r, k)
		}
	}
}

// sparkCell is one cell of a bar: full to the given eighths; the lowest row tells
// "none" from "not yet".
func sparkCell(eighths int, lowest, past bool, bar ink) (rune, ink) {
	switch {
	case eighths > 0:
		return sparkRunes[eighths], bar
	case lowest && past:
		return '▁', inkFaint
	case lowest:
		return '·', inkFaint
	}
	return ' ', bar
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
	if l := strings.TrimSpace(st.Label); l != "" {
		return l
	}
	return st.Name
}

// bucketName is what a bucket of the series is called.
func (s *scene) bucketName(short bool) string {
	switch {
	case s.state.Width() >= 24*event.Hour:
		return "day"
	case s.state.Width() >= event.Hour:
		return "hour"
	case s.state.Width() < event.Minute:
		return "second"
	case short:
		return "min"
	}
	return "minute"
}
