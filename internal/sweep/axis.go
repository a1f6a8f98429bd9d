package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tasker-sim/internal/scenario"
)

// Axis is one parameter and the values that it takes.
type Axis struct {
	Path   string    `json:"path"`
	Values []string  `json:"values"` // as --set takes them
	At     []float64 `json:"at"`     // where they stand on an axis: seconds, shares, numbers; else 0, 1, 2, …
	Log    bool      `json:"log,omitempty"`
}

// most bounds the values of an axis.
const most = 1000

// form is what an axis may look like.
const form = "want path=from..to/count, perhaps with log behind it, or path=value,value,…"

// ParseAxis reads an axis: "steps.pay.retry.base=1s..30s/10" are ten values at
// equal distances, "…/10log" at equal ratios, and "load.peak=off,20x@30m/1m" the
// values as they stand. Without a count a range of whole numbers has all of them.
// The parameter must be one of params, or a short form of --set.
func ParseAxis(text string, params []scenario.Param) (Axis, error) {
	path, values, ok := strings.Cut(text, "=")
	a := Axis{Path: strings.TrimSpace(path)}
	if values = strings.TrimSpace(values); !ok || a.Path == "" || values == "" {
		return a, fmt.Errorf("%q: %s", text, form)
	}
	kind, err := kindOf(a.Path, params)
	if err != nil {
		return a, err
	}
	from, rest, isRange := strings.Cut(values, "..")
	if !isRange {
		a.list(values)
		return a, nil
	}
	to, count, counted := strings.Cut(rest, "/")
	if count, a.Log = strings.CutSuffix(strings.TrimSpace(count), "log"); a.Log {
		count = strings.TrimSpace(count)
	}
	if err := a.fill(kind, strings.TrimSpace(from), strings.TrimSpace(to), count, counted); err != nil {
		return a, fmt.Errorf("%s: %w", a.Path, err)
	}
	return a, nil
}

// kindOf is the kind of the parameter's values.
func kindOf(path string, params []scenario.Param) (string, error) {
	if path == "retry_limit" {
		return "count", nil
	}
	i := slices.IndexFunc(params, func(p scenario.Param) bool { return matches(path, p.Path) })
	if i >= 0 {
		return params[i].Kind, nil
	}
	var names []string
	for _, p := range params {
		names = append(names, p.Path)
	}
	if near, ok := scenario.Nearest(path, names); ok {
		return "", fmt.Errorf("no parameter %q; did you mean %s?", path, near)
	}
	return "", fmt.Errorf("no parameter %q (show --params lists them)", path)
}

// matches tells whether a pattern, in which * stands for any one name, is of the path.
func matches(pattern, path string) bool {
	ps, names := strings.Split(pattern, "."), strings.Split(path, ".")
	return slices.EqualFunc(ps, names, func(p, n string) bool { return p == "*" || p == n })
}

// list takes values as they stand; numbers among them keep their places.
func (a *Axis) list(values string) {
	a.Values = strings.Split(values, ",")
	numbers := true
	for i, v := range a.Values {
		a.Values[i] = strings.TrimSpace(v)
		x, _, err := quantity(a.Values[i])
		a.At = append(a.At, x)
		numbers = numbers && err == nil
	}
	if !numbers || !slices.IsSorted(a.At) {
		for i := range a.At {
			a.At[i] = float64(i)
		}
	}
}

// fill takes values between two ends.
func (a *Axis) fill(kind, from, to, count string, counted bool) error {
	low, unit, err := quantity(from)
	if err != nil {
		return err
	}
	high, other, err := quantity(to)
	switch {
	case err != nil:
		return err
	case unit != other:
		return fmt.Errorf("%s..%s: the ends are of different kinds", from, to)
	case low > high:
		return fmt.Errorf("%s..%s: want the smaller end first", from, to)
	case a.Log && low <= 0:
		return fmt.Errorf("%s..%s: equal ratios need a beginning above 0", from, to)
	}
	n, err := steps(kind, low, high, count, counted)
	if err != nil {
		return err
	}
	for i := range n {
		x := between(low, high, i, n, a.Log)
		if kind == "count" {
			x = math.Round(x)
		}
		if x = tidy(x); len(a.At) > 0 && x == a.At[len(a.At)-1] {
			continue // two of the range fell on one whole number
		}
		a.At, a.Values = append(a.At, x), append(a.Values, write(x, unit))
	}
	return nil
}

// steps is the number of values in the range.
func steps(kind string, low, high float64, count string, counted bool) (int, error) {
	if !counted {
		if kind != "count" || high-low >= most {
			return 0, fmt.Errorf("how many values? %s", form)
		}
		return int(high-low) + 1, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 2 || n > most {
		return 0, fmt.Errorf("count %q: want a whole number from 2 to %d", count, most)
	}
	return n, nil
}

// between is value i of n from low to high.
func between(low, high float64, i, n int, ratios bool) float64 {
	if i == n-1 {
		return high
	}
	f := float64(i) / float64(n-1)
	if ratios {
		return low * math.Pow(high/low, f)
	}
	return low + float64((high-low)*f)
}

// tidy rounds to four significant digits: values are read by people.
func tidy(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	return y
}

// Units of quantities.
const (
	plain   = ""
	percent = "%"
	seconds = "s"
)

// quantity reads a number, a percentage (as percent) or a length of time (as seconds).
func quantity(text string) (x float64, unit string, err error) {
	if p, ok := strings.CutSuffix(text, "%"); ok {
		x, err = strconv.ParseFloat(strings.TrimSpace(p), 64)
		unit = percent
	} else if x, err = strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err != nil {
		var d time.Duration
		d, err = time.ParseDuration(text)
		x, unit = d.Seconds(), seconds
	}
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, "", fmt.Errorf("%q: want a number, a percentage or a time like 5s", text)
	}
	return x, unit, nil
}

// write is the quantity as --set takes it.
func write(x float64, unit string) string {
	switch unit {
	case seconds:
		return time.Duration(math.Round(x * 1e9)).Round(time.Microsecond).String()
	case percent:
		return strconv.FormatFloat(x, 'f', -1, 64) + "%"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
