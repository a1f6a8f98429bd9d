package engine

import (
	"encoding/binary"
	"fmt"
)

// Versions that open the stored state of a service: the second one has the
// allowance, the pace and the breaker's window behind what the first one has.
const (
	stateVersion = 1
	stateLonger  = 2
)

// longer tells whether the service has a policy whose state the first version
// has no place for.
func (s *service) longer() bool {
	return s.Budget != nil || s.Throttle != nil || s.Pace != nil || s.Breaker != nil && s.Breaker.Window != nil
}

// appendState writes what of the service must survive.
func (s *service) appendState(buf []byte, after Time) []byte {
	b, version := &s.breaker, byte(stateVersion)
	if s.longer() {
		version = stateLonger
	}
	buf = append(buf, version, byte(b.state))
	for _, v := range [...]int64{
		b.failures, int64(b.since), int64(b.until), int64(b.half), b.probes,
		int64(s.checked), int64(after),
	} {
		buf = binary.AppendVarint(buf, v)
	}
	buf = s.health.appendTo(buf)
	if version == stateVersion {
		return buf
	}
	for _, v := range [...]int64{s.allowed.budget, s.allowed.tokens, int64(s.full), b.window.n, b.window.next, b.window.failures} {
		buf = binary.AppendVarint(buf, v)
	}
	for _, word := range b.window.bits {
		buf = binary.AppendVarint(buf, int64(word))
	}
	return b.window.recent.appendTo(buf)
}

func (h *health) appendTo(buf []byte) []byte {
	buf = binary.AppendVarint(buf, h.epoch)
	for i := range h.good {
		buf = binary.AppendVarint(buf, int64(h.good[i]))
		buf = binary.AppendVarint(buf, int64(h.bad[i]))
	}
	return buf
}

func (d *decoder) health() health {
	h := health{epoch: d.varint()}
	for i := range h.good {
		h.good[i], h.bad[i] = d.count32(), d.count32()
	}
	return h
}

// parseState reads what appendState wrote. What was counted for another
// Recovery.After is dropped, and so is what belongs to a policy that was taken
// away.
func (s *service) parseState(buf []byte, after Time) error {
	if len(buf) < 2 || buf[0] != stateVersion && buf[0] != stateLonger || buf[1] >= byte(breakerStates) {
		return fmt.Errorf("service %q: state %x: %w", s.Name, buf[:min(len(buf), 2)], ErrCorrupt)
	}
	d := decoder{buf: buf[2:]}
	b := breaker{state: breakerState(buf[1])}
	b.failures, b.since, b.until, b.half = d.varint(), Time(d.varint()), Time(d.varint()), Time(d.varint())
	b.probes = d.varint()
	checked, counted := Time(d.varint()), Time(d.varint())
	h := d.health()
	a, full := s.allowed, s.full
	if buf[0] == stateLonger {
		a, full = d.longer(&b.window)
	}
	sound := h.epoch >= 0 && b.probes >= 0 && b.window.sound()
	if d.err != nil || len(d.buf) > 0 || !sound {
		return fmt.Errorf("service %q: state of %d bytes: %w", s.Name, len(buf), ErrCorrupt)
	}
	s.checked, s.allowed, s.full = checked, a.within(&s.Service), full
	if counted == after {
		s.health = h
	}
	if s.Breaker != nil {
		s.breaker = b
		if !b.window.fits(s.Breaker.Window) {
			s.breaker.window = window{}
		}
	}
	return nil
}

// longer reads what the second version has more.
func (d *decoder) longer(w *window) (a allowance, full Time) {
	a.budget, a.tokens, full = d.varint(), d.varint(), Time(d.varint())
	w.n, w.next, w.failures = d.varint(), d.varint(), d.varint()
	for i := range w.bits {
		w.bits[i] = uint64(d.varint())
	}
	w.recent = d.health()
	return a, full
}

// sound tells whether a window that was read can be one.
func (w *window) sound() bool {
	return w.n >= 0 && w.n <= maxWindow && w.next >= 0 && w.next < maxWindow && w.failures >= 0 && w.failures <= w.n && w.recent.epoch >= 0
}

// within cuts an allowance to the policies there are now.
func (a allowance) within(s *Service) allowance {
	most := newAllowance(s)
	return allowance{clamp(a.budget, most.budget), clamp(a.tokens, most.tokens)}
}

func clamp(x, most int64) int64 { return max(0, min(x, most)) }
