package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/engine/failpoint"
)

// beApp is the environment variable that makes the test binary the program under
// test: "shape seed orders process poison directory".
const beApp = "TASKER_CRASH_APP"

// Exit codes of the program under test.
const (
	exitDone    = 0
	exitBroken  = 3 // it cannot begin
	exitStopped = 4 // the engine stopped
)

func TestMain(m *testing.M) {
	if os.Getenv(beApp) == "" {
		code := m.Run()
		if removeBuilt() != nil && code == 0 {
			code = 1
		}
		os.Exit(code)
	}
	var a app
	var dir string
	if _, err := fmt.Sscan(os.Getenv(beApp), &a.shape, &a.seed, &a.orders, &a.process, &a.poison, &dir); err != nil {
		panic(err)
	}
	os.Exit(a.run(dir))
}

// app is one process of the program under test.
type app struct {
	plan
	process int
	clock   *clock
	outside *outside
	engine  *engine.Engine
	keys    map[engine.TaskID]string // orders by task
	undoing map[engine.TaskID]bool   // tasks whose steps are taken back
	mu      sync.Mutex               // guards keys and the standard output
}

// say tells the parent something, on one line.
func (a *app) say(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func dbOf(dir string) string     { return filepath.Join(dir, "engine.db") }
func ledgerOf(dir string) string { return filepath.Join(dir, "ledger") }

func (a *app) run(dir string) int {
	limitFiles()
	openPoints(dir)
	store, err := bolt.Open(dbOf(dir), bolt.Options{})
	if err != nil {
		a.say("broken %v", err)
		return exitBroken
	}
	if err := a.open(dir, store); err != nil {
		a.say("broken %v", err)
		return exitBroken
	}
	if err := a.drive(); err != nil {
		if _, again := a.engine.Submit(a.template().Ref, engine.Submission{Key: "late"}); again == nil {
			a.say("accepted after it had stopped")
		}
		a.say("stopped %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		return exitStopped
	}
	if err := errors.Join(a.engine.Close(), store.Close()); err != nil {
		a.say("stopped %v", err)
		return exitStopped
	}
	a.say("done")
	return exitDone
}

// open looks at what the last process left and makes the engine.
func (a *app) open(dir string, store engine.Store) error {
	a.keys, a.undoing = map[engine.TaskID]string{}, map[engine.TaskID]bool{}
	lines, err := readLedger(ledgerOf(dir))
	if err != nil {
		return err
	}
	if a.outside, err = openOutside(ledgerOf(dir), lines); err != nil {
		return err
	}
	var now engine.Time
	for _, l := range lines {
		now = max(now, l.at)
	}
	running := 0
	err = store.Open(func(id engine.TaskID, history []engine.Record) error {
		now = max(now, history[len(history)-1].At)
		for i := range history {
			a.undoing[id] = a.undoing[id] || history[i].Kind == engine.Compensating
			running += busy(&history[i])
		}
		a.keys[id] = history[0].Text
		return nil
	})
	if err != nil {
		return err
	}
	a.clock = &clock{now: now, busy: running}
	handlers := map[string]engine.Handler{"back": a.handle}
	for _, s := range a.template().Steps {
		handlers[s.Name] = a.handle
	}
	a.engine, err = engine.Open(engine.Options{
		Config: engine.Config{Store: marked(store), Templates: shapesOf(a.shape), Services: services(), Jitter: a.jitter, Observe: a.observe,
			Poison: a.poison},
		Clock: a.clock.engine(), Handlers: handlers,
	})
	return err
}

func shapesOf(shape string) []engine.Template {
	return []engine.Template{plan{shape: shape}.template()}
}

// busy is by how much a record changes the number of attempts in progress.
func busy(r *engine.Record) int {
	switch r.Kind {
	case engine.Started:
		return 1
	case engine.Succeeded, engine.Undone, engine.Retrying, engine.Exhausted, engine.Failed:
		return -1
	}
	return 0
}

// hangs tells whether an attempt has told the clock by itself that it waits.
func (a *app) hangs(r *engine.Record, order string, undoing bool) bool {
	step := a.template().Steps[r.Step].Name
	if undoing {
		step += "/undo"
	}
	return a.fate(order, step, int(r.Attempt)) == fateHang
}

func (a *app) observe(r *engine.Record) {
	a.mu.Lock()
	switch r.Kind {
	case engine.Submitted:
		a.keys[r.Task] = r.Text
	case engine.Compensating:
		a.undoing[r.Task] = true
	}
	order, undoing := a.keys[r.Task], a.undoing[r.Task]
	a.mu.Unlock()
	if n := busy(r); n > 0 || n < 0 && !a.hangs(r, order, undoing) {
		a.clock.work(n)
	}
}

// handle is the handler of every step.
func (a *app) handle(ctx context.Context, c engine.Call) ([]byte, error) {
	l := line{process: a.process, at: c.Start, task: c.Task, step: c.Name, n: c.N, key: c.Key()}
	if c.Undo != "" {
		l.step += "/undo"
	}
	a.outside.call(l)
	a.say("call %d %s %d", c.Task, l.step, c.N)
	f := a.fate(string(c.Context), l.step, c.N)
	if l.step == "charge" {
		if err := c.Save(engine.Checkpoint{Done: c.Saved.Done + 1}); err != nil {
			return nil, err
		}
		a.say("saved %d %d", c.Task, c.Saved.Done+1)
	}
	if order := string(c.Context); order == a.poisoned() && c.Name == a.template().Steps[0].Name {
		failpoint.Hit(failpoint.PoisonedStep)
	}
	failpoint.Hit(failpoint.EffectBefore)
	if f.effect() {
		a.outside.effect(l)
		failpoint.Hit(failpoint.EffectAfter)
	}
	switch f {
	case fateRefuse:
		return nil, engine.Failure{Class: "503", Message: "unavailable"}
	case fateLater:
		return nil, engine.Failure{Class: "429", Message: "later", RetryAfter: 7 * second}
	case fateLost:
		return nil, engine.Failure{Class: "reset", Message: "the answer was lost"}
	case fateDecline:
		return nil, engine.Failure{Class: "decline", Message: "no", Permanent: true}
	case fateHang:
		a.clock.work(-1) // from here on only time helps
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if l.step == "route" {
		c.Choose(a.choice(string(c.Context)))
	}
	return []byte(c.Name + strconv.Itoa(c.N)), nil
}

// drive is the client: it submits every order, the same again in each process,
// from three goroutines, and waits until all are settled.
func (a *app) drive() error {
	const clients = 3
	errs := make([]error, clients)
	var wg sync.WaitGroup
	for k := range clients {
		wg.Go(func() {
			var ids []engine.TaskID
			for i := k; i < a.orders && errs[k] == nil; i += clients {
				var id engine.TaskID
				id, errs[k] = a.submit(a.order(i))
				ids = append(ids, id)
			}
			for i, id := range ids {
				if errs[k] == nil {
					errs[k] = a.settle(id, a.order(k+i*clients))
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (a *app) submit(order string) (engine.TaskID, error) {
	a.say("try %s", order)
	id, err := a.engine.Submit(a.template().Ref, engine.Submission{Key: order, Context: []byte(order)})
	if err == nil {
		a.say("ack %s %d", order, id)
	}
	return id, err
}

// settle waits for a task, and drives it again once if the plan says so.
func (a *app) settle(id engine.TaskID, order string) error {
	for {
		state, err := a.engine.Wait(context.Background(), id)
		if err != nil {
			return err
		}
		v, err := a.engine.Task(id)
		if err != nil {
			return err
		}
		if state != engine.TaskParked || v.Redrives > 0 || !a.redriven(order) {
			return nil
		}
		if err := a.engine.Redrive(id, "shop", "try again"); err != nil {
			return err
		}
		a.say("redriven %s %d", order, id)
	}
}
