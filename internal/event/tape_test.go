package event

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func testRun() *Run {
	return &Run{
		Schema: Schema, Scenario: "test", Title: "A \"test\" <run>", Seed: 1<<63 + 1,
		Strategies: []Strategy{{Name: "naive"}, {Name: "orchestrated", Durable: true}},
		Workflows:  []Workflow{{Namespace: "n", Name: "w", Version: "1.0.0", End: 2}},
		Steps:      []Step{{Name: "a"}, {Name: "b", DependsOn: []int{0}}},
		Services:   []Service{{Name: "x"}, {Name: "y"}},
		Effects:    []Effect{{Name: "charge"}},
		Claims:     []Claim{{Name: "c", Before: &Range{Low: .1, High: .2}}},
	}
}

// anyEvent draws an event of any kind with any fields that a tape can hold.
func anyEvent(t *rapid.T) Event {
	word := rapid.SampledFrom([]string{"", "timeout", "503", "it said \"no\"\n", "<&>", "é → \u2028", "\\"})
	return Event{
		At: Time(rapid.Int64Range(0, 1<<60).Draw(t, "at")), Kind: rapid.SampledFrom(Kinds()[1:]).Draw(t, "kind"),
		Strategy: int8(rapid.IntRange(-1, 1).Draw(t, "strategy")), Step: int16(rapid.IntRange(-1, 1).Draw(t, "step")),
		Service: int16(rapid.IntRange(-1, 1).Draw(t, "service")), Effect: int16(rapid.IntRange(-1, 0).Draw(t, "effect")),
		Attempt: rapid.Int16().Draw(t, "attempt"), Task: rapid.Int32().Draw(t, "task"),
		Dur: Time(rapid.Int64().Draw(t, "dur")), Due: Time(rapid.Int64().Draw(t, "due")), Amount: rapid.Int64().Draw(t, "amount"),
		Class: word.Draw(t, "class"), Text: word.Draw(t, "text"),
	}
}

// TestRoundTrip: what is written to a tape is read back the same, the fast way
// and as JSON at large.
func TestRoundTrip(t *testing.T) {
	run := testRun()
	enc, dec := NewEncoder(run), NewDecoder(run)
	rapid.Check(t, func(t *rapid.T) {
		want := anyEvent(t)
		line := enc.Append(nil, &want)
		if bytes.Count(line, []byte("\n")) != 1 {
			t.Fatalf("not one line: %q", line)
		}
		got, err := dec.Decode(line)
		if err != nil || got != want {
			t.Fatalf("%s\nread as %+v, %v\nwant    %+v", line, got, err, want)
		}
		if slow, err := dec.decode(line); err != nil || slow != want {
			t.Fatalf("%s\nread as JSON as %+v, %v", line, slow, err)
		}
	})
}

// TestFastWayIsTaken: the lines of a run are read the fast way; only such with
// escapes are not.
func TestFastWayIsTaken(t *testing.T) {
	run := testRun()
	ev := Event{At: 5, Kind: StepRetrying, Strategy: 1, Step: 1, Service: 0, Effect: None, Task: 7, Attempt: 2, Dur: 3, Due: 9, Class: "503", Text: "x answered 503"}
	if _, ok := NewDecoder(run).scan(NewEncoder(run).Append(nil, &ev)); !ok {
		t.Error("a plain event takes the slow way")
	}
}

// TestTape: a tape explains itself, and its horizon cuts like any other.
func TestTape(t *testing.T) {
	run := testRun()
	none := Event{Strategy: None, Step: None, Service: None, Effect: None}
	at := func(t Time, k Kind) Event { e := none; e.At, e.Kind = t, k; return e }
	events := []Event{at(0, RunStarted), at(10, TaskSubmitted), at(10, StepStarted), at(25, StepSucceeded), at(30, RunEnded)}
	var buf bytes.Buffer
	if err := NewWriter(&buf, run).Write(events); err != nil {
		t.Fatal(err)
	}
	whole := buf.String()
	for name, src := range map[string]Source{"tape": reader(t, whole), "film": NewFilm(run, events)} {
		if diff := cmp.Diff(run, src.Run()); diff != "" {
			t.Errorf("%s: run:\n%s", name, diff)
		}
		var got []Event
		for _, c := range []struct {
			until Time
			n     int
		}{{0, 1}, {9, 0}, {10, 2}, {29, 1}} {
			evs, err := src.Advance(c.until)
			if err != nil || len(evs) != c.n {
				t.Errorf("%s: up to %d: %d events, %v, want %d", name, c.until, len(evs), err, c.n)
			}
			got = append(got, evs...)
		}
		evs, err := src.Advance(1 << 60)
		if got = append(got, evs...); !errors.Is(err, io.EOF) {
			t.Errorf("%s: at the end: %v, want EOF", name, err)
		}
		if diff := cmp.Diff(events, got); diff != "" {
			t.Errorf("%s: events:\n%s", name, diff)
		}
	}
}

