package engine_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// reopened is a store that can be closed and opened again on the same content.
type reopened func(t *testing.T) engine.Store

func stores(t *testing.T) map[string]reopened {
	path := filepath.Join(t.TempDir(), "engine.db")
	memory := new(engine.Memory)
	return map[string]reopened{
		"memory": func(*testing.T) engine.Store { return memory },
		"bolt": func(t *testing.T) engine.Store {
			s, err := bolt.Open(path, bolt.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		},
	}
}

func record(kind engine.Kind, id engine.TaskID, seq uint32) engine.Record {
	return engine.Record{Kind: kind, Task: id, Seq: seq, At: 1000 * engine.Time(seq), Template: engine.None, Step: engine.None, Service: engine.None}
}

// batches is a small life of three tasks: 1 ends, 2 goes on, 3 has a key.
func batches() []engine.Batch {
	submitted := func(id engine.TaskID, key string) engine.Record {
		r := record(engine.Submitted, id, 1)
		r.Class, r.Text, r.Data, r.Count = "shop/checkout@1", key, []byte(`{"n":1}`), 77
		return r
	}
	started := record(engine.Started, 1, 2)
	started.Step, started.Attempt, started.Start, started.Due = 0, 1, started.At, 9000
	opened := record(engine.BreakerOpened, 0, 1)
	opened.Class, opened.Due, opened.Count = "gateway", 5000, 5
	return []engine.Batch{
		{Records: []engine.Record{submitted(1, ""), submitted(2, ""), started}, App: []byte("first"), Trail: [][]byte{[]byte("row 1"), []byte("row 2")}},
		{Records: []engine.Record{opened, submitted(3, "k3"), record(engine.Completed, 1, 3)},
			Services: []engine.ServiceState{{Name: "zeta", State: []byte{1}}, {Name: "gateway", State: []byte{1, 2}}}},
		{Records: []engine.Record{record(engine.BreakerClosed, 0, 2)}, App: []byte("second"), Trail: [][]byte{[]byte("row 3")},
			Services: []engine.ServiceState{{Name: "gateway", State: []byte{3}}}},
	}
}

// TestStores holds every store to the same contract, before and after it was
// closed and opened again.
func TestStores(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			checkEmpty(t, s)
			for _, b := range batches() {
				if err := s.Append(&b); err != nil {
					t.Fatal(err)
				}
			}
			checkFilled(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			checkFilled(t, open(t))
		})
	}
}

func checkEmpty(t *testing.T, s engine.Store) {
	t.Helper()
	if id, seq, err := s.Last(); id != 0 || seq != 0 || err != nil {
		t.Errorf("Last of an empty store: %d, %d, %v", id, seq, err)
	}
	if _, err := s.Task(1); !errors.Is(err, engine.ErrUnknown) {
		t.Errorf("Task of an empty store: %v", err)
	}
	if id, err := s.ByKey("k3"); id != 0 || err != nil {
		t.Errorf("ByKey of an empty store: %d, %v", id, err)
	}
}

func checkFilled(t *testing.T, s engine.Store) {
	t.Helper()
	if id, seq, err := s.Last(); id != 3 || seq != 2 || err != nil {
		t.Errorf("Last: %d, %d, %v, want 3, 2", id, seq, err)
	}
	if id, err := s.ByKey("k3"); id != 3 || err != nil {
		t.Errorf("ByKey: %d, %v, want 3", id, err)
	}
	got := map[engine.TaskID][]engine.Record{}
	var order []engine.TaskID
	err := s.Open(func(id engine.TaskID, history []engine.Record) error {
		order = append(order, id)
		got[id] = append(got[id], history...)
		return nil
	})
	if diff := cmp.Diff([]engine.TaskID{2, 3}, order); diff != "" || err != nil {
		t.Errorf("Open: %v %s", err, diff)
	}
	want := map[engine.TaskID][]engine.Record{}
	for _, b := range batches() {
		for _, r := range b.Records {
			want[r.Task] = append(want[r.Task], r)
		}
	}
	for id := range engine.TaskID(4) {
		history, err := s.Task(id)
		if diff := cmp.Diff(want[id], history); diff != "" || err != nil {
			t.Errorf("Task(%d): %v %s", id, err, diff)
		}
	}
	if diff := cmp.Diff(want[2], got[2]); diff != "" {
		t.Errorf("history of the open task 2: %s", diff)
	}
	checkStates(t, s)
}

func checkStates(t *testing.T, s engine.Store) {
	t.Helper()
	var states []engine.ServiceState
	err := s.Services(func(st engine.ServiceState) error {
		states = append(states, engine.ServiceState{Name: st.Name, State: append([]byte(nil), st.State...)})
		return nil
	})
	want := []engine.ServiceState{{Name: "gateway", State: []byte{3}}, {Name: "zeta", State: []byte{1}}}
	if diff := cmp.Diff(want, states); diff != "" || err != nil {
		t.Errorf("Services: %v %s", err, diff)
	}
	var apps []string
	err = s.Apps(func(app []byte) error {
		apps = append(apps, string(app))
		return nil
	})
	if diff := cmp.Diff([]string{"first", "second"}, apps); diff != "" || err != nil {
		t.Errorf("Apps: %v %s", err, diff)
	}
	var trail []string
	err = s.Trail(func(row []byte) error {
		trail = append(trail, string(row))
		return nil
	})
	if diff := cmp.Diff([]string{"row 1", "row 2", "row 3"}, trail); diff != "" || err != nil {
		t.Errorf("Trail: %v %s", err, diff)
	}
	stop := errors.New("stop")
	if err := s.Apps(func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the callback's error came back as %v", err)
	}
}
