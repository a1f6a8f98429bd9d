package tui

import (
	"cmp"
	"slices"
)

// nodeSize is how a graph is to be laid out: every node is w × h cells; port is
// the row (or, downward, column) at which edges enter and leave.
type nodeSize struct {
	w, h, port int
	down       bool // layers from top to bottom instead of left to right
	gap        int  // cells between two nodes of a layer
	stretch    int  // cells that every gap between layers is longer than it must be
}

// plan is a graph with coordinates: where every step stands, and the wires.
type plan struct {
	w, h  int
	boxes []rect // by step
	wires map[[2]int]wire
	ports [][2]int // cells of the arrow heads
	outs  [][2]int // cells where an edge leaves a box
	down  bool
}

// layout is the work of planning. It thinks in two axes: main, along the edges,
// and cross, along a layer; the plan turns them into columns and rows.
type layout struct {
	g     *graph
	size  nodeSize
	steps int
	cross []int // position of every vertex in its layer
	main  []int // position of every layer
	nets  [][]net
	plan  *plan
}

// net is the edges from one vertex to the next layer: a stem, and, unless it
// goes straight, a trunk across on a track of the gap.
type net struct {
	from, low, high, track int
}

// newPlan lays g out.
func newPlan(g *graph, steps int, size nodeSize) *plan {
	l := &layout{g: g, size: size, steps: steps, cross: make([]int, len(g.vertices))}
	l.plan = &plan{boxes: make([]rect, steps), wires: map[[2]int]wire{}, down: size.down}
	l.align()
	l.route()
	l.place()
	l.draw()
	return l.plan
}

// long is a vertex's length along the layer.
func (l *layout) long(v int) int {
	switch {
	case l.g.vertices[v].step < 0:
		return 1
	case l.size.down:
		return l.size.w
	}
	return l.size.h
}

// deep is a layer's length along the edges.
func (l *layout) deep() int {
	if l.size.down {
		return l.size.h
	}
	return l.size.w
}

// port is where edges meet v, on the cross axis.
func (l *layout) port(v int) int {
	if l.g.vertices[v].step < 0 {
		return l.cross[v]
	}
	return l.cross[v] + l.size.port
}

// align stacks every layer and then draws vertices towards the median of their
// neighbours, to and fro, without changing their order.
func (l *layout) align() {
	for _, layer := range l.g.layers {
		at := 0
		for _, v := range layer {
			l.cross[v] = at
			at += l.long(v) + l.size.gap
		}
	}
	for range 4 {
		for i := 1; i < len(l.g.layers); i++ {
			l.pull(l.g.layers[i], func(v int) []int { return l.g.vertices[v].in })
		}
		for i := len(l.g.layers) - 2; i >= 0; i-- {
			l.pull(l.g.layers[i], func(v int) []int { return l.g.vertices[v].out })
		}
	}
	least := 0
	for i, v := range l.cross {
		if i == 0 || v < least {
			least = v
		}
	}
	for i := range l.cross {
		l.cross[i] -= least
	}
}

func (l *layout) pull(layer []int, beside func(int) []int) {
	want := make([]int, len(layer))
	for i, v := range layer {
		want[i] = l.cross[v]
		if m, ok := l.median(beside(v)); ok {
			want[i] = m - (l.port(v) - l.cross[v])
		}
	}
	shift := 0
	for i, v := range layer {
		l.cross[v] = want[i]
		if i > 0 {
			u := layer[i-1]
			l.cross[v] = max(want[i], l.cross[u]+l.long(u)+l.size.gap)
		}
		shift += want[i] - l.cross[v]
	}
	for _, v := range layer {
		l.cross[v] += shift / len(layer)
	}
}

func (l *layout) median(vs []int) (int, bool) {
	if len(vs) == 0 {
		return 0, false
	}
	ports := make([]int, len(vs))
	for i, v := range vs {
		ports[i] = l.port(v)
	}
	slices.Sort(ports)
	return (ports[(len(ports)-1)/2] + ports[len(ports)/2]) / 2, true
}

// route gives every net that does not go straight a track of its gap, such that
// no two trunks on a track meet (left-edge algorithm, Hashimoto and Stevens 1971).
func (l *layout) route() {
	l.nets = make([][]net, len(l.g.layers))
	for i, layer := range l.g.layers {
		var nets []net
		for _, v := range layer {
			if out := l.g.vertices[v].out; len(out) > 0 {
				nets = append(nets, l.span(v, out))
			}
		}
		slices.SortStableFunc(nets, func(a, b net) int { return cmp.Compare(a.low, b.low) })
		var ends []int // of the tracks
		for j := range nets {
			n := &nets[j]
			if n.low == n.high {
				n.track = -1
				continue
			}
			n.track = slices.IndexFunc(ends, func(end int) bool { return n.low > end })
			if n.track < 0 {
				n.track = len(ends)
				ends = append(ends, 0)
			}
			ends[n.track] = n.high
		}
		l.nets[i] = nets
	}
}

