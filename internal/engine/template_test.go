package engine

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// steps makes steps of "name<-parent,parent" words.
func steps(words ...string) []Step {
	var list []Step
	for _, w := range words {
		name, up, has := strings.Cut(w, "<-")
		s := Step{Name: name, Retry: Retry{Limit: 1}}
		if has {
			s.DependsOn = strings.Split(up, ",")
		}
		list = append(list, s)
	}
	return list
}

func TestCompileOrders(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"topological already", "a b c<-b d<-a", "a b c d"},
		{"child first", "c<-b b<-a a", "a b c"},
		{"only what must moves", "x d<-c y c", "x y c d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := compile(Template{Ref: Ref{Name: "t"}, Steps: steps(strings.Fields(tt.in)...)}, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, s := range p.Steps {
				got = append(got, s.Name)
				for _, up := range p.steps[i].ancestors {
					if int(up) >= i {
						t.Errorf("step %q stands before its ancestor %q", s.Name, p.Steps[up].Name)
					}
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("order %v, want %s", got, tt.want)
			}
		})
	}
}

// decider is a step that decides about n children.
func decider(n int) []Step {
	list := steps("d")
	list[0].Decides = true
	for i := range n {
		list = append(list, steps(fmt.Sprintf("c%d<-d", i))...)
	}
	return list
}

// TestMostChoices chooses the last of as many children as there may be.
func TestMostChoices(t *testing.T) {
	c := newCore(t, Config{Store: new(Memory), Templates: []Template{{Ref: Ref{Name: "t"}, Steps: decider(62)}}})
	submit(t, c, 0)
	if err := c.Choose(0, c.Claim(0, nil)[0], nil, "c61"); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	if as := c.Claim(0, nil); len(as) != 1 || as[0].Name != "c61" {
		t.Errorf("claimed %+v, want c61", as)
	}
	if v, err := c.Task(1); len(v.Steps[0].Chosen) != 1 || v.Steps[1].State != StepSkipped || err != nil {
		t.Errorf("chose %v, c0 is %v, %v", v.Steps[0].Chosen, v.Steps[1].State, err)
	}
}

func TestCompileRefuses(t *testing.T) {
	with := func(change func(*Step)) []Step {
		s := steps("a")
		change(&s[0])
		return s
	}
	tests := []struct {
		name  string
		steps []Step
		want  string
	}{
		{"no steps", nil, "template /t@: 0 steps: want 1 to 32767"},
		{"no name", steps(""), "template /t@: step 1: no name"},
		{"twice", steps("a", "a"), `template /t@: step "a": defined twice`},
		{"unknown parent", steps("a<-b"), `template /t@: step "a": depends on unknown step "b"`},
		{"parent twice", steps("a", "b<-a,a"), `template /t@: step "b": depends on "a" twice`},
		{"itself", steps("a<-a"), "template /t@: steps depend on each other: a -> a"},
		{"cycle below a root", steps("r", "a<-r,c", "b<-a", "c<-b", "d<-c"), "template /t@: steps depend on each other: a -> c -> b -> a"},
		{"limit 0", with(func(s *Step) { s.Retry.Limit = 0 }), `template /t@: step "a": retry limit 0: want at least 1 (it counts all attempts)`},
		{"negative wait", with(func(s *Step) { s.Retry.Base = -1 }), `template /t@: step "a": retry base -1, cap 0: want none negative`},
		{"shrinking", with(func(s *Step) { s.Retry.Factor = 0.5 }), `template /t@: step "a": retry factor 0.5: want at least 1`},
		{"no number", with(func(s *Step) { s.Retry.Jitter = math.NaN() }), `template /t@: step "a": retry jitter NaN: want 0 to 1`},
		{"negative timeout", with(func(s *Step) { s.Timeout = -5 }), `template /t@: step "a": timeout -5 is negative`},
		{"63 choices", decider(63), `template /t@: step "d": decides about 63 children: want at most 62`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := compile(Template{Ref: Ref{Name: "t"}, Steps: tt.steps}, 0, nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("compile: %v\nwant     %s", err, tt.want)
			}
		})
	}
}

// TestNewRefuses shows configurations that mean nothing, and stores whose tasks
// the configuration does not cover.
func TestNewRefuses(t *testing.T) {
	store := new(Memory)
	c, err := New(Config{Store: store, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a", "b")}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Submit(0, Ref{Name: "t"}, Submission{}); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(nil); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no store", Config{}, "config: no store"},
		{"recovery", Config{Store: Discard{}, Recovery: Recovery{After: -1}}, "config: recovery after -1, max 0: want none negative"},
		{"service twice", Config{Store: Discard{}, Services: []Service{{Name: "s"}, {Name: "s"}}}, `service "s" with limit 0: want a new name and a limit that is not negative`},
		{"breaker", Config{Store: Discard{}, Services: []Service{{Name: "s", Breaker: &Breaker{}}}}, `service "s": breaker: 0 failures, cooldown 0, 0 probes: want at least 1, 1 and 0`},
		{"template twice", Config{Store: Discard{}, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("a")}, {Ref: Ref{Name: "t"}, Steps: steps("a")}}}, "template /t@: registered twice"},
		{"template gone", Config{Store: store}, "recover: task 1: template /t@: not registered"},
		{"template changed", Config{Store: store, Templates: []Template{{Ref: Ref{Name: "t"}, Steps: steps("b", "a")}}}, "recover: task 1: template /t@: its steps changed since the task was submitted; give it a new version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(tt.cfg); err == nil || err.Error() != tt.want {
				t.Errorf("New: %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestPass: a step that a submission passes over is skipped when its turn comes,
// and what follows goes on as if it were complete; also after a crash.
func TestPass(t *testing.T) {
	tpl := Template{Ref: Ref{Name: "t"}, Steps: steps("a", "b<-a", "c<-b", "d<-c")}
	store := new(Memory)
	c := newCore(t, Config{Store: store, Templates: []Template{tpl}})
	for _, bad := range [][]string{{"x"}, {"a", "b", "c", "d"}} {
		if _, err := c.SubmitTo(0, 0, Submission{Pass: bad}); !errors.Is(err, ErrPass) {
			t.Errorf("passing over %v: %v", bad, err)
		}
	}
	if _, err := c.SubmitTo(0, 0, Submission{Pass: []string{"b", "c", "b"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(nil); err != nil {
		t.Fatal(err)
	}
	c = newCore(t, Config{Store: store, Templates: []Template{tpl}})
	for now, want := range []string{"a", "d"} {
		as := c.Claim(Time(now), nil)
		if len(as) != 1 || as[0].Name != want {
			t.Fatalf("claimed %v, want %s", as, want)
		}
		if err := c.Succeed(Time(now), as[0], nil); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := c.State(1); s != TaskComplete || err != nil {
		t.Errorf("the task is %v, %v", s, err)
	}
}
