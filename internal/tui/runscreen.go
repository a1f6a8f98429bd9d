package tui

import (
	"fmt"
)

// Smallest screen that shows more than the two figures.
const (
	leastWidth  = 56
	leastHeight = 16
)

// drawRun draws the screen that the audience watches.
func (s *scene) drawRun(p pane) {
	switch {
	case s.big:
		s.drawBig(p)
	case p.w >= 116 && p.h >= 33:
		s.drawWide(p)
	case s.crowded():
		s.drawCrowd(p)
	default:
		s.drawNarrow(p)
	}
}

// drawBig is nothing but the rates, as large as they can be.
func (s *scene) drawBig(p pane) {
	n := len(s.state.Strategies)
	each := p.h / max(n, 1)
	for k := range n {
		s.drawLife(p.part(0, k*each, p.w, each), k)
	}
}

// heights of the narrow screen's parts.
type narrow struct{ lives, graph, sparks, feed int }

// narrowHeights shares h rows out. What is least needed goes first: the third row
// of the feed, rows of the graph down to two, the bars, rows of facts.
func narrowHeights(h, graph, strategies int) narrow {
	n := narrow{lives: 10, graph: graph, sparks: strategies, feed: 3}
	rules := 2
	spare := h - rules - n.lives - n.graph - n.sparks - n.feed
	for _, part := range []struct {
		rows  *int
		least int
	}{{&n.feed, 2}, {&n.graph, 2}, {&n.sparks, 0}, {&n.graph, 1}, {&n.lives, 7}, {&n.feed, 1}, {&n.lives, 3}} {
		for spare < 0 && *part.rows > part.least {
			cut := 1
			if part.rows == &n.sparks {
				cut = n.sparks
			}
			*part.rows -= cut
			spare += cut
		}
	}
	n.feed += max(spare, 0)
	return n
}

// drawNarrow is the screen of 80 columns: figures above, graph, bars, feed.
func (s *scene) drawNarrow(p pane) {
	want := 5 // two rows of steps with their counts, or one with more
	if p.h > 28 {
		want = min(p.h-25, 14)
	}
	n := narrowHeights(p.h, s.graphHeight(p.w-2, want), len(s.state.Strategies))
	rest := p.rect
	cut := func(rows int) (r rect) {
		r, rest = rest.rows(rows)
		return r
	}
	s.drawLives(p.at(cut(n.lives)))
	s.drawBanner(p.at(cut(1)), 0)
	s.drawGraphs(p.at(cut(n.graph)).part(1, 0, p.w-2, n.graph))
	if s.run.Releases != nil {
		s.drawRegistry(p.at(cut(n.sparks)))
	} else {
		s.drawSparks(p.at(cut(n.sparks)))
	}
	s.drawRule(p.at(cut(1)))
	s.drawFeed(p.at(rest))
}

// drawRule is a rule that carries the answer to the last key, or why the run
// stopped.
func (s *scene) drawRule(p pane) {
	p.hline(0, 0, p.w, '─', inkFaint)
	text, k := s.notice.text, inkAccent
	if s.notice.bad {
		k = inkFail
	}
	if text == "" && s.failure != "" && s.screen != screenRun {
		text, k = "stopped: "+s.failure, inkFail
	}
	if text == "" && s.screen == screenRun {
		if says := s.captionText(); says != "" {
			text, k = says, inkTitle
		}
	}
	if text != "" {
		p.clip(2, 0, p.w-4, " "+text+" ", k|bold)
	}
}

// graphHeight is how many of at most want rows the graphs use at width w.
func (s *scene) graphHeight(w, want int) int {
	if s.chained(w, want) {
		return s.chainedHeight(want)
	}
	used := 0
	if s.stacked(w, want) {
		for i := range s.run.Workflows {
			used += s.planFor(i, w, want/len(s.run.Workflows)).plan.h
		}
		return min(used, want)
	}
	for i := range s.run.Workflows {
		pl := s.planFor(i, w, want)
		if !pl.fits {
			return want
		}
		used = max(used, pl.plan.h)
	}
	return min(used, want)
}

// stacked tells whether several workflows are drawn one above the other: side by
// side they would be dots without a name.
func (s *scene) stacked(w, h int) bool {
	n := len(s.run.Workflows)
	terse := func(p planned) bool { return !p.fits || p.density.w == 1 }
	dots := false
	for i := range n {
		if n < 2 || h < n || terse(s.planFor(i, w, h/n)) {
			return false
		}
		dots = dots || terse(s.planFor(i, w/n, h))
	}
	return dots
}

// drawGraphs draws all workflows, side by side if there are several and room.
func (s *scene) drawGraphs(p pane) {
	n := len(s.run.Workflows)
	if s.chained(p.w, p.h) {
		s.drawChains(p)
		return
	}
	if s.stacked(p.w, p.h) {
		for i := range n {
			s.drawGraph(p.part(0, p.h*i/n, p.w, p.h*(i+1)/n-p.h*i/n), i)
		}
		return
	}
	for i := range n {
		x := p.w * i / n
		s.drawGraph(p.part(x, 0, p.w*(i+1)/n-x, p.h), i)
	}
}

