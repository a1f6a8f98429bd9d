package scenario

import (
	"errors"
	"strings"

	"tasker-sim/internal/event"
)

// windowTerms reads scheduled faults in their short form:
// "outage@20m/3m+brownout(50%,3x)@40m/5m", or off.
func windowTerms() codec[[]Window] {
	return codec[[]Window]{"list of windows", "outage@20m/3m or brownout(50%,3x)@20m/3m, or off", parseWindows, writeWindows, nil}
}

func parseWindows(s string) ([]Window, error) {
	if s == "off" {
		return nil, nil
	}
	var list []Window
	for _, term := range strings.Split(s, "+") {
		w, err := parseWindow(strings.TrimSpace(term))
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

func parseWindow(s string) (Window, error) {
	what, when, ok := strings.Cut(s, "@")
	from, length, ok2 := strings.Cut(when, "/")
	at, err1 := parseTime(from)
	l, err2 := parseTime(length)
	if !ok || !ok2 || err1 != nil || err2 != nil {
		return Window{}, errForm
	}
	if at < 0 || l <= 0 {
		return Window{}, errors.New("must begin at 0s or later and last more than 0s")
	}
	w := Window{Kind: "outage", From: at, To: at + l, Rate: 1, LatencyFactor: 1}
	if what == "outage" {
		return w, nil
	}
	return brownout(w, what)
}

// brownout reads "brownout(50%,3x)"; either part may be missing.
func brownout(w Window, what string) (Window, error) {
	inner, ok := strings.CutPrefix(what, "brownout(")
	inner, ok2 := strings.CutSuffix(inner, ")")
	if !ok || !ok2 {
		return w, errForm
	}
	w.Kind, w.Rate = "brownout", 0
	for _, part := range strings.Split(inner, ",") {
		part = strings.TrimSpace(part)
		var err error
		if factor, isFactor := strings.CutSuffix(part, "x"); isFactor {
			if w.LatencyFactor, err = parseNumber(factor); err == nil && w.LatencyFactor < 1 {
				return w, errors.New("must have a latency factor of at least 1x")
			}
		} else {
			w.Rate, err = parseRate(part)
		}
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

func writeWindows(list []Window) string {
	if len(list) == 0 {
		return "off"
	}
	var terms []string
	for _, w := range list {
		what := w.Kind
		if w.Kind == "brownout" {
			what += "(" + writeRate(w.Rate) + "," + writeNumber(w.LatencyFactor) + "x)"
		}
		terms = append(terms, what+"@"+writeTime(w.From)+"/"+writeTime(w.To-w.From))
	}
	return strings.Join(terms, "+")
}

// Duration is how long the window lasts.
func (w Window) Duration() event.Time { return w.To - w.From }
