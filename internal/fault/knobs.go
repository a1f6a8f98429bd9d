package fault

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tasker-sim/internal/event"
)

type timeOf = event.Time

// Knob is one parameter of a kind.
type Knob struct {
	Name    string
	Default string
	Like    string // an example of a value
	mark    string // what a value without the name must contain
	set     func(*Knobs, string) error
	get     func(*Knobs) string
}

// word is one of a few words.
func word(name, def string, allowed []string, at func(*Knobs) *string) Knob {
	return Knob{name, def, oneOf(allowed), "", func(k *Knobs, s string) error {
		if s != def && !slices.Contains(allowed, s) {
			return errors.New("want " + oneOf(allowed))
		}
		*at(k) = s
		return nil
	}, func(k *Knobs) string { return *at(k) }}
}

// text is a name of the user's own.
func text(name, def string, at func(*Knobs) *string) Knob {
	return Knob{name, def, def, "", func(k *Knobs, s string) error {
		if s == "" || strings.ContainsFunc(s, func(c rune) bool { return !isWord(c) }) {
			return errors.New("want a word of letters, digits and _")
		}
		*at(k) = s
		return nil
	}, func(k *Knobs) string { return *at(k) }}
}

func toggle(name string, at func(*Knobs) *bool) Knob {
	return Knob{name, "off", "on", "", func(k *Knobs, s string) error {
		if s != "on" && s != "off" {
			return errors.New("want on or off")
		}
		*at(k) = s == "on"
		return nil
	}, func(k *Knobs) string {
		if *at(k) {
			return "on"
		}
		return "off"
	}}
}

func length(name, def string, at func(*Knobs) *event.Time) Knob {
	return Knob{name, def, "30s", "", func(k *Knobs, s string) error {
		t, err := parseTime(strings.TrimPrefix(s, "+"))
		if err == nil {
			*at(k) = t
		}
		return err
	}, func(k *Knobs) string { return at(k).Duration().String() }}
}

func count(name, def string, at func(*Knobs) *int) Knob {
	return Knob{name, def, "30", "", func(k *Knobs, s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1e9 {
			return errors.New("want a count of at least 1")
		}
		*at(k) = n
		return nil
	}, func(k *Knobs) string { return strconv.Itoa(*at(k)) }}
}

func share(name, def string, at func(*Knobs) *float64) Knob {
	return Knob{name, def, "50%", "", func(k *Knobs, s string) error {
		x, err := parseShare(s)
		if err == nil {
			*at(k) = x
		}
		return err
	}, func(k *Knobs) string { return Share(*at(k)) }}
}

// factor is how many times as slow: x3, or 3x as files of old have it.
func factor(name, def string) Knob {
	return Knob{name, def, "x3", "x", func(k *Knobs, s string) error {
		x, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimPrefix(s, "x"), "x"), 64)
		if err != nil || !(x >= 1 && x <= 1000) {
			return errors.New("want x1 to x1000")
		}
		k.Factor = x
		return nil
	}, func(k *Knobs) string { return "x" + strconv.FormatFloat(k.Factor, 'f', -1, 64) }}
}

// longest bounds every time of the language: a thousand days.
const longest = 24000 * event.Hour

func parseTime(s string) (event.Time, error) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		if _, number := strconv.ParseFloat(s, 64); number == nil && s != "" {
			return 0, errors.New("needs a unit: " + s + "s, " + s + "ms, " + s + "m or " + s + "h")
		}
		return 0, errors.New("want a time like 30m, 1860s or 31m4.5s")
	case d < 0:
		return 0, errors.New("want no time before the start")
	case event.FromDuration(d) > longest:
		return 0, errors.New("want at most " + longest.Duration().String())
	}
	return event.FromDuration(d), nil
}

// parseShare reads 50% or 0.5. The point of a percentage is moved in the text,
// so that 3.3% is exactly 0.033.
func parseShare(s string) (float64, error) {
	body, percent := strings.CutSuffix(s, "%")
	if percent {
		body = strings.TrimSpace(body) + "e-2"
	}
	x, err := strconv.ParseFloat(body, 64)
	if err != nil || strings.Count(body, "e") > 1 || strings.ContainsAny(s, "xXpPeE_") {
		return 0, errors.New("want a share like 3.3% or 0.033")
	}
	if !(x >= 0 && x <= 1) {
		return 0, errors.New("want between 0% and 100%")
	}
	return x, nil
}

// Share writes a share in percent with as many digits as it needs: its shortest
// decimal, with the point moved.
func Share(x float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	digits := strings.Replace(mantissa, ".", "", 1)
	point, _ := strconv.Atoi(exponent) // of a number that was just written
	point += 3                         // digits before the point, times 100
	switch {
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if whole := strings.TrimLeft(digits, "0"); whole == "" {
		digits = "0"
	}
	return digits + "%"
}
