package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
	"tasker-sim/internal/wall"
)

// driven is what a child says once when its first step is driven again, and once
// when all of them are.
type driven struct {
	Open   float64 `json:"open_ms"`
	Lookup Lookup  `json:"lookup"`
	Memory Memory  `json:"memory"`
}

// restarts starts a process on the store and kills it when all that was in
// flight has been driven again, so that each but the first comes after a kill in
// the midst of work.
func (b *builder) restarts(ctx context.Context) error {
	info, err := os.Stat(b.path)
	if err != nil {
		return err
	}
	b.result.Size = info.Size()
	for i := range b.Rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.say("restart %d of %d", i+1, b.Rounds)
		r, look, err := b.restart()
		if err != nil {
			return fmt.Errorf("restart %d: %w", i+1, err)
		}
		b.result.Restarts = append(b.result.Restarts, r)
		b.result.Lookup = look
	}
	return nil
}

func (b *builder) restart() (r Restart, look Lookup, err error) {
	cmd := b.Drive(b.path, b.Running)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, look, err
	}
	watch := wall.Start()
	if err := cmd.Start(); err != nil {
		return r, look, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Kill())
		_ = cmd.Wait() // it says that the process was killed
	}()
	lines := bufio.NewReader(out)
	first, err := heard(lines)
	if err != nil {
		return r, look, err
	}
	r.Open, r.First = first.Open, milliseconds(watch.Elapsed())
	all, err := heard(lines)
	if err != nil {
		return r, look, err
	}
	r.All, r.Memory = milliseconds(watch.Elapsed()), all.Memory
	found, err := heard(lines)
	return r, found.Lookup, err
}

func heard(lines *bufio.Reader) (d driven, err error) {
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return d, fmt.Errorf("the child ended early: %w", err)
	}
	return d, json.Unmarshal(line, &d)
}

// Drive goes on with the running tasks of a store, as a program would after a
// crash. It says on out when the first and when the last of them is driven
// again, then looks tasks up, and goes on until ctx ends or it is killed: its
// steps never return.
func Drive(ctx context.Context, out io.Writer, path string, running int) (err error) {
	watch := wall.Start()
	store, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	first, all := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	seen := 0
	o := options(store)
	o.Poison = math.MaxInt32 // interruptions are counted, but it is not the steps' fault
	for name := range o.Handlers {
		o.Handlers[name] = func(ctx context.Context, _ engine.Call) ([]byte, error) {
			mu.Lock()
			seen++
			n := seen
			mu.Unlock()
			if n == 1 {
				close(first)
			}
			if n == running {
				close(all)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	e, err := engine.Open(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	opened := driven{Open: milliseconds(watch.Elapsed())}
	return tell(ctx, json.NewEncoder(out), opened, first, all, func() (Lookup, error) {
		last, _, err := store.Last()
		if err != nil {
			return Lookup{}, err
		}
		return look(e, int(last))
	})
}

// tell writes the three lines of a child.
func tell(ctx context.Context, enc *json.Encoder, d driven, first, all <-chan struct{}, look func() (Lookup, error)) (err error) {
	for _, moment := range []<-chan struct{}{first, all} {
		select {
		case <-moment:
		case <-ctx.Done():
			return ctx.Err()
		}
		if moment == all {
			d.Memory = memory()
		}
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	if d.Lookup, err = look(); err != nil {
		return err
	}
	if err := enc.Encode(d); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
