package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newCore(t *testing.T, cfg Config) *Core {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func submit(t *testing.T, c *Core, now Time) TaskID {
	t.Helper()
	id, err := c.SubmitTo(now, 0, Submission{Context: []byte("ctx"), Key: ""})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestTaskView shows what is known of a task while nothing of it is flushed, half
// of it and all of it, and after it was forgotten by a store that keeps nothing.
func TestTaskView(t *testing.T) {
	tpl := Template{Ref: Ref{"shop", "order", "2"}, Steps: steps("a", "b<-a")}
	tpl.Steps[0].Service = "bank"
	tpl.Steps[0].Retry = Retry{Limit: 2, Base: 10}
	for name, store := range map[string]Store{"memory": new(Memory), "discard": Discard{}} {
		t.Run(name, func(t *testing.T) {
			c := newCore(t, Config{Store: store, Templates: []Template{tpl}})
			id := submit(t, c, 1)
			want := View{ID: id, Template: "shop/order@2", State: TaskPending, Submitted: 1, Context: []byte("ctx"),
				Steps: []StepView{{Name: "a", Service: "bank", State: StepPending}, {Name: "b", State: StepPending}}}
			checkView(t, c, want, 1)

			if err := c.Fail(3, c.Claim(2, nil)[0], Failure{Class: "503", Message: "m"}); err != nil {
				t.Fatal(err)
			}
			want.State = TaskWaiting
			want.Steps[0] = StepView{Name: "a", Service: "bank", State: StepWaiting, Attempts: 1, Round: 1, Due: 13, Start: 2, Class: "503", Message: "m"}
			checkView(t, c, want, 3)

			flush(t, c)
			c.Tick(13)
			if err := c.Succeed(14, c.Claim(13, nil)[0], []byte("out")); err != nil {
				t.Fatal(err)
			}
			want.State = TaskInProgress
			want.Steps[0] = StepView{Name: "a", Service: "bank", State: StepComplete, Attempts: 2, Round: 2, Start: 13, Output: []byte("out")}
			flush(t, c)
			kept := 5
			if name == "discard" {
				kept = 0
			}
			checkView(t, c, want, kept)
			b := c.Claim(15, nil)[0]
			if in, outputs, err := c.Input(b); string(in) != "ctx" || string(outputs["a"]) != "out" || err != nil {
				t.Errorf("input of b: %q, %q, %v", in, outputs, err)
			}
		})
	}
}

func checkView(t *testing.T, c *Core, want View, history int) {
	t.Helper()
	got, err := c.Task(want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.History) != history {
		t.Errorf("%d records, want %d", len(got.History), history)
	}
	if state, err := c.State(want.ID); state != want.State || err != nil {
		t.Errorf("State: %v, %v, want %v", state, err, want.State)
	}
	got.History = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func flush(t *testing.T, c *Core) {
	t.Helper()
	if err := c.Flush(nil); err != nil {
		t.Fatal(err)
	}
}

// TestAttempts shows the history of attempts of a task that is over.
func TestAttempts(t *testing.T) {
	tpl := Template{Ref: Ref{Name: "t"}, Steps: []Step{{Name: "a", Service: "s", Timeout: 50, Retry: Retry{Limit: 3, Base: 10}}}}
	c := newCore(t, Config{Store: new(Memory), Templates: []Template{tpl}})
	id := submit(t, c, 0)
	c.Claim(1, nil)
	c.Tick(51)
	c.Tick(61)
	if err := c.Fail(70, c.Claim(61, nil)[0], Failure{Class: "503", Message: "m"}); err != nil {
		t.Fatal(err)
	}
	c.Tick(80)
	if err := c.Succeed(85, c.Claim(80, nil)[0], []byte("out")); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	v, err := c.Task(id)
	if err != nil || v.Ended != 85 || v.State != TaskComplete {
		t.Errorf("ended at %d %v, %v", v.Ended, v.State, err)
	}
	want := []AttemptView{
		{N: 1, Start: 1, End: 51, Outcome: Retrying, Class: ClassTimeout, Message: "no result before the deadline"},
		{N: 2, Start: 61, End: 70, Outcome: Retrying, Class: "503", Message: "m"},
		{N: 3, Start: 80, End: 85, Outcome: Succeeded, Output: []byte("out")},
	}
	if diff := cmp.Diff(want, v.Attempts()); diff != "" {
		t.Error(diff)
	}
	for _, r := range v.History {
		if r.Task != id || r.Template != 0 || r.Step == 0 && r.Service != 0 {
			t.Errorf("record without its indices: %+v", r)
		}
	}
}

// TestTimersAreSwept: deadlines of attempts that are over do not pile up, and
// those that stand are kept.
func TestTimersAreSwept(t *testing.T) {
	tpl := Template{Ref: Ref{Name: "t"}, Steps: []Step{{Name: "a", Timeout: 1_000_000, Retry: Retry{Limit: 1}}}}
	c := newCore(t, Config{Store: Discard{}, Templates: []Template{tpl}})
	slow := 0
	for now := Time(1); now <= 20_000; now++ {
		submit(t, c, now)
		a := c.Claim(now, nil)[0]
		if now%100 == 0 {
			slow++
			continue
		}
		if err := c.Succeed(now, a, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.timers) > 1100 {
		t.Errorf("%d timers for %d attempts", len(c.timers), slow)
	}
	c.Tick(2_000_000)
	parked := 0
	for _, id := range c.OpenTasks() {
		if state, _ := c.State(id); state == TaskParked {
			parked++
		}
	}
	if parked != slow || slow != 200 {
		t.Errorf("%d of %d attempts without an answer were timed out", parked, slow)
	}
}

// flaky is a store whose next writes fail.
type flaky struct {
	Memory
	fail int
}

func (f *flaky) Append(b *Batch) error {
	if f.fail > 0 {
		f.fail--
		return errors.New("disk full")
	}
	return f.Memory.Append(b)
}

// TestFlushAgain: what could not be written is written by the next flush.
func TestFlushAgain(t *testing.T) {
	tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a")}
	store := &flaky{fail: 2}
	c := newCore(t, Config{Store: store, Templates: []Template{tpl}})
	id, err := c.SubmitTo(0, 0, Submission{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Flush(nil); err == nil || err.Error() != "append 1 records: disk full" {
			t.Errorf("Flush: %v", err)
		}
	}
	if again, err := c.SubmitTo(1, 0, Submission{Key: "k"}); again != id || err != nil {
		t.Errorf("the key leads to task %d, %v", again, err)
	}
	c.Claim(1, nil)
	flush(t, c)
	c = newCore(t, Config{Store: store, Templates: []Template{tpl}})
	if in := c.InFlight(); len(in) != 1 || in[0].Key() != "t1/a" {
		t.Errorf("in flight after a crash: %+v", in)
	}
}

// TestTimeDoesNotGoBack: an earlier time counts as the latest one given.
func TestTimeDoesNotGoBack(t *testing.T) {
	var at []Time
	c := newCore(t, Config{Store: Discard{}, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a")}},
		Observe: func(r *Record) { at = append(at, r.At) }})
	submit(t, c, 100)
	a := c.Claim(40, nil)
	if err := c.Succeed(70, a[0], nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Time{100, 100, 100, 100}, at); diff != "" {
		t.Error(diff)
	}
}

// TestSubmitChecksContext: a refused task leaves no trace, and a key that was
// used returns its task without another look.
func TestSubmitChecksContext(t *testing.T) {
	check := func(context []byte) error {
		if len(context) == 0 {
			return errors.New("the context is empty")
		}
		return nil
	}
	tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a"), Check: check}
	c, err := New(Config{Store: new(Memory), Templates: []Template{tpl}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SubmitTo(0, 0, Submission{Key: "k"}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "template /t@: the context is refused: the context is empty") {
		t.Errorf("refused with %v", err)
	}
	id, err := c.SubmitTo(0, 0, Submission{Key: "k", Context: []byte("x")})
	if id != 1 || err != nil {
		t.Errorf("accepted as task %d, %v, want 1", id, err)
	}
	if again, err := c.SubmitTo(0, 0, Submission{Key: "k"}); again != id || err != nil {
		t.Errorf("submitted again as task %d, %v, want %d", again, err, id)
	}
}

// TestQuerySeesStates: rows are what is flushed, their states what is known.
func TestQuerySeesStates(t *testing.T) {
	c := newCore(t, Config{Store: new(Memory), Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a")}}})
	for range 4 {
		submit(t, c, 0)
	}
	as := c.Claim(0, nil)
	if err := c.Fail(0, as[0], Failure{Class: "503"}); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	if err := c.Succeed(1, as[1], nil); err != nil { // not flushed: the store has it as open
		t.Fatal(err)
	}
	submit(t, c, 1)
	rows := func(q Query) (s string) {
		list, err := c.Query(q)
		for _, r := range list {
			s += fmt.Sprintf("t%d %v ", r.Task, r.State)
		}
		if err != nil {
			s += err.Error()
		}
		return s
	}
	tests := []struct {
		q    Query
		want string
	}{
		{Query{}, "t1 blocked_by_failures t2 complete t3 in_progress t4 in_progress "},
		{Query{State: TaskInProgress, Limit: 1}, "t3 in_progress "},
		{Query{State: TaskInProgress, Limit: 1, After: 3}, "t4 in_progress "},
		{Query{State: TaskParked}, "t1 blocked_by_failures "},
		{Query{State: TaskComplete}, ""},
	}
	for _, tt := range tests {
		if got := rows(tt.q); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
	flush(t, c)
	if got := rows(Query{State: TaskComplete}); got != "t2 complete " {
		t.Errorf("complete when flushed: %s", got)
	}
}

// TestDrainedCountsWhatIsDriven: suspects that wait for their turn do not run.
func TestDrainedCountsWhatIsDriven(t *testing.T) {
	cfg := Config{Store: new(Memory), Poison: 2, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a")}}}
	c := newCore(t, cfg)
	submit(t, c, 0)
	submit(t, c, 0)
	c.Claim(0, nil)
	flush(t, c)
	c = newCore(t, cfg)
	first := c.Retake(0, nil)
	c.Pause()
	if len(first) != 1 || c.Drained() {
		t.Errorf("%d driven, drained is %v, want 1 that runs", len(first), c.Drained())
	}
	if err := c.Succeed(0, first[0], nil); err != nil {
		t.Fatal(err)
	}
	if next := c.Retake(0, nil); len(next) > 0 || !c.Drained() {
		t.Errorf("%d driven while paused, drained is %v", len(next), c.Drained())
	}
}
