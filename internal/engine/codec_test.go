package engine

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRecordRoundTrip: what is written is read again, and nothing is read from
// a part of it.
func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.Int64Range(0, 1<<52)
		r := Record{
			Kind: Kind(rapid.IntRange(1, int(kindEnd)-1).Draw(rt, "kind")),
			At:   Time(at.Draw(rt, "at")), Start: Time(at.Draw(rt, "start")), Due: Time(at.Draw(rt, "due")),
			Count: rapid.Int64Min(0).Draw(rt, "count"), Extra: rapid.Int64().Draw(rt, "extra"), Attempt: rapid.Int32Min(0).Draw(rt, "attempt"),
			Step: rapid.Int16Min(None).Draw(rt, "step"), Template: None, Service: None,
			Class: rapid.String().Draw(rt, "class"), Text: rapid.String().Draw(rt, "text"),
		}
		if data := rapid.SliceOf(rapid.Byte()).Draw(rt, "data"); len(data) > 0 {
			r.Data = data
		}
		buf := AppendRecord([]byte("before"), &r)[len("before"):]
		got, err := ParseRecord(buf)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			rt.Fatal(diff)
		}
		cut := rapid.IntRange(0, len(buf)-1-len(r.Data)).Draw(rt, "cut")
		if _, err := ParseRecord(buf[:cut]); !errors.Is(err, ErrCorrupt) {
			rt.Fatalf("%d of %d bytes were read: %v", cut, len(buf), err)
		}
	})
}

// TestRecordSize keeps an eye on what a plain transition costs on disk.
func TestRecordSize(t *testing.T) {
	hour := Time(3600_000_000)
	records := []struct {
		name   string
		record Record
		most   int
	}{
		{"started", Record{Kind: Started, At: hour, Start: hour, Due: hour + 5_000_000, Step: 3, Attempt: 1}, 16},
		{"succeeded", Record{Kind: Succeeded, At: hour, Start: hour - 300_000, Step: 3, Attempt: 1}, 14},
		{"retrying", Record{Kind: Retrying, At: hour, Start: hour - 300_000, Due: hour + 1_000_000, Step: 3, Attempt: 1, Class: "503"}, 22},
		{"completed", Record{Kind: Completed, At: hour, Start: hour - 300_000, Step: None}, 12},
	}
	for _, tt := range records {
		if n := len(AppendRecord(nil, &tt.record)); n > tt.most {
			t.Errorf("%s takes %d bytes, want at most %d", tt.name, n, tt.most)
		}
	}
}

// FuzzParseRecord reads any bytes: an error or a record that is written the same.
func FuzzParseRecord(f *testing.F) {
	f.Add(AppendRecord(nil, &Record{Kind: Submitted, At: 5, Step: None, Count: 77, Class: "a/b@1", Text: "key", Data: []byte("ctx")}))
	f.Add(AppendRecord(nil, &Record{Kind: Retrying, At: 50, Start: 40, Due: 60, Step: 2, Attempt: 3, Class: "503", Text: "burst"}))
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, buf []byte) {
		r, err := ParseRecord(buf)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("unclear error: %v", err)
			}
			return
		}
		again, err := ParseRecord(AppendRecord(nil, &r))
		if diff := cmp.Diff(r, again); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}

// FuzzServiceState does the same for services.
func FuzzServiceState(f *testing.F) {
	s := service{Service: Service{Name: "s", Breaker: &Breaker{Failures: 1, Cooldown: 1}}}
	s.health.note(true, 500, 1200)
	f.Add(s.appendState(nil, 1200))
	f.Fuzz(func(t *testing.T, buf []byte) {
		s := service{Service: Service{Name: "s", Breaker: &Breaker{Failures: 1, Cooldown: 1}}}
		if err := s.parseState(buf, 1200); err != nil {
			return
		}
		first := s.appendState(nil, 1200)
		if err := s.parseState(first, 1200); err != nil || !bytes.Equal(first, s.appendState(nil, 1200)) {
			t.Errorf("%x came back as %x, %v", first, s.appendState(nil, 1200), err)
		}
	})
}

// FuzzHistory opens a core on a task whose history is any bytes: never a panic.
func FuzzHistory(f *testing.F) {
	var good []byte
	for _, r := range []Record{
		{Kind: Submitted, Class: "/t@", Count: 1, Step: None}, {Kind: Started, Attempt: 1}, {Kind: Succeeded, Attempt: 1},
	} {
		buf := AppendRecord(nil, &r)
		good = append(append(good, byte(len(buf))), buf...)
	}
	f.Add(good)
	f.Add(everyKind())
	tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a", "b<-a"), UndoOnError: true, UndoOnCancel: true}
	tpl.Steps[0].Undo, tpl.Steps[0].Decides = "back", true
	p, err := compile(tpl, 0, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var history []Record
		for len(in) > 0 && int(in[0]) < len(in) {
			n := 1 + int(in[0])
			r, err := ParseRecord(in[1:n])
			if err != nil {
				return
			}
			in = in[n:]
			if r.Kind == Submitted {
				r.Count = int64(p.print)
			}
			r.Task, r.Seq = 1, uint32(len(history)+1)
			history = append(history, r)
		}
		c, err := New(Config{Store: fixed{history: history}, Templates: []Template{tpl}, Recovery: Recovery{After: 60}, Poison: 2, Stale: Staleness{Parked: 5, Compensating: 7}})
		if err != nil {
			return
		}
		c.Tick(1 << 40)
		c.Claim(1<<40, nil)
		if _, err := c.Task(1); err != nil {
			t.Error(err)
		}
	})
}

// fixed is a store with one task.
type fixed struct {
	Discard
	history []Record
}

func (s fixed) Last() (TaskID, uint32, error) { return 1, 0, nil }

func (s fixed) Open(f func(TaskID, []Record) error) error { return f(1, s.history) }

func (s fixed) Task(TaskID) ([]Record, error) { return s.history, nil }

// everyKind is a history with records of every kind, in no order that makes sense:
// material to cut up.
func everyKind() (in []byte) {
	for k := Submitted; k < kindEnd; k++ {
		buf := AppendRecord(nil, &Record{Kind: k, At: Time(k), Attempt: 1, Count: 1, Class: "/t@"})
		in = append(append(in, byte(len(buf))), buf...)
	}
	return in
}
