package tui

import (
	"tasker-sim/internal/event"
)

// feedLength is how many events the feed keeps.
const feedLength = 256

// feedPause is the wall time that a sentence should have for itself, in seconds.
// Ordinary failures closer together than that are left out of the feed, counted
// in virtual time and by the speed, so that a frame depends on nothing else.
const feedPause = 0.35

// feed is the newest events worth a sentence, in a ring.
type feed struct {
	ring  [feedLength]event.Event
	n     int        // events ever taken
	quiet event.Time // no ordinary failure is taken before
}

// add takes an event if it is worth a sentence.
func (f *feed) add(e *event.Event, speed float64) {
	if !worth(e.Kind) {
		return
	}
	if ordinary(e.Kind) {
		if e.At < f.quiet {
			return
		}
		if speed == 0 {
			speed = speeds[len(speeds)-1]
		}
		f.quiet = e.At + event.Time(feedPause*speed*float64(event.Second))
	}
	f.ring[f.n%feedLength] = *e
	f.n++
}

// ordinary events come by the hundred.
func ordinary(k event.Kind) bool {
	switch k {
	case event.TaskFailed, event.StepFailed, event.StepRetrying, event.TaskDeclined, event.StepDeferred,
		event.TaskSucceeded, event.EffectRepeated:
		return true
	}
	return false
}

// back is the event i places before the newest, or nil.
func (f *feed) back(i int) *event.Event {
	if i >= f.n || i >= feedLength {
		return nil
	}
	return &f.ring[(f.n-1-i)%feedLength]
}

// drawFeed writes the newest sentences, newest first.
func (s *scene) drawFeed(p pane) {
	for y := range p.h {
		e := s.feed.back(y)
		if e == nil {
			if y == 0 {
				p.text(1, 0, "nothing has gone wrong yet", inkPend)
			}
			return
		}
		s.drawSentence(p.part(0, y, p.w, 1), e, y == 0)
	}
}

func (s *scene) drawSentence(p pane, e *event.Event, newest bool) {
	x := p.text(1, 0, shortClock(e.At), inkPend) + 1
	glyph, k := eventMark(e)
	p.put(x, 0, glyph, k)
	ink := inkText
	if !newest {
		ink = inkDim
	}
	if k == inkFail && newest {
		ink = inkText | bold
	}
	p.clip(x+2, 0, p.w-x-3, sentence(s.run, e), ink)
}

// eventMark is the glyph of an event and its ink.
func eventMark(e *event.Event) (rune, ink) {
	switch e.Kind {
	case event.TaskFailed, event.StepFailed, event.FaultBegan, event.BreakerOpened, event.ProcessDied:
		return '✗', inkFail
	case event.StepRetrying, event.StepDeferred, event.TaskParked, event.TaskRedriven, event.BreakerHalfOpened:
		return '↻', inkRetry
	case event.TaskSucceeded, event.BreakerClosed, event.FaultEnded, event.StepSucceeded, event.EffectMade:
		return '✓', inkOK
	}
	return '·', inkPend
}
