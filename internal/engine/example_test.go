package engine_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// order is a template of two steps: charge, then ship.
var order = engine.Template{
	Ref: engine.Ref{Namespace: "shop", Name: "order", Version: "1"},
	Steps: []engine.Step{
		{Name: "charge", Service: "bank", Retry: engine.Retry{Limit: 3, Base: 1000, Factor: 2}},
		{Name: "ship", Service: "post", DependsOn: []string{"charge"}, Retry: engine.Retry{Limit: 3}},
	},
}

func wallClock() engine.Clock {
	return engine.Clock{
		Now: func() engine.Time { return engine.Time(time.Now().UnixMicro()) },
		Wait: func(until engine.Time) <-chan time.Time {
			return time.After(time.Until(time.UnixMicro(int64(until))))
		},
	}
}

// A shop charges and ships. The bank fails once, which costs one more attempt.
// Then the process dies between the call of the post and its answer; the next
// one ships again under the same key and charges nobody twice.
func Example() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "shop.db")

	bankDown, died := true, make(chan struct{})
	charge := func(_ context.Context, c engine.Call) ([]byte, error) {
		if bankDown {
			bankDown = false
			fmt.Println("bank: unavailable")
			return nil, engine.Failure{Class: "503", Message: "bank is down"}
		}
		fmt.Printf("bank: charge %s for %s\n", c.Context, c.Key())
		return []byte("receipt 7"), nil
	}
	hang := func(ctx context.Context, c engine.Call) ([]byte, error) {
		fmt.Printf("post: ship with %s for %s\n", c.Outputs["charge"], c.Key())
		close(died)
		<-ctx.Done()
		return nil, ctx.Err()
	}

	first, id := open(path, map[string]engine.Handler{"charge": charge, "ship": hang}), engine.TaskID(0)
	if id, err = first.Submit(order.Ref, engine.Submission{Context: []byte("10 USD"), Key: "order 4711"}); err != nil {
		log.Fatal(err)
	}
	<-died
	first.kill()

	ship := func(_ context.Context, c engine.Call) ([]byte, error) {
		fmt.Printf("post: ship with %s for %s, attempt %d\n", c.Outputs["charge"], c.Key(), c.N)
		return nil, nil
	}
	second := open(path, map[string]engine.Handler{"charge": charge, "ship": ship})
	state, err := second.Wait(context.Background(), id)
	fmt.Println(state, err)
	again, err := second.Submit(order.Ref, engine.Submission{Key: "order 4711"})
	fmt.Println("submitted again:", again == id, err)
	second.Close()
	second.store.Close()

	// Output:
	// bank: unavailable
	// bank: charge 10 USD for t1/charge
	// post: ship with receipt 7 for t1/ship
	// post: ship with receipt 7 for t1/ship, attempt 1
	// complete <nil>
	// submitted again: true <nil>
}

// process is an engine and the file it works on.
type process struct {
	*engine.Engine
	store *bolt.Store
}

func open(path string, handlers map[string]engine.Handler) process {
	store, err := bolt.Open(path, bolt.Options{Timeout: time.Second})
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(engine.Options{
		Config:   engine.Config{Store: store, Templates: []engine.Template{order}},
		Clock:    wallClock(),
		Handlers: handlers,
		Workers:  8,
	})
	if err != nil {
		log.Fatal(err)
	}
	return process{e, store}
}

// kill takes the file away from the engine, as the end of the process would: it
// cannot write anything from here on.
func (p process) kill() {
	p.store.Close()
	p.Close()
}
