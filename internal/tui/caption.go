package tui

import (
	"cmp"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Wall-clock time, at the present speed, that a moment of the story is shown: at
// least so that it can be read, and at most.
const (
	captionLeast = 5
	captionMost  = 9
)

// captions is what the person wants to see of the story's moments.
type captions struct {
	off     bool
	skipped []int // those that were sent away
}

// captionNow is the moment that is being shown: those that come together take
// their turns. Time is counted in virtual time and by the speed, so that a frame
// depends on nothing else; while the run is paused a moment stays.
func (s *scene) captionNow() (index int, ok bool) {
	if s.caption.off || s.ended {
		return 0, false
	}
	second := event.Time(s.speed * float64(event.Second))
	if s.speed == 0 {
		second = s.run.Duration / 100
	}
	began := event.Time(metrics.NotYet)
	for n, i := range s.cameInOrder() {
		start := s.state.Beats[i]
		if n > 0 {
			start = max(start, began+captionLeast*second)
		}
		if start > s.state.Now {
			break
		}
		index, began = i, start
	}
	return index, began >= 0 && s.state.Now <= began+captionMost*second
}

// cameInOrder are the moments that have come and were not sent away.
func (s *scene) cameInOrder() []int {
	var list []int
	for i, at := range s.state.Beats {
		if at != metrics.NotYet && !slices.Contains(s.caption.skipped, i) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(s.state.Beats[a], s.state.Beats[b]) })
	return list
}

// captionText is its sentence, or nothing.
func (s *scene) captionText() string {
	if i, ok := s.captionNow(); ok {
		return s.run.Beats[i].Says
	}
	return ""
}

// skipCaption sends the moment away that is being shown.
func (s *scene) skipCaption() {
	if i, ok := s.captionNow(); ok {
		s.caption.skipped = append(s.caption.skipped, i)
	}
}

func switchCaptions(m *Model) {
	m.caption.off = !m.caption.off
	m.notice = notice{text: "the story's moments are shown"}
	if m.caption.off {
		m.notice.text = "the story's moments are not shown"
	}
}

func noCaptions(s *scene) string {
	if len(s.run.Beats) == 0 {
		return "this scenario has none"
	}
	return ""
}
