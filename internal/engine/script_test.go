package engine

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what was seen as what is expected")

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; look at the difference after go test -update.\ngot:\n%s", path, got)
	}
}

// TestScripts runs the scripts in testdata: commands stand at the left margin,
// what they lead to is indented below them. "crash" makes a new core on the same
// store, which forgets what was not flushed; every other command but "at" is
// flushed unless "hold" was said before.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			in, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, store: new(Memory)}
			for _, line := range strings.Split(strings.TrimSpace(string(in)), "\n") {
				if strings.HasPrefix(line, "  ") {
					continue
				}
				s.out.WriteString(line + "\n")
				if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
					s.run(f[0], f[1:])
				}
			}
			golden(t, file, s.out.String())
		})
	}
}

type script struct {
	t     *testing.T
	store *Memory
	cfg   Config
	core  *Core
	now   Time
	hold  bool
	out   strings.Builder
}

// run does one command.
func (s *script) run(cmd string, args []string) {
	switch cmd {
	case "service", "recovery", "poison", "stale", "template", "step":
		s.configure(cmd, args)
		return
	case "at":
		s.now = duration(s.t, args[0])
		return
	case "hold":
		s.hold = true
		return
	case "crash":
		s.hold, s.core = false, nil
	}
	if s.core == nil {
		s.open()
	}
	if err := s.command(cmd, args); err != nil {
		fmt.Fprintf(&s.out, "  refused: %v\n", err)
	}
	if !s.hold && s.core != nil {
		if err := s.core.Flush(nil); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *script) command(cmd string, args []string) error {
	switch cmd {
	case "crash":
		for _, a := range s.core.InFlight() {
			fmt.Fprintf(&s.out, "  in flight: %s #%d since %s\n", a.Key(), a.N, span(a.Start))
		}
	case "choose":
		return s.core.Choose(s.now, s.attempt(args[0]), nil, children(args)...)
	case "checkpoint":
		done, _ := strconv.ParseInt(option(args, "done"), 10, 64)
		total, _ := strconv.ParseInt(option(args, "total"), 10, 64)
		return s.core.Checkpoint(s.now, s.attempt(args[0]), Checkpoint{[]byte(option(args, "at")), done, total})
	case "submit":
		priority, _ := strconv.Atoi(option(args, "priority"))
		_, err := s.core.Submit(s.now, Ref{Name: args[0]}, Submission{Key: option(args, "key"), Priority: int32(priority)})
		return err
	case "claim":
		for _, a := range s.core.Claim(s.now, nil) {
			if a.Saved.Done > 0 {
				fmt.Fprintf(&s.out, "  %s goes on at %s, %d of %d\n", a.Key(), a.Saved.Data, a.Saved.Done, a.Saved.Total)
			}
		}
	case "succeed":
		return s.core.Succeed(s.now, s.attempt(args[0]), []byte(option(args, "output")))
	case "fail":
		f := Failure{Class: option(args, "class"), Message: option(args, "message"), Permanent: option(args, "permanent") != ""}
		f.RetryAfter = duration(s.t, option(args, "retry_after"))
		return s.core.Fail(s.now, s.attempt(args[0]), f)
	case "tick":
		s.core.Tick(s.now)
	case "next":
		due, ok := s.core.Next()
		fmt.Fprintf(&s.out, "  %s %v\n", span(due), ok)
	case "state":
		return s.state(task17(args[0]))
	default:
		return s.operate(cmd, args)
	}
	return nil
}

// operate does what operators and processes do.
func (s *script) operate(cmd string, args []string) error {
	switch cmd {
	case "redrive":
		return s.core.Redrive(s.now, task17(args[0]), option(args, "by"), option(args, "why"))
	case "cancel":
		return s.core.Cancel(s.now, task17(args[0]), option(args, "by"), option(args, "why"))
	case "reset":
		return s.core.ResetAttempts(s.now, s.action(args))
	case "resolve":
		return s.core.ResolveStep(s.now, s.action(args))
	case "complete":
		return s.core.CompleteStep(s.now, s.action(args), []byte(option(args, "output")), children(args)...)
	case "dead":
		for _, d := range s.core.DeadLetters(DeadLetterFilter{Service: option(args, "calls"), Class: option(args, "class")}) {
			fmt.Fprintf(&s.out, "  t%d since %s: %s, step %s calls %q: %s\n", d.Task, span(d.Since), d.Reason, d.Step, d.Service, d.Class)
		}
	case "pause":
		s.core.Pause()
	case "resume":
		s.core.Resume()
	case "drained":
		fmt.Fprintf(&s.out, "  %v\n", s.core.Drained())
	case "leave":
		s.core.leave(s.now)
	case "retake":
		for _, a := range s.core.Retake(s.now, nil) {
			fmt.Fprintf(&s.out, "  again: %s #%d until %s\n", a.Key(), a.N, span(a.Deadline))
		}
	default:
		s.t.Fatalf("unknown command %q", cmd)
	}
	return nil
}

// configure collects what the first other command opens the core with.
func (s *script) configure(cmd string, args []string) {
	number := func(name string) int { n, _ := strconv.Atoi(option(args, name)); return n }
	length := func(name string) Time { return duration(s.t, option(args, name)) }
	switch cmd {
	case "service":
		svc := Service{Name: args[0], Limit: number("limit")}
		if n := number("failures"); n > 0 {
			svc.Breaker = &Breaker{Failures: n, Cooldown: length("cooldown"), Probes: number("probes")}
		}
		s.cfg.Services = append(s.cfg.Services, svc)
	case "poison":
		s.cfg.Poison, _ = strconv.Atoi(args[0])
	case "stale":
		s.cfg.Stale = Staleness{length("pending"), length("in_progress"), length("waiting"), length("parked"), length("compensating")}
	case "recovery":
		s.cfg.Recovery = Recovery{After: length("after"), Max: number("max")}
	case "template":
		undo := option(args, "undo")
		s.cfg.Templates = append(s.cfg.Templates, Template{Ref: Ref{Name: args[0]},
			UndoOnError: strings.Contains(undo, "error"), UndoOnCancel: strings.Contains(undo, "cancel")})
	case "step":
		t := &s.cfg.Templates[len(s.cfg.Templates)-1]
		factor, _ := strconv.ParseFloat(option(args, "factor"), 64)
		step := Step{Name: args[0], Service: option(args, "calls"), Timeout: length("timeout"), Decides: option(args, "decides") != "", Undo: option(args, "undo"),
			Retry: Retry{Limit: number("limit"), Base: length("base"), Cap: length("cap"), Factor: factor}}
		if up := option(args, "after"); up != "" {
			step.DependsOn = strings.Split(up, ",")
		}
		t.Steps = append(t.Steps, step)
	}
}

func (s *script) open() {
	s.cfg.Store = s.store
	s.cfg.Observe = func(r *Record) { s.out.WriteString("  " + s.draw(r) + "\n") }
	var err error
	if s.core, err = New(s.cfg); err != nil {
		s.t.Fatal(err)
	}
}

// children are the names in children=a,b.
func children(args []string) []string {
	return strings.FieldsFunc(option(args, "children"), func(r rune) bool { return r == ',' })
}

// action is what an operator does to "t1/a".
func (s *script) action(args []string) StepAction {
	id, name, _ := strings.Cut(args[0], "/")
	return StepAction{Task: task17(id), Step: name, By: option(args, "by"), Why: option(args, "why")}
}

// attempt resolves "t1/a" to the step's last attempt, "t1/a#2" to its second.
func (s *script) attempt(word string) Attempt {
	id, name, _ := strings.Cut(word, "/")
	name, number, _ := strings.Cut(name, "#")
	a := Attempt{Task: task17(id), Step: None, Name: name}
	v, err := s.core.Task(a.Task)
	if err != nil {
		s.t.Fatal(err)
	}
	for i, st := range v.Steps {
		if st.Name == name {
			a.Step, a.N = i, st.Attempts
		}
	}
	if number != "" {
		a.N, _ = strconv.Atoi(number)
	}
	return a
}

// draw is a record in words.
func (s *script) draw(r *Record) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%-6s ", span(r.At))
	if r.Task > 0 {
		fmt.Fprintf(b, "t%d", r.Task)
	}
	if r.Step != None {
		fmt.Fprintf(b, "/%s", s.cfg.Templates[r.Template].Steps[r.Step].Name)
	}
	if r.Attempt > 0 {
		fmt.Fprintf(b, " #%d", r.Attempt)
	}
	fmt.Fprintf(b, " %v", r.Kind)
	if r.Class != "" {
		fmt.Fprintf(b, " %s", r.Class)
	}
	if r.Text != "" {
		fmt.Fprintf(b, " %q", r.Text)
	}
	if r.Due > 0 {
		fmt.Fprintf(b, " due %s", span(r.Due))
	}
	switch {
	case r.Kind == Checkpointed:
		fmt.Fprintf(b, " %d of %d, at %s", r.Count, r.Extra, r.Data)
	case r.Count > 0 && r.Kind != Submitted:
		fmt.Fprintf(b, " count %d", r.Count)
	}
	if r.Kind == BreakerClosed || r.Kind == Redriven || r.Kind == Stalled {
		fmt.Fprintf(b, " since %s", span(r.Start))
	}
	return strings.TrimSpace(b.String())
}

