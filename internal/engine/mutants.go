//go:build failpoint

package engine

import (
	"fmt"

	"tasker-sim/internal/engine/failpoint"
)

// This file has the defects that package crash must find. They exist only in
// builds with fail points, and only if they are switched on there.

// mutateKey forgets the key, or makes each attempt have its own.
func mutateKey(a Attempt, key string) string {
	if failpoint.On(failpoint.KeyDropped) {
		return ""
	}
	if failpoint.On(failpoint.KeyPerTry) {
		return fmt.Sprintf("%s#%d", key, a.N)
	}
	return key
}

// mutateClaimed lets the timer of a retry fire twice.
func mutateClaimed(claimed []Attempt) []Attempt {
	if a := claimed[len(claimed)-1]; a.N > 1 && failpoint.On(failpoint.DoubleTimer) {
		return append(claimed, a)
	}
	return claimed
}

// mutateAnswers answers before anything is durable.
func mutateAnswers(asked []request) []request {
	if !failpoint.On(failpoint.AckEarly) {
		return asked
	}
	for _, r := range asked {
		if r.answer != nil {
			r.answer(nil)
		}
	}
	return nil
}

// mutateInFlight forgets what was in progress, or drives again what is complete.
func mutateInFlight(c *Core, attempts []Attempt) []Attempt {
	if failpoint.On(failpoint.NoResume) {
		return nil
	}
	if !failpoint.On(failpoint.StepRerun) {
		return attempts
	}
	for _, id := range c.OpenTasks() {
		for i := range c.open[id].steps {
			if c.open[id].steps[i].state == StepComplete {
				attempts = append(attempts, c.open[id].attempt(int16(i)))
			}
		}
	}
	return attempts
}

// mutateResumed takes an attempt that was in progress back from its round.
func mutateResumed(t *task) {
	for i := range t.steps {
		if t.steps[i].state == StepInProgress && failpoint.On(failpoint.Refund) {
			t.steps[i].round--
		}
	}
}

// mutateWaits begins every wait for a retry again.
func mutateWaits(c *Core, now Time) {
	if !failpoint.On(failpoint.BackoffReset) {
		return
	}
	for _, id := range c.OpenTasks() {
		t := c.open[id]
		for i := range t.steps {
			if s := &t.steps[i]; s.state == StepWaiting {
				s.ready = now + t.plan.Steps[i].Retry.After(int(s.round), s.waited, 0.5)
				c.schedule(t, int16(i))
			}
		}
	}
}
