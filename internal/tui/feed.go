package tui

import (
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/report"
)

// feedLength is how many events the feed keeps.
const feedLength = 256

// feedPause is the wall time that an ordinary sentence should have for itself, in
// seconds.
// Ordinary events closer together than that are left out of the feed, counted
// in virtual time and by the speed, so that a frame depends on nothing else.
const feedPause = 0.6

// feed is the newest events worth a sentence, in a ring.
type feed struct {
	ring  [feedLength]news
	n     int                       // events ever taken
	quiet [len(ordinary)]event.Time // no event of that kind is taken before
}

// news is an event that was put into words when it happened.
type news struct {
	at   event.Time
	kind event.Kind
	text string
}

// wants tells whether an event gets a sentence, at a speed in virtual seconds a
// second; fastest stands for as fast as it goes.
func (f *feed) wants(e *event.Event, speed, fastest float64) bool {
	if (e.Kind == event.AlertFired || e.Kind == event.AlertResolved) && e.Amount == 0 {
		return false // nobody looks at these either
	}
	if !report.Worth(e.Kind) || e.Kind == event.BreakerHalfOpened {
		return false // a probe's result says it better than the probe
	}
	i := slices.Index(ordinary[:], e.Kind)
	if i < 0 {
		return true
	}
	if e.At < f.quiet[i] {
		return false
	}
	if speed == 0 {
		speed = fastest
	}
	f.quiet[i] = e.At + event.Time(feedPause*speed*float64(event.Second))
	return true
}

func (f *feed) add(n news) {
	f.ring[f.n%feedLength] = n
	f.n++
}

// ordinary kinds come by the hundred.
var ordinary = [...]event.Kind{event.TaskFailed, event.TaskRejected, event.StepRetrying, event.TaskParked, event.TaskRedriven}

// back is the news i places before the newest, or nil.
func (f *feed) back(i int) *news {
	if i >= f.n || i >= feedLength {
		return nil
	}
	return &f.ring[(f.n-1-i)%feedLength]
}

// tell takes an event into the feed if it is worth it, after log has it.
func (s *scene) tell(e *event.Event) {
	if steps := s.ladder(); !s.feed.wants(e, s.speed, steps[len(steps)-1]) {
		return
	}
	var life []event.Event
	if e.Task > 0 && e.Strategy >= 0 {
		life = s.log.Task(int(e.Strategy), e.Task)
	}
	s.feed.add(news{e.At, e.Kind, report.Told(s.run, *e, life)})
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
		s.drawNews(p.part(0, y, p.w, 1), e, y == 0)
	}
}

func (s *scene) drawNews(p pane, e *news, newest bool) {
	x := p.text(1, 0, shortClock(s.run, e.at), inkPend) + 1
	glyph, k := eventMark(e.kind)
	p.put(x, 0, glyph, k)
	ink := inkText
	if !newest {
		ink = inkDim
	}
	if k == inkFail && newest {
		ink = inkText | bold
	}
	p.clip(x+2, 0, p.w-x-3, e.text, ink)
}

// eventMark is the glyph of a kind of event and its ink.
func eventMark(k event.Kind) (rune, ink) {
	switch k {
	case event.TaskFailed, event.StepFailed, event.FaultBegan, event.FaultInjected, event.BreakerOpened, event.ProcessDied:
		return '✗', inkFail
	case event.StepRetrying, event.StepDeferred, event.TaskParked, event.TaskRedriven, event.BreakerHalfOpened:
		return '↻', inkRetry
	case event.AlertFired:
		return '!', inkRetry
	case event.ResponderActs:
		return '▸', inkRun
	case event.TaskSucceeded, event.BreakerClosed, event.FaultEnded, event.AlertResolved, event.IncidentMended, event.StepSucceeded, event.EffectMade:
		return '✓', inkOK
	}
	return '·', inkPend
}

// shortClock is the time without the hour, as long as there is none.
func shortClock(run *event.Run, t event.Time) string {
	if run.InDays() {
		return strings.TrimPrefix(run.Clock(t), "day ")
	}
	if t < event.Hour {
		return t.Clock()[2:]
	}
	return t.Clock()
}
