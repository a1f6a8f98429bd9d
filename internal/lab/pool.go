package lab

import (
	"context"
	"sync"
)

// spread does n pieces of work on so many goroutines, in order of their number
// as far as that goes, and returns the error of the lowest number. Pieces share
// nothing, so that the order in which they end changes no result.
func spread(ctx context.Context, workers, n int, work func(i int) error, progress func(done, all int)) error {
	var (
		mu         sync.Mutex
		next, done int
		failed     = n
		failure    error
		all        sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next >= n || failure != nil || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	finish := func(i int, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil && i < failed {
			failed, failure = i, err
		}
		if done++; progress != nil {
			progress(done, n)
		}
	}
	for range max(1, workers) {
		all.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				finish(i, work(i))
			}
		})
	}
	all.Wait()
	if failure != nil {
		return failure
	}
	return ctx.Err()
}
