package engine

import "math"

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
	good, bad := h.sums()
	return good > 0 && good >= bad
}

// sums are all answers that are counted.
func (h *health) sums() (good, bad int64) {
	for i := range h.good {
		good += int64(h.good[i])
		bad += int64(h.bad[i])
	}
	return good, bad
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
	dirty    bool // breaker, health or what follows differ from what the store has
	breaker  breaker
	health   health
	allowed  allowance
	full     Time  // when its pace's bucket is full again
	opens    Time  // for when a timer is set: its pace lets the next step begin
	checked  Time  // due time of the last recovery timer that has fired
	held     queue // ready steps that wait for room
	parked   queue // tasks parked because of it, by the time since when
}

// room is how many attempts may start now.
func (s *service) room(now Time) int {
	if s.Pace != nil && s.Pace.opens(s.full) > now {
		return 0
	}
	room := math.MaxInt
	if s.Limit > 0 {
		room = s.Limit - s.inFlight
	}
	return max(min(room, s.brake()), 0)
}

// brake is how many attempts the breaker lets start now.
func (s *service) brake() int {
	switch s.breaker.state {
	case breakerOpen:
		return 0
	case breakerHalfOpen:
		return max(0, max(s.Breaker.Probes, 1)-int(s.breaker.probes))
	}
	return math.MaxInt
}

// allows tells whether an attempt that failed may be tried again.
func (s *service) allows() bool { return s.allowed.allows(&s.Service) }

// forgives tells whether an attempt that is just failing may be tried again: its
// failure, which is noted once it is decided, counts already.
func (s *service) forgives() bool {
	a := s.allowed
	a.note(&s.Service, false)
	return a.allows(&s.Service)
}

// spend pays for a retry.
func (s *service) spend() {
	if s.Budget != nil {
		s.allowed.spend(&s.Service)
		s.dirty = true
	}
}

// begun counts an attempt that starts.
func (s *service) begun(now Time) {
	if s.Pace != nil {
		s.full, s.dirty = s.Pace.take(s.full, now), true
	}
	s.begin()
}

// begin is begun, but for the pace.
func (s *service) begin() {
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
