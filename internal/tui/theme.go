package tui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// ink says what a cell means; the theme turns that into colour. The low bits are
// a role, the high ones are attributes that combine with any role.
type ink uint16

// Roles.
const (
	inkText   ink = iota // what is read
	inkDim               // labels, units, what explains
	inkFaint             // rules, axes, empty places
	inkTitle             // names of things at the top
	inkAccent            // keys, the cursor, what invites a hand
	inkOK                // done, kept, safe
	inkRun               // at work now
	inkRetry             // waiting, trying again, deferred
	inkFail              // failed, broken, lost
	inkPend              // not yet
	inkRoles             // one past the last
)

// Attributes.
const (
	bold    ink = 1 << 4
	shaded  ink = 1 << 5 // lies within a fault's time
	picked  ink = 1 << 6 // under the cursor
	flipped ink = 1 << 7 // a banner: colours exchanged
	inkEnd  ink = 1 << 8 // one past the last combination
)

// sgrReset starts plain text, as [ansi.Style.Reset] writes it.
const sgrReset = "\x1b[0m"

// rgb is a colour; ansi the one of the 16 that stands for it where there are no
// more: chosen by hand, since the nearest one makes "retry" and "failed" equal.
type rgb struct {
	r, g, b uint8
	ansi    uint8
}

// palette is the colours of a theme.
type palette struct {
	roles  [inkRoles]rgb
	ground rgb // background, used when it is painted
	shade  rgb // background of a fault's time
	pick   rgb // background under the cursor
	paint  bool
	strong bool // everything bold
}

// Colours computed for a contrast of at least 4.5:1 and the largest smallest
// distance under normal, deuteranope, protanope and tritanope vision.
var (
	darkPalette = palette{
		roles: [inkRoles]rgb{
			inkText: {222, 226, 232, 7}, inkDim: {142, 149, 163, 7}, inkFaint: {74, 82, 96, 8},
			inkTitle: {255, 255, 255, 15}, inkAccent: {122, 190, 255, 14},
			inkOK: {22, 255, 174, 10}, inkRun: {74, 152, 255, 12}, inkRetry: {255, 240, 75, 11},
			inkFail: {242, 92, 70, 9}, inkPend: {135, 121, 139, 8},
		},
		ground: rgb{17, 20, 24, 0}, shade: rgb{72, 34, 34, 0}, pick: rgb{38, 52, 74, 4},
	}
	lightPalette = palette{
		roles: [inkRoles]rgb{
			inkText: {28, 32, 38, 0}, inkDim: {86, 92, 104, 8}, inkFaint: {176, 182, 192, 7},
			inkTitle: {0, 0, 0, 0}, inkAccent: {0, 72, 178, 4},
			inkOK: {0, 92, 62, 2}, inkRun: {0, 102, 255, 4}, inkRetry: {123, 0, 128, 5},
			inkFail: {186, 58, 20, 1}, inkPend: {129, 114, 113, 8},
		},
		ground: rgb{255, 255, 255, 15}, shade: rgb{255, 219, 205, 7}, pick: rgb{207, 226, 255, 7},
	}
	contrastPalette = palette{
		roles: [inkRoles]rgb{
			inkText: {255, 255, 255, 15}, inkDim: {230, 230, 230, 15}, inkFaint: {150, 150, 150, 7},
			inkTitle: {255, 255, 255, 15}, inkAccent: {120, 220, 255, 14},
			inkOK: {0, 255, 160, 10}, inkRun: {90, 176, 255, 12}, inkRetry: {255, 255, 0, 11},
			inkFail: {255, 110, 90, 9}, inkPend: {190, 190, 190, 7},
		},
		ground: rgb{0, 0, 0, 0}, shade: rgb{90, 20, 20, 1}, pick: rgb{0, 60, 140, 4},
		paint: true, strong: true,
	}
)

// themeNames are the values of [Options.Theme], in the order of the theme key.
var themeNames = [...]string{"auto", "dark", "light", "hc", "mono"}

// theme is a palette made ready for writing: one escape sequence per ink.
type theme struct {
	name  string
	ascii bool
	sgr   [inkEnd]string
}

