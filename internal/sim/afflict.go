package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/fault"
)

// meeting is one call on its way through the faults in force: the first that
// strikes decides over its answer, those that only delay or double it add up.
type meeting struct {
	w      *World
	s      *service
	id     callID
	at     event.Time
	struck *fault.Term // what decided
	class  int16       // … and as what it is refused
	factor float64     // slowness
	add    event.Time
	delay  event.Time // before the service hears of the call
	again  event.Time // from the first delivery to the second
	sticky *armed     // the service keeps its errors under the key
}

// afflict lets a call that would come to out meet the faults of the language.
func (w *World) afflict(id callID, at event.Time, out outcome) outcome {
	s := w.steps[id.step].service
	if len(s.armed) == 0 {
		return out
	}
	if known, ok := w.recalled[id]; ok && w.buckets.again {
		return known
	}
	m := meeting{w: w, s: s, id: id, at: at, factor: 1}
	for _, a := range s.armed {
		if a.on(at) && a.reaches(&m) {
			m.meet(a)
		}
	}
	return m.outcome(out)
}

// reaches tells whether the call is in the population of the fault.
func (a *armed) reaches(m *meeting) bool {
	for i := range a.Where {
		c := &a.Where[i]
		var n int64
		switch c.Of {
		case "step":
			if m.w.steps[m.id.step].Name != c.Name {
				return false
			}
			continue
		case "key":
			n = int64(mix(uint64(m.id.task)) >> 1)
		case "task":
			n = int64(m.id.task)
		case "attempt":
			n = int64(m.id.attempt)
		}
		if !c.Holds(n) {
			return false
		}
	}
	return true
}

// draw is the fault's draw for the call and a term; with attempt 0 it is one for
// all attempts of the step.
func (m *meeting) draw(a *armed, term int, attempt int16) float64 {
	where := mix(a.key+uint64(term)) ^ m.w.steps[m.id.step].where
	return m.w.dice.draw(drawFault, where, int(m.id.task), int(attempt))
}

// meet finds the term that strikes, if one does, and notes what it does.
func (m *meeting) meet(a *armed) {
	n := int(m.id.attempt)
	for i := range a.Terms {
		t := &a.Terms[i]
		if t.Count > 0 && n > t.Count {
			n -= t.Count
			continue
		}
		attempt := m.id.attempt
		if t.Kind == fault.Poison {
			attempt = 0
		}
		if t.Share >= 1 || m.draw(a, i, attempt) < t.Share {
			m.strike(a, i)
			return
		}
		if t.Count > 0 {
			return
		}
	}
}

// strike notes what a term does to the call.
func (m *meeting) strike(a *armed, term int) {
	t := &a.Terms[term]
	switch t.Kind {
	case fault.OK:
	case fault.Latency:
		m.slow(a, t)
	case fault.Late:
		m.delay += t.Delay
	case fault.Duplicate:
		m.again = t.Delay
	case fault.Idempotency:
		if t.Mode == "replay_all" {
			m.sticky = a
		}
	case fault.Brownout:
		if m.draw(a, term, m.id.attempt) < t.Rate {
			m.decide(a, term)
		} else {
			m.factor *= t.Factor
		}
	case fault.GE:
		rate := t.GoodRate
		if a.chain.bad(m.at) {
			rate = t.BadRate
		}
		if m.draw(a, term, m.id.attempt) < rate {
			m.decide(a, term)
		}
	case fault.Stall:
		if m.s.Servers == 0 { // else see stall.go
			m.decide(a, term)
		}
	case fault.RateLimit:
		if m.struck == nil && !a.take(m.id.lane, t, m.at) {
			m.decide(a, term)
		}
	default:
		m.decide(a, term)
	}
}

func (m *meeting) decide(a *armed, term int) {
	if m.struck == nil {
		m.struck, m.class = &a.Terms[term], a.terms[term]
	}
}

// slow makes the call slower, by how far its instant is into the window if the
// slowness grows or fades.
func (m *meeting) slow(a *armed, t *fault.Term) {
	part := 1.0
	if length := a.to - a.from; t.Ramp != "" && a.to != forever && length > 0 {
		part = float64(m.at-a.from) / float64(length)
		if t.Ramp == "down" {
			part = 1 - part
		}
	}
	m.factor *= 1 + float64((t.Factor-1)*part)
	m.add += round(float64(t.Add) * part)
}

