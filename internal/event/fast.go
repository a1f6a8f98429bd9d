package event

import (
	"bytes"
	"strconv"
)

// scan reads a line as [Encoder] writes it: the known keys, each at most once,
// numbers as plain integers and strings without escapes. It gives up (ok is
// false) on anything else; the caller then reads the line as JSON at large.
// Coming back after a crash means reading the whole past of a run, and general
// JSON takes six times as long.
func (d *Decoder) scan(line []byte) (ev Event, ok bool) {
	ev = Event{Strategy: None, Step: None, Service: None, Effect: None}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("}"))
	if len(line) == 0 || line[0] != '{' {
		return ev, false
	}
	for rest := line[1:]; len(rest) > 0; {
		key, value, tail, ok := member(rest)
		if !ok || !d.set(&ev, key, value) {
			return ev, false
		}
		rest = tail
	}
	return ev, ev.Kind > 0
}

// member cuts `"key":value` and the comma after it off the front of b. A string
// comes back without its quotes.
func member(b []byte) (key, value, rest []byte, ok bool) {
	if b[0] != '"' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(b[1:], '"') + 1
	if end < 1 || end+2 >= len(b) || b[end+1] != ':' {
		return nil, nil, nil, false
	}
	key, b = b[1:end], b[end+2:]
	if b[0] == '"' {
		if end = bytes.IndexByte(b[1:], '"') + 1; end < 1 || bytes.IndexByte(b[:end], '\\') >= 0 {
			return nil, nil, nil, false
		}
		value, b = b[1:end], b[end+1:]
	} else {
		if end = bytes.IndexByte(b, ','); end < 0 {
			end = len(b)
		}
		value, b = b[:end], b[end:]
	}
	if len(b) > 0 {
		if b[0] != ',' || len(b) == 1 {
			return nil, nil, nil, false
		}
		b = b[1:]
	}
	return key, value, b, true
}

// set puts one member into the event. Keys that are not known, such as the run
// of the first line, end the fast way.
func (d *Decoder) set(ev *Event, key, value []byte) bool {
	switch string(key) {
	case "k":
		ev.Kind = d.kinds[string(value)]
		return ev.Kind > 0
	case "s":
		i, ok := d.strategies[string(value)]
		ev.Strategy = int8(i)
		return ok
	case "step":
		i, ok := d.steps[string(value)]
		ev.Step = int16(i)
		return ok
	case "svc":
		i, ok := d.services[string(value)]
		ev.Service = int16(i)
		return ok
	case "effect":
		i, ok := d.effects[string(value)]
		ev.Effect = int16(i)
		return ok
	case "class":
		ev.Class = d.word(value)
		return true
	case "text":
		ev.Text = d.word(value)
		return true
	}
	return setNumber(ev, key, value)
}

func setNumber(ev *Event, key, value []byte) bool {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return false
	}
	switch string(key) {
	case "t":
		ev.At = Time(n)
	case "n":
		ev.Task = int32(n)
		return int64(ev.Task) == n
	case "try":
		ev.Attempt = int16(n)
		return int64(ev.Attempt) == n
	case "amount":
		ev.Amount = n
	case "dur":
		ev.Dur = Time(n)
	case "due":
		ev.Due = Time(n)
	default:
		return false
	}
	return true
}

// manyWords bounds the shared copies of classes and texts.
const manyWords = 4096

// word keeps one copy of each class and of the texts that come again.
func (d *Decoder) word(b []byte) string {
	if w, ok := d.words[string(b)]; ok {
		return w
	}
	s := string(b)
	if len(d.words) < manyWords {
		d.words[s] = s
	}
	return s
}
