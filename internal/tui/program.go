package tui

import (
	"context"
	"errors"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// framesPerSecond is how often the terminal is written to at most.
const framesPerSecond = 20

// Run shows a run on the terminal until the person quits, and gives the screen
// back as it was. It returns the state of the run as far as it was seen, always,
// and the error that stopped the source or the terminal; quitting is none.
func Run(ctx context.Context, src event.Source, opts Options) (*metrics.State, error) {
	m := New(src, opts)
	_, err := tea.NewProgram(m, programOptions(ctx)...).Run()
	switch {
	case m.err != nil:
		return m.Final(), m.err
	case errors.Is(err, tea.ErrInterrupted), ctx.Err() != nil:
		return m.Final(), ctx.Err()
	}
	return m.Final(), err
}

func programOptions(ctx context.Context) []tea.ProgramOption {
	o := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(framesPerSecond)}
	// any value turns colours off (no-color.org); colorprofile wants a boolean
	if os.Getenv("NO_COLOR") != "" {
		o = append(o, tea.WithColorProfile(colorprofile.ASCII))
	}
	return o
}
