// Package logline is what services write to their logs: plain lines without
// levels or ids that another service would know. A task's life has to be guessed
// from lines of eight logs, which is what reading them costs.
//
// Lines follow from the events of a run. What the caller alone knows is not in
// them: that an attempt was given up, or that there will be another.
package logline

import (
	"strconv"

	"tasker-sim/internal/event"
)

// Count is the number of lines that an event writes: one or none. It goes to
// the log of the event's service.
func Count(e *event.Event) int {
	switch e.Kind {
	case event.StepStarted, event.StepSucceeded, event.EffectMade, event.EffectRepeated:
		return 1
	case event.StepRetrying, event.StepFailed:
		if e.Class != event.ClassTimeout { // nobody says that nothing came
			return 1
		}
	}
	return 0
}

// Append appends the text of an event's line, without its time, to dst.
func Append(dst []byte, run *event.Run, e *event.Event) []byte {
	dst = append(dst, "req "...)
	dst = appendID(dst, e)
	dst = append(dst, ' ')
	switch e.Kind {
	case event.StepStarted:
		dst = append(append(dst, run.Steps[e.Step].Name...), " started"...)
	case event.StepSucceeded:
		dst = append(append(dst, run.Steps[e.Step].Name...), " completed in "...)
		dst = append(strconv.AppendInt(dst, int64(e.Dur/event.Millisecond), 10), " ms"...)
	case event.EffectMade:
		dst = append(append(dst, run.Effects[e.Effect].Name...), " written"...)
	case event.EffectRepeated:
		dst = append(append(dst, run.Effects[e.Effect].Name...), " exists, nothing to do"...)
	default:
		dst = append(append(dst, run.Steps[e.Step].Name...), " error: "...)
		dst = append(dst, e.Text...)
	}
	return dst
}

// appendID appends the number that the service itself gives to a request: the
// same for the lines of one step of one task, and of no use in another log.
func appendID(dst []byte, e *event.Event) []byte {
	h := uint32(e.Task)*2654435761 ^ uint32(e.Step+1)*0x9e3779b9
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 8; shift -= 4 {
		dst = append(dst, digits[h>>shift&15])
	}
	return dst
}

// Chatter counts the lines that a service writes in [from, to) whatever tasks do.
func Chatter(s *event.Service, from, to event.Time) int {
	if s.Chatter <= 0 || to <= from {
		return 0
	}
	return int(chatterBefore(s, to) - chatterBefore(s, from))
}

// FirstChatter is the instant of the first such line at t or later.
func FirstChatter(s *event.Service, t event.Time) event.Time {
	return chatterBefore(s, t)*s.Chatter + phase(s)
}

// chatterBefore counts those in [0, t): they come at whole multiples of their
// distance, moved by the service's phase.
func chatterBefore(s *event.Service, t event.Time) event.Time {
	return (max(t-phase(s), 0) + s.Chatter - 1) / s.Chatter
}

// phase keeps services from writing at the same instants.
func phase(s *event.Service) event.Time { return event.Time(number(s.Name)) % s.Chatter }

// number is a number that belongs to a name (FNV-1a).
func number(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// AppendChatter appends the text of the line that the service writes at the instant.
func AppendChatter(dst []byte, s *event.Service, at event.Time) []byte {
	n := int64(at/max(s.Chatter, 1)) + int64(number(s.Name)%1000)
	switch n % 5 {
	case 0:
		return append(dst, "GET /health 200"...)
	case 1:
		dst = append(dst, "cache: "...)
		return append(strconv.AppendInt(dst, 880+n*7%117, 10), " entries"...)
	case 2:
		dst = append(dst, "worker "...)
		return append(strconv.AppendInt(dst, 1+n*5%8, 10), " idle"...)
	case 3:
		return append(dst, "config unchanged"...)
	}
	dst = append(dst, "gc pause "...)
	return append(strconv.AppendInt(dst, 1+n*3%13, 10), " ms"...)
}
