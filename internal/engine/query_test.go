package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// TestStoresAgree asks a store in memory, which looks at everything, and one on
// bolt, which has indexes, the same questions about the same random tasks, while
// old ones are dropped.
func TestStoresAgree(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, "engine.db")
		_ = os.Remove(path)
		file, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer file.Close()
		p := pair{rt: rt, stores: [2]engine.Store{new(engine.Memory), file}}
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			p.fill()
			for range 4 {
				p.ask()
			}
			p.retain()
			p.ask()
		}
	})
}

type pair struct {
	rt     *rapid.T
	stores [2]engine.Store
	now    engine.Time
	last   engine.TaskID
	open   []engine.TaskID
}

var refs = []string{"shop/checkout@1", "shop/checkout@2", "shop/check@1", "shop/refund@1", "shopping/list@1"}

// fill submits tasks and ends some.
func (p *pair) fill() {
	var b engine.Batch
	for range rapid.IntRange(0, 12).Draw(p.rt, "tasks") {
		p.now += engine.Time(rapid.IntRange(0, 3).Draw(p.rt, "later"))
		p.last++
		r := record(engine.Submitted, p.last, 1)
		r.At, r.Class = p.now, rapid.SampledFrom(refs).Draw(p.rt, "template")
		if rapid.Bool().Draw(p.rt, "key") {
			r.Text = fmt.Sprint("k", p.last)
		}
		b.Records = append(b.Records, r)
		p.open = append(p.open, p.last)
		if len(p.open) > 3 {
			i := rapid.IntRange(0, len(p.open)-1).Draw(p.rt, "over")
			kind := rapid.SampledFrom([]engine.Kind{engine.Completed, engine.Errored, engine.Cancelled}).Draw(p.rt, "kind")
			end := record(kind, p.open[i], 2)
			end.At = p.now
			b.Records = append(b.Records, end)
			p.open = slices.Delete(p.open, i, i+1)
		}
	}
	for _, s := range p.stores {
		if err := s.Append(&b); err != nil {
			p.rt.Fatal(err)
		}
	}
}

// both must say the same.
func (p *pair) both(what string, f func(engine.Store) string) {
	if a, b := f(p.stores[0]), f(p.stores[1]); a != b {
		p.rt.Fatalf("%s: in memory\n%s\non bolt\n%s", what, a, b)
	}
}

func (p *pair) ask() {
	q := engine.Query{
		Template: rapid.SampledFrom(append([]string{"", "shop", "shop/checkout", "shop/ch", "none"}, refs...)).Draw(p.rt, "asked"),
		State:    rapid.SampledFrom([]engine.TaskState{0, engine.TaskParked, engine.TaskComplete, engine.TaskError, engine.TaskCancelled}).Draw(p.rt, "state"),
		Since:    engine.Time(rapid.IntRange(0, int(p.now)+1).Draw(p.rt, "since")),
		Until:    engine.Time(rapid.IntRange(0, int(p.now)+1).Draw(p.rt, "until")),
		Limit:    rapid.IntRange(0, 5).Draw(p.rt, "limit"),
	}
	p.both(fmt.Sprintf("%+v", q), func(s engine.Store) string {
		q, out := q, ""
		for {
			n := 0
			err := s.Query(q, func(r engine.Row) bool {
				out += fmt.Sprintf("%+v\n", r)
				q.After = r.Task
				n++
				return true
			})
			if out += fmt.Sprintln(n, err); q.Limit == 0 || n < q.Limit {
				return out
			}
		}
	})
}

func (p *pair) retain() {
	r := engine.Retention{Before: engine.Time(rapid.IntRange(0, int(p.now)+1).Draw(p.rt, "before")), Limit: rapid.IntRange(0, 4).Draw(p.rt, "at once")}
	p.both(fmt.Sprintf("%+v", r), func(s engine.Store) string {
		total := 0
		for r := r; ; {
			n, next, err := s.Retain(r)
			if total += n; err != nil || next == 0 {
				return fmt.Sprint(total, err)
			}
			if r.Limit > 0 && n > r.Limit || next <= r.From {
				return fmt.Sprintf("dropped %d of %d, from %d to %d", n, r.Limit, r.From, next)
			}
			r.From = next
		}
	})
	p.both("what is left", func(s engine.Store) string {
		out := ""
		for id := engine.TaskID(1); id <= p.last; id++ {
			history, err := s.Task(id)
			used, err2 := s.ByKey(fmt.Sprint("k", id))
			out += fmt.Sprintln(id, len(history), errors.Is(err, engine.ErrUnknown), used, err2)
		}
		last, _, err := s.Last()
		out += fmt.Sprintln(last, err)
		err = s.Open(func(id engine.TaskID, _ []engine.Record) error {
			out += fmt.Sprintln(id, "open")
			return nil
		})
		if last != p.last {
			p.rt.Fatalf("the last task is %d, want %d", last, p.last)
		}
		return out + fmt.Sprint(err)
	})
}

// TestEngineHistory looks tasks up, drops the old ones, and gives their space back.
func TestEngineHistory(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := filepath.Join(t.TempDir(), "engine.db")
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	handler := func(_ context.Context, c engine.Call) ([]byte, error) {
		switch {
		case c.Task%50 == 7:
			return nil, engine.Failure{Class: "decline", Message: "no money", Permanent: true}
		case c.Task%50 == 9:
			return nil, engine.Failure{Class: "503"}
		}
		return make([]byte, 500), nil
	}
	e := start(t, store, one(1, 0), map[string]engine.Handler{"a": handler})
	const tasks = 200
	for i := range tasks {
		if _, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{Key: fmt.Sprint("order ", i+1)}); err != nil {
			t.Fatal(err)
		}
	}
	for id := engine.TaskID(1); id <= tasks; id++ {
		if _, err := e.Wait(context.Background(), id); err != nil {
			t.Fatal(err)
		}
	}
	parked := []engine.TaskID{9, 59, 109, 159}
	checkQuery(t, e, engine.Query{State: engine.TaskParked}, parked)
	checkQuery(t, e, engine.Query{State: engine.TaskError, Template: "/one", After: 7, Limit: 2}, []engine.TaskID{57, 107})
	dead, err := e.Errored(engine.Query{After: 150})
	want := []engine.DeadLetter{{Task: 157, Template: "/one@", State: engine.TaskError, Reason: engine.ReasonPermanent,
		Step: "a", Class: "decline", Message: "no money"}}
	if diff := cmp.Diff(want, dead); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if n, err := e.Retain(1); n != tasks-len(parked) || err != nil {
		t.Errorf("%d tasks were dropped, %v, want all but %d", n, err, len(parked))
	}
	checkQuery(t, e, engine.Query{}, parked)
	if id, err := e.Submit(engine.Ref{Name: "one"}, engine.Submission{Key: "order 1"}); id != tasks+1 || err != nil {
		t.Errorf("the key of a dropped task gave task %d, %v, want a new one", id, err)
	}
	if err := errors.Join(e.Close(), store.Close()); err != nil {
		t.Fatal(err)
	}
	before := size(t, path)
	if err := bolt.Compact(path); err != nil {
		t.Fatal(err)
	}
	if after := size(t, path); after > before/2 {
		t.Errorf("%d bytes of %d are left", after, before)
	}
}

func checkQuery(t *testing.T, e *engine.Engine, q engine.Query, want []engine.TaskID) {
	t.Helper()
	rows, err := e.Query(q)
	var got []engine.TaskID
	for _, r := range rows {
		got = append(got, r.Task)
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%+v: %v %s", q, err, diff)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