func reader(t *testing.T, tape string) *Reader {
	t.Helper()
	r, err := NewReader(strings.NewReader(tape))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBrokenTapes: what is wrong is said with the line where it is.
func TestBrokenTapes(t *testing.T) {
	run := testRun()
	head := string(NewEncoder(run).Append(nil, &Event{Kind: RunStarted, Strategy: None, Step: None, Service: None, Effect: None}))
	for _, c := range []struct{ name, tape, want string }{
		{"empty", "", "tape: line 1: " + ErrNotTape.Error()},
		{"text", "hello\n", "tape: line 1: " + ErrNotTape.Error()},
		{"another format", strings.Replace(head, `"schema":1`, `"schema":99`, 1), "tape: line 1: tape format 99, this program reads format 1"},
		{"cut in a line", head + `{"t":1,"k":"task.subm`, "tape: line 2: cut in the middle"},
		{"cut between lines", head + `{"t":1,"k":"task.submitted","s":"naive","n":1}` + "\n", "tape: line 3: the tape ends before its run does"},
		{"unknown kind", head + `{"t":1,"k":"task.exploded"}` + "\n", `tape: line 2: unknown kind of event "task.exploded"`},
		{"unknown step", head + `{"t":1,"k":"step.started","step":"c"}` + "\n", `tape: line 2: unknown step "c"`},
		{"not JSON", head + "oops\n", "tape: line 2: not an event: invalid character 'o' looking for beginning of value"},
	} {
		r, err := NewReader(strings.NewReader(c.tape))
		for err == nil {
			_, err = r.Advance(1 << 60)
		}
		if err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.name, err, c.want)
		}
	}
}

// FuzzDecode: no line makes the decoder panic, and the fast way never says
// anything else than JSON at large.
func FuzzDecode(f *testing.F) {
	run := testRun()
	ev := Event{At: 5, Kind: StepRetrying, Strategy: 1, Step: 1, Effect: None, Task: 7, Class: "503"}
	f.Add(NewEncoder(run).Append(nil, &ev))
	f.Add([]byte(`{"t":1,"k":"run.ended"}`))
	f.Add([]byte(`{"t":01,"k":"run.ended"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		d := NewDecoder(run)
		fast, ok := d.scan(line)
		slow, err := d.decode(line)
		if ok && err == nil && fast != slow {
			t.Errorf("%q: fast %+v, slow %+v", line, fast, slow)
		}
	})
}

// TestKindNames: every kind has a name of its own that leads back to it.
func TestKindNames(t *testing.T) {
	for _, k := range Kinds() {
		if back, ok := ParseKind(k.String()); !ok || back != k || strings.HasPrefix(k.String(), "kind(") {
			t.Errorf("kind %d: name %q leads to %d", k, k, back)
		}
	}
}

// TestAs finds what is behind wrappers.
func TestAs(t *testing.T) {
	film := NewFilm(testRun(), nil)
	tee := NewTee(NewTee(film, NewWriter(io.Discard, film.Run())), NewWriter(io.Discard, film.Run()))
	if got, ok := As[*Film](tee); !ok || got != film {
		t.Error("the film behind two tees is not found")
	}
	if _, ok := As[Injector](tee); ok {
		t.Error("a film is no injector")
	}
}

func BenchmarkDecode(b *testing.B) {
	run := testRun()
	ev := Event{At: 5, Kind: StepRetrying, Strategy: 1, Step: 1, Effect: None, Task: 7, Attempt: 2, Dur: 3, Due: 9, Class: "503", Text: "x answered 503"}
	line := NewEncoder(run).Append(nil, &ev)
	d := NewDecoder(run)
	b.Run("fast", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.Decode(line)
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.decode(line)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	run := testRun()
	ev := Event{At: 5, Kind: StepRetrying, Strategy: 1, Step: 1, Effect: None, Task: 7, Attempt: 2, Dur: 3, Due: 9, Class: "503", Text: "x answered 503"}
	enc, buf := NewEncoder(run), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf = enc.Append(buf[:0], &ev)
	}
}
