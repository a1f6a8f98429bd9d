package event

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNotTape is returned when the first line is not a run.started event.
var ErrNotTape = errors.New("not a tape: the first line is not a run.started event")

// Decoder reads lines of one tape back into events.
type Decoder struct {
	run                                  *Run
	strategies, steps, services, effects map[string]int
	kinds                                map[string]Kind
	words                                map[string]string // shared copies of classes and texts
}

// wire is a line of a tape.
type wire struct {
	T      int64           `json:"t"`
	K      string          `json:"k"`
	S      *string         `json:"s"`
	N      int32           `json:"n"`
	Step   *string         `json:"step"`
	Svc    *string         `json:"svc"`
	Try    int16           `json:"try"`
	Effect *string         `json:"effect"`
	Amount int64           `json:"amount"`
	Dur    int64           `json:"dur"`
	Due    int64           `json:"due"`
	Class  string          `json:"class"`
	Text   string          `json:"text"`
	Run    json.RawMessage `json:"run"`
}

// NewDecoder makes a decoder for the events of run.
func NewDecoder(run *Run) *Decoder {
	d := &Decoder{run: run, words: map[string]string{}, kinds: map[string]Kind{}}
	for _, k := range Kinds() {
		d.kinds[k.String()] = k
	}
	d.strategies = index(len(run.Strategies), func(i int) string { return run.Strategies[i].Name })
	d.steps = index(len(run.Steps), func(i int) string { return run.Steps[i].Name })
	d.services = index(len(run.Services), func(i int) string { return run.Services[i].Name })
	d.effects = index(len(run.Effects), func(i int) string { return run.Effects[i].Name })
	return d
}

func index(n int, name func(int) string) map[string]int {
	m := make(map[string]int, n)
	for i := range n {
		m[name(i)] = i
	}
	return m
}

// DecodeRun reads the first line of a tape.
func DecodeRun(line []byte) (*Run, error) {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil || w.K != RunStarted.String() || w.Run == nil {
		return nil, ErrNotTape
	}
	run := new(Run)
	if err := json.Unmarshal(w.Run, run); err != nil {
		return nil, fmt.Errorf("the description of the run cannot be read: %w", err)
	}
	if run.Schema != Schema {
		return nil, fmt.Errorf("tape format %d, this program reads format %d", run.Schema, Schema)
	}
	return run, nil
}

// Decode reads one line. A kind that this program does not know is an error:
// a run whose events are not all understood cannot be folded truthfully.
func (d *Decoder) Decode(line []byte) (Event, error) {
	if ev, ok := d.scan(line); ok {
		return ev, nil
	}
	return d.decode(line)
}

// decode reads a line as JSON at large.
func (d *Decoder) decode(line []byte) (Event, error) {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil {
		return Event{}, fmt.Errorf("not an event: %w", err)
	}
	k, ok := d.kinds[w.K]
	if !ok {
		return Event{}, fmt.Errorf("unknown kind of event %q", w.K)
	}
	ev := Event{
		At: Time(w.T), Kind: k, Task: w.N, Attempt: w.Try, Amount: w.Amount,
		Dur: Time(w.Dur), Due: Time(w.Due), Class: d.word([]byte(w.Class)), Text: w.Text,
	}
	var err [4]error
	var i int
	i, err[0] = lookUp("strategy", d.strategies, w.S)
	ev.Strategy = int8(i)
	i, err[1] = lookUp("step", d.steps, w.Step)
	ev.Step = int16(i)
	i, err[2] = lookUp("service", d.services, w.Svc)
	ev.Service = int16(i)
	i, err[3] = lookUp("effect", d.effects, w.Effect)
	ev.Effect = int16(i)
	return ev, errors.Join(err[:]...)
}

func lookUp(what string, names map[string]int, name *string) (int, error) {
	if name == nil {
		return None, nil
	}
	i, ok := names[*name]
	if !ok {
		return None, fmt.Errorf("unknown %s %q", what, *name)
	}
	return i, nil
}
