package crash

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/engine/failpoint"
)

// patience is how long a process may take that takes some hundredths of a second.
// It only ends processes that hang.
const patience = 60 * time.Second

// death is how a process is to end.
type death struct {
	terms string // fail points; "": none
	lines int    // it is killed when it has said so many lines; 0: not
}

// life is one process: what it was to die of, and what it said.
type life struct {
	death
	killed   bool // by SIGKILL
	code     int
	said     []string
	left     *snapshot // what the store held afterwards
	overtime bool
}

// snapshot is everything that a store holds.
type snapshot struct {
	history map[engine.TaskID][]engine.Record // 0: the services
	open    map[engine.TaskID]bool
	keys    map[string]engine.TaskID
}

// story is a run of one plan, from the first process to the last.
type story struct {
	plan
	program string // "": the test binary itself, without fail points
	mutant  string // a term that every process gets
	traced  bool   // what the database asks of the disk is recorded
	most    int    // bytes that a file may have; 0: no limit
	nobody  bool   // processes have no rights but those of everybody
	patient time.Duration
	dir     string
	lives   []life
	ledger  []line
}

// start runs the next process to its end.
func (s *story) start(t testing.TB, d death) *life {
	t.Helper()
	program := s.program
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		program = self
	}
	if s.patient == 0 {
		s.patient = patience
	}
	ctx, cancel := context.WithTimeout(t.Context(), s.patient)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d %d %d %s", beApp, s.shape, s.seed, s.orders, len(s.lives)+1, s.poison, s.dir),
		failpoint.Env+"="+s.mutant+";"+d.terms)
	if s.most > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", fileLimit, s.most))
	}
	if s.nobody {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if s.traced {
		cmd.Env = append(cmd.Env, traceDisk+"=1")
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l := life{death: d}
	scan := bufio.NewScanner(pipe)
	for scan.Scan() {
		l.said = append(l.said, scan.Text())
		if len(l.said) == d.lines {
			_ = cmd.Process.Kill() // it may be over already
		}
	}
	err = cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		t.Fatal(err)
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	l.killed, l.overtime = ok && status.Signaled() && status.Signal() == syscall.SIGKILL, ctx.Err() != nil
	l.code = cmd.ProcessState.ExitCode()
	if text := complaints.String(); text != "" {
		l.said = append(l.said, "complains "+complaint(text))
	}
	l.left = look(s.dir)
	s.lives = append(s.lives, l)
	return &s.lives[len(s.lives)-1]
}

// complaint is the beginning of what a process said on its way out. The runtime
// notices when every thread waits for another: then the engine is stuck.
func complaint(text string) string {
	n := 20
	if strings.HasPrefix(text, "fatal error: all goroutines are asleep") {
		n = 1
	}
	lines := strings.SplitN(text, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

// look reads the store that a dead process has left; nil if that is none.
func look(dir string) *snapshot {
	store, err := bolt.Open(dbOf(dir), bolt.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer store.Close()
	snap, err := read(store)
	if err != nil {
		return nil
	}
	return snap
}

// read copies all that a store holds.
func read(store *bolt.Store) (*snapshot, error) {
	s := &snapshot{history: map[engine.TaskID][]engine.Record{}, open: map[engine.TaskID]bool{}, keys: map[string]engine.TaskID{}}
	err := store.Open(func(id engine.TaskID, _ []engine.Record) error { s.open[id] = true; return nil })
	if err != nil {
		return nil, err
	}
	last, _, err := store.Last()
	if err != nil {
		return nil, err
	}
	for id := range last + 1 {
		if s.history[id], err = store.Task(id); err != nil {
			return nil, err
		}
		if h := s.history[id]; len(h) > 0 && h[0].Kind == engine.Submitted && h[0].Text != "" {
			if s.keys[h[0].Text], err = store.ByKey(h[0].Text); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// inFlight tells whether a death met anything: an open task that is not parked,
// or a submission without an answer.
func (l *life) inFlight() bool {
	tried := map[string]bool{}
	for _, line := range l.said {
		f := strings.Fields(line)
		switch f[0] {
		case "try":
			tried[f[1]] = true
		case "ack":
			delete(tried, f[1])
		}
	}
	if len(tried) > 0 {
		return true
	}
	if l.left == nil {
		return false
	}
	for id := range l.left.open {
		h := l.left.history[id]
		if h[len(h)-1].Kind != engine.Parked {
			return true
		}
	}
	return false
}

// finish starts processes until one has done everything.
func (s *story) finish(t testing.TB) {
	t.Helper()
	l := s.start(t, death{})
	var err error
	if s.ledger, err = readLedger(ledgerOf(s.dir)); err != nil {
		t.Errorf("%v (last process: code %d)", err, l.code)
	}
}
