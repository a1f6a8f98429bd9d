package tui

// density is one way of showing a graph, from rich to terse.
type density struct {
	nodeSize
	border bool
	lines  int // of text in a node
}

// densities lists, for a pane w × h, what to try in turn. Nodes have the size
// that their longest label needs, within bounds: it must not change while the
// figures do.
func (s *scene) densities(w, h int) []density {
	label := s.longestLabel()
	var d []density
	lines := len(s.state.Strategies) + 1
	for _, wide := range [...]int{56, 46, 38, 34, 30} {
		d = append(d, density{nodeSize{w: min(wide, w), h: lines + 2, port: min(wide, w) / 2, down: true, gap: 2}, true, lines})
	}
	d = append(d,
		density{nodeSize{w: clamp(label+6, 16, 24), h: 5, port: 2, gap: 1}, true, 3},
		density{nodeSize{w: clamp(label+6, 16, 24), h: 4, port: 1, gap: 0}, true, 2},
		density{nodeSize{w: clamp(label+6, 16, 24), h: 4, port: 8, down: true, gap: 2}, true, 2})
	for _, most := range [...]int{18, 14, 12, 9} {
		for lines := 3; lines >= 1; lines-- {
			d = append(d, s.chip(label, most, lines, false))
		}
	}
	for lines := 3; lines >= 1; lines-- {
		d = append(d, s.chip(label, 18, lines, true))
	}
	if h >= len(s.run.Steps) && w >= 24 {
		return d // a line for each step tells more than dots
	}
	return append(d, density{nodeSize{w: 1, h: 1}, false, 1})
}

// chip is a node without a border, of at most most columns.
func (s *scene) chip(label, most, lines int, down bool) density {
	w := clamp(label+4, 8, most)
	if lines > 1 {
		w = clamp(label+4, 12, max(most, 12))
	}
	n := nodeSize{w: w, h: lines, gap: min(lines-1, 1), down: down}
	if down {
		n.port, n.gap = 3, 1
	}
	return density{n, false, lines}
}

func (s *scene) longestLabel() int {
	n := 0
	for i := range s.run.Steps {
		n = max(n, width(s.stepLabel(i)))
	}
	return n
}

// graphKey is what a plan depends on.
type graphKey struct{ workflow, w, h int }

// graphCache keeps the last plan of every workflow and size that was drawn.
type graphCache map[graphKey]planned

type planned struct {
	plan *plan
	density
	fits bool
}

// planFor finds the richest way to show a workflow in w × h.
func (s *scene) planFor(workflow, w, h int) planned {
	key := graphKey{workflow, w, h}
	if p, ok := s.graphs[key]; ok {
		return p
	}
	wf := s.run.Workflows[workflow]
	deps := make([][]int, wf.End-wf.First)
	for i := range deps {
		for _, d := range s.run.Steps[wf.First+i].DependsOn {
			deps[i] = append(deps[i], d-wf.First)
		}
	}
	g := newGraph(deps)
	var p planned
	for _, d := range s.densities(w, h) {
		pl := newPlan(g, len(deps), d.nodeSize)
		p = planned{pl, d, pl.w <= w && pl.h <= h}
		if p.fits {
			p.plan = newPlan(g, len(deps), d.stretched(pl, len(g.layers), w, h))
			break
		}
	}
	if s.graphs == nil || len(s.graphs) > 64 {
		s.graphs = graphCache{}
	}
	s.graphs[key] = p
	return p
}

// stretched spreads a plan over the room that it leaves.
func (d density) stretched(pl *plan, layers, w, h int) nodeSize {
	n := d.nodeSize
	switch {
	case layers < 2:
	case n.down:
		n.stretch = clamp((h-pl.h)/(layers-1), 0, 2)
	default:
		n.stretch = clamp((w-pl.w)/(layers-1), 0, 8)
	}
	return n
}

// drawGraph draws the steps of a workflow as they stand now.
func (s *scene) drawGraph(p pane, workflow int) {
	if p.w < 1 || p.h < 1 || workflow >= len(s.run.Workflows) {
		return
	}
	pl := s.planFor(workflow, p.w, p.h)
	if !pl.fits {
		s.drawStepLines(p, workflow)
		return
	}
	in := p.part((p.w-pl.plan.w)/2, (p.h-pl.plan.h)/2, pl.plan.w, pl.plan.h)
	in.drawWires(pl.plan, inkDim)
	for i, b := range pl.plan.boxes {
		s.drawNode(in.part(b.x, b.y, b.w, b.h), s.run.Workflows[workflow].First+i, pl.density)
	}
	if pl.border {
		in.drawOuts(pl.plan)
	}
}

// drawStepLines is the graph where there is no room for one: a line for each
// step, or, with rows to spare, a line for each step in each strategy.
func (s *scene) drawStepLines(p pane, workflow int) {
	wf := s.run.Workflows[workflow]
	lines := len(s.state.Strategies) + 1
	tall := p.w >= 30 && p.h >= lines*(wf.End-wf.First)
	for i := wf.First; i < wf.End; i++ {
		c, name := s.condition(i), s.stepLabel(i)
		row := p.part(0, i-wf.First, p.w, 1)
		if tall {
			row = p.part(0, (i-wf.First)*lines, p.w, lines)
			name = s.run.Steps[i].Name
		}
		row.put(0, 0, c.glyph(), c.ink()|bold)
		x := row.clip(2, 0, max(p.w-20, 18), name, inkText|bold)
		if tall {
			s.nodeTable(row.part(2, 0, p.w-2, lines), i, x)
			continue
		}
		x = max(x+1, 20)
		row.clip(x, 0, p.w-x, s.stepCounts(i)+"  "+s.stepNow(i), inkDim)
	}
}
