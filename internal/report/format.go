package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tasker-sim/internal/event"
)

// Count writes n with separators of thousands: "2,318".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Money writes cents as dollars: "$81.20", and without cents from $1,000 on:
// "$25,530".
func Money(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	if cents >= 100_000 {
		return sign + "$" + Count(int((cents+50)/100))
	}
	if cents == 0 {
		return "$0"
	}
	return sign + "$" + Count(int(cents/100)) + fmt.Sprintf(".%02d", cents%100)
}

// Percent writes a share with as many digits as say something: "14.9 %",
// "0.19 %", "0.005 %", "0 %".
func Percent(share float64) string { return percents(share, digits(share)) + " %" }

// PercentRange writes a range of shares, both ends with the digits of the upper
// one: "0.07 – 0.50 %".
func PercentRange(low, high float64) string {
	d := digits(high)
	return percents(low, d) + " – " + percents(high, d) + " %"
}

// Margin writes half the width of a range of shares in points: "± 1.0".
func Margin(low, high float64) string {
	half := (high - low) / 2
	return "± " + percents(half, digits(half))
}

// digits after the point for a share written in percent.
func digits(share float64) int {
	switch p := math.Abs(100 * share); {
	case p == 0, p >= 99.95:
		return 0
	case p < 0.00995:
		return 3
	case p < 0.995:
		return 2
	}
	return 1
}

func percents(share float64, digits int) string {
	return strconv.FormatFloat(100*share, 'f', digits, 64)
}

// Span writes a length of time: "45 ms", "1.4 s", "27 s", "2 m 05 s", "1 h 02 m".
func Span(t event.Time) string {
	switch tenths := (t + 50*event.Millisecond) / (100 * event.Millisecond); {
	case t < 0:
		return "-" + Span(-t)
	case t < 999_500:
		return fmt.Sprintf("%d ms", (t+500)/event.Millisecond)
	case tenths < 100:
		return fmt.Sprintf("%d.%d s", tenths/10, tenths%10)
	}
	switch s := int64((t + event.Second/2) / event.Second); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d m %02d s", s/60, s%60)
	case s < 100*3600:
		return fmt.Sprintf("%d h %02d m", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%d d %02d h", s/86400, s/3600%24)
	}
}

// Limit writes a length of time that somebody has chosen, without what is zero:
// "10 s", "8 h", "45 m".
func Limit(t event.Time) string {
	switch {
	case t >= event.Hour && t%event.Hour == 0:
		return fmt.Sprintf("%d h", t/event.Hour)
	case t >= event.Minute && t%event.Minute == 0:
		return fmt.Sprintf("%d m", t/event.Minute)
	case t >= event.Second && t%event.Second == 0:
		return fmt.Sprintf("%d s", t/event.Second)
	}
	return Span(t)
}

// Hours writes a number of hours: "5.9 h", "0.25 h", "0 h".
func Hours(h float64) string { return Decimal(h) + " h" }

// Decimal writes a number that need not be whole: one digit after the point
// from 1 to 100, two below, none above and for whole numbers.
func Decimal(x float64) string {
	switch a := math.Abs(x); {
	case a < 0.005:
		return "0"
	case x == math.Trunc(x):
		return Count(int(x))
	case a < 0.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case a < 99.95:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return Count(int(math.Round(x)))
}

// Plural is "1 order" or "2,318 orders".
func Plural(n int, noun event.Noun) string {
	if n == 1 {
		return "1 " + noun.One
	}
	return Count(n) + " " + noun.Many
}

// words turns a name into words: "charged_no_order" becomes "charged no order".
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// Amount writes the size of an effect in its unit: "$81.20", "3 units", "".
func Amount(run *event.Run, effect int, amount int64) string {
	switch run.Effects[effect].Unit {
	case "cents":
		return Money(amount)
	case "":
		return ""
	}
	if amount == 1 {
		return "1 " + strings.TrimSuffix(run.Effects[effect].Unit, "s")
	}
	return Count(int(amount)) + " " + run.Effects[effect].Unit
}
