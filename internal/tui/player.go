package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
)

// frameLength is the time between two frames: 13 a second, fast enough for
// figures that count up, and slow enough for a terminal over SSH.
const frameLength = 75 * time.Millisecond

// Bounds of what one frame may do.
const (
	frameMost = 250 * time.Millisecond // elapsed time that a frame makes up for
	batchGoal = 40 * time.Millisecond  // what a batch should take at full speed
	windowMin = event.Second
	windowMax = 5 * event.Minute // in an hour; in a longer run the same part of it

	// windowsMost is how many frames full speed may take for a run. A processor
	// that is busy with something else makes every frame late, and shorter windows
	// would not help; half a minute is enough.
	windowsMost = 400
)

// speeds are the steps of the speed keys, in virtual seconds a second; 0, as
// fast as it goes, comes after the last.
var speeds = [...]float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200}

// longSpeeds follow them in runs that begin with more than the last of those:
// from an hour a second to ten days a second.
var longSpeeds = [...]float64{3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000}

// ladder are the steps of the speed keys in this run.
func (p *player) ladder() []float64 {
	if p.normal > speeds[len(speeds)-1] {
		return append(speeds[:len(speeds):len(speeds)], longSpeeds[:]...)
	}
	return speeds[:]
}

// player turns wall-clock time into a horizon. The time of its ticks is all
// that the dashboard knows of the clock on the wall.
type player struct {
	horizon event.Time
	speed   float64 // virtual seconds a second; 0: as fast as it goes
	normal  float64 // the speed that the run began with
	paused  bool
	ended   bool // the source has no more
	ticking bool // a frame is on its way
	busy    bool // a command holds the source
	begun   bool // the first batch was asked for
	life    int  // counts restarts: what belongs to an earlier life is dropped

	last   time.Time  // the last frame; zero after a rest
	length event.Time // of the run
	window event.Time // how far a frame goes at full speed
	asks   []ask      // questions for the source that wait for their turn
}

// ask is something to do with the source between two batches; its result comes
// back as a message.
type ask func(event.Source) tea.Msg

// frameMsg is the tick of the dashboard.
type frameMsg struct {
	at   time.Time
	life int
}

// batchMsg is what a command brings back from the source.
type batchMsg struct {
	life    int
	until   event.Time
	events  []event.Event
	err     error
	answers []tea.Msg
	kills   []event.Survival // that the source survived
}

// tick asks for the next frame, unless one is coming or none is wanted.
func (p *player) tick() tea.Cmd {
	if p.paused || p.ended || p.ticking || p.busy {
		return nil
	}
	p.ticking = true
	life := p.life
	return tea.Tick(frameLength, func(t time.Time) tea.Msg { return frameMsg{t, life} })
}

// after brings a message when d has passed on the wall.
func after(d time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}

// target is the horizon of a frame at the given time.
func (p *player) target(at time.Time) event.Time {
	elapsed := frameLength
	if !p.last.IsZero() {
		elapsed = min(max(at.Sub(p.last), 0), frameMost)
		p.widen(elapsed - frameLength)
	}
	p.last = at
	if p.speed == 0 {
		return p.horizon + p.window
	}
	return p.horizon + event.FromDuration(time.Duration(float64(elapsed)*p.speed))
}

// fetch is the command that asks what waits to be asked and, if until lies
// ahead, moves the horizon there. The first one always does: a run that goes on
// after a crash tells its past at the horizon that it has.
func (p *player) fetch(src event.Source, until event.Time) tea.Cmd {
	asks, life, from, first := p.asks, p.life, p.horizon, !p.begun
	p.asks, p.busy, p.begun = nil, true, true
	return func() tea.Msg {
		b := batchMsg{life: life, until: until}
		for _, a := range asks {
			b.answers = append(b.answers, a(src))
		}
		if until > from || first {
			b.events, b.err = src.Advance(until)
		}
		if s, ok := event.As[event.Survivor](src); ok {
			b.kills = s.Survived()
		}
		return b
	}
}

// widen makes the window of full speed such that a frame and its batch take as
// long as they should; took is what the last one took beside its tick.
func (p *player) widen(took time.Duration) {
	switch {
	case took > 2*batchGoal:
		p.window = max(p.window/2, windowMin, p.length/windowsMost)
	case took < batchGoal/2:
		p.window = min(p.window*2, max(windowMax, p.length/12))
	}
}

// faster and slower move the speed by one step.
func (p *player) faster() {
	for _, s := range p.ladder() {
		if p.speed > 0 && s > p.speed {
			p.speed = s
			return
		}
	}
	p.speed = 0
}

func (p *player) slower() {
	speeds := p.ladder()
	for i := len(speeds) - 1; i >= 0; i-- {
		if p.speed == 0 || speeds[i] < p.speed {
			p.speed = speeds[i]
			return
		}
	}
}

// rest makes the next frame forget how long it was away.
func (p *player) rest() { p.last = time.Time{} }