// state draws a task and its steps.
func (s *script) state(id TaskID) error {
	v, err := s.core.Task(id)
	if err != nil {
		return err
	}
	fmt.Fprintf(&s.out, "  t%d %v, driven again %d times", v.ID, v.State, v.Redrives)
	if v.Cause != "" {
		fmt.Fprintf(&s.out, ", because of %s: %s", v.Cause, v.Class)
	}
	s.out.WriteString("\n")
	for _, st := range v.Steps {
		fmt.Fprintf(&s.out, "    %-8s %-18v attempts %d, %d in this round", st.Name, st.State, st.Attempts, st.Round)
		if st.Undo {
			s.out.WriteString(", to be undone")
		}
		if st.Due > 0 {
			fmt.Fprintf(&s.out, ", due %s", span(st.Due))
		}
		if st.Saved.Done > 0 {
			fmt.Fprintf(&s.out, ", %d of %d done", st.Saved.Done, st.Saved.Total)
		}
		if len(st.Chosen) > 0 {
			fmt.Fprintf(&s.out, ", chose %s", strings.Join(st.Chosen, ", "))
		}
		if len(st.Output) > 0 {
			fmt.Fprintf(&s.out, ", output %s", st.Output)
		}
		s.out.WriteString("\n")
	}
	return nil
}

// option is the value of name=value among args; a bare name is worth itself.
func option(args []string, name string) string {
	for _, a := range args {
		if k, v, found := strings.Cut(a, "="); k == name {
			if !found {
				return k
			}
			return v
		}
	}
	return ""
}

func duration(t *testing.T, word string) Time {
	if word == "" {
		return 0
	}
	d, err := time.ParseDuration(word)
	if err != nil {
		t.Fatal(err)
	}
	return Time(d / time.Microsecond)
}

func span(t Time) string { return (time.Duration(t) * time.Microsecond).String() }

// task17 reads "t17".
func task17(word string) TaskID {
	n, _ := strconv.ParseUint(strings.TrimPrefix(word, "t"), 10, 64)
	return TaskID(n)
}
