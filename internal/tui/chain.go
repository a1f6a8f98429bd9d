package tui

// chained tells whether the graphs of several workflows are lines of names one above
// the other: as graphs they would have no room for the names of steps.
func (s *scene) chained(w, h int) bool {
	n := len(s.run.Workflows)
	if n < 2 || h > fewRows || s.stacked(w, h) {
		return false
	}
	narrow := false
	for i := range s.run.Workflows {
		long := s.chainWidth(i)
		if long == 0 || long > w {
			return false
		}
		narrow = narrow || long > w/n
	}
	return narrow
}

// fewRows are too few to lay graphs out downwards.
const fewRows = 8

// chainWidth is the room that a workflow takes as a line of names; 0 if it is none,
// because a step waits for two others or two wait for one.
func (s *scene) chainWidth(workflow int) int {
	wf, all := s.run.Workflows[workflow], 0
	for i := wf.First; i < wf.End; i++ {
		deps := s.run.Steps[i].DependsOn
		if i == wf.First && len(deps) > 0 || i > wf.First && (len(deps) != 1 || deps[0] != i-1) {
			return 0
		}
		all += 2 + width(s.stepLabel(i)) + len(chainArrow)
	}
	return all - len(chainArrow)
}

// chainArrow is as wide as the arrow between two steps.
const chainArrow = " >"

// chainedHeight is how many rows the chains take of those wanted: one each, or two
// with counts.
func (s *scene) chainedHeight(want int) int {
	n := len(s.run.Workflows)
	if want >= 2*n {
		return 2 * n
	}
	return min(n, want)
}

// drawChains draws every workflow as a line of names, and, with rows to spare, what
// went through each step below it.
func (s *scene) drawChains(p pane) {
	each := 1
	if p.h >= 2*len(s.run.Workflows) {
		each = 2
	}
	for i := range s.run.Workflows {
		s.drawChain(p.part(0, i*each, p.w, each), i)
	}
}

func (s *scene) drawChain(p pane, workflow int) {
	wf, x := s.run.Workflows[workflow], 0
	for i := wf.First; i < wf.End; i++ {
		c := s.condition(i)
		if i > wf.First {
			p.text(x, 0, " ▶", inkFaint)
			x += len(chainArrow)
		}
		p.put(x, 0, c.glyph(), c.ink()|bold)
		label := s.stepLabel(i)
		p.clip(x+2, 0, p.w-x-2, label, inkText|bold)
		if p.h > 1 {
			p.clip(x+2, 1, width(label)+2, s.stepCounts(i), inkDim)
		}
		x += 2 + width(label)
	}
}
