package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"tasker-sim/internal/engine/failpoint"
)

// few who have been told something are not worth to be waited for.
const few = 4

// loop is the engine's one goroutine that touches the core: drain, flush,
// publish, wait.
func (e *Engine) loop() {
	defer close(e.stopped)
	if err := e.redrive(); err != nil {
		e.fail(nil, err)
		return
	}
	var timer <-chan time.Time
	var due Time
	for {
		asked, closed := e.drain()
		now := e.clock.Now()
		for _, r := range asked {
			r.do(now)
		}
		e.core.Tick(now)
		e.claimed = e.claimed[:0]
		if !closed {
			e.claimed = e.core.Retake(now, e.claimed)
			e.claimed = e.core.claim(now, e.claimed, e.room())
		}
		asked = mutateAnswers(asked)
		if err := e.core.Flush(nil); err != nil {
			e.fail(asked, err)
			return
		}
		e.publish(asked)
		if closed {
			e.finish()
			return
		}
		next, ok := e.core.Next()
		if ok && next <= now {
			continue
		}
		if !ok {
			timer = nil
		} else if timer == nil || next < due { // a timer too early does no harm
			timer, due = e.clock.Wait(next), next
		}
		select {
		case <-e.wake:
		case <-timer:
			timer = nil
		}
		if len(asked)+len(e.claimed) > few {
			runtime.Gosched() // let those come who have just been told: one batch instead of two
		}
	}
}

// early is how many attempts are driven again before what is to be said of the
// others is durable: the first one should not wait for thousands.
const early = 64

// resume flushes what recovery has to say of the first attempts that are to be
// driven again.
func (e *Engine) resume() error {
	if len(e.claimed) <= early {
		return e.core.Flush(nil)
	}
	return e.core.flushUpTo(e.claimed[early-1].Task)
}

// redrive drives what was in progress when the store was left: the first
// attempts, and the others when what is said of them is durable too.
func (e *Engine) redrive() error {
	first := min(early, len(e.claimed))
	e.launch(e.claimed[:first])
	if err := e.core.Flush(nil); err != nil {
		return err
	}
	e.launch(e.claimed[first:])
	return nil
}

// drain takes all requests.
func (e *Engine) drain() (asked []request, closed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	asked, e.asked = e.asked, nil
	return asked, e.closed
}

// room is how many handlers may start.
func (e *Engine) room() int {
	if e.workers == 0 {
		return int(^uint(0) >> 1)
	}
	return e.workers - len(e.running)
}

// publish tells the world what is durable now.
func (e *Engine) publish(asked []request) {
	for _, r := range asked {
		if r.answer != nil {
			r.answer(nil)
		}
	}
	for _, s := range e.settled {
		for _, ch := range e.waiting[s.task] {
			ch <- s.state
		}
		delete(e.waiting, s.task)
	}
	e.settled = e.settled[:0]
	if len(e.drains) > 0 && e.core.Drained() {
		for _, ch := range e.drains {
			close(ch)
		}
		e.drains = nil
	}
	e.launch(e.claimed)
}

// launch starts a handler for each attempt.
func (e *Engine) launch(attempts []Attempt) {
	for _, a := range attempts {
		data, outputs, err := e.core.Input(a)
		if err != nil {
			panic("engine: " + err.Error())
		}
		ctx, stop := context.WithCancel(e.ctx)
		e.running[run{a.Task, a.Step, a.N}] = stop
		t := &e.core.plans[a.Template].Template
		call := Call{Attempt: a, Ref: t.Ref, Context: data, Outputs: outputs, flight: &flight{engine: e}}
		e.work.Go(func() { e.handle(ctx, call) })
	}
}

// handle runs one handler and hands its result to the loop. A failure that
// comes because the engine stops says nothing about the step.
func (e *Engine) handle(ctx context.Context, call Call) {
	failpoint.Hit(failpoint.ClaimAfter)
	output, err := e.invoke(ctx, call)
	failpoint.Hit(failpoint.HandlerAfter)
	if err != nil && e.ctx.Err() != nil {
		return
	}
	result := func(now Time) error { return e.succeed(now, &call, output) }
	if err != nil {
		f := failure(err)
		result = func(now Time) error { return e.core.Fail(now, call.Attempt, f) }
	}
	e.deliver(request{do: func(now Time) {
		if err := result(now); err != nil && !errors.Is(err, ErrStale) {
			panic("engine: " + err.Error())
		}
	}})
}

// deliver is post, but closing engines take results too.
func (e *Engine) deliver(r request) {
	e.mu.Lock()
	e.asked = append(e.asked, r)
	e.mu.Unlock()
	e.nudge()
}

// invoke calls the handler and makes a panic a failure.
func (e *Engine) invoke(ctx context.Context, call Call) (output []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Failure{Class: "panic", Message: fmt.Sprint(p), Permanent: true}
		}
	}()
	name := call.Name
	if call.Undo != "" {
		name = call.Undo
	}
	return e.handlers[name](ctx, call)
}

func failure(err error) Failure {
	var f Failure
	if errors.As(err, &f) {
		return f
	}
	return Failure{Class: "error", Message: err.Error()}
}

// finish waits for the handlers after Close and keeps what they achieved.
func (e *Engine) finish() {
	e.work.Wait()
	asked, _ := e.drain()
	now := e.clock.Now()
	for _, r := range asked {
		r.do(now)
	}
	e.core.leave(now)
	if err := e.core.Flush(nil); err != nil {
		e.fail(asked, err)
		return
	}
	e.publish(asked)
}

// fail stops the engine: nothing that was asked for since the last flush is
// known to be durable.
func (e *Engine) fail(asked []request, err error) {
	err = fmt.Errorf("the engine stopped: %w", err)
	e.mu.Lock()
	e.err = err
	asked = append(asked, e.asked...)
	e.asked = nil
	e.mu.Unlock()
	e.cancel()
	for _, r := range asked {
		if r.answer != nil {
			r.answer(err)
		}
	}
}
