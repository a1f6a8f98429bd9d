package sweep

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The size of a picture, and the room around its plot.
const (
	svgWidth, svgHeight               = 800, 480
	svgLeft, svgRight, svgTop, svgLow = 90, 30, 50, 70
)

// hues tell strategies apart for people with any sight of colours (Okabe and Ito 2008).
func hues() []string {
	return []string{"#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"}
}

// SVG writes a picture: lines with their intervals, or for two axes a map of each
// strategy, one below the other.
func (r *Result) SVG(w io.Writer) error {
	var b strings.Builder
	height := svgHeight
	if len(r.Plan.Axes) > 1 {
		height *= len(r.Strategies)
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", svgWidth, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	if len(r.Plan.Axes) == 1 {
		r.svgLines(&b)
	} else {
		for k := range r.Strategies {
			fmt.Fprintf(&b, `<g transform="translate(0 %d)">`+"\n", k*svgHeight)
			r.svgMap(&b, k)
			b.WriteString("</g>\n")
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) svgLines(b *strings.Builder) {
	sc, a := r.scale(), &r.Plan.Axes[0]
	x := func(i int) float64 { return svgLeft + float64(a.place(i)*(svgWidth-svgLeft-svgRight)) }
	y := func(v float64) float64 { return svgHeight - svgLow - float64(sc.place(v)*(svgHeight-svgTop-svgLow)) }
	r.svgText(b, svgLeft, 28, "start", r.Plan.Measure+", "+strings.TrimSuffix(r.Plan.File, ".yaml"))
	for i := range 6 {
		v := sc.value(float64(i) / 5)
		fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/>`+"\n", svgLeft, svgWidth-svgRight, y(v), y(v))
		r.svgText(b, svgLeft-8, y(v)+4, "end", r.short(v))
	}
	for i, v := range a.Values {
		if len(a.Values) <= 12 || i%(len(a.Values)/10) == 0 {
			r.svgText(b, x(i), svgHeight-svgLow+20, "middle", v)
		}
	}
	r.svgText(b, (svgWidth+svgLeft-svgRight)/2, svgHeight-svgLow+42, "middle", a.Path)
	for k, name := range r.Strategies {
		hue := hues()[k%len(hues())]
		path := "M"
		for i := range r.Points {
			e := r.Points[i].Estimates[k]
			if e == nil {
				continue
			}
			if e.Low != nil {
				fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="%s" stroke-width="3" opacity="0.35"/>`+"\n", x(i), x(i), y(*e.Low), y(*e.High), hue)
			}
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`+"\n", x(i), y(e.Mean), hue)
			path += fmt.Sprintf(" %.1f,%.1f", x(i), y(e.Mean))
		}
		if len(path) > 1 {
			fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s"/>`+"\n", path, hue)
		}
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/>`+"\n", svgLeft+160*k, svgHeight-20, hue)
		r.svgText(b, float64(svgLeft+160*k+18), svgHeight-10, "start", name)
	}
}

// svgMap draws the means of one strategy: the darker, the larger.
func (r *Result) svgMap(b *strings.Builder, k int) {
	sc, down, across := r.scale(), r.Plan.Axes[0], r.Plan.Axes[1]
	w := float64(svgWidth-svgLeft-svgRight) / float64(len(across.Values))
	h := float64(svgHeight-svgTop-svgLow) / float64(len(down.Values))
	r.svgText(b, svgLeft, 28, "start", r.Strategies[k]+": "+r.Plan.Measure)
	for i := range r.Points {
		at, e := r.Plan.At(i), r.Points[i].Estimates[k]
		x, y := svgLeft+float64(w*float64(at[1])), svgTop+float64(h*float64(at[0]))
		if e == nil {
			continue
		}
		p := min(max(sc.place(e.Mean), 0), 1)
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#d55e00" fill-opacity="%.3f" stroke="white"/>`+"\n", x, y, w, h, p)
		if len(across.Values) <= 10 && len(down.Values) <= 16 {
			r.svgText(b, x+w/2, y+h/2+4, "middle", r.short(e.Mean))
		}
	}
	for i, v := range down.Values {
		r.svgText(b, svgLeft-8, svgTop+float64(h*(float64(i)+0.5))+4, "end", v)
	}
	for i, v := range across.Values {
		r.svgText(b, svgLeft+float64(w*(float64(i)+0.5)), svgHeight-svgLow+20, "middle", v)
	}
	r.svgText(b, (svgWidth+svgLeft-svgRight)/2, svgHeight-svgLow+42, "middle", down.Path+" down, "+across.Path+" across")
}

func (r *Result) svgText(b *strings.Builder, x, y float64, anchor, text string) {
	var safe strings.Builder
	_ = xml.EscapeText(&safe, []byte(text)) // a strings.Builder takes everything
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, safe.String())
}
