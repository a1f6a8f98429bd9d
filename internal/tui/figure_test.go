package tui

import (
	"fmt"
	"strings"
	"testing"
)

// TestFigures draws all digits in all sizes.
func TestFigures(t *testing.T) {
	th := newTheme("mono", true, 0, false)
	var b strings.Builder
	for _, size := range figureSizes {
		for _, text := range []string{"0123456789", "14.9%", "–"} {
			c := &canvas{}
			c.reset(size.width(text), size.rows())
			c.all().figure(0, 0, text, size, inkText)
			fmt.Fprintf(&b, "-- %s, %d rows, %d columns\n%s\n", text, size.rows(), size.width(text), plainText(c.render(th)))
		}
	}
	golden(t, "figures.txt", b.String())
}

// TestFigureText holds that a share is written in three digits.
func TestFigureText(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want string
	}{
		{0, 0, "–"}, {0, 75, "0.00%"}, {9, 4500, "0.20%"}, {675, 4500, "15.0%"}, {1, 10, "10.0%"}, {999, 10000, "9.99%"},
		{9996, 100000, "10.0%"}, {1, 1, "100%"}, {9994, 10000, "99.9%"}, {9996, 10000, "100%"},
	} {
		if got := figureText(c.k, c.n); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.k, c.n, got, c.want)
		}
	}
}
