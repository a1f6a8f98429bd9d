package tui

import (
	"cmp"
	"slices"
)

// graph is a workflow in layers: every step stands in the first layer after all
// that it depends on, and an edge over several layers goes through a passing
// vertex in each. The order within a layer keeps crossings few. It is made once
// and has no sizes yet. (Sugiyama, Tagawa, Toda 1981: layers, then order, then
// coordinates; see plan.go for the last.)
type graph struct {
	vertices []vertex
	layers   [][]int // indices of vertices, in order
}

// vertex is a step, or the passage of an edge through a layer.
type vertex struct {
	step    int // index into the workflow's steps; −1 for a passage
	layer   int
	in, out []int // vertices of the layers beside
}

// newGraph makes the layers of a workflow whose step i depends on deps[i], all
// smaller than i.
func newGraph(deps [][]int) *graph {
	g := &graph{}
	for i, d := range deps {
		layer := 0
		for _, j := range d {
			layer = max(layer, g.vertices[j].layer+1)
		}
		g.add(vertex{step: i, layer: layer})
	}
	g.link(deps)
	g.order()
	return g
}

func (g *graph) add(v vertex) int {
	g.vertices = append(g.vertices, v)
	for len(g.layers) <= v.layer {
		g.layers = append(g.layers, nil)
	}
	i := len(g.vertices) - 1
	g.layers[v.layer] = append(g.layers[v.layer], i)
	return i
}

// link draws the edges. All edges of one source share a passage in a layer.
func (g *graph) link(deps [][]int) {
	passages := map[[2]int]int{} // by source and layer; only looked up, never walked
	for i, d := range deps {
		for _, source := range d {
			from := source
			for l := g.vertices[source].layer + 1; l < g.vertices[i].layer; l++ {
				p, ok := passages[[2]int{source, l}]
				if !ok {
					p = g.add(vertex{step: -1, layer: l})
					passages[[2]int{source, l}] = p
					g.join(from, p)
				}
				from = p
			}
			g.join(from, i)
		}
	}
}

func (g *graph) join(from, to int) {
	g.vertices[from].out = append(g.vertices[from].out, to)
	g.vertices[to].in = append(g.vertices[to].in, from)
}

// orderRounds is how often the layers are swept; small graphs settle in two.
const orderRounds = 8

// order sorts every layer by the mean place of its neighbours, to and fro, and
// swaps neighbours as long as that helps. The best order found stays.
func (g *graph) order() {
	best, fewest := g.copyLayers(), g.crossings()
	for round := 0; round < orderRounds && fewest > 0; round++ {
		for i := range g.layers {
			l := i
			if round%2 == 1 {
				l = len(g.layers) - 1 - i
			}
			g.sortLayer(l, round%2 == 1)
		}
		g.swap()
		if n := g.crossings(); n < fewest {
			best, fewest = g.copyLayers(), n
		}
	}
	g.layers = best
}

func (g *graph) copyLayers() [][]int {
	c := make([][]int, len(g.layers))
	for i, l := range g.layers {
		c[i] = slices.Clone(l)
	}
	return c
}

func (g *graph) sortLayer(l int, backward bool) {
	weight := make(map[int]float64, len(g.layers[l])) // only looked up
	for i, v := range g.layers[l] {
		beside := g.vertices[v].in
		if backward {
			beside = g.vertices[v].out
		}
		weight[v] = float64(i)
		if len(beside) > 0 {
			sum := 0
			for _, u := range beside {
				sum += slices.Index(g.layers[g.vertices[u].layer], u)
			}
			weight[v] = float64(sum) / float64(len(beside))
		}
	}
	slices.SortStableFunc(g.layers[l], func(a, b int) int { return cmp.Compare(weight[a], weight[b]) })
}

func (g *graph) swap() {
	fewest := g.crossings()
	for better := true; better; {
		better = false
		for _, layer := range g.layers {
			for i := 0; i+1 < len(layer); i++ {
				layer[i], layer[i+1] = layer[i+1], layer[i]
				if n := g.crossings(); n < fewest {
					fewest, better = n, true
				} else {
					layer[i], layer[i+1] = layer[i+1], layer[i]
				}
			}
		}
	}
}

// crossings counts the pairs of edges that cross.
func (g *graph) crossings() int {
	n := 0
	for l := 1; l < len(g.layers); l++ {
		var edges [][2]int
		for j, v := range g.layers[l] {
			for _, u := range g.vertices[v].in {
				edges = append(edges, [2]int{slices.Index(g.layers[l-1], u), j})
			}
		}
		for i, a := range edges {
			for _, b := range edges[i+1:] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}
