package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// A tape is newline-delimited JSON. The first line is the run.started event
// with the [Run] under "run"; every other line is one event, with names instead
// of indices:
//
//	{"t":1860400,"k":"step.retrying","s":"orchestrated","n":2301,"step":"update_inventory","svc":"inventory","try":1,"dur":20000000,"due":22860400,"class":"timeout","text":"…"}
//
// Times are microseconds of virtual time. Keys that do not apply are left out.

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

// Writer writes a tape.
type Writer struct {
	enc *Encoder
	w   io.Writer
	buf []byte
}

// NewWriter makes a tape of run on w. The caller owns w.
func NewWriter(w io.Writer, run *Run) *Writer { return &Writer{enc: NewEncoder(run), w: w} }

// Write appends events to the tape. It makes one call of the underlying Write.
func (w *Writer) Write(evs []Event) error {
	w.buf = w.buf[:0]
	for i := range evs {
		w.buf = w.enc.Append(w.buf, &evs[i])
	}
	if len(w.buf) == 0 {
		return nil
	}
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("tape: %w", err)
	}
	return nil
}

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

// Reader reads a tape. It is a [Source].
type Reader struct {
	dec     *Decoder
	in      *bufio.Reader
	line    int
	pending []Event // read, beyond the horizon
	out     []Event
	last    Kind // of what was yielded last
	eof     bool
}

// NewReader reads the first line of a tape from r. The caller owns r.
func NewReader(r io.Reader) (*Reader, error) {
	t := &Reader{in: bufio.NewReaderSize(r, 1<<16)}
	line, err := t.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("tape: %w", err)
	}
	run, err := DecodeRun(line)
	if err != nil {
		return nil, fmt.Errorf("tape: line 1: %w", err)
	}
	t.dec = NewDecoder(run)
	first, err := t.dec.Decode(line)
	if err != nil {
		return nil, fmt.Errorf("tape: line 1: %w", err)
	}
	t.pending = append(t.pending, first)
	return t, nil
}

// Run describes the run on the tape.
func (t *Reader) Run() *Run { return t.dec.run }

// Advance returns the recorded events up to until. A tape that was cut in the
// middle of a line, or before the end of its run, ends with an error that names the line.
func (t *Reader) Advance(until Time) ([]Event, error) {
	t.out = t.out[:0]
	for {
		if len(t.pending) > 0 {
			if t.pending[0].At > until {
				return t.out, nil
			}
			t.out, t.last = append(t.out, t.pending[0]), t.pending[0].Kind
			t.pending = slices.Delete(t.pending, 0, 1)
			continue
		}
		if t.eof {
			return t.out, t.end()
		}
		if err := t.read(); err != nil {
			return t.out, err
		}
	}
}

// end is io.EOF for a whole tape and an error for a cut one.
func (t *Reader) end() error {
	if t.last != RunEnded {
		return fmt.Errorf("tape: line %d: the tape ends before its run does", t.line)
	}
	return io.EOF
}

// read decodes the next line into pending, or notes the end.
func (t *Reader) read() error {
	line, err := t.next()
	if errors.Is(err, io.EOF) {
		t.eof = true
		if len(bytes.TrimSpace(line)) > 0 {
			return fmt.Errorf("tape: line %d: cut in the middle", t.line)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("tape: %w", err)
	}
	ev, err := t.dec.Decode(line)
	if err != nil {
		return fmt.Errorf("tape: line %d: %w", t.line, err)
	}
	t.pending = append(t.pending, ev)
	return nil
}

func (t *Reader) next() ([]byte, error) {
	line, err := t.in.ReadBytes('\n')
	t.line++
	return line, err
}

// Tee is a Source that also hands everything it yields to a tape.
type Tee struct {
	Source
	tape *Writer
}

// NewTee records what src yields on tape.
func NewTee(src Source, tape *Writer) *Tee { return &Tee{Source: src, tape: tape} }

// Unwrap is the source that is recorded, see [As].
func (t *Tee) Unwrap() Source { return t.Source }

// Advance passes events on once they are on the tape.
func (t *Tee) Advance(until Time) ([]Event, error) {
	evs, err := t.Source.Advance(until)
	if werr := t.tape.Write(evs); werr != nil {
		return evs, werr
	}
	return evs, err
}
