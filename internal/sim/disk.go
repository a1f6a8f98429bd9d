package sim

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
)

// disk keeps the events of the run in the engine's store, in the transaction of
// the engine's own records: a window is there whole or not at all.
type disk struct {
	enc  *event.Encoder
	keep bool // the store is a lasting one
	// staged are the events that the caller has not had yet, and those that the
	// last Advance returned: the first yielded of them were returned, the first
	// durable of them may be.
	staged           []event.Event
	yielded, durable int
	mark             bool // the next flush writes how far the world has come, also if nothing happened
	buf              []byte
	packer           *flate.Writer
	packed           bytes.Buffer
	crashes          []event.Survival
}

// windowHead is the first line of what a flush adds to the store; the window's
// events follow as lines of a tape.
type windowHead struct {
	Until   event.Time       `json:"until"` // the world had lived up to here
	Journal []string         `json:"journal,omitempty"`
	Crashes []event.Survival `json:"crashes,omitempty"`
}

func newDisk(run *event.Run, store engine.Store) disk {
	_, discards := store.(engine.Discard)
	return disk{enc: event.NewEncoder(run), keep: !discards}
}

func (d *disk) stage(ev *event.Event) { d.staged = append(d.staged, *ev) }

// recycle forgets what the last Advance returned.
func (d *disk) recycle() {
	n := copy(d.staged, d.staged[d.yielded:])
	d.staged, d.durable, d.yielded = d.staged[:n], d.durable-d.yielded, 0
}

// leave does the same without touching what was returned: between two calls of
// Advance it still belongs to the caller.
func (d *disk) leave() {
	d.staged, d.durable, d.yielded = slices.Clone(d.staged[d.yielded:]), d.durable-d.yielded, 0
}

// yield is what may be seen and was not seen before.
func (d *disk) yield() []event.Event {
	from := d.yielded
	d.yielded = d.durable
	return d.staged[from:d.durable]
}

// flush makes what is staged durable, together with the engine's records. A
// window in which nothing happened is not written.
func (d *disk) flush(core *engine.Core, head windowHead) error {
	if d.durable == len(d.staged) && !d.mark {
		return core.Flush(nil)
	}
	d.mark = false
	var app []byte
	if d.keep {
		app = d.encode(head, d.staged[d.durable:])
	}
	if err := core.Flush(app); err != nil {
		return err
	}
	d.durable = len(d.staged)
	return nil
}

func (d *disk) encode(window windowHead, evs []event.Event) []byte {
	head, err := json.Marshal(window)
	if err != nil {
		panic(fmt.Sprintf("sim: window head: %v", err))
	}
	d.buf = append(append(d.buf[:0], head...), '\n')
	for i := range evs {
		d.buf = d.enc.Append(d.buf, &evs[i])
	}
	return d.pack(d.buf)
}

// pack compresses a window: a tape says the same words over and over, and takes
// a fifth of the room.
func (d *disk) pack(text []byte) []byte {
	d.packed.Reset()
	if d.packer == nil {
		d.packer, _ = flate.NewWriter(&d.packed, flate.BestSpeed) // the level is valid
	} else {
		d.packer.Reset(&d.packed)
	}
	_, _ = d.packer.Write(text) // a bytes.Buffer takes everything
	_ = d.packer.Close()
	return d.packed.Bytes()
}

// replay puts the events of the past on the stream as durable ones.
func (d *disk) replay(past []event.Event) {
	d.staged = append(d.staged, past...)
	d.durable = len(d.staged)
}

// Past is what a store holds of a run.
type Past struct {
	Run     *event.Run
	Events  []event.Event
	Until   event.Time       // the run had come so far
	Journal []string         // what people did to it
	Crashes []event.Survival // the kills it survived
}

// Ended tells whether the run came to its end.
func (p *Past) Ended() bool {
	return len(p.Events) > 0 && p.Events[len(p.Events)-1].Kind == event.RunEnded
}

// ErrNoPast is returned by ReadPast for a store that holds no run.
var ErrNoPast = errors.New("the store holds no run")

// ReadPast reads every window that the store keeps.
func ReadPast(store engine.Store) (*Past, error) {
	p := &Past{}
	var dec *event.Decoder
	err := store.Apps(func(app []byte) error {
		app, err := Unpack(app)
		if err != nil {
			return err
		}
		head, lines, _ := bytes.Cut(app, []byte("\n"))
		var w windowHead
		if err := json.Unmarshal(head, &w); err != nil {
			return fmt.Errorf("the head of a window cannot be read: %w", err)
		}
		p.Until, p.Journal, p.Crashes = w.Until, w.Journal, w.Crashes
		return p.readLines(&dec, lines)
	})
	if err == nil && p.Run == nil {
		err = ErrNoPast
	}
	return p, err
}

// Unpack is the text of a window as the store keeps it: its head, and its events as
// lines of a tape.
func Unpack(app []byte) ([]byte, error) {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(app)))
	if err != nil {
		return nil, fmt.Errorf("a window of events cannot be read: %w", err)
	}
	return text, nil
}

// readLines decodes the events of a window; the first ever describes the run.
func (p *Past) readLines(dec **event.Decoder, lines []byte) error {
	for len(lines) > 0 {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte("\n"))
		if *dec == nil {
			run, err := event.DecodeRun(line)
			if err != nil {
				return err
			}
			p.Run, *dec = run, event.NewDecoder(run)
		}
		ev, err := (*dec).Decode(line)
		if err != nil {
			return err
		}
		p.Events = append(p.Events, ev)
	}
	return nil
}
