package lab

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// kind says what a parameter's value looks like.
type kind uint8

const (
	share      kind = iota // 0.05 or 5%
	shares                 // several shares, 1%/5%/4.3%
	count                  // a whole number
	counts                 // several, 3/3/2
	length                 // a time, 1.5s
	number                 // 2 or 1.5
	jitterKind             // a share, none, full or equal: how a wait varies
)

// Param is a number that a law has and that may be chosen.
type Param struct {
	Name      string
	Doc       string
	Default   string
	low, high float64 // of a time in seconds
	kind      kind
}

// form says what a value of the kind looks like.
func (p *Param) form() string {
	bounds := "from " + plain(p.low) + " to " + plain(p.high)
	switch p.kind {
	case share:
		return "a share " + bounds + ", like 0.05 or 5%"
	case shares:
		return "shares " + bounds + ", like 1%/5%/4.3%"
	case count:
		return "a whole number " + bounds
	case counts:
		return "whole numbers " + bounds + ", like 3/3/2"
	case length:
		return "a time " + bounds + " seconds, like 1.5s or 100ms"
	case jitterKind:
		return "a share " + bounds + ", none, full or equal"
	}
	return "a number " + bounds
}

// read is the value in numbers; times are in microseconds.
func (p *Param) read(text string) ([]float64, error) {
	items := []string{text}
	if p.kind == shares || p.kind == counts {
		items = strings.Split(text, "/")
	}
	var list []float64
	for _, item := range items {
		if x, ok := spreads()[item]; ok && p.kind == jitterKind {
			return []float64{x}, nil
		}
		x, err := p.one(strings.TrimSpace(item))
		if err != nil || !(x >= p.low && x <= p.high) {
			return nil, fmt.Errorf("%s=%s: want %s", p.Name, text, p.form())
		}
		if p.kind == length {
			x = math.Round(x * float64(event.Second))
		}
		list = append(list, x)
	}
	return list, nil
}

// spreads are the kinds of jitter that are no share, as numbers that no share is.
func spreads() map[string]float64 {
	return map[string]float64{"none": 0, "full": -1, "equal": -2}
}

func (p *Param) one(item string) (float64, error) {
	switch p.kind {
	case count, counts:
		n, err := strconv.ParseInt(strings.ReplaceAll(item, "_", ""), 10, 32)
		return float64(n), err
	case length:
		d, err := time.ParseDuration(item)
		return d.Seconds(), err
	}
	scale := 1.0
	if t, ok := strings.CutSuffix(item, "%"); ok && p.kind != number {
		item, scale = t, 100
	}
	x, err := strconv.ParseFloat(item, 64)
	return x / scale, err
}

// values are the parameters of one case.
type values struct {
	text string // as asked for: "p=0.05 n=3"
	all  map[string][]float64
}

func (v values) number(name string) float64    { return v.all[name][0] }
func (v values) count(name string) int         { return int(v.all[name][0]) }
func (v values) length(name string) event.Time { return event.Time(v.all[name][0]) }
func (v values) list(name string) []float64    { return v.all[name] }

// assignments are pairs of name and text, in the order in which they are shown.
type assignments [][2]string

func (as assignments) String() string {
	words := make([]string, len(as))
	for i, a := range as {
		words[i] = a[0] + "=" + a[1]
	}
	return strings.Join(words, " ")
}

// with is as with the value set, in its old place if it has one.
func (as assignments) with(name, text string) assignments {
	out := append(assignments{}, as...)
	for i := range out {
		if out[i][0] == name {
			out[i][1] = text
			return out
		}
	}
	return append(out, [2]string{name, text})
}

// assigned reads "p=0.05 n=3".
func assigned(text string) (as assignments) {
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		as = append(as, [2]string{name, value})
	}
	return as
}

// values are the case's parameters: what is assigned, the rest by default.
func (o *Oracle) values(as assignments) (values, error) {
	v := values{text: as.String(), all: map[string][]float64{}}
	for i := range o.Params {
		p := &o.Params[i]
		list, err := p.read(p.Default)
		if err != nil {
			return v, err
		}
		v.all[p.Name] = list
	}
	for _, a := range as {
		p, err := o.param(a[0])
		if err != nil {
			return v, err
		}
		if v.all[p.Name], err = p.read(a[1]); err != nil {
			return v, err
		}
	}
	if o.fits != nil {
		return v, o.fits(v)
	}
	return v, nil
}

func (o *Oracle) param(name string) (*Param, error) {
	var names []string
	for i := range o.Params {
		if o.Params[i].Name == name {
			return &o.Params[i], nil
		}
		names = append(names, o.Params[i].Name)
	}
	hint := ""
	if near, ok := scenario.Nearest(name, names); ok {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	return nil, fmt.Errorf("no parameter %q: there are %s%s", name, strings.Join(names, ", "), hint)
}
