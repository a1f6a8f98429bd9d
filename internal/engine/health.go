package engine

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Recovery lets parked tasks go on by themselves. A task parked because of a
// service is driven again when it has been parked for at least After and, over
// the last After, the service answered at least one call, and at least half of
// them well. That is looked at when After has passed and then whenever the
// service answers well: no timer begins again, so a run can end. Poison and undos
// that failed permanently are left to the operator.
type Recovery struct {
	After Time // 0: off
	Max   int  // how often a task is driven again, by whomever; 0: no bound
}

// healthSlices is how finely the last Recovery.After is divided.
const healthSlices = 12

// health counts the answers of a service over the last Recovery.After.
type health struct {
	epoch int64 // number of the newest slice since time 0
	good  [healthSlices]int32
	bad   [healthSlices]int32
}

// note counts one answer.
func (h *health) note(good bool, now, after Time) {
	h.advance(now, after)
	i := h.epoch % healthSlices
	if good {
		h.good[i]++
	} else {
		h.bad[i]++
	}
}

// well tells whether the service answered at least once and at least half of
// all calls well.
func (h *health) well(now, after Time) bool {
	h.advance(now, after)
	var good, bad int64
	for i := range h.good {
		good += int64(h.good[i])
		bad += int64(h.bad[i])
	}
	return good > 0 && good >= bad
}

// advance empties the slices that now has moved past.
func (h *health) advance(now, after Time) {
	epoch := int64(now / max(after/healthSlices, 1))
	if epoch-h.epoch >= healthSlices {
		*h = health{epoch: epoch}
		return
	}
	for h.epoch < epoch {
		h.epoch++
		h.good[h.epoch%healthSlices], h.bad[h.epoch%healthSlices] = 0, 0
	}
}

// service is the state of one service.
type service struct {
	Service
	index    int16
	inFlight int
	dirty    bool // breaker or health differ from what the store has
	breaker  breaker
	health   health
	checked  Time  // due time of the last recovery timer that has fired
	held     queue // ready steps that wait for room
	parked   queue // tasks parked because of it, by the time since when
}

// room is how many attempts may start now.
func (s *service) room() int {
	room := math.MaxInt
	if s.Limit > 0 {
		room = s.Limit - s.inFlight
	}
	switch s.breaker.state {
	case breakerOpen:
		return 0
	case breakerHalfOpen:
		room = min(room, max(s.Breaker.Probes, 1)-int(s.breaker.probes))
	}
	return max(room, 0)
}

// begun counts an attempt that starts.
func (s *service) begun() {
	s.inFlight++
	if s.breaker.state == breakerHalfOpen {
		s.breaker.probes++
		s.dirty = true
	}
}

// dropped takes back an attempt, begun at start, that will never be answered.
func (s *service) dropped(start Time) {
	s.inFlight--
	if s.breaker.probe(start) && s.breaker.probes > 0 {
		s.breaker.probes--
		s.dirty = true
	}
}

// stateVersion opens the stored state of a service.
const stateVersion = 1

// appendState writes what of the service must survive.
func (s *service) appendState(buf []byte, after Time) []byte {
	b := &s.breaker
	buf = append(buf, stateVersion, byte(b.state))
	for _, v := range [...]int64{
		b.failures, int64(b.since), int64(b.until), int64(b.half), b.probes,
		int64(s.checked), int64(after), s.health.epoch,
	} {
		buf = binary.AppendVarint(buf, v)
	}
	for i := range s.health.good {
		buf = binary.AppendVarint(buf, int64(s.health.good[i]))
		buf = binary.AppendVarint(buf, int64(s.health.bad[i]))
	}
	return buf
}

// parseState reads what appendState wrote. What was counted for another
// Recovery.After is dropped, and so is a breaker whose policy was taken away.
func (s *service) parseState(buf []byte, after Time) error {
	if len(buf) < 2 || buf[0] != stateVersion || buf[1] >= byte(breakerStates) {
		return fmt.Errorf("service %q: state %x: %w", s.Name, buf[:min(len(buf), 2)], ErrCorrupt)
	}
	d := decoder{buf: buf[2:]}
	b := breaker{state: breakerState(buf[1])}
	b.failures, b.since, b.until, b.half = d.varint(), Time(d.varint()), Time(d.varint()), Time(d.varint())
	b.probes = d.varint()
	checked, counted := Time(d.varint()), Time(d.varint())
	h := health{epoch: d.varint()}
	for i := range h.good {
		h.good[i], h.bad[i] = d.count32(), d.count32()
	}
	if d.err != nil || len(d.buf) > 0 || h.epoch < 0 || b.probes < 0 {
		return fmt.Errorf("service %q: state of %d bytes: %w", s.Name, len(buf), ErrCorrupt)
	}
	s.checked = checked
	if counted == after {
		s.health = h
	}
	if s.Breaker != nil {
		s.breaker = b
	}
	return nil
}