func (l *layout) span(v int, out []int) net {
	n := net{from: v, low: l.port(v), high: l.port(v)}
	for _, u := range out {
		n.low, n.high = min(n.low, l.port(u)), max(n.high, l.port(u))
	}
	return n
}

// place finds where the layers begin and how large the whole is.
func (l *layout) place() {
	at, wide := 0, 0
	l.main = make([]int, len(l.g.layers))
	for i, layer := range l.g.layers {
		l.main[i] = at
		at += l.deep() + l.gapLength(l.tracks(i))
		for _, v := range layer {
			wide = max(wide, l.cross[v]+l.long(v))
		}
	}
	at -= l.gapLength(l.tracks(len(l.g.layers) - 1))
	l.plan.w, l.plan.h = at, wide
	if l.size.down {
		l.plan.w, l.plan.h = wide, at
	}
	for i, v := range l.g.vertices {
		if v.step >= 0 {
			x, y := l.turn(l.main[v.layer], l.cross[i])
			l.plan.boxes[v.step] = rect{x, y, l.size.w, l.size.h}
		}
	}
}

func (l *layout) tracks(layer int) int {
	n := 0
	for _, x := range l.nets[layer] {
		n = max(n, x.track+1)
	}
	return n
}

// gapLength is the room between two layers: a stem, the tracks, an arrow head.
func (l *layout) gapLength(tracks int) int {
	if l.size.down {
		return 1 + tracks + l.size.stretch
	}
	return 3 + max(2*tracks-1, 0) + l.size.stretch
}

// track is where on the main axis a track of layer i's gap lies.
func (l *layout) track(i, n int) int {
	if l.size.down {
		return l.main[i] + l.deep() + n
	}
	return l.main[i] + l.deep() + 1 + l.size.stretch/2 + 2*n
}

func (l *layout) turn(main, cross int) (x, y int) {
	if l.size.down {
		return cross, main
	}
	return main, cross
}

// draw puts all nets into the plan.
func (l *layout) draw() {
	for i, nets := range l.nets {
		for _, n := range nets {
			l.drawNet(i, n)
		}
	}
}

func (l *layout) drawNet(i int, n net) {
	v := &l.g.vertices[n.from]
	start := l.main[i] + l.deep() - 1
	if v.step < 0 {
		start = l.main[i]
	} else {
		x, y := l.turn(start, l.port(n.from))
		l.plan.outs = append(l.plan.outs, [2]int{x, y})
	}
	stem := l.main[i+1]
	if n.track >= 0 {
		stem = l.track(i, n.track)
		l.along(start, stem, l.port(n.from), n.from)
		l.across(stem, n.low, n.high, n.from)
	}
	for _, u := range v.out {
		from := stem
		if n.track < 0 {
			from = start
		}
		end := l.main[i+1]
		l.along(from, end, l.port(u), n.from)
		if l.g.vertices[u].step >= 0 {
			x, y := l.turn(end-1, l.port(u))
			l.plan.ports = append(l.plan.ports, [2]int{x, y})
		}
	}
}

// along draws from main position a to b at cross position c.
func (l *layout) along(a, b, c, net int) {
	for m := a; m <= b; m++ {
		var d uint8
		if m > a {
			d |= left
		}
		if m < b {
			d |= right
		}
		l.wire(m, c, d, net)
	}
}

// across draws from cross position a to b at main position m.
func (l *layout) across(m, a, b, net int) {
	for c := a; c <= b; c++ {
		var d uint8
		if c > a {
			d |= up
		}
		if c < b {
			d |= down
		}
		l.wire(m, c, d, net)
	}
}

func (l *layout) wire(m, c int, d uint8, net int) {
	if l.size.down {
		d = d&up<<2 | d&down<<2 | d&left>>2 | d&right>>2
	}
	x, y := l.turn(m, c)
	w := l.plan.wires[[2]int{x, y}]
	if w.dirs != 0 && w.net != net && w.dirs|d == up|down|left|right {
		w.cross = true
	}
	w.dirs |= d
	w.net = net
	l.plan.wires[[2]int{x, y}] = w
}