// drawLives draws the strategies' columns side by side.
func (s *scene) drawLives(p pane) {
	n := len(s.state.Strategies)
	for k := range n {
		x := (p.w + 1) * k / n
		end := (p.w+1)*(k+1)/n - 1
		s.drawLife(p.part(x, 0, end-x, p.h), k)
		if k+1 < n {
			p.vline(end, 0, p.h, '│', inkFaint)
		}
	}
}

// drawWide has the graph in the middle and the lives at its sides; the bars and
// the feed lie below. With more than two strategies the lives stand above.
func (s *scene) drawWide(p pane) {
	feed := clamp(p.h/5, 5, 9)
	top, low := p.rect.bottom(feed + 1)
	s.drawWideTop(p.at(top))
	rule, rest := low.rows(1)
	s.drawBanner(p.at(rule), 0)
	if s.crowded() {
		var line rect
		line, rest = rest.rows(1)
		s.drawRemedies(p.at(line))
	}
	if says := s.captionText(); says != "" {
		var line rect
		line, rest = rest.rows(1)
		p.at(line).clip(1, 0, p.w-2, says, inkTitle|bold)
	}
	s.drawFeed(p.at(rest))
}

func (s *scene) drawWideTop(p pane) {
	n := len(s.state.Strategies)
	if n == 1 {
		s.drawSide(p.part(0, 0, 49, p.h), 0)
		p.vline(49, 0, p.h, '│', inkFaint)
		s.drawGraphs(p.part(51, 0, p.w-52, p.h))
		return
	}
	if n > 2 {
		lives, graph := p.rect.rows(p.h - p.h/3)
		s.drawLives(p.at(lives))
		if s.crowded() {
			s.drawFlows(p.at(graph))
			return
		}
		s.drawGraphs(p.at(graph))
		return
	}
	side := clamp(p.w*31/100, 38, 50)
	if p.w >= 150 {
		side = 49
	}
	middle := p.w - 2*side - 2
	s.drawSide(p.part(0, 0, side, p.h), 0)
	p.vline(side, 0, p.h, '│', inkFaint)
	s.drawMiddle(p.part(side+2, 0, middle-2, p.h))
	p.vline(side+1+middle, 0, p.h, '│', inkFaint)
	s.drawSide(p.part(side+middle+2, 0, side, p.h), 1)
}

// drawMiddle is the graphs, and below them who has which name if that is what the
// run is about.
func (s *scene) drawMiddle(p pane) {
	if s.run.Releases == nil {
		s.drawGraphs(p)
		return
	}
	names := clamp(len(s.run.Releases.Names)+1, 3, max(p.h/2, 3))
	graphs, low := p.rect.bottom(names)
	s.drawGraphs(p.at(graphs))
	s.drawNames(p.at(low))
}

// drawSide is a life with its bars below.
func (s *scene) drawSide(p pane, k int) {
	bars := clamp(p.h/8, 2, 5)
	if s.crowded() {
		bars = clamp(p.h/3, 4, 12)
	}
	life, low := p.rect.bottom(bars + 2)
	s.drawLife(p.at(life), k)
	in := p.at(low)
	if s.crowded() {
		data := s.loads(p.w - 2)
		s.drawFlow(in.part(1, 0, p.w-2, low.h), k, &data)
		return
	}
	in.text(1, 0, "failed a "+s.bucketName(false), inkDim)
	data := s.minutes(p.w - 2)
	switch {
	case data.most >= 1:
		in.right(p.w-1, 0, fmt.Sprintf("most %.0f", data.most), inkPend)
	case data.most > 0:
		in.right(p.w-1, 0, fmt.Sprintf("most %.1g", data.most), inkPend)
	}
	drawSpark(in.part(1, 1, p.w-2, bars), &data, k, s.lifeInk(k))
	if s.watched() {
		s.markIncident(in.part(1, bars, len(data.shade), 1), k)
	}
}

// drawTiny is for a screen on which nothing else fits: the rates are shown as
// long as there is a row for them.
func (s *scene) drawTiny(p pane) {
	y := 0
	if p.h > len(s.state.Strategies) {
		p.clip(0, 0, p.w, s.run.Clock(s.state.Now)+" "+s.pace(), inkDim)
		y = 1
	}
	for k := range s.state.Strategies {
		rate, _ := s.headline(k)
		x := p.text(0, y, figureText(rate.K, rate.N), s.rateInk(k)|bold)
		p.clip(x+1, y, p.w-x-1, s.run.Strategies[k].Name, inkText)
		y++
	}
	if y < p.h {
		p.clip(0, p.h-1, p.w, fmt.Sprintf("needs %d×%d, has %d×%d", leastWidth, leastHeight, p.w, p.h), inkPend)
	}
}
