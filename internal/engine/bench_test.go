package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/bolt"
)

// checkout is five steps in a row.
func checkout() engine.Template {
	t := engine.Template{Ref: engine.Ref{Namespace: "shop", Name: "checkout", Version: "1.0.0"}}
	for i := range 5 {
		s := engine.Step{Name: fmt.Sprintf("step%d", i), Service: fmt.Sprintf("svc%d", i), Timeout: 5_000_000}
		s.Retry = engine.Retry{Limit: 3, Base: 1_000_000, Cap: 30_000_000, Factor: 2, Jitter: 0.1}
		if i > 0 {
			s.DependsOn = []string{fmt.Sprintf("step%d", i-1)}
		}
		t.Steps = append(t.Steps, s)
	}
	return t
}

// BenchmarkCore is the life of a task in the core alone: five steps, 64 in
// flight, one in twenty attempts fails, a batch per millisecond of virtual time.
func BenchmarkCore(b *testing.B) {
	b.Run("discard", func(b *testing.B) { benchCore(b, engine.Discard{}) })
	b.Run("memory", func(b *testing.B) { benchCore(b, new(engine.Memory)) })
	b.Run("bolt", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "engine.db")
		s, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		benchCore(b, s)
		reportSize(b, path)
	})
}

func benchCore(b *testing.B, store engine.Store) {
	var services []engine.Service
	for i := range 5 {
		services = append(services, engine.Service{Name: fmt.Sprintf("svc%d", i), Limit: 50,
			Breaker: &engine.Breaker{Failures: 5, Cooldown: 1000, Probes: 1}})
	}
	over := 0
	c, err := engine.New(engine.Config{Store: store, Templates: []engine.Template{checkout()}, Services: services,
		Recovery: engine.Recovery{After: 60_000_000},
		Observe: func(r *engine.Record) {
			if r.Kind.Ends() || r.Kind == engine.Parked {
				over++
			}
		}})
	if err != nil {
		b.Fatal(err)
	}
	input := make([]byte, 200)
	var running []engine.Attempt
	b.ReportAllocs()
	b.ResetTimer()
	for now, begun, calls := engine.Time(0), 0, 0; over < b.N; now += 1000 {
		for ; begun < over+64; begun++ {
			if _, err := c.SubmitTo(now, 0, engine.Submission{Context: input}); err != nil {
				b.Fatal(err)
			}
		}
		c.Tick(now)
		running = c.Claim(now, running[:0])
		for _, a := range running {
			if calls++; calls%20 == 0 {
				err = c.Fail(now, a, engine.Failure{Class: "503"})
			} else {
				err = c.Succeed(now, a, input[:100])
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := c.Flush(nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
}

// BenchmarkEngine is a closed loop: each client submits a task of five no-op
// steps and waits until it is over. Every step is durable before the next begins.
func BenchmarkEngine(b *testing.B) {
	for _, clients := range []int{1, 64, 256, 1024} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchEngine(b, clients) })
	}
}

func benchEngine(b *testing.B, clients int) {
	path := filepath.Join(b.TempDir(), "engine.db")
	store, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	output := make([]byte, 100)
	handlers := map[string]engine.Handler{}
	for _, s := range checkout().Steps {
		handlers[s.Name] = func(context.Context, engine.Call) ([]byte, error) { return output, nil }
	}
	counted := &counting{Store: store}
	e, err := engine.Open(engine.Options{
		Config: engine.Config{Store: counted, Templates: []engine.Template{checkout()}}, Clock: wallClock(), Handlers: handlers,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	b.ResetTimer()
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for i := client; i < b.N; i += clients {
				id, err := e.Submit(checkout().Ref, engine.Submission{Context: make([]byte, 200)})
				if err == nil {
					_, err = e.Wait(context.Background(), id)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
	b.ReportMetric(float64(counted.batches)/float64(b.N), "batches/task")
	reportSize(b, path)
}

// BenchmarkOpen opens a store with 1,000 open tasks and ever more that are over:
// the time depends on the former.
func BenchmarkOpen(b *testing.B) {
	for _, over := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("over=%d", over), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "engine.db")
			fillStore(b, path, over, 1000)
			for b.Loop() {
				s, err := bolt.Open(path, bolt.Options{})
				if err != nil {
					b.Fatal(err)
				}
				c, err := engine.New(engine.Config{Store: s, Templates: []engine.Template{checkout()}})
				if err != nil {
					b.Fatal(err)
				}
				if n := len(c.InFlight()); n != 1000 {
					b.Fatalf("%d attempts in flight", n)
				}
				s.Close()
			}
		})
	}
}

// BenchmarkRecord writes and reads the record of a step's result.
func BenchmarkRecord(b *testing.B) {
	r := engine.Record{Kind: engine.Succeeded, At: 1_700_000_000_000_000, Start: 1_700_000_000_000_000 - 300,
		Attempt: 1, Step: 3, Data: make([]byte, 100)}
	buf := engine.AppendRecord(nil, &r)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = engine.AppendRecord(buf[:0], &r)
		}
		b.ReportMetric(float64(len(buf)), "bytes/record")
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := engine.ParseRecord(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTask looks tasks up that are over, one after the other, in the order
// of a fixed stride: what one look-up costs without the loop of an engine.
func BenchmarkTask(b *testing.B) {
	const over = 20_000
	path := filepath.Join(b.TempDir(), "engine.db")
	fillStore(b, path, over, 0)
	s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, err := engine.New(engine.Config{Store: s, Templates: []engine.Template{checkout()}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	id := 0
	for b.Loop() {
		id = (id + 7919) % over
		if v, err := c.Task(engine.TaskID(id + 1)); err != nil || v.State != engine.TaskComplete {
			b.Fatal(v.State, err)
		}
	}
}

// BenchmarkAppend commits batches of results, each of another task: what a
// commit costs by the number of those who share it.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("results=%d", size), func(b *testing.B) {
			s, err := bolt.Open(filepath.Join(b.TempDir(), "engine.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			records, output := make([]engine.Record, size), make([]byte, 100)
			b.ReportAllocs()
			for last := engine.TaskID(0); b.Loop(); last += engine.TaskID(size) {
				for i := range records {
					records[i] = engine.Record{Kind: engine.Succeeded, Task: last + engine.TaskID(i) + 1, Seq: 3, Attempt: 1, Data: output}
				}
				if err := s.Append(&engine.Batch{Records: records}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fillStore makes a store in which some tasks are over and others run.
func fillStore(b *testing.B, path string, over, running int) {
	s, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, err := engine.New(engine.Config{Store: s, Templates: []engine.Template{checkout()}})
	if err != nil {
		b.Fatal(err)
	}
	submit := func(n int) {
		for range n {
			if _, err := c.SubmitTo(0, 0, engine.Submission{Context: make([]byte, 200)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	for ; over > 0; over -= 1000 {
		submit(1000)
		for range 5 {
			for _, a := range c.Claim(0, nil) {
				if err := c.Succeed(0, a, make([]byte, 100)); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := c.Flush(nil); err != nil {
			b.Fatal(err)
		}
	}
	submit(running)
	c.Claim(0, nil)
	if err := c.Flush(nil); err != nil {
		b.Fatal(err)
	}
}

// counting counts the batches of a store.
type counting struct {
	engine.Store
	batches int
}

func (c *counting) Append(b *engine.Batch) error {
	c.batches++
	return c.Store.Append(b)
}

func reportSize(b *testing.B, path string) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(b.N), "bytes/task")
}
