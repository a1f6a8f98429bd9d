// Package tui is the picture: a dashboard over one run, live or from a tape.
//
// It owns the fold. A frame moves the horizon of an [event.Source], the events
// up to it are applied to a [metrics.State], and every panel is a function that
// draws from that state into a rectangle. Nothing on the screen comes from
// anywhere else, so a replayed tape looks like the run it was recorded from.
//
// # How a frame comes about
//
//	tick ─► player: how far may the horizon move ─► command: Source.Advance
//	  ▲                                                        │
//	  └──────── next tick ◄── fold, feed ◄── batch of events ◄─┘
//
// Exactly one command is in flight at any time, and only a command touches the
// source: faults asked for in between travel with the next one. Panels draw on a
// canvas of cells, which clips; hence no line is ever too wide.
//
// # Rules of the picture
//
//   - 80×24 comes first; more room is used for more detail, never for wider gaps.
//   - A state is told three ways: by glyph, by border and by colour.
//   - Only glyphs of width one. [Options.ASCII] leaves nothing above 0x7e.
//   - Time on the wall is known to player.go alone, from its ticks.
package tui
