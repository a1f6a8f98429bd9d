package sweep

import (
	"math"
	"strconv"

	"tasker-sim/internal/stats"
)

// Estimate is what a figure comes to at a point, over its seeds.
type Estimate struct {
	Mean float64 `json:"mean"`
	// Low and High are Student's 95 % interval over seeds; nil with fewer than two.
	// Of a share that is 0 or 1 in all seeds, which has no spread, it is Clopper and
	// Pearson's of all their tasks.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	N    int      `json:"seeds"` // seeds that have the figure
}

// Point is one point of the grid with its estimates.
type Point struct {
	Values    []string    `json:"values"` // of the axes
	At        []float64   `json:"at"`
	Estimates []*Estimate `json:"estimates"` // by strategy; nil: no seed has the figure
}

// Result is what a sweep came to.
type Result struct {
	Schema     int      `json:"schema"`
	Plan       *Plan    `json:"plan"`
	Strategies []string `json:"strategies"`
	Tasks      int      `json:"tasks"` // orders over all runs, per strategy
	Points     []Point  `json:"points"`
}

// Sum makes the result of samples in the order of [Plan.Run].
func (p *Plan) Sum(samples []Sample) (*Result, error) {
	names, err := p.Names()
	if err != nil {
		return nil, err
	}
	r := &Result{Schema: 1, Plan: p, Strategies: names}
	found := false
	for i := range p.Points() {
		pt := Point{Estimates: make([]*Estimate, len(names))}
		for a, k := range p.At(i) {
			pt.Values, pt.At = append(pt.Values, p.Axes[a].Values[k]), append(pt.At, p.Axes[a].At[k])
		}
		of := samples[i*p.Seeds : (i+1)*p.Seeds]
		for k := range names {
			pt.Estimates[k] = estimate(of, k, r.share())
			found = found || pt.Estimates[k] != nil
		}
		for j := range of {
			r.Tasks += of[j].Tasks
		}
		r.Points = append(r.Points, pt)
	}
	if !found {
		return nil, ErrMeasure
	}
	return r, nil
}

// tidied rounds to nine digits, so that sums of decimals look like decimals.
func tidied(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 9, 64), 64)
	return y
}

// estimate is the mean over seeds with Student's interval. No figure of a run is
// negative, so neither is the lower end.
func estimate(of []Sample, strategy int, share bool) *Estimate {
	var xs []float64
	tasks := 0
	for i := range of {
		if v := of[i].Values[strategy]; v != nil {
			xs = append(xs, *v)
			tasks += of[i].Tasks
		}
	}
	if len(xs) == 0 {
		return nil
	}
	e := &Estimate{N: len(xs)}
	for _, x := range xs {
		e.Mean += x
	}
	mean := e.Mean / float64(len(xs))
	if e.Mean = tidied(mean); len(xs) < 2 {
		return e
	}
	sum := 0.0
	for _, x := range xs {
		sum += float64((x - mean) * (x - mean))
	}
	if share && sum == 0 && (mean == 0 || mean == 1) {
		i := stats.ClopperPearson(int(mean)*tasks, tasks, stats.Alpha95)
		low, high := tidied(i.Low), tidied(i.High)
		e.Low, e.High = &low, &high
		return e
	}
	n := float64(len(xs))
	half := stats.StudentQuantile(0.975, n-1) * math.Sqrt(sum/(n-1)/n)
	low, high := tidied(max(0, mean-half)), tidied(mean+half)
	e.Low, e.High = &low, &high
	return e
}
