package report

import (
	"testing"

	"tasker-sim/internal/event"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(2318), "2,318"}, {Count(1_234_567), "1,234,567"}, {Count(-4500), "-4,500"},
		{Money(0), "$0"}, {Money(5), "$0.05"}, {Money(8120), "$81.20"}, {Money(99_999), "$999.99"}, {Money(2_553_049), "$25,530"}, {Money(-8120), "-$81.20"},
		{Percent(0), "0 %"}, {Percent(0.00004), "0.004 %"}, {Percent(0.0019), "0.19 %"}, {Percent(0.00996), "1.0 %"},
		{Percent(0.149), "14.9 %"}, {Percent(0.9867), "98.7 %"}, {Percent(0.9999), "100 %"}, {Percent(1), "100 %"},
		{PercentRange(0.0007, 0.005), "0.07 – 0.50 %"}, {PercentRange(0.135, 0.164), "13.5 – 16.4 %"}, {PercentRange(0, 0.048), "0.0 – 4.8 %"},
		{Margin(0.1399, 0.1607), "± 1.0"}, {Margin(0.00105, 0.0038), "± 0.14"},
		{Span(0), "0 ms"}, {Span(45 * event.Millisecond), "45 ms"}, {Span(999_400), "999 ms"}, {Span(999_600), "1.0 s"}, {Span(1400 * event.Millisecond), "1.4 s"},
		{Span(9_949_999), "9.9 s"}, {Span(9_950_000), "10 s"}, {Span(59_499_999), "59 s"}, {Span(59_500_000), "1 m 00 s"},
		{Span(125 * event.Second), "2 m 05 s"}, {Span(3599*event.Second + 600*event.Millisecond), "1 h 00 m"}, {Span(3720 * event.Second), "1 h 02 m"},
		{Span(-2 * event.Second), "-2.0 s"},
		{Hours(0), "0 h"}, {Hours(5.98), "6.0 h"}, {Hours(0.25), "0.25 h"}, {Decimal(9), "9"}, {Decimal(141.3), "141"}, {Decimal(12_345.6), "12,346"},
		{Plural(1, shop().Noun), "1 order"}, {Plural(2, shop().Noun), "2 orders"},
		{Amount(shop(), 0, 8120), "$81.20"}, {Amount(shop(), 1, 3), "3 units"}, {Amount(shop(), 1, 1), "1 unit"}, {Amount(shop(), 2, 1), ""},
		{quoted("checkout"), "checkout"}, {quoted("my shop.yaml"), "'my shop.yaml'"}, {quoted("it's"), `'it'\''s'`}, {quoted(""), "''"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
