package tui

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// turnable tells whether there is a next value of such a parameter.
func turnable(kind string) bool {
	switch kind {
	case "time", "count", "rate", "number", "switch":
		return true
	}
	return false
}

// turned is the next value up or down: 1, 2, 5, 10, 20, 50 … for times and rates,
// the next number for counts. Where there is none it is the value itself.
func turned(kind, value string, by int) string {
	switch kind {
	case "switch":
		if value == "on" {
			return "off"
		}
		return "on"
	case "count":
		n, err := strconv.Atoi(value)
		if err != nil {
			return value
		}
		if n < 20 || n == 20 && by < 0 {
			return strconv.Itoa(max(n+by, 1))
		}
		return strconv.Itoa(int(next(float64(n), by)))
	case "rate":
		if p, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64); err == nil {
			return decimal(min(next(p, by), 100)) + "%"
		}
	case "time":
		if d, err := time.ParseDuration(value); err == nil {
			return duration(next(d.Seconds(), by))
		}
	case "number":
		if x, err := strconv.ParseFloat(value, 64); err == nil {
			return decimal(max(x+float64(by)*0.5, 1))
		}
	}
	return value
}

// least is what next takes for nearly nothing: below it is 0.
const least = 0.001

// next is the nearest of 0, 0.001, 0.002, 0.005, 0.01, … above or below x.
func next(x float64, by int) float64 {
	if by < 0 && x <= least {
		return 0
	}
	if x < least {
		return least
	}
	ten := math.Pow(10, math.Floor(math.Log10(x)+1e-9))
	steps := []float64{0.5 * ten, ten, 2 * ten, 5 * ten, 10 * ten}
	for i := range steps {
		s := steps[i]
		if by < 0 {
			s = steps[len(steps)-1-i]
		}
		if by > 0 && s > x*(1+1e-9) || by < 0 && s < x*(1-1e-9) {
			return s
		}
	}
	return x
}

func decimal(x float64) string {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	return strconv.FormatFloat(y, 'f', -1, 64)
}

// duration writes seconds as scenarios do, without trailing zero parts.
func duration(s float64) string {
	t := time.Duration(math.Round(s*1e6)) * time.Microsecond
	text := t.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
