package metrics

import "tasker-sim/internal/event"

// NotYet stands for the instant of a moment that has not come.
const NotYet = event.Time(-1)

// beats are the moments of the story that have not come yet.
type beats struct {
	instants []int       // those at an instant: indices into Run.Beats
	kinds    [256]uint16 // by kind: how many wait for an event of it
}

func (b *beats) waits(k event.Kind) bool { return b.kinds[k] > 0 }

func newBeats(run *event.Run) (came []event.Time, b beats) {
	for i := range run.Beats {
		came = append(came, NotYet)
		if k, ok := event.ParseKind(run.Beats[i].First); ok {
			b.kinds[k]++
		} else {
			b.instants = append(b.instants, i)
		}
	}
	return came, b
}

// beatsAt notes the moments up to now that are at an instant.
func (s *State) beatsAt(now event.Time) {
	for i := 0; i < len(s.beats.instants); i++ {
		at := s.beats.instants[i]
		if b := &s.Run.Beats[at]; b.At <= now {
			s.Beats[at] = b.At
			s.beats.instants = append(s.beats.instants[:i], s.beats.instants[i+1:]...)
			i--
		}
	}
}

// beatsOf notes the moments that wait for an event like this one.
func (s *State) beatsOf(e *event.Event) {
	for i := range s.Run.Beats {
		if s.Beats[i] == NotYet && s.Run.Beats[i].Is(s.Run, e) {
			s.Beats[i] = e.At
			s.beats.kinds[e.Kind]--
		}
	}
}