// take takes a token of a rate limit, see [buckets].
func (a *armed) take(lane int8, t *fault.Term, at event.Time) bool {
	every := max(1, t.Per/event.Time(t.Calls))
	if a.full[lane]-at > event.Time(t.Burst-1)*every {
		return false
	}
	a.full[lane] = max(a.full[lane], at) + every
	return true
}

// outcome is what the call comes to, which without these faults would be out.
func (m *meeting) outcome(out outcome) outcome {
	own := m.s.latency(m.w.steps[m.id.step].where, int(m.id.task), int(m.id.attempt))
	if m.struck != nil {
		out = m.refused(own)
	} else if out.effect && (m.factor != 1 || m.add > 0) {
		out.latency = m.stretch(out.latency)
	}
	if out.effect || out.reply {
		out.latency += m.delay
	}
	if out.effect {
		out.again = m.again
	}
	if m.sticky != nil && m.w.run.Strategies[m.id.lane].Keyed {
		out = m.stick(out)
	}
	return out
}

func (m *meeting) stretch(l event.Time) event.Time {
	return round(float64(float64(l)*m.factor)) + m.add
}

// refused is what the call comes to by the fault that decided.
func (m *meeting) refused(own func(float64) event.Time) outcome {
	work := outcome{latency: m.stretch(own(1)), class: m.class, effect: true, worked: true}
	switch t := m.struck; {
	case t.Kind == fault.Hang, t.Kind == fault.Stall:
		return outcome{class: m.s.lostClass}
	case t.Kind == fault.Lost:
		work.class = m.s.lostClass
		return work
	case t.Kind == fault.Garble, t.Kind == fault.Reset && t.Side == "after":
		work.reply = true
		return work
	}
	return m.s.refused(m.class, func(float64) event.Time { return m.stretch(own(1)) }, 1)
}

// keyID is what a service keeps an error under.
type keyID struct {
	lane int8
	task int32
	step int16
}

// kept is an error that a service keeps under a key.
type kept struct {
	attempt int16 // whose error it is
	at      event.Time
	class   int16
}

// stick answers with the error that is kept under the call's key, or keeps the
// one that the call comes to. What was refused before the service looked at the
// call is not kept: too many calls, a reset, a service that is down.
func (m *meeting) stick(out outcome) outcome {
	key := keyID{m.id.lane, m.id.task, m.id.step}
	if k, ok := m.s.kept[key]; ok && k.attempt < m.id.attempt && k.at <= m.at {
		c := m.s.refusals[k.class]
		return outcome{latency: max(1, min(downLatency, c.Latency)) + m.delay, class: k.class, reply: true}
	}
	if _, ok := m.s.kept[key]; ok || !out.reply || out.class == answered || out.effect || m.transient(out.class) {
		return out
	}
	if m.s.kept == nil {
		m.s.kept = map[keyID]kept{}
	}
	m.s.kept[key] = kept{m.id.attempt, m.at + out.latency, out.class}
	return out
}

// transient tells whether a refusal came before the service looked at the call.
func (m *meeting) transient(class int16) bool {
	c := &m.s.refusals[class]
	if c.Name == "429" || c.RetryAfter > 0 || c.Name == "connection_reset" || class == m.s.downClass {
		return true
	}
	return m.struck != nil && (m.struck.Kind == fault.Outage || m.struck.Kind == fault.Brownout)
}

// redeliver schedules the second delivery of a call that arrives twice.
func (w *World) redeliver(o occurrence, out outcome) {
	if out.again <= 0 || !out.effect {
		return
	}
	o.kind, o.at = occEffect, o.began+out.latency+out.again
	if o.at > w.horizon {
		w.queue.push(o)
	}
}

// ignoresKeys tells whether the service of the step works again for a key that
// it has seen.
func (w *World) ignoresKeys(o *occurrence) bool {
	m := meeting{w: w, s: w.steps[o.step].service, id: callID{o.lane, o.task, o.step, o.attempt}, at: w.now}
	for _, a := range m.s.armed {
		if t := &a.Terms[0]; t.Kind == fault.Idempotency && t.Mode == "none" && a.on(w.now) && a.reaches(&m) {
			return true
		}
	}
	return false
}