// newTheme makes the theme of a name. Auto is the light or dark one as the
// terminal's background is, and leaves that background alone; the others paint
// their own, so that they look the same everywhere.
func newTheme(name string, dark bool, profile colorprofile.Profile, ascii bool) *theme {
	t := &theme{name: name, ascii: ascii}
	p := darkPalette
	switch {
	case name == "mono":
		t.mono()
		return t
	case name == "hc":
		p = contrastPalette
	case name == "light" || name == "auto" && !dark:
		p = lightPalette
	}
	p.paint = name != "auto"
	if profile < colorprofile.ANSI {
		profile = colorprofile.TrueColor // what is too much is taken out when it is written
	}
	complete := lipgloss.Complete(profile)
	for k := range inkEnd {
		t.sgr[k] = p.sgr(k, complete)
	}
	return t
}

// sgr is the escape sequence that starts an ink, from any other.
func (p *palette) sgr(k ink, complete lipgloss.CompleteFunc) string {
	role := min(k&0xf, inkRoles-1)
	fg, bg, ground := p.roles[role], p.ground, p.paint
	if k&shaded != 0 {
		bg, ground = p.shade, true
	}
	if k&picked != 0 {
		bg, ground = p.pick, true
	}
	s := ansi.NewStyle().Reset()
	if k&bold != 0 || p.strong || role == inkTitle {
		s = s.Bold()
	}
	if k&flipped != 0 {
		s = s.Reverse(true)
	}
	if role != inkText || p.paint || k&flipped != 0 {
		s = s.ForegroundColor(fg.in(complete))
	}
	if ground {
		s = s.BackgroundColor(bg.in(complete))
	}
	return s.String()
}

// in is the colour as the terminal has it. Where there are 256, the nearest one
// is found when it is written.
func (c rgb) in(complete lipgloss.CompleteFunc) color.Color {
	full := color.RGBA{c.r, c.g, c.b, 255}
	return complete(ansi.BasicColor(c.ansi), full, full)
}

// mono uses no colour: weight, underline and reverse only.
func (t *theme) mono() {
	for k := range inkEnd {
		s := ansi.NewStyle().Reset()
		role := k & 0xf
		if k&bold != 0 || role == inkTitle || role == inkFail || role == inkAccent {
			s = s.Bold()
		}
		if role == inkFaint || role == inkPend || role == inkDim {
			s = s.Faint()
		}
		if role == inkRetry || k&shaded != 0 {
			s = s.Underline(true)
		}
		if k&(picked|flipped) != 0 {
			s = s.Reverse(true)
		}
		t.sgr[k] = s.String()
	}
}

// asciiRunes says what stands for a glyph where only ASCII may be written.
var asciiRunes = map[rune]rune{
	'─': '-', '━': '=', '═': '=', '┄': '.', '╌': '-', '│': '|', '┃': '|', '║': '|', '┆': ':',
	'╭': '+', '╮': '+', '╰': '+', '╯': '+', '┌': '+', '┐': '+', '└': '+', '┘': '+',
	'┏': '+', '┓': '+', '┗': '+', '┛': '+', '╔': '+', '╗': '+', '╚': '+', '╝': '+',
	'├': '+', '┤': '+', '┬': '+', '┴': '+', '┼': '+', '╟': '+', '╢': '+', '┠': '+', '┨': '+',
	'┷': '+', '┯': '+', '╤': '+', '╧': '+', '╴': '-', '╶': '-', '╵': '|', '╷': '|',
	'▶': '>', '◀': '<', '▼': 'v', '▲': '^', '→': '>', '←': '<', '↑': '^', '↓': 'v', '▸': '>', '↵': '<',
	'✓': '+', '✗': 'x', '↻': '~', '○': 'o', '●': '*', '◐': '@', '◆': '#', '·': '.', '•': '*', '▪': '.',
	'…': '~', '–': '-', '—': '-', '×': 'x', '±': '~', '›': '>', '‹': '<', '’': '\'', '“': '"', '”': '"',
	'█': '#', '▀': '"', '▄': ',', '▌': '|', '▐': '|', '■': '#', '□': '.', '░': '.', '▒': ':', '▓': '%',
	'▁': '.', '▂': ':', '▃': '-', '▅': '=', '▆': '+', '▇': '*', '‖': '=', '⏸': '=',
}

// rune is what is written for r.
func (t *theme) rune(r rune) rune {
	if !t.ascii {
		return r
	}
	if r >= ' ' && r <= '~' {
		return r
	}
	if a, ok := asciiRunes[r]; ok {
		return a
	}
	return '?'
}
