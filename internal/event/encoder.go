package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Encoder writes the events of one run as lines of a tape.
type Encoder struct {
	run                                  *Run
	strategies, steps, services, effects []string // quoted names
	kinds                                [kindEnd]string
}

// NewEncoder prepares an encoder for the events of run.
func NewEncoder(run *Run) *Encoder {
	e := &Encoder{run: run}
	for k := RunStarted; k < kindEnd; k++ {
		e.kinds[k] = strconv.Quote(k.String())
	}
	for i := range run.Strategies {
		e.strategies = append(e.strategies, quote(run.Strategies[i].Name))
	}
	for i := range run.Steps {
		e.steps = append(e.steps, quote(run.Steps[i].Name))
	}
	for i := range run.Services {
		e.services = append(e.services, quote(run.Services[i].Name))
	}
	for i := range run.Effects {
		e.effects = append(e.effects, quote(run.Effects[i].Name))
	}
	return e
}

// quote is s as JSON text.
func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(fmt.Sprintf("event: cannot encode %q: %v", s, err))
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// Append appends the line of ev, newline included, to dst.
func (e *Encoder) Append(dst []byte, ev *Event) []byte {
	dst = append(dst, `{"t":`...)
	dst = strconv.AppendInt(dst, int64(ev.At), 10)
	dst = append(dst, `,"k":`...)
	dst = append(dst, e.kinds[ev.Kind]...)
	dst = appendName(dst, `,"s":`, e.strategies, int(ev.Strategy))
	dst = appendInt(dst, `,"n":`, int64(ev.Task))
	dst = appendName(dst, `,"step":`, e.steps, int(ev.Step))
	dst = appendName(dst, `,"svc":`, e.services, int(ev.Service))
	dst = appendInt(dst, `,"try":`, int64(ev.Attempt))
	dst = appendName(dst, `,"effect":`, e.effects, int(ev.Effect))
	dst = appendInt(dst, `,"amount":`, ev.Amount)
	dst = appendInt(dst, `,"dur":`, int64(ev.Dur))
	dst = appendInt(dst, `,"due":`, int64(ev.Due))
	dst = appendText(dst, `,"class":`, ev.Class)
	dst = appendText(dst, `,"text":`, ev.Text)
	if ev.Kind == RunStarted {
		dst = append(dst, `,"run":`...)
		dst = append(dst, e.header()...)
	}
	return append(dst, '}', '\n')
}

// header is the run as JSON.
func (e *Encoder) header() []byte {
	b, err := json.Marshal(e.run)
	if err != nil {
		panic(fmt.Sprintf("event: cannot encode the run of %q: %v", e.run.Scenario, err))
	}
	return b
}

func appendInt(dst []byte, key string, v int64) []byte {
	if v == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, key...), v, 10)
}

func appendName(dst []byte, key string, names []string, i int) []byte {
	if i < 0 {
		return dst
	}
	return append(append(dst, key...), names[i]...)
}

func appendText(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	dst = append(dst, key...)
	if !plain(s) {
		return append(dst, quote(s)...)
	}
	return append(append(append(dst, '"'), s...), '"')
}

// plain tells that s is its own JSON text, quotes aside.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
