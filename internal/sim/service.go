package sim

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// answered stands in the class of an outcome for a good answer.
const answered = -1

// service is one outside service: how it answers. It keeps no state of its own;
// what it did stands in the ledger.
type service struct {
	*scenario.Service
	index    int
	where    uint64
	dice     dice
	bursts   *timeline      // nil: none
	live     []window       // injected by hand, in order of injection
	armed    []*armed       // faults of the fault language, in order of arming
	kept     map[keyID]kept // errors that it answers again to the same key
	refusals []scenario.Class
	plain    int // refusals from here on are scripted answers
	// indices into refusals
	burstClass, lostClass, downClass, declineClass, rateClass, fullClass int16
	strangerClass, contractClass                                         int16 // of runs with releases
	planting
}

// window is a time during which a service misbehaves.
type window struct {
	kind     string // "outage" or "brownout"
	from, to event.Time
	rate     float64
	factor   float64
	id       int64
	over     bool // its end has been told
}

// refusal latency of a service that is down: it refuses connections at once.
const downLatency = 50 * event.Millisecond

func newService(i int, s *scenario.Service, d dice) *service {
	sv := &service{Service: s, index: i, where: word(s.Name), dice: d}
	sv.refusals = append(sv.refusals, s.Error.Classes...)
	sv.lostClass = sv.refuse(scenario.Class{Name: event.ClassTimeout, Hang: true})
	sv.downClass = sv.refuse(scenario.Class{Name: "503", Latency: downLatency, Message: s.Name + " is unavailable"})
	sv.declineClass = sv.refuse(scenario.Class{Name: event.ClassDecline, Permanent: true, Message: "card declined"})
	sv.burstClass = sv.downClass
	if s.Burst != nil {
		sv.bursts = newTimeline(s.Burst, s.Name, d)
		sv.burstClass = sv.refuse(s.Burst.Class)
	}
	if s.Servers > 0 {
		sv.fullClass = sv.refuse(s.Queue.Refusal)
	}
	if s.Rate != nil {
		sv.rateClass = sv.refuse(s.Rate.Class)
	}
	sv.plain = len(sv.refusals)
	return sv
}

func (s *service) refuse(c scenario.Class) int16 {
	s.refusals = append(s.refusals, c)
	return int16(len(s.refusals) - 1)
}

// outcome is what a call comes to.
type outcome struct {
	latency event.Time // from the call to the effect and, if there is one, the reply
	class   int16      // index into refusals, or answered
	effect  bool       // the service does its work
	reply   bool       // the caller hears of it
	worked  bool       // the service works on it, which takes a server if it has a limited number
	again   event.Time // the request arrives a second time, so long after the first; 0: it does not
}

// call is the answer of the service to an attempt that starts at the instant:
// a function of the key of the attempt, the instant, and the faults in force.
// One uniform draw decides over failure, so that a higher rate only adds failures.
func (s *service) call(where uint64, task, attempt int, at event.Time) outcome {
	rate, class, factor := s.weather(at)
	u := s.dice.draw(drawError, where, task, attempt)
	latency := s.latency(where, task, attempt)
	switch {
	case class != answered && u < rate:
		return s.refused(class, latency, factor)
	case class != answered:
		return outcome{latency: latency(factor), class: answered, effect: true, reply: true, worked: true}
	case u < s.Error.Rate:
		v := s.dice.draw(drawClass, where, task, attempt)
		return s.refused(s.classOf(v), latency, 1)
	case u < s.Error.Rate+s.Lost.Rate:
		return outcome{latency: latency(1), class: s.lostClass, effect: true, worked: true}
	}
	return outcome{latency: latency(1), class: answered, effect: true, reply: true, worked: true}
}

// latency is how long an answer takes to the attempt, times a factor.
func (s *service) latency(where uint64, task, attempt int) func(factor float64) event.Time {
	return func(f float64) event.Time {
		l := s.workTime(where, task, attempt)
		if f != 1 {
			l = round(float64(l) * f)
		}
		return l
	}
}

// weather tells what rules at the instant: in a window or a burst, the share of
// calls refused and as what; otherwise class is answered and the plain error
// rate rules.
func (s *service) weather(at event.Time) (rate float64, class int16, factor float64) {
	factor = 1
	class = answered
	for i := range s.live {
		if w := &s.live[i]; w.from < at && at <= w.to && (class == answered || w.rate > rate) {
			rate, class, factor = w.rate, s.downClass, max(factor, w.factor)
		}
	}
	for i := range s.Windows {
		if w := &s.Windows[i]; w.From <= at && at < w.To && (class == answered || w.Rate > rate) {
			rate, class, factor = w.Rate, s.downClass, max(factor, w.LatencyFactor)
		}
	}
	if s.bursts != nil && s.bad(s.bursts, at) && (class == answered || s.Burst.Rate > rate) {
		rate, class = s.Burst.Rate, s.burstClass
	}
	return rate, class, factor
}

// refused is the outcome of a refusal of the class.
func (s *service) refused(class int16, latency func(float64) event.Time, factor float64) outcome {
	c := &s.refusals[class]
	switch {
	case c.Hang:
		return outcome{class: class}
	case c.Latency > 0:
		return outcome{latency: c.Latency, class: class, reply: true}
	}
	return outcome{latency: latency(factor), class: class, reply: true}
}

// classOf picks a class of the plain errors by their shares.
func (s *service) classOf(u float64) int16 {
	for i := range s.Error.Classes {
		if u -= s.Error.Classes[i].Share; u < 0 {
			return int16(i)
		}
	}
	return int16(len(s.Error.Classes) - 1)
}

// message is what the caller reads of a refusal.
func (s *service) message(class int16) string {
	c := &s.refusals[class]
	if c.Message != "" {
		return c.Message
	}
	return fmt.Sprintf("%s answered %s", s.Name, c.Name)
}
