package engine

import "fmt"

// Pace is a rate limit on the caller's side: attempts begin at least Every apart,
// after a rest up to Burst at once. A step for which there is no room yet waits
// and spends no attempt.
type Pace struct {
	Every Time
	Burst int // at least 1
}

// opens is the earliest instant at which an attempt may begin: full is when the
// bucket will be full again (generic cell rate algorithm, ITU-T I.371).
func (p *Pace) opens(full Time) Time { return full - Time(p.Burst-1)*p.Every }

// take moves full on by an attempt that begins now.
func (p *Pace) take(full, now Time) Time { return max(full, now) + p.Every }

// check refuses paces that mean nothing.
func (p *Pace) check() error {
	if p != nil && (p.Every < 1 || p.Burst < 1 || Time(p.Burst) > longest/p.Every) {
		return fmt.Errorf("pace every %d, burst %d: want at least 1", p.Every, p.Burst)
	}
	return nil
}

// awaitPace sets a timer for when the pace of a service lets the next step begin,
// if that is what holds steps back.
func (c *Core) awaitPace(s *service, now Time) {
	if s.Pace == nil {
		return
	}
	if at := s.Pace.opens(s.full); at > now && at != s.opens {
		s.opens = at
		c.setTimer(entry{at: at, step: s.index, kind: timerPace})
	}
}

// begun counts an attempt that starts, and looks after the steps behind it.
func (c *Core) begun(s *service, now Time) {
	s.begun(now)
	if len(s.held) > 0 {
		c.awaitPace(s, now)
	}
}

// holds tells whether a step still waits for the service, and forgets those that
// were settled meanwhile.
func (c *Core) holds(s *service) bool {
	for len(s.held) > 0 {
		if claimable(&s.held[0], longest) {
			return true
		}
		s.held.pop()
		c.held--
	}
	s.opens = 0
	return false
}
