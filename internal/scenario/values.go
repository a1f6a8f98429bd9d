package scenario

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tasker-sim/internal/event"
)

// codec reads and writes one kind of value. What write makes, parse reads back
// as the same value.
type codec[T any] struct {
	kind  string // for people: "rate"
	like  string // an example: "3.3%"
	parse func(string) (T, error)
	write func(T) string
	size  func(T) float64 // for bounds; nil: the kind has none
}

var errForm = errors.New("not of this form")

func rates() codec[float64] {
	return codec[float64]{"rate", "3.3% or 0.033", parseRate, writeRate, nil}
}

func numbers() codec[float64] {
	same := func(x float64) float64 { return x }
	return codec[float64]{"number", "1.5", parseNumber, writeNumber, same}
}

func counts() codec[int] {
	size := func(n int) float64 { return float64(n) }
	return codec[int]{"count", "4500", parseCount, strconv.Itoa, size}
}

func times() codec[event.Time] {
	size := func(t event.Time) float64 { return float64(t) }
	return codec[event.Time]{"time", "95s, 1.2s or 50ms", parseTime, writeTime, size}
}

func switches() codec[bool] {
	return codec[bool]{"switch", "on or off", parseSwitch, writeSwitch, nil}
}

func texts() codec[string] {
	return codec[string]{"text", "some words", parseText, func(s string) string { return s }, nil}
}

// parseText joins the words of a text with single spaces. Control characters
// would reach a terminal.
func parseText(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	for _, c := range s {
		if unicode.IsControl(c) {
			return "", errors.New("must not contain control characters")
		}
	}
	return s, nil
}

func parseNumber(s string) (float64, error) {
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, errForm
	}
	return x, nil
}

func writeNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// parsePercent reads "3.3%" as 0.033; ok is false without a percent sign. The
// decimal point is moved in the text, so that 3.3% is exactly 0.033.
func parsePercent(s string) (x float64, ok bool) {
	body, ok := strings.CutSuffix(s, "%")
	if !ok {
		return 0, false
	}
	body = strings.TrimSpace(body)
	if strings.ContainsAny(body, "eExXpP") {
		return 0, false
	}
	x, err := parseNumber(body + "e-2")
	return x, err == nil
}

func parseRate(s string) (float64, error) {
	x, ok := parsePercent(s)
	if !ok {
		var err error
		if x, err = parseNumber(s); err != nil {
			return 0, errForm
		}
	}
	if x > 1 && !ok && x <= 100 {
		return 0, fmt.Errorf("must be between 0%% and 100%%, that is 0 … 1; write %s%% if percent is meant", s)
	}
	if x < 0 || x > 1 {
		return 0, errors.New("must be between 0% and 100%")
	}
	return x, nil
}

// writeRate writes a rate in percent with as many digits as it needs.
func writeRate(x float64) string {
	for digits := 0; digits <= 17; digits++ {
		s := strconv.FormatFloat(x*100, 'f', digits, 64)
		if back, _ := parsePercent(s + "%"); back == x {
			return s + "%"
		}
	}
	return writeNumber(x)
}

func parseCount(s string) (int, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 32)
	if err == nil {
		return int(n), nil
	}
	if errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("must be between -2147483648 and 2147483647")
	}
	return 0, errForm
}

// speeds reads a multiple of the wall clock's speed.
func speeds() codec[float64] {
	c := numbers()
	c.kind, c.like = "speed", "60x, more than 0x and at most 1000000x"
	c.parse = func(s string) (float64, error) {
		x, err := parseNumber(strings.TrimSuffix(s, "x"))
		if err == nil && !(x > 0 && x <= 1e6) {
			err = errors.New("must be more than 0x and at most 1000000x")
		}
		return x, err
	}
	c.write = func(x float64) string { return writeNumber(x) + "x" }
	c.size = nil
	return c
}

// maxTime is the longest time a scenario may name: a thousand days.
const maxTime = 24000 * event.Hour

func parseTime(s string) (event.Time, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		if _, number := parseNumber(s); number == nil {
			return 0, fmt.Errorf("needs a unit: %ss, %sms, %sm or %sh", s, s, s, s)
		}
		return 0, errForm
	}
	t := event.FromDuration(d)
	if t > maxTime || t < -maxTime {
		return 0, fmt.Errorf("must be at most %s", writeTime(maxTime))
	}
	return t, nil
}

// writeTime writes a time as [time.Duration] does, without trailing zero parts.
func writeTime(t event.Time) string {
	s := t.Duration().String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func parseSwitch(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "on", "true", "yes":
		return true, nil
	case "off", "false", "no":
		return false, nil
	}
	return false, errForm
}

func writeSwitch(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// limits reads a number of calls in flight; "off" and 0 are no limit.
func limits() codec[int] {
	c := counts()
	c.like = "200, or off"
	c.parse = func(s string) (int, error) {
		if s == "off" {
			return 0, nil
		}
		return parseCount(s)
	}
	c.write = func(n int) string {
		if n == 0 {
			return "off"
		}
		return strconv.Itoa(n)
	}
	return c
}

func peaks() codec[*Peak] {
	return codec[*Peak]{"peak", "20x@30m/1m (20 times as dense from 30m on for 1m), or off", parsePeak, writePeak, nil}
}

func parsePeak(s string) (*Peak, error) {
	if s == "off" {
		return nil, nil
	}
	factor, rest, ok1 := strings.Cut(s, "x@")
	from, length, ok2 := strings.Cut(rest, "/")
	f, err1 := parseNumber(factor)
	at, err2 := parseTime(from)
	l, err3 := parseTime(length)
	if !ok1 || !ok2 || err1 != nil || err2 != nil || err3 != nil {
		return nil, errForm
	}
	if f < 1 || f > 1e6 || at < 0 || l <= 0 {
		return nil, errors.New("must have a factor of at least 1, a start of at least 0s and a length of more than 0s")
	}
	return &Peak{Factor: f, At: at, Length: l}, nil
}

func writePeak(p *Peak) string {
	if p == nil {
		return "off"
	}
	return fmt.Sprintf("%sx@%s/%s", writeNumber(p.Factor), writeTime(p.At), writeTime(p.Length))
}

// ranges reads "11%..20%", "0..0.9%" or "100..320"; a single value is a range of one.
func ranges() codec[*event.Range] {
	return codec[*event.Range]{"range", "11%..20%", parseRange, nil, nil}
}

func parseRange(s string) (*event.Range, error) {
	low, high, ok := strings.Cut(s, "..")
	if !ok {
		high = low
	}
	l, err1 := parseAmount(strings.TrimSpace(low))
	h, err2 := parseAmount(strings.TrimSpace(high))
	if err1 != nil || err2 != nil {
		return nil, errForm
	}
	if l > h {
		return nil, errors.New("must begin with its smaller end")
	}
	return &event.Range{Low: l, High: h}, nil
}

func parseAmount(s string) (float64, error) {
	if x, ok := parsePercent(s); ok {
		return x, nil
	}
	return parseNumber(s)
}
